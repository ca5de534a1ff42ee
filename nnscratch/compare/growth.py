"""How the distance of two runs grows from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnscratch.compare.arithmetic import FLOOR, difference
from nnscratch.typing import Array


@dataclass(frozen=True)
class Point:
    """The distance of two runs at one moment of a `fit`.

    Attributes:
        moment: `start`, `step` or `epoch` (its end).
        epoch: counted from 1.
        step: steps done since the start of the fit.
        relative: the largest difference among the running loss and the weights that count.
        name: where it is.
        slot_relative: the largest difference among the optimizer's slots.
        slot_name: where that is.
    """

    moment: str
    epoch: int
    step: int
    relative: float
    name: str
    slot_relative: float = 0.0
    slot_name: str = ""

    def __str__(self) -> str:
        if self.moment == "start":
            return "before the first step"
        if self.moment == "epoch":
            return f"at the end of epoch {self.epoch} (step {self.step})"
        return f"at step {self.step} (epoch {self.epoch})"


@dataclass(frozen=True)
class Curve:
    """The distance of two runs in one weight.

    Attributes:
        name: the weight's path without the model's name.
        steps: steps done since the start of the fit.
        values: the difference then.
    """

    name: str
    steps: list[int]
    values: list[float]

    @property
    def layer(self) -> str:
        """The part of the path before the last `/`, or the path."""
        return self.name.rpartition("/")[0] or self.name

    @property
    def role(self) -> str:
        """What the weight is to its layer: `kernel`, `bias`."""
        return self.name.rpartition("/")[2]


@dataclass
class Growth:
    """The distance of two runs at every moment of a `fit` that both have written down.

    Args:
        first: the first run's record of a fit.
        second: the second run's.
        first_arrays: the first run's digests of the tensors, `step/<number of the tensor>`.
        second_arrays: the second run's.

    Attributes:
        moments: see `common_moments`.
        weights: differences at each moment, by name of the weight, of those that count; NaN until
            both runs have it.
        slots: likewise for the optimizer's slots.
    """

    first: Mapping[str, Any]
    second: Mapping[str, Any]
    first_arrays: Mapping[str, Array]
    second_arrays: Mapping[str, Array]
    moments: list[tuple[Any, ...]] = field(init=False)
    weights: dict[str, Array] = field(init=False, default_factory=dict)
    slots: dict[str, Array] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        first, second = self.first, self.second
        self.moments = common_moments(first["steps"], second["steps"])
        idle = {w["path"] for w in first["weights"] if w["idle"]}
        for kind, path, i, j in pairs(first["tensors"], second["tensors"]):
            if concerns(path, idle):
                continue
            a, b = self.first_arrays[f"step/{i}"], self.second_arrays[f"step/{j}"]
            starts = len(first["steps"]) - len(a), len(second["steps"]) - len(b)
            label = path.removeprefix(f"{first['model']}/")
            columns, floor = (self.weights, FLOOR) if kind == "weight" else (self.slots, 0.0)
            columns[label] = _column(a, b, starts, len(self.moments), floor)

    def points(self) -> list[Point]:
        """Return the largest distance at each moment."""
        points = []
        for row, (moment, epoch, step, a_loss, b_loss) in enumerate(self.moments):
            found = _row(self.weights, row)
            if a_loss is not None and b_loss is not None:
                found["running loss"] = difference(a_loss, b_loss)
            if found:  # otherwise the model was not built by then
                name, apart = _largest(found)
                slot_name, slot_apart = _largest(_row(self.slots, row))
                points.append(Point(moment, epoch + 1, step, apart, name, slot_apart, slot_name))
        return points

    def curves(self) -> list[Curve]:
        """Return the distance of each weight, step by step; of the same step the last moment."""
        curves = []
        for path in (w["path"] for w in self.first["weights"]):
            name = path.removeprefix(f"{self.first['model']}/")
            column = self.weights.get(name, np.empty(0))
            known = {
                moment[2]: float(value)
                for moment, value in zip(self.moments, column, strict=False)
                if not np.isnan(value)
            }
            if known:
                curves.append(Curve(name, list(known), list(known.values())))
        return curves


def pairs(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str, str, int, int]]:
    """Yield kind, path and both numbers of every tensor, by name, or by place if names differ."""
    for kind in ("weight", "slot"):
        theirs = [(name, i) for i, name in enumerate(first) if name.startswith(f"{kind} ")]
        ours = [(name, i) for i, name in enumerate(second) if name.startswith(f"{kind} ")]
        if {name for name, _ in theirs} == {name for name, _ in ours}:
            theirs, ours = sorted(theirs), sorted(ours)
        if len(theirs) == len(ours):
            for (name, i), (_, j) in zip(theirs, ours, strict=True):
                yield kind, name.removeprefix(f"{kind} "), i, j


def _row(columns: Mapping[str, Array], row: int) -> dict[str, float]:
    """Return the differences at one moment of all tensors that both runs had by then."""
    return {name: float(c[row]) for name, c in columns.items() if not np.isnan(c[row])}


def _largest(found: Mapping[str, float]) -> tuple[str, float]:
    return max(found.items(), key=lambda item: item[1], default=("", 0.0))


def common_moments(first: Any, second: Any) -> list[tuple[Any, ...]]:
    """Return the moments until the runs are no longer at the same step, with both losses."""
    moments = []
    for a, b in zip(first, second, strict=False):
        if a[:3] != b[:3]:
            break
        moments.append((*a, b[3]))
    return moments


def concerns(path: str, weights: set[str]) -> bool:
    """Tell whether a path is that of one of these weights, or of an optimizer's slot for one."""
    name = path.rpartition("/")[2]
    slot = any(name.startswith(weight.replace("/", "_") + "_") for weight in weights)
    return path in weights or slot


def _column(a: Array, b: Array, starts: tuple[int, int], moments: int, floor: float) -> Array:
    """Return the differences of one tensor at each moment, NaN until both runs have it."""
    start = min(max(starts), moments)
    theirs = a[start - starts[0] : moments - starts[0]]
    ours = b[start - starts[1] : moments - starts[1]]
    return np.concatenate([np.full(start, np.nan), digest_differences(theirs, ours, floor)])


def digest_differences(a: Array, b: Array, floor: float) -> Array:
    """Return how far one tensor is apart at each moment, from its digests.

    Each row of a digest holds the tensor's norm, its largest magnitude, and elements of it. The
    elements are measured against the largest magnitude, the norms against each other.

    Args:
        a: digests (moments, 2 + elements).
        b: digests of the other run.
        floor: least scale.
    """
    if a.shape != b.shape:
        return np.full(len(a), np.inf)
    found = np.zeros(len(a))
    for row, (one, other) in enumerate(zip(a, b, strict=True)):
        if np.array_equal(one, other, equal_nan=True):
            continue
        scale = max(floor, abs(one[1]), abs(other[1]))
        with np.errstate(invalid="ignore"):
            apart = np.max(np.abs(other[1:] - one[1:])) / scale if scale else 0.0
        found[row] = max(
            apart if np.isfinite(apart) else np.inf, difference(one[0], other[0], floor)
        )
    return found
