"""What a training run may return, and the numbers that are read from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnscratch.callbacks import History
from nnscratch.tuner.errors import FatalTypeError, FatalValueError
from nnscratch.tuner.objective import DefaultObjective, Objective, is_better

Metrics = dict[str, float]


def read_result(result: Any, objective: Objective, where: str) -> tuple[Metrics, int]:
    """Return the metrics of a training run and the epoch that they are from.

    Of a `History` those of the epoch with the best objective, with the objective itself among
    them; of a dict all of them; a number is the objective.

    Args:
        result: what user code returned.
        objective: the objective.
        where: the name of that code, for the error.

    Raises:
        FatalTypeError: it is nothing of the kind.
        FatalValueError: the objective is not in it.

    >>> read_result({"val_loss": 0.5, "mae": 0.25}, Objective("val_loss", "min"), "fit")
    ({'val_loss': 0.5, 'mae': 0.25}, 0)
    """
    if isinstance(result, (int, float, np.integer, np.floating)) and not isinstance(result, bool):
        return {objective.name: float(result)}, 0
    if isinstance(result, History):
        rows = rows_of(result)
        if isinstance(objective, DefaultObjective) or not rows:
            raise FatalTypeError(
                f"Without an `objective`, {where} must return one number, to be made small. "
                "Received: a History. Name the objective, for example objective='val_accuracy'."
            )
        return best_row(rows, objective, where)
    if isinstance(result, Mapping):
        _check_has(objective, result, where)
        metrics = {name: float(value) for name, value in result.items()}
        return {**metrics, objective.name: objective.get_value(metrics)}, 0
    forgotten = " Was `return` forgotten?" if result is None else ""
    raise FatalTypeError(
        f"{where} must return a History, a dict of metrics, a number, or a list of these. "
        f"Received: {result!r} of type {type(result).__name__}.{forgotten}"
    )


def rows_of(history: History) -> list[Metrics]:
    """Return the metrics of each epoch that has any."""
    lengths = [len(values) for values in history.history.values()]
    return [
        {name: float(v[i]) for name, v in history.history.items() if i < len(v)}
        for i in range(max(lengths, default=0))
    ]


def best_row(rows: list[Metrics], objective: Objective, where: str) -> tuple[Metrics, int]:
    """Return the metrics of the epoch with the best objective, and its number in the list.

    Args:
        rows: the metrics of each epoch.
        objective: the objective.
        where: the name of the code that trained, for the error.
    """
    _check_has(objective, rows[0], where)
    best, at = None, 0
    for epoch, row in enumerate(rows):
        if objective.has_value(row) and is_better(objective, objective.get_value(row), best):
            best, at = objective.get_value(row), epoch
    row = rows[at]
    return {**row, objective.name: objective.get_value(row)}, at


def _check_has(objective: Objective, metrics: Mapping[str, Any], where: str) -> None:
    if objective.has_value(metrics):
        return
    hint = ""
    if objective.name.startswith("val_") and not any(name.startswith("val_") for name in metrics):
        hint = (
            " There was no validation: pass `validation_data`, `validation_split` or `cv` to "
            "`search`."
        )
    raise FatalValueError(
        f"{where} did not give the objective {objective}. It gave: {', '.join(metrics)}.{hint}"
    )
