"""What is recorded of all weights at once, where they lie in one arena."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nnscratch.lab.recorder.blocks import Sampled, stride_for
from nnscratch.lab.recorder.changes import Changes
from nnscratch.lab.recorder.line import Field, Line, Part
from nnscratch.lab.recorder.reductions import DEFAULT
from nnscratch.lab.recorder.rows import Place, Rows
from nnscratch.lab.recorder.tracks import Chosen, Counted
from nnscratch.routine.state import Call
from nnscratch.typing import Array


@dataclass(frozen=True)
class Stretch:
    """One kind of number of one weight within the line.

    Attributes:
        place: name of the weight, and the kind.
        counted: summary, histogram or both.
        size: elements of the weight.
        field: number of the field with the samples of all weights.
        start: where within the field its samples begin.
        stop: where they end.
        square: number of the field with ‖·‖², None where that is known from the samples.
    """

    place: Place
    counted: Counted
    size: int
    field: int
    start: int
    stop: int
    square: int | None


class Flat:
    """Samples, norms and ratios of the weights, read from the arena's flat vectors.

    The samples of all weights are gathered at once; the norms are those of all elements.

    Args:
        changes: the changes of the weights.
        capacity: steps that there is room for.
        sample: elements looked at of each weight, at most.

    Attributes:
        adds: what has to be called with the number of each recorded step.
    """

    def __init__(self, changes: Changes, capacity: int, sample: int) -> None:
        self._changes = changes
        self._capacity = capacity
        self._sample = sample
        self._vectors: dict[str, Array] = {}
        self._ratios: list[tuple[str, int]] = []
        self._squares: dict[tuple[str, int], int] = {}
        self._stretches: list[Stretch] = []
        self._line: Line | None = None
        self.adds: list[Callable[[int], None]] = []

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
        self._write_line(groups)
        return left

    def _write_line(self, groups: dict[tuple[str, Counted], list[tuple[str, int]]]) -> None:
        """Lay the line out: of each flat vector first the squares, which fetch it, then samples."""
        fields: list[Field] = []
        self._square(fields, [(vec, i) for vec in ("update", "before") for _, i in self._ratios])
        for (kind, counted), weights in sorted(
            groups.items(), key=lambda g: g[0][0] == "step_size"
        ):
            if kind in self._vectors:
                self._square(fields, [(kind, i) for _, i in weights if self._is_large(i)])
            ranges = [self._range(i) for _, i in weights]
            index = [
                np.arange(a, b, stride_for(b - a, self._sample), dtype=np.intp) for a, b in ranges
            ]
            stop = 0
            for (name, i), (a, b), part in zip(weights, ranges, index, strict=True):
                start, stop = stop, stop + len(part)
                square = self._squares.get((kind, i)) if self._is_large(i) else None
                self._stretches.append(
                    Stretch((name, kind), counted, b - a, len(fields), start, stop, square)
                )
            fields.append(self._gathered(kind, np.concatenate(index)))
        if fields:
            self._line = Line(fields, self._capacity, self._changes.arena.dtype)
            self.adds.append(self._line.add)

    def _square(self, fields: list[Field], wanted: Sequence[tuple[str, int]]) -> None:
        for vector, i in wanted:
            if (vector, i) not in self._squares:
                self._squares[vector, i] = len(fields)
                fields.append(_squared(self._vectors[vector][slice(*self._range(i))]))

    def _gathered(self, kind: str, index: Array) -> Field:
        def calls(place: Array) -> list[Call]:
            vector = self._vectors.get(kind)
            if vector is None:
                return [(self._changes.sizes_at, (index, place))]
            return [(vector.take, (index, None, place, "clip"))]

        return Field(len(index), calls)

    def _range(self, i: int) -> tuple[int, int]:
        arena = self._changes.arena
        return arena.starts[i], arena.starts[i] + arena.variables[i].value.size

    def _is_large(self, i: int) -> bool:
        start, stop = self._range(i)
        return stop - start > self._sample

    # -- later ---------------------------------------------------------------------------------

    def parts(self) -> list[tuple[Place, Counted, Sampled]]:
        """Return the samples that wait, weight by weight."""
        line = self._line
        if line is None or not line.steps:
            return []
        found: list[tuple[Place, Counted, Sampled]] = []
        for s in self._stretches:
            samples = line.held(s.field)[:, s.start : s.stop].astype(np.float32, copy=False)
            norms = None if s.square is None else np.sqrt(_sums(line, s.square))
            found.append((s.place, s.counted, Part(s.size, samples, line.steps, norms)))
        return found

    def rows(self) -> list[Rows]:
        """Return the ratios that wait."""
        line = self._line
        if line is None or not line.steps or not self._ratios:
            return []
        u, w = (
            np.array([_sums(line, self._squares[vector, i]) for _, i in self._ratios])
            for vector in ("update", "before")
        )
        table = np.full(u.shape, math.nan)
        np.divide(u, w, out=table, where=w > 0)
        places = tuple((name, "update") for name, _ in self._ratios)
        return [Rows(places, "ratio", tuple(line.steps), np.sqrt(table))]

    def clear(self) -> None:
        """Start anew."""
        if self._line is not None:
            self._line.clear()


def _squared(part: Array) -> Field:
    return Field(1, lambda place: [(np.dot, (part, part, place.reshape(())))])


def _sums(line: Line, field: int) -> Array:
    return line.held(field)[:, 0].astype(np.float64)
