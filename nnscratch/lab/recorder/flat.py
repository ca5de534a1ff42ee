"""What is recorded of all weights at once, where they lie in one arena."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from nnscratch.lab.recorder.blocks import Sampled, stride_for
from nnscratch.lab.recorder.changes import Changes
from nnscratch.lab.recorder.line import Field, Line, Part
from nnscratch.lab.recorder.reductions import DEFAULT
from nnscratch.lab.recorder.rows import Place, Rows
from nnscratch.lab.recorder.tracks import Chosen, Counted
from nnscratch.routine.state import Call
from nnscratch.typing import Array

Square = tuple[str, int]
"""Name of a flat vector and number of a weight: ‖·‖² of the weight's part of it."""


class Flat:
    """Samples, norms and ratios of the weights, read from the arena's flat vectors.

    The samples of all weights are gathered at once; the norms are those of all elements.

    Args:
        changes: the changes of the weights.
        capacity: steps that there is room for.
        sample: elements looked at of each weight, at most.
    """

    def __init__(self, changes: Changes, capacity: int, sample: int) -> None:
        self._changes = changes
        self._capacity = capacity
        self._sample = sample
        self._vectors: dict[str, Array] = {}
        self._kinds: list[tuple[str, Counted, list[tuple[str, int]]]] = []
        self._ratios: list[tuple[str, int]] = []
        self._squares: dict[Square, int] = {}
        self._samples: Line | None = None
        self._sums: Line | None = None

    def take_in(self, chosen: Sequence[Chosen]) -> list[Chosen]:
        """Take quantities in, and return those that have to be read one by one."""
        changes = self._changes
        changes.note()
        if changes.arena is None:
            return list(chosen)
        self._vectors = {
            "weight": changes.arena.values,
            "grad": changes.arena.grads,
            "update": changes.flat_update,
            "before": changes.flat_before,
            **changes.flat_slots,
        }
        groups: dict[tuple[str, Counted], list[tuple[str, int]]] = {}
        left: list[Chosen] = []
        for probe, how in chosen:
            known = probe.kind in self._vectors or probe.kind == "step_size"
            if probe.number is None or not known:
                left.append((probe, how))
                continue
            place = (probe.path, probe.number)
            counted = tuple(h for h in how if isinstance(h, str) and h in DEFAULT)
            if counted:
                groups.setdefault((probe.kind, counted), []).append(place)
            if "ratio" in how:
                self._ratios.append(place)
            rest = tuple(h for h in how if h not in (*DEFAULT, "ratio"))
            if rest:
                left.append((probe, rest))
        self._kinds = [(kind, counted, weights) for (kind, counted), weights in groups.items()]
        self._write_lines()
        return left

    def _write_lines(self) -> None:
        wanted = [(v, i) for v in ("update", "before") for _, i in self._ratios]
        for kind, _, weights in self._kinds:
            if kind in self._vectors:
                wanted += [(kind, i) for _, i in weights if self._is_large(i)]
        self._squares = {square: place for place, square in enumerate(dict.fromkeys(wanted))}
        fields = [self._gathered(kind, weights) for kind, _, weights in self._kinds]
        self._samples = Line(fields, self._capacity, np.float32)
        squares = [self._squared(vector, i) for vector, i in self._squares]
        self._sums = Line(squares, self._capacity, self._changes.arena.dtype)

    def _range(self, i: int) -> tuple[int, int]:
        arena = self._changes.arena
        return arena.starts[i], arena.starts[i] + arena.variables[i].value.size

    def _size(self, i: int) -> int:
        start, stop = self._range(i)
        return stop - start

    def _is_large(self, i: int) -> bool:
        return self._size(i) > self._sample

    def _index(self, weights: Sequence[int]) -> list[Array]:
        """Return where in the flat vectors the elements of weights are that are looked at."""
        ends = [self._range(i) for i in weights]
        return [np.arange(a, b, stride_for(b - a, self._sample), dtype=np.intp) for a, b in ends]

    def _gathered(self, kind: str, weights: Sequence[tuple[str, int]]) -> Field:
        index = np.concatenate(self._index([i for _, i in weights]))

        def calls(place: Array) -> list[Call]:
            vector = self._vectors.get(kind)
            if vector is None:
                return [(self._changes.sizes_at, (index, place))]
            if vector.dtype == place.dtype:
                return [(vector.take, (index, None, place, "clip"))]
            return [(_take_into, (place, vector, index))]

        return Field(len(index), calls)

    def _squared(self, vector: str, i: int) -> Field:
        part = self._vectors[vector][slice(*self._range(i))]
        return Field(1, lambda place: [(np.dot, (part, part, place.reshape(())))])

    def adds(self) -> list[Callable[[int], None]]:
        """Return what has to be called with the number of each recorded step."""
        return [line.add for line in (self._sums, self._samples) if line is not None]

    # -- later ---------------------------------------------------------------------------------

    def parts(self) -> list[tuple[Place, Counted, Sampled]]:
        """Return the samples that wait, weight by weight."""
        if self._samples is None or not self._samples.steps:
            return []
        steps, found = self._samples.steps, []
        for k, (kind, counted, weights) in enumerate(self._kinds):
            samples, start = self._samples.held(k), 0
            widths = map(len, self._index([i for _, i in weights]))
            for (name, i), width in zip(weights, widths, strict=True):
                stop = start + width
                known = (kind, i) in self._squares and self._is_large(i)
                norms = np.sqrt(self._sum(kind, i)) if known else None
                part: Sampled = Part(self._size(i), samples[:, start:stop], steps, norms)
                found.append(((name, kind), counted, part))
                start = stop
        return found

    def rows(self) -> list[Rows]:
        """Return the ratios that wait."""
        if self._sums is None or not self._sums.steps or not self._ratios:
            return []
        u, w = (
            np.array([self._sum(vector, i) for _, i in self._ratios])
            for vector in ("update", "before")
        )
        table = np.full(u.shape, math.nan)
        np.divide(u, w, out=table, where=w > 0)
        places = tuple((name, "update") for name, _ in self._ratios)
        return [Rows(places, "ratio", tuple(self._sums.steps), np.sqrt(table))]

    def _sum(self, vector: str, i: int) -> Array:
        """Return ‖·‖² of a weight at the steps that wait."""
        assert self._sums is not None
        return self._sums.held(self._squares[vector, i])[:, 0].astype(np.float64)

    def clear(self) -> None:
        """Start anew."""
        for line in (self._samples, self._sums):
            if line is not None:
                line.clear()


def _take_into(place: Array, vector: Array, index: Array) -> None:
    place[...] = vector.take(index)
