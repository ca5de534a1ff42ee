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
        self._gathered: list[int] = []
        self._line: Line | None = None

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
        self._write_line()
        return left

    def _write_line(self) -> None:
        """Lay the line out: of each flat vector first the squares, which fetch it, then samples."""
        fields: list[Field] = []
        wanted = [(vector, i) for vector in ("update", "before") for _, i in self._ratios]
        for kind, _, weights in self._kinds:
            if kind in self._vectors:
                wanted += [(kind, i) for _, i in weights if self._is_large(i)]
            self._square(wanted, fields)
            wanted = []
            self._gathered.append(len(fields))
            fields.append(self._gather(kind, weights))
        self._square(wanted, fields)
        if fields:
            self._line = Line(fields, self._capacity, self._changes.arena.dtype)

    def _square(self, wanted: Sequence[Square], fields: list[Field]) -> None:
        for vector, i in wanted:
            if (vector, i) not in self._squares:
                self._squares[vector, i] = len(fields)
                part = self._vectors[vector][slice(*self._range(i))]
                fields.append(_squared(part))

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

    def _gather(self, kind: str, weights: Sequence[tuple[str, int]]) -> Field:
        index = np.concatenate(self._index([i for _, i in weights]))

        def calls(place: Array) -> list[Call]:
            vector = self._vectors.get(kind)
            if vector is None:
                return [(self._changes.sizes_at, (index, place))]
            return [(vector.take, (index, None, place, "clip"))]

        return Field(len(index), calls)

    @property
    def adds(self) -> list[Callable[[int], None]]:
        """What has to be called with the number of each recorded step."""
        return [] if self._line is None else [self._line.add]

    # -- later ---------------------------------------------------------------------------------

    def parts(self) -> list[tuple[Place, Counted, Sampled]]:
        """Return the samples that wait, weight by weight."""
        line, found = self._line, []
        if line is None or not line.steps:
            return []
        for field, (kind, counted, weights) in zip(self._gathered, self._kinds, strict=True):
            samples, start = line.held(field).astype(np.float32, copy=False), 0
            widths = map(len, self._index([i for _, i in weights]))
            for (name, i), width in zip(weights, widths, strict=True):
                stop = start + width
                known = self._is_large(i) and (kind, i) in self._squares
                norms = np.sqrt(self._sum(line, kind, i)) if known else None
                part: Sampled = Part(self._size(i), samples[:, start:stop], line.steps, norms)
                found.append(((name, kind), counted, part))
                start = stop
        return found

    def rows(self) -> list[Rows]:
        """Return the ratios that wait."""
        line = self._line
        if line is None or not line.steps or not self._ratios:
            return []
        u, w = (
            np.array([self._sum(line, vector, i) for _, i in self._ratios])
            for vector in ("update", "before")
        )
        table = np.full(u.shape, math.nan)
        np.divide(u, w, out=table, where=w > 0)
        places = tuple((name, "update") for name, _ in self._ratios)
        return [Rows(places, "ratio", tuple(line.steps), np.sqrt(table))]

    def _sum(self, line: Line, vector: str, i: int) -> Array:
        """Return ‖·‖² of a weight at the steps that wait."""
        return line.held(self._squares[vector, i])[:, 0].astype(np.float64)

    def clear(self) -> None:
        """Start anew."""
        if self._line is not None:
            self._line.clear()


def _squared(part: Array) -> Field:
    return Field(1, lambda place: [(np.dot, (part, part, place.reshape(())))])
