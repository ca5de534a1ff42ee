"""One kind of number for all weights at once, where they lie in one arena."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch.lab.recorder.blocks import stride_for
from nnscratch.lab.recorder.rows import Rows
from nnscratch.typing import Array

Range = tuple[int, int]
"""Where a weight begins and ends in the flat vectors."""


class Squares:
    """‖·‖² of parts of a flat vector, found at most once a step.

    Args:
        flat: the vector.
        ranges: the parts.
    """

    def __init__(self, flat: Array, ranges: Sequence[Range]) -> None:
        self._parts = [flat[start:stop] for start, stop in ranges]
        self._numbers = {ends: i for i, ends in enumerate(ranges)}
        self._rows: dict[int, list[Any]] = {}

    def add(self, step: int) -> None:
        """Take in a step, if that has not been done."""
        if step not in self._rows:
            self._rows[step] = [part.dot(part) for part in self._parts]

    def knows(self, ranges: Sequence[Range]) -> bool:
        """Tell whether these parts are among those that are looked at."""
        return self._numbers.keys() >= set(ranges)

    def at(self, steps: Sequence[int], ranges: Sequence[Range]) -> Array:
        """Return the squares of some parts at some steps, (ranges, steps)."""
        rows = np.array([self._rows[step] for step in steps], np.float64)
        found: Array = rows[:, [self._numbers[ends] for ends in ranges]].T
        return found

    def clear(self) -> None:
        """Start anew."""
        self._rows = {}


class Part:
    """The samples of one weight within a `FlatTrack`.

    Args:
        size: elements of the weight.
        samples: (steps, width) the samples.
        steps: the steps.
        norms: the norms at them, where they are known.
    """

    def __init__(self, size: int, samples: Array, steps: list[int], norms: Array | None) -> None:
        self.size = size
        self.width = samples.shape[1]
        self.steps = steps
        self._samples = samples
        self._norms = norms

    def samples(self) -> Array:
        """Return the samples, (steps, width)."""
        return self._samples

    def correct(self, summary: Array) -> None:
        """Put the norm of all elements in the place of the sample's."""
        if self._norms is not None:
            summary[:, -1] = self._norms

    def clear(self) -> None:
        """Do nothing: the track has begun anew."""


class FlatTrack:
    """Samples and norms of one kind, such as the gradient, of every weight in an arena.

    The samples of all weights are gathered at once from the flat vector. The norms are those of
    all elements.

    Args:
        kind: the kind.
        counted: `"summary"`, `"histogram"` or both.
        names: names of the weights.
        ranges: where they lie in the flat vectors.
        gather: puts the elements at some places of the flat vector into an array.
        squares: the squares of the large weights; None where there is only the sample.
        capacity: steps that there is room for.
        sample: elements kept of each weight at most.
    """

    pending = 0

    def __init__(
        self,
        kind: str,
        counted: Sequence[str],
        names: Sequence[str],
        ranges: Sequence[Range],
        gather: Callable[[Array, Array], None],
        squares: Squares | None,
        capacity: int,
        sample: int,
    ) -> None:
        self.kind = kind
        self.counted = tuple(counted)
        self._names = names
        self._sizes = [stop - start for start, stop in ranges]
        parts = [np.arange(start, stop, stride_for(stop - start, sample)) for start, stop in ranges]
        self._index = np.concatenate(parts)
        self._cuts = np.cumsum([0, *[len(part) for part in parts]]).tolist()
        self._gather = gather
        self._squares = squares
        self._samples = np.empty((capacity, len(self._index)), np.float32)
        self._large = large(ranges, sample)
        self._steps: list[int] = []

    def add(self, step: int) -> None:
        """Gather the samples and the norms."""
        self._gather(self._index, self._samples[len(self._steps)])
        self._steps.append(step)
        if self._squares is not None:
            self._squares.add(step)

    def parts(self) -> list[tuple[str, Part]]:
        """Return the samples since the last call, weight by weight, and start anew."""
        steps, self._steps = self._steps, []
        if not steps:
            return []
        norms: dict[int, Array] = {}
        if self._squares is not None and self._large:
            found = np.sqrt(self._squares.at(steps, list(self._large.values())))
            norms = dict(zip(self._large, found, strict=True))
        samples = self._samples[: len(steps)]
        return [
            (name, Part(size, samples[:, start:stop], steps, norms.get(i)))
            for i, (name, size, start, stop) in enumerate(
                zip(self._names, self._sizes, self._cuts, self._cuts[1:], strict=False)
            )
        ]


def large(ranges: Sequence[Range], sample: int) -> dict[int, Range]:
    """Return which weights have more elements than the sample, by number."""
    return {i: ends for i, ends in enumerate(ranges) if ends[1] - ends[0] > sample}


class FlatRatios:
    """The ratio of update to weight, for every weight in an arena.

    Args:
        names: names of the weights.
        ranges: where they lie in the flat vectors.
        update: the squares of the updates.
        before: the squares of the weights before them.
    """

    pending = 0

    def __init__(
        self, names: Sequence[str], ranges: Sequence[Range], update: Squares, before: Squares
    ) -> None:
        self._places = tuple((name, "update") for name in names)
        self._ranges = ranges
        self._update = update
        self._before = before
        self._steps: list[int] = []

    def add(self, step: int) -> None:
        """Take in the ratios of a step."""
        self._update.add(step)
        self._before.add(step)
        self._steps.append(step)

    def take(self) -> list[Rows]:
        """Return the rows since the last call."""
        steps, self._steps = self._steps, []
        if not steps:
            return []
        u, w = (s.at(steps, self._ranges) for s in (self._update, self._before))
        table = np.full(u.shape, math.nan)
        np.divide(u, w, out=table, where=w > 0)
        return [Rows(self._places, "ratio", tuple(steps), np.sqrt(table))]


def ranges_of(arena: Any, numbers: Sequence[int]) -> list[Range]:
    """Return where weights lie in the flat vectors, by their numbers in the arena."""
    starts = [arena.starts[i] for i in numbers]
    sizes = [arena.variables[i].value.size for i in numbers]
    return [(start, start + size) for start, size in zip(starts, sizes, strict=True)]
