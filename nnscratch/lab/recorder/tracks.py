"""One recorded quantity: where it is read, how it is reduced, and the rows not yet written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.lab.recorder import reductions
from nnscratch.lab.recorder.blocks import Block
from nnscratch.lab.recorder.reductions import Reduction, name_of
from nnscratch.lab.recorder.rows import Rows
from nnscratch.typing import Array


@dataclass(frozen=True)
class Probe:
    """A place where an array can be read after a step.

    Attributes:
        path: the layer or variable.
        kind: what of it.
        read: returns the array, valid until the next step, or None where there is none.
        ends: the range of values, for saturation.
        beside: returns the weight before the step, for the ratio of updates to weights.
        number: number of the trainable weight that it belongs to, if any.
    """

    path: str
    kind: str
    read: Callable[[], Array | None]
    ends: tuple[float, float] | None = None
    beside: Callable[[], Array] | None = None
    number: int | None = None


Chosen = tuple[Probe, tuple[Reduction, ...]]
"""A quantity and its reductions."""
Counted = tuple[str, ...]
"""Summary, histogram or both."""
SHARES = ("saturation", "dead")


class Track:
    """The pending rows of one quantity.

    Args:
        probe: where it is read.
        how: the reductions.
        capacity: steps after which rows are taken at the latest.
        sample: elements looked at, at most.
        exact: whether summaries look at all elements.

    Attributes:
        counted: which of summary and histogram are wanted.
        shares: which of saturation and dead units are wanted.
        is_plain: whether nothing but samples and shares is kept of a step.
        pending: bytes that wait to be written.
    """

    def __init__(
        self, probe: Probe, how: Sequence[Reduction], capacity: int, sample: int, exact: bool
    ) -> None:
        self.probe = probe
        self._read = probe.read
        self.counted = tuple(h for h in how if h in ("summary", "histogram"))
        self._functions = [
            (name_of(h), function)
            for h in how
            if h not in ("summary", "histogram") and (function := _function(h, probe)) is not None
        ]
        self.shares = [name for name, _ in self._functions if name in how and name in SHARES]
        self.is_plain = not exact and len(self.shares) == len(self._functions)
        self._room = (capacity, sample, exact)
        self._blocks: dict[int, Block] = {}
        self._rows: dict[str, list[tuple[int, Array]]] = {name: [] for name, _ in self._functions}
        self.pending = 0

    def add(self, step: int) -> None:
        """Read the quantity and reduce it, or keep what is needed to reduce it later."""
        array = self._read()
        if array is None:
            return
        if self.counted:
            block = self._blocks.get(array.size)
            if block is None:
                block = self._blocks[array.size] = Block(array.size, *self._room)
            block.add(step, array)
        for name, function in self._functions:
            row = np.asarray(function(array))
            self.pending += row.nbytes
            self._rows[name].append((step, row))

    def blocks(self) -> list[Block]:
        """Return the blocks that hold something."""
        return [block for block in self._blocks.values() if block.steps]

    def take(self) -> list[Rows]:
        """Return the rows of the functions since the last call."""
        self.pending = 0
        places = ((self.probe.path, self.probe.kind),)
        found: list[Rows] = []
        for name, rows in self._rows.items():
            by_shape: dict[Any, list[tuple[int, Array]]] = {}
            for step, row in rows:
                by_shape.setdefault((row.shape, row.dtype), []).append((step, row))
            for same in by_shape.values():
                values = np.array([[row for _, row in same]])
                found.append(Rows(places, name, tuple(step for step, _ in same), values))
            rows.clear()
        return found


def thinned(a: Array, most: int = 2048) -> Array:
    """Return every n-th element, so that there are at most so many."""
    return a.reshape(-1)[:: max(1, -(-a.size // most))]


def _function(how: Reduction, probe: Probe) -> Callable[[Array], Any] | None:
    """Return the function of an array that makes a row, None where it makes no sense here."""
    if callable(how):
        return how
    if how == "full":
        return np.array
    if how == "saturation":
        ends = probe.ends
        return None if ends is None else lambda a: reductions.saturation(thinned(a), ends)
    if how == "ratio":
        beside = probe.beside
        return None if beside is None else lambda a: reductions.ratio(a, beside())
    function: Callable[[Array], Any] = getattr(reductions, how)
    return function
