"""How the values of a hyper-parameter lie along an axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.tuner.categorical import Boolean, Choice
from nnscratch.tuner.hyperparameter import HyperParameter
from nnscratch.tuner.numerical import Float, Numerical
from nnscratch.tuner.trial import Trial
from nnscratch.typing import Array

LOG_FROM = 20
"""Choices of numbers lie on a log scale if the largest is so many times the smallest."""


class Axis:
    """Positions and labels of a hyper-parameter's values.

    Args:
        hyperparameter: the hyper-parameter.
    """

    def __init__(self, hyperparameter: HyperParameter) -> None:
        self.name = hyperparameter.name
        self._kind = hyperparameter
        self.labels: list[str] | None = None
        numbers = isinstance(hyperparameter, Choice) and hyperparameter.ordered
        if isinstance(hyperparameter, Boolean) or not (
            numbers or isinstance(hyperparameter, Numerical)
        ):
            self._values = sorted(map(str, hyperparameter.values))
            self.labels = self._values
        self.is_log = self._is_log()

    def _is_log(self) -> bool:
        if isinstance(self._kind, Numerical):
            return self._kind.sampling == "log"
        values = self._kind.values
        return self.labels is None and min(values) > 0 and max(values) / min(values) >= LOG_FROM

    @property
    def is_whole(self) -> bool:
        """Whether the values are categories or whole numbers."""
        return self.labels is not None or not isinstance(self._kind, (Float, Choice))

    def position(self, value: Any) -> float:
        """Return where a value lies."""
        return float(self._values.index(str(value))) if self.labels else float(value)

    def positions(self, trials: Iterable[Trial]) -> Array:
        """Return where the values of trials lie; NaN for those that have none."""
        values = [trial.values.get(self.name) for trial in trials]
        return np.array([np.nan if v is None else self.position(v) for v in values])

    @property
    def limits(self) -> tuple[float, float]:
        """Both ends of the range."""
        if self.labels:
            return -0.5, len(self.labels) - 0.5
        if isinstance(self._kind, Numerical):
            return float(self._kind.min_value), float(self._kind.max_value)
        return float(min(self._kind.values)), float(max(self._kind.values))

    def share(self, position: Any) -> Any:
        """Return positions as shares of the range, from 0 to 1, on its scale."""
        low, high = self.limits
        if self.is_log:
            return np.log(np.asarray(position) / low) / np.log(high / low)
        return (np.asarray(position) - low) / (high - low)

    def apply(self, axis: Any, set_scale: Any, set_ticks: Any) -> None:
        """Give an axis of matplotlib the scale, and names instead of numbers for categories.

        Args:
            axis: the `xaxis` or `yaxis`.
            set_scale: the panel's `set_xscale` or `set_yscale`.
            set_ticks: its `set_xticks` or `set_yticks`.
        """
        ticker = import_module("matplotlib.ticker")
        if self.labels:
            set_ticks(range(len(self.labels)), self.labels)
        elif self.is_log:
            set_scale("log")
            low, high = self.limits
            if high / low < 1000 or self._has_few:
                set_ticks(*zip(*self.ticks(), strict=True))
                axis.set_minor_locator(ticker.NullLocator())
        elif self._has_few:
            set_ticks(*zip(*self.ticks(), strict=True))
        elif self.is_whole:
            axis.set_major_locator(ticker.MaxNLocator(5, integer=True))

    @property
    def _has_few(self) -> bool:
        """Whether there are so few values that each can be written at the axis."""
        countable = isinstance(self._kind, Choice) or getattr(self._kind, "step", None) is not None
        return countable and len(self._kind.values) <= 6

    def ticks(self) -> list[tuple[float, str]]:
        """Return a few positions with what to write there."""
        if self.labels:
            return [(float(i), label) for i, label in enumerate(self.labels)]
        low, high = self.limits
        if isinstance(self._kind, Choice) or self._has_few:
            return [(float(v), _short(float(v))) for v in sorted(self._kind.values)]
        if self.is_log:
            first, last = np.ceil(np.log10(low) - 1e-9), np.floor(np.log10(high) + 1e-9)
            inner: Sequence[float] = [10.0**k for k in np.arange(first, last + 1)]
            places = inner if len(inner) >= 2 else [low, high]
        else:
            places = list(np.linspace(low, high, 3))
        return [(float(p), _short(float(p))) for p in places]


def _short(value: float) -> str:
    """Write a number shortly; powers of ten as such."""
    return style.number(value, 3).removeprefix("1·")


def searched(trials: Sequence[Trial]) -> list[Axis]:
    """Return an axis for each hyper-parameter of which the trials tried more than one value.

    Args:
        trials: the trials.
    """
    found: dict[str, HyperParameter] = {}
    for trial in trials:
        for hyperparameter in trial.hyperparameters.space:
            found.setdefault(hyperparameter.name, hyperparameter)
    tried = {n: {str(t.values[n]) for t in trials if n in t.values} for n in found}
    return [Axis(found[name]) for name, values in tried.items() if len(values) > 1]
