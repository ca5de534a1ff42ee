"""How an array becomes a few numbers: norms, quantiles, shares of saturated and dead units."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.typing import Array

Reduction: TypeAlias = "str | Callable[[Array], Any]"
SUMMARY = ("mean", "std", "min", "max", "norm")
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
PLAIN = ("full", "norms", "quantiles", "mean_std", "saturation", "dead", "ratio")
ALL = ("summary", "histogram", *PLAIN)
COLUMNS: dict[str, tuple[str, ...]] = {
    "summary": SUMMARY,
    "norms": ("l1", "l2", "largest"),
    "quantiles": tuple(f"q{round(100 * q)}" for q in QUANTILES),
    "mean_std": ("mean", "std"),
    "saturation": ("saturation",),
    "dead": ("dead",),
    "ratio": ("ratio",),
    "value": ("value",),
}
"""Names of the numbers that a reduction gives."""
DEFAULT = ("summary", "histogram")
ONLY_FOR = {"saturation": ("activation",), "dead": ("activation",), "ratio": ("update",)}
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("sigmoid", "hard_sigmoid", "softmax", "sparse_sigmoid"), (0.0, 1.0)),
    **dict.fromkeys(("tanh", "hard_tanh", "softsign"), (-1.0, 1.0)),
    **dict.fromkeys(("relu", "sparse_plus"), (0.0, math.inf)),
    "relu6": (0.0, 6.0),
}
"""Between which ends the values of an activation lie; where it is at an end, its slope is 0."""
MARGIN = 0.01


def norms(a: Array) -> list[float]:
    """Return Σ|a|, √Σa² and max |a|.

    >>> norms(np.array([3.0, -4.0]))
    [7.0, 5.0, 4.0]
    """
    size = np.abs(a.reshape(-1), dtype=np.float64)
    return [float(size.sum()), float(math.sqrt(size @ size)), float(size.max(initial=0.0))]


def quantiles(a: Array) -> Array:
    """Return the smallest value, the 5, 25, 50, 75 and 95 % quantiles and the largest value."""
    return np.asarray(np.quantile(a.astype(np.float64), QUANTILES))


def mean_std(a: Array) -> list[float]:
    """Return mean and standard deviation (that of these very numbers, so divided by n)."""
    return [float(np.mean(a, dtype=np.float64)), float(np.std(a, dtype=np.float64))]


def saturation(a: Array, ends: tuple[float, float]) -> float:
    """Return the share of elements within 1 % of an end of the activation's range.

    For ReLU this is the share of zeros.

    >>> saturation(np.array([0.001, 0.5, 0.995, 0.2]), (0.0, 1.0))
    0.5
    """
    low, high = without_margin(ends)
    inside = a > low if high == math.inf else (a > low) & (a < high)
    return 1.0 - int(np.count_nonzero(inside)) / max(a.size, 1)


def without_margin(ends: tuple[float, float]) -> tuple[float, float]:
    """Return the range without 1 % at either end; where it has no end, there is no margin.

    >>> without_margin((-1.0, 1.0))
    (-0.98, 0.98)
    """
    low, high = ends
    margin = 0.0 if high == math.inf else MARGIN * (high - low)
    return low + margin, high - margin


def dead(a: Array) -> float:
    """Return the share of units, along the last axis, that are 0 for every row of the batch.

    >>> dead(np.array([[0.0, 1.0], [0.0, 0.0]]))
    0.5
    """
    units: Array = np.logical_or.reduce(a.reshape(-1, a.shape[-1]), axis=0)
    return (units.size - int(np.count_nonzero(units))) / max(units.size, 1)


def ratio(update: Array, weight: Array) -> float:
    """Return ‖Δw‖/‖w‖, how large a step is beside what it changes; about 1e-3 is usual.

    Convention: w is the weight before the step; NaN where it is zero altogether.
    """
    u, w = update.reshape(-1), weight.reshape(-1)
    size = float(np.dot(w, w))
    return math.sqrt(float(np.dot(u, u)) / size) if size else math.nan


def checked(how: Any) -> tuple[Reduction, ...]:
    """Return reductions as a tuple.

    Args:
        how: a name, a function of an array, or several.

    Raises:
        ValueError: a name that names none.
    """
    several: Iterable[Any] = [how] if isinstance(how, str) or callable(how) else how
    found = tuple(several)
    for one in found:
        if not callable(one) and one not in ALL:
            raise unknown_name("reduction", one, ALL)
    return found


class Choice:
    """Which reductions each kind gets.

    Args:
        how: None for summary and histogram everywhere, saturation and dead units of activations
            and the ratio of updates to weights; a reduction or several, for everything; or a dict
            from kind to reductions, in which `"*"` stands for all other kinds.
    """

    def __init__(self, how: Any = None) -> None:
        if how is None:
            self._by_kind: dict[str, tuple[Reduction, ...]] = {
                "activation": (*DEFAULT, "saturation", "dead"),
                "update": (*DEFAULT, "ratio"),
            }
            self._others: tuple[Reduction, ...] = DEFAULT
        elif isinstance(how, Mapping):
            self._by_kind = {kind: checked(one) for kind, one in how.items()}
            self._others = self._by_kind.pop("*", DEFAULT)
        else:
            self._by_kind, self._others = {}, checked(how)

    def of(self, kind: str) -> tuple[Reduction, ...]:
        """Return the reductions for a kind, without those that make no sense for it."""
        chosen = self._by_kind.get(kind, self._others)
        return tuple(
            one for one in chosen if not isinstance(one, str) or kind in ONLY_FOR.get(one, (kind,))
        )


def name_of(how: Reduction) -> str:
    """Return the name under which a reduction's results are found; that of the function."""
    return how if isinstance(how, str) else str(getattr(how, "__name__", "function"))
