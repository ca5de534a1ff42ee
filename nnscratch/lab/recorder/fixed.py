"""Quantities of a step whose arrays are the same memory as in the step before, read by a line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch.lab.recorder.blocks import Sampled, stride_for
from nnscratch.lab.recorder.line import Field, Line, Part
from nnscratch.lab.recorder.reductions import without_margin
from nnscratch.lab.recorder.rows import Place, Rows
from nnscratch.lab.recorder.tracks import Counted, Track, thinned
from nnscratch.routine.state import Call
from nnscratch.typing import Array


class Fixed:
    """What a line takes in of quantities whose arrays are found once.

    Args:
        tracks: the quantities.
        capacity: steps that there is room for.
        sample: elements looked at of each array, at most.

    Attributes:
        adds: what has to be called with the number of each recorded step: the line, and the
            tracks whose arrays or reductions are not for it.
    """

    def __init__(self, tracks: Sequence[Track], capacity: int, sample: int) -> None:
        self._samples: dict[int, tuple[Place, Counted, int]] = {}
        self._shares: dict[int, tuple[Place, str, int]] = {}
        self.adds: list[Callable[[int], None]] = []
        fields: list[Field] = []
        for track in tracks:
            array = track.probe.read()
            if array is None:
                continue
            if not (track.is_plain and array.flags.c_contiguous and array.size and array.ndim):
                self.adds.append(track.add)
                continue
            place = (track.probe.path, track.probe.kind)
            for share in track.shares:  # first, for they fetch the array from afar
                seen, function = SHARES[share](array, track.probe.ends)
                self._shares[len(fields)] = place, share, seen.size
                fields.append(_counted(seen, function))
            if track.counted:
                self._samples[len(fields)] = place, track.counted, array.size
                fields.append(_sampled(array, sample))
        self._line = Line(fields, capacity, np.float32)
        self.adds.append(self._line.add)

    def parts(self) -> list[tuple[Place, Counted, Sampled]]:
        """Return the samples that wait."""
        line = self._line
        return [
            (place, counted, Part(size, line.held(i), line.steps))
            for i, (place, counted, size) in self._samples.items()
            if line.steps
        ]

    def rows(self) -> list[Rows]:
        """Return the shares of saturated elements and dead units that wait."""
        steps = tuple(self._line.steps)
        if not steps:
            return []
        found = []
        for i, (place, share, size) in self._shares.items():
            counts = self._line.held(i).T.astype(np.float64)
            table = 1.0 - counts / size if share == "saturation" else (size - counts) / size
            found.append(Rows((place,), share, steps, table))
        return found

    def clear(self) -> None:
        """Start anew."""
        self._line.clear()


def _sampled(array: Array, sample: int) -> Field:
    kept = array.reshape(-1)[:: stride_for(array.size, sample)]
    return Field(kept.size, lambda place: [(np.copyto, (place, kept, "unsafe"))])


def _counted(seen: Array, calls: list[Call]) -> Field:
    """Return the field for the number of elements that are true after some calls."""
    return Field(1, lambda place: [*calls, (_count, (place, seen))])


def _count(place: Array, seen: Array) -> None:
    place[0] = np.count_nonzero(seen)


def _inside(array: Array, ends: Any) -> tuple[Array, list[Call]]:
    """Return where elements are inside of the range, once the calls are made."""
    part = thinned(array)
    low, high = without_margin(ends)
    above = np.empty(part.shape, bool)
    calls: list[Call] = [(np.greater, (part, low, above))]
    if high < math.inf:
        below = np.empty(part.shape, bool)
        calls += [(np.less, (part, high, below)), (np.logical_and, (above, below, above))]
    return above, calls


def _alive(array: Array, ends: Any) -> tuple[Array, list[Call]]:
    """Return which units are not 0 for every row, once the calls are made."""
    alive = np.empty(array.shape[-1], bool)
    rows = array.reshape(-1, array.shape[-1])
    return alive, [(np.logical_or.reduce, (rows, 0, None, alive))]


SHARES: dict[str, Callable[[Array, Any], tuple[Array, list[Call]]]] = {
    "saturation": _inside,
    "dead": _alive,
}
"""How a line finds shares of elements and units."""
