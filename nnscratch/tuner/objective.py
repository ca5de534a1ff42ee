"""What a search makes small or large."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnscratch import metrics
from nnscratch.naming import to_snake_case

LOSSES = ("loss", "crossentropy", "ce")


class Objective:
    """The metric to optimize, and which way.

    Args:
        name: its name in the logs of an epoch, such as `val_accuracy`.
        direction: `"min"` or `"max"`.

    Raises:
        ValueError: another direction.

    >>> Objective("val_loss", "min").better_than(0.1, 0.2)
    True
    """

    def __init__(self, name: str, direction: str) -> None:
        if direction not in ("min", "max"):
            raise ValueError(
                f"`direction` of an objective must be 'min' or 'max'. Received: {direction!r}"
            )
        self.name = name
        self.direction = direction

    def has_value(self, logs: Mapping[str, Any]) -> bool:
        """Tell whether the objective can be read from an epoch's logs."""
        return self.name in logs

    def get_value(self, logs: Mapping[str, Any]) -> float:
        """Return the objective's value in an epoch's logs."""
        return float(logs[self.name])

    def better_than(self, a: float, b: float) -> bool:
        """Tell whether a value is better than another; nothing is better than itself."""
        return a > b if self.direction == "max" else a < b

    @property
    def worst(self) -> float:
        """The value that any other is better than."""
        return float("-inf") if self.direction == "max" else float("inf")

    @property
    def sign(self) -> float:
        """What to multiply values by so that less is better: −1 for `"max"`."""
        return -1.0 if self.direction == "max" else 1.0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Objective) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __str__(self) -> str:
        return f'Objective(name="{self.name}", direction="{self.direction}")'

    __repr__ = __str__


class DefaultObjective(Objective):
    """The number that a trial returns, to be made small, where no objective is named."""

    def __init__(self) -> None:
        super().__init__("default_objective", "min")


class MultiObjective(Objective):
    """Several objectives in one number to be made small: Σ those to minimize − Σ the others.

    Args:
        objectives: the objectives.

    >>> both = MultiObjective([Objective("val_loss", "min"), Objective("val_accuracy", "max")])
    >>> both.get_value({"val_loss": 0.5, "val_accuracy": 0.75})
    -0.25
    """

    def __init__(self, objectives: list[Objective]) -> None:
        super().__init__("multi_objective", "min")
        self.objectives = objectives

    def has_value(self, logs: Mapping[str, Any]) -> bool:
        """Tell whether all objectives are in an epoch's logs."""
        return self.name in logs or all(part.has_value(logs) for part in self.objectives)

    def get_value(self, logs: Mapping[str, Any]) -> float:
        """Return the sum."""
        if self.name in logs:
            return float(logs[self.name])
        return float(sum(part.sign * part.get_value(logs) for part in self.objectives))

    def __str__(self) -> str:
        return f"Multi{super().__str__()}: [{', '.join(map(str, self.objectives))}]"

    __repr__ = __str__


def as_objective(objective: Any) -> Objective:
    """Return an objective for a name, a list of objectives or names, or None.

    Raises:
        ValueError: nothing says which way is better.
        TypeError: it is something else.

    >>> as_objective("val_accuracy"), as_objective("val_loss")
    (Objective(name="val_accuracy", direction="max"), Objective(name="val_loss", direction="min"))
    """
    if objective is None:
        return DefaultObjective()
    if isinstance(objective, Objective):
        return objective
    if isinstance(objective, (list, tuple)):
        return MultiObjective([as_objective(part) for part in objective])
    if not isinstance(objective, str):
        raise TypeError(
            "`objective` must be the name of a metric, an `Objective`, or a list of these. "
            f"Received: {objective!r}"
        )
    direction = direction_of(objective)
    if direction is None:
        raise ValueError(
            f"Nothing says whether {objective!r} should be small or large. Pass "
            f'Objective("{objective}", direction="min"), or "max".'
        )
    return Objective(objective, direction)


def direction_of(name: str) -> str | None:
    """Return which way a metric is better, by its name: `"min"`, `"max"` or None.

    The metric itself says it; one that does not, and a loss, is to be made small.

    >>> [direction_of(n) for n in ("val_acc", "val_f1_score", "mae", "val_loss", "speed")]
    ['max', 'max', 'min', 'min', None]
    """
    plain = name.removeprefix("val_").removeprefix("weighted_")
    if plain in LOSSES:
        return "min"
    if plain == "acc":
        return "max"
    known = {
        to_snake_case(each): getattr(metrics, each)
        for each in metrics.__all__
        if isinstance(getattr(metrics, each), type)
    }
    found = known.get(plain)
    if found is not None:
        return "max" if getattr(found, "_direction", "down") == "up" else "min"
    return _direction_of_function(plain)


def _direction_of_function(name: str) -> str | None:
    """Return which way the function of this name is better, None where there is none."""
    if not hasattr(metrics, name) and name not in ("mse", "mae", "mape", "msle"):
        return None
    wrapped = metrics.get(name)
    if isinstance(wrapped, type) or not callable(wrapped):
        return None
    return "max" if "accuracy" in name else "min"


def is_better(objective: Objective, value: Any, reference: Any) -> bool:
    """Tell whether a value is a finite number better than a reference, which may be None."""
    if value is None or not np.isfinite(value):
        return False
    return reference is None or objective.better_than(value, reference)
