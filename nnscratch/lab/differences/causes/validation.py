"""Validation: which rows are held out, and when they are looked at."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial


def _hold_out(trial: Trial, choose: Any) -> bool:
    """Split the rows otherwise.

    Args:
        trial: the trial.
        choose: takes the number of rows and the share, returns the rows to learn from and those
            held out.
    """
    share = trial.fit.get("validation_split")
    simple = not isinstance(trial.x, (list, tuple, dict)) and not isinstance(trial.y, dict)
    if not share or trial.fit.get("validation_data") is not None or not simple:
        return False
    x, y = np.asarray(trial.x), np.asarray(trial.y)
    learned, held = choose(len(x), share)
    if not len(learned) or not len(held):
        return False
    del trial.fit["validation_split"]
    trial.x, trial.y = x[learned], y[learned]
    trial.fit["validation_data"] = (x[held], y[held])
    weights = trial.fit.get("sample_weight")
    if weights is not None:
        weights = np.asarray(weights)
        trial.fit["validation_data"] += (weights[held],)
        trial.fit["sample_weight"] = weights[learned]
    return True


@cause(
    "validation rows from the front",
    "`validation_split` takes the first rows, not the last.",
    "all weights and the whole history",
)
def from_front(trial: Trial) -> bool:
    """Hold the first rows out."""

    def choose(rows: int, share: float) -> Any:
        count = rows - math.floor(rows * (1.0 - share))
        return np.arange(count, rows), np.arange(count)

    return _hold_out(trial, choose)


@cause(
    "validation split rounded up",
    "One row more is learned from where rows times share is no whole number.",
    "all weights and the whole history",
)
def rounded_up(trial: Trial) -> bool:
    """Round the number of training rows up, or to the nearest."""

    def choose(rows: int, share: float) -> Any:
        at = math.ceil(rows * (1.0 - share))
        return np.arange(at), np.arange(at, rows)

    return _hold_out(trial, choose)


@cause(
    "validation rows drawn at random by seed {}",
    "The rows are shuffled before the split, as scikit-learn's train_test_split does.",
    "all weights and the whole history",
    (0, 1, 42),
)
def drawn(trial: Trial, seed: int) -> bool:
    """Split as `train_test_split(random_state=seed)` does."""

    def choose(rows: int, share: float) -> Any:
        order = np.random.RandomState(seed).permutation(rows)
        count = math.ceil(rows * share)
        return order[count:], order[:count]

    return _hold_out(trial, choose)


@cause(
    "validation rows learned from as well",
    "The held-out rows are not taken away from training.",
    "all weights and the whole history",
)
def leaked(trial: Trial) -> bool:
    """Train on all rows."""

    def choose(rows: int, share: float) -> Any:
        return np.arange(rows), np.arange(math.floor(rows * (1.0 - share)), rows)

    return _hold_out(trial, choose)


@cause(
    "validation epochs counted from zero",
    "`validation_freq` counts epochs from 0: the first is validated.",
    "val_… of the history",
)
def from_zero(trial: Trial) -> bool:
    """Validate in epochs 1, 1 + n, 1 + 2n and so on."""
    every = trial.fit.get("validation_freq", 1)
    if every == 1:
        return False
    epochs = range(1, int(trial.fit.get("epochs", 1)) + 1)
    if isinstance(every, int):
        trial.fit["validation_freq"] = [e for e in epochs if (e - 1) % every == 0]
    else:
        trial.fit["validation_freq"] = [e + 1 for e in every]
    return True
