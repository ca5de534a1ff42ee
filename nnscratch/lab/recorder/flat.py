"""One kind of number for all weights at once, where they lie in one arena."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch.lab.recorder.blocks import stride_for
from nnscratch.lab.recorder.tracks import Rows
from nnscratch.typing import Array


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
        arena: the arena.
        weights: name and number in the arena of each weight.
        gather: returns the elements at some places of the flat vector.
        flat: returns the flat vector, for the norms; None where there is only the sample.
        capacity: steps that there is room for.
        sample: elements kept of each weight at most.
    """

    pending = 0

    def __init__(
        self,
        kind: str,
        counted: Sequence[str],
        arena: Any,
        weights: Sequence[tuple[str, int]],
        gather: Callable[[Array], Array],
        flat: Callable[[], Array] | None,
        capacity: int,
        sample: int,
    ) -> None:
        self.kind = kind
        self.counted = tuple(counted)
        self._names = [name for name, _ in weights]
        self._ranges = ranges_of(arena, weights)
        self._sizes = [stop - start for start, stop in self._ranges]
        parts = [
            np.arange(start, stop, stride_for(stop - start, sample)) for start, stop in self._ranges
        ]
        self._index = np.concatenate(parts)
        self._cuts = np.cumsum([0, *[len(part) for part in parts]]).tolist()
        self._gather = gather
        self._flat = flat
        self._samples = np.empty((capacity, len(self._index)), np.float32)
        self._large = [i for i, size in enumerate(self._sizes) if size > sample]
        self._large_parts = [slice(*self._ranges[i]) for i in self._large]
        self._squares: list[list[float]] = []
        self._steps: list[int] = []

    def add(self, step: int) -> None:
        """Gather the samples and the norms."""
        self._samples[len(self._steps)] = self._gather(self._index)
        self._steps.append(step)
        if self._flat is not None:
            flat = self._flat()
            views = [flat[part] for part in self._large_parts]
            self._squares.append([float(np.dot(view, view)) for view in views])

    def parts(self) -> list[tuple[str, Part]]:
        """Return the samples since the last call, weight by weight, and start anew."""
        steps, self._steps = self._steps, []
        squares, self._squares = self._squares, []
        if not steps:
            return []
        columns = np.sqrt(np.array(squares)).T if squares else []
        norms = dict(zip(self._large, columns, strict=False))
        found = []
        for i, name in enumerate(self._names):
            samples = self._samples[: len(steps), self._cuts[i] : self._cuts[i + 1]]
            found.append((name, Part(self._sizes[i], samples, steps, norms.get(i))))
        return found


class FlatRatios:
    """The ratio of update to weight, for every weight in an arena.

    Args:
        arena: the arena.
        weights: name and number in the arena of each weight.
        update: returns the flat vector of updates.
        before: returns the flat vector of weights before them.
    """

    pending = 0

    def __init__(
        self,
        arena: Any,
        weights: Sequence[tuple[str, int]],
        update: Callable[[], Array],
        before: Callable[[], Array],
    ) -> None:
        self._names = [name for name, _ in weights]
        self._parts = [slice(*ends) for ends in ranges_of(arena, weights)]
        self._update = update
        self._before = before
        self._rows: list[tuple[int, list[tuple[float, float]]]] = []

    def add(self, step: int) -> None:
        """Take in the ratios of a step."""
        update, before = self._update(), self._before()
        row = []
        for part in self._parts:
            u, w = update[part], before[part]
            row.append((float(np.dot(u, u)), float(np.dot(w, w))))
        self._rows.append((step, row))

    def take(self) -> list[Rows]:
        """Return the rows since the last call."""
        rows, self._rows = self._rows, []
        if not rows:
            return []
        steps = tuple(step for step, _ in rows)
        squares = np.array([row for _, row in rows])  # (steps, weights, 2)
        table = np.full(squares.shape[:2], math.nan)
        u, w = squares[..., 0], squares[..., 1]
        np.divide(u, w, out=table, where=w > 0)
        table = np.sqrt(table)
        return [Rows(n, "update", "ratio", steps, table[:, i]) for i, n in enumerate(self._names)]


def ranges_of(arena: Any, weights: Sequence[tuple[str, int]]) -> list[tuple[int, int]]:
    """Return where each weight begins and ends in the flat vectors."""
    sizes = [arena.variables[i].value.size for _, i in weights]
    starts = [arena.starts[i] for _, i in weights]
    return [(start, start + size) for start, size in zip(starts, sizes, strict=True)]
