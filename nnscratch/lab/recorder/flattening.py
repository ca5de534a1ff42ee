"""Which quantities of the weights can be read from the flat vectors of their arena."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nnscratch.lab.recorder.changes import Changes
from nnscratch.lab.recorder.flat import (
    FlatRatios,
    FlatTrack,
    Range,
    Squares,
    large,
    ranges_of,
)
from nnscratch.lab.recorder.reductions import DEFAULT, Reduction
from nnscratch.lab.recorder.tracks import Probe
from nnscratch.typing import Array

Chosen = tuple[Probe, tuple[Reduction, ...]]
"""A quantity and its reductions."""


class Flattened:
    """What is read of all weights at once; nothing where they lie in no arena.

    Args:
        changes: the changes of the weights.
        capacity: steps that there is room for.
        sample: elements looked at of each weight, at most.

    Attributes:
        tracks: samples and norms, kind by kind.
        ratios: ratios of update to weight.
    """

    def __init__(self, changes: Changes, capacity: int, sample: int) -> None:
        self.tracks: list[FlatTrack] = []
        self.ratios: list[FlatRatios] = []
        self._changes = changes
        self._room = (capacity, sample)
        self._squares: list[Squares] = []

    def take_in(self, chosen: Sequence[Chosen]) -> list[Chosen]:
        """Take quantities in, and return those that have to be read one by one."""
        changes = self._changes
        changes.note()
        if changes.arena is None:
            return list(chosen)
        vectors = {
            "weight": changes.arena.values,
            "grad": changes.arena.grads,
            "update": changes.flat_update,
            "step_size": None,
            **changes.flat_slots,
        }
        groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, int]]] = {}
        ratios: list[tuple[str, int]] = []
        left: list[Chosen] = []
        for probe, how in chosen:
            if probe.number is None or probe.kind not in vectors:
                left.append((probe, how))
                continue
            place = (probe.path, probe.number)
            counted = tuple(h for h in how if isinstance(h, str) and h in DEFAULT)
            if counted:
                groups.setdefault((probe.kind, counted), []).append(place)
            if "ratio" in how:
                ratios.append(place)
            rest = tuple(h for h in how if h not in (*DEFAULT, "ratio"))
            if rest:
                left.append((probe, rest))
        self._make(groups, ratios, vectors)
        return left

    def _make(
        self,
        groups: dict[tuple[str, tuple[str, ...]], list[tuple[str, int]]],
        ratios: list[tuple[str, int]],
        vectors: dict[str, Array | None],
    ) -> None:
        changes = self._changes
        names, ranges = self._located(ratios)
        update = self._squares_of(changes.flat_update, ranges) if ratios else None
        if update is not None:
            before = self._squares_of(changes.flat_before, ranges)
            self.ratios.append(FlatRatios(names, ranges, update, before))
        for (kind, counted), weights in groups.items():
            names, ranges = self._located(weights)
            vector, squares = vectors[kind], None
            gather: Callable[[Array, Array], None] = changes.sizes_at
            if vector is not None:
                gather = _gathering(vector)
                needed = list(large(ranges, self._room[1]).values())
                shared = kind == "update" and update is not None and update.knows(needed)
                squares = update if shared else self._squares_of(vector, needed)
            self.tracks.append(
                FlatTrack(kind, counted, names, ranges, gather, squares, *self._room)
            )

    def _located(self, weights: Sequence[tuple[str, int]]) -> tuple[list[str], list[Range]]:
        return [name for name, _ in weights], ranges_of(
            self._changes.arena, [i for _, i in weights]
        )

    def _squares_of(self, vector: Array, ranges: Sequence[Range]) -> Squares:
        self._squares.append(Squares(vector, ranges))
        return self._squares[-1]

    def clear(self) -> None:
        """Forget the squares of steps that have been taken."""
        for squares in self._squares:
            squares.clear()


def _gathering(vector: Array) -> Callable[[Array, Array], None]:
    """Return a function that puts the elements at some places of a vector into an array."""
    if vector.dtype == np.float32:

        def gather(index: Array, out: Array) -> None:
            vector.take(index, out=out, mode="clip")

    else:

        def gather(index: Array, out: Array) -> None:
            out[...] = vector.take(index)

    return gather
