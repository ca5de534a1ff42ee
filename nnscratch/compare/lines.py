"""Two runs held side by side: every number that both computed, as one line each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.compare.arithmetic import FLOOR, as_float64, difference, element_differences
from nnscratch.compare.runs import Run
from nnscratch.typing import Array


@dataclass(frozen=True)
class Line:
    """One number or tensor in both runs.

    Attributes:
        place: where it is, such as `epoch 3`.
        name: what it is, such as `val_loss` or `dense/kernel`.
        reference: the first run's number, or the element of its tensor that is farthest off.
        candidate: the second run's.
        relative: how far they are apart (see `nnscratch.compare.arithmetic.difference`).
        judged: whether it counts; a variable that only noise moves does not.
        index: that element.
        note: what else is to be said of it.
    """

    place: str
    name: str
    reference: float | None
    candidate: float | None
    relative: float
    judged: bool = True
    index: tuple[int, ...] = ()
    note: str = ""

    @property
    def label(self) -> str:
        """What it is, with the element that is farthest off."""
        return f"{self.name}{list(self.index)}" if self.index and self.relative else self.name


def missing_line(place: str, name: str, note: str) -> Line:
    """Return the line of something that only one of the runs has."""
    return Line(place, name, None, None, math.inf, note=note)


def scalar_line(place: str, name: str, a: float | None, b: float | None) -> Line:
    """Return the line of a number; None stands for one that a run does not have."""
    if a is None or b is None:
        who = "only the first run" if b is None else "only the second run"
        return Line(place, name, a, b, math.inf, note=f"{who} has it")
    return Line(place, name, a, b, difference(a, b))


def tensor_line(place: str, name: str, a: Array, b: Array, judged: bool = True) -> Line:
    """Return the line of a tensor, with the element that is farthest off."""
    first, second = as_float64(a), as_float64(b)
    if first.shape != second.shape:
        return missing_line(place, name, f"shape {first.shape} and {second.shape}")
    if first.size == 0:
        return Line(place, name, None, None, 0.0, judged)
    apart = element_differences(first, second, FLOOR)
    worst = int(apart.argmax())
    index = tuple(int(i) for i in np.unravel_index(worst, first.shape))
    return Line(
        place,
        name,
        float(first.flat[worst]),
        float(second.flat[worst]),
        float(apart.flat[worst]),
        judged,
        index,
    )


def history_lines(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Line]:
    """Return a line for every epoch and metric of one `fit`.

    Args:
        first: the first run's record of the fit.
        second: the second run's.
    """
    lines: list[Line] = []
    ours, theirs = second["history"], first["history"]
    names = [*theirs, *(name for name in ours if name not in theirs)]
    rows = max((len(h[name]) for h in (theirs, ours) for name in h), default=0)
    epochs = max(first["epochs"], second["epochs"], key=len)
    for row in range(rows):
        for name in names:
            a, b = _at(theirs.get(name, []), row), _at(ours.get(name, []), row)
            if a is None and b is None:
                continue
            whole = len(theirs.get(name, [])) == len(first["epochs"])
            place = f"epoch {epochs[row] + 1}" if whole else f"value {row + 1}"
            lines.append(scalar_line(place, name, a, b))
    return lines


def _at(values: Sequence[float], i: int) -> float | None:
    return values[i] if i < len(values) else None


def weight_lines(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    first_arrays: Mapping[str, Array],
    second_arrays: Mapping[str, Array],
) -> list[Line]:
    """Return a line for every weight after a `fit`, in the model's order."""
    place, prefix = "at its end", f"{first['model']}/"
    if len(first["weights"]) != len(second["weights"]):
        counts = f"{len(first['weights'])} weights and {len(second['weights'])}"
        return [missing_line(place, "weights", counts)]
    lines = []
    for i, (a, b) in enumerate(zip(first["weights"], second["weights"], strict=True)):
        name = a["path"].removeprefix(prefix)
        if a["path"] != b["path"]:
            name = f"{a['path']} ({b['path']})"
        key = f"weight/{i}"
        line = tensor_line(place, name, first_arrays[key], second_arrays[key], not a["idle"])
        lines.append(line)
    return lines


def result_lines(first: Run, second: Run) -> Iterator[Line]:
    """Yield a line for every number that `evaluate`, `predict` and their kin returned."""
    for i, (a, b) in enumerate(zip(first.results, second.results, strict=False)):
        place = f"{a['call']} #{i + 1}"
        if a["call"] != b["call"]:
            yield missing_line(place, a["call"], f"the other run calls {b['call']} here")
            return
        theirs, ours = first.arrays(f"result{i}"), second.arrays(f"result{i}")
        for name in [*theirs, *(n for n in ours if n not in theirs)]:
            if name not in theirs or name not in ours:
                yield missing_line(place, name, "only one run has it")
            elif theirs[name].ndim == 0 and ours[name].ndim == 0:
                yield scalar_line(place, name, float(theirs[name]), float(ours[name]))
            else:
                shape = " × ".join(map(str, theirs[name].shape))
                yield tensor_line(place, f"{name} ({shape})", theirs[name], ours[name])
    if len(first.results) != len(second.results):
        counts = f"{len(first.results)} calls and {len(second.results)}"
        yield missing_line("results", "number of calls", counts)
