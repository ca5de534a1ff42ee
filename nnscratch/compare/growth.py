"""How the distance of two runs grows from step to step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


def growth(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    first_arrays: Mapping[str, Array],
    second_arrays: Mapping[str, Array],
) -> list[Point]:
    """Return the distance at every moment that both runs have written down.

    Args:
        first: the first run's record of a fit.
        second: the second run's.
        first_arrays: the first run's digests of the tensors, `step/<number of the tensor>`.
        second_arrays: the second run's.
    """
    moments = common_moments(first["steps"], second["steps"])
    idle = {w["path"] for w in first["weights"] if w["idle"]}
    columns: dict[str, dict[str, Array]] = {"weight": {}, "slot": {}}
    for kind, path, i, j in pairs(first["tensors"], second["tensors"]):
        if concerns(path, idle):
            continue
        a, b = first_arrays[f"step/{i}"], second_arrays[f"step/{j}"]
        starts = len(first["steps"]) - len(a), len(second["steps"]) - len(b)
        label = path.removeprefix(f"{first['model']}/")
        floor = FLOOR if kind == "weight" else 0.0
        columns[kind][label] = _column(a, b, starts, len(moments), floor)
    points = []
    for row, (moment, epoch, step, a_loss, b_loss) in enumerate(moments):
        found = _row(columns["weight"], row)
        if a_loss is not None and b_loss is not None:
            found["running loss"] = difference(a_loss, b_loss)
        if found:  # otherwise the model was not built by then
            name, relative = _largest(found)
            slot_name, slot_relative = _largest(_row(columns["slot"], row))
            points.append(Point(moment, epoch + 1, step, relative, name, slot_relative, slot_name))
    return points


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
