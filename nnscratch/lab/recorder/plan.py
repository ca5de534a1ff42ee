"""What is read at the recorded steps of one `fit`, found once, and the rows that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.lab.recorder.blocks import Sampled, take
from nnscratch.lab.recorder.changes import Changes
from nnscratch.lab.recorder.flat import FlatRatios, FlatTrack
from nnscratch.lab.recorder.flattening import Chosen, Flattened
from nnscratch.lab.recorder.probes import Wanted, call_probes, variable_probes
from nnscratch.lab.recorder.reductions import Choice
from nnscratch.lab.recorder.rows import Place, Rows
from nnscratch.lab.recorder.tracks import Probe, Track

CHANGING = ("update", "step_size")
"""Kinds for which the weights before the step must be known."""


@dataclass(frozen=True)
class Manner:
    """How quantities are recorded.

    Attributes:
        choice: the reductions of each kind.
        capacity: steps after which rows are taken at the latest.
        sample: elements looked at for summary and histogram, at most.
        exact: whether summaries look at all elements.
        bins: bins of a histogram.
    """

    choice: Choice
    capacity: int
    sample: int
    exact: bool
    bins: int


class Plan:
    """The quantities of one `fit`, each with its probe and its reductions.

    Those of weights are known from the begin; the layers' calls are found when the first step has
    been taken, and anew when a model that is traced runs another graph.

    Args:
        model: the model.
        stepper: its training step.
        wanted: which quantities are recorded.
        manner: how.
    """

    def __init__(self, model: Any, stepper: Any, wanted: Wanted, manner: Manner) -> None:
        self._wanted = wanted
        self._manner = manner
        self._changes = Changes(stepper.variables, stepper.optimizer)
        self._differences = not wanted.kinds.isdisjoint(CHANGING)
        chosen = self._chosen(variable_probes(model, stepper.optimizer, self._changes, wanted))
        self._flat = Flattened(self._changes, manner.capacity, manner.sample)
        if not manner.exact:
            chosen = self._flat.take_in(chosen)
        self._weights = self._tracks_of(chosen)
        self._calls: list[Track] = []
        self._graph: Any = None
        self._compile()

    def runs_other_calls(self, stepper: Any) -> bool:
        """Tell whether the latest step made other calls than those that are known."""
        return getattr(stepper.cache, "graph", stepper.run) is not self._graph

    def find_calls(self, stepper: Any) -> list[str]:
        """Take the calls of the latest step from now on; what waits must have been taken.

        Returns:
            The paths of those that are recorded, in order.
        """
        self._graph = getattr(stepper.cache, "graph", stepper.run)
        found = call_probes(stepper, self._wanted)
        self._calls = self._tracks_of(self._chosen(found))
        self._compile()
        return list(dict.fromkeys(probe.path for probe in found))

    def _chosen(self, found: Iterable[Probe]) -> list[Chosen]:
        choice = self._manner.choice
        return [(probe, how) for probe in found if (how := choice.of(probe.kind))]

    def _tracks_of(self, chosen: Iterable[Chosen]) -> list[Track]:
        m = self._manner
        return [Track(probe, how, m.capacity, m.sample, m.exact) for probe, how in chosen]

    def _compile(self) -> None:
        every: list[Track | FlatTrack | FlatRatios]
        every = [*self._calls, *self._weights, *self._flat.tracks, *self._flat.ratios]
        self._adds: list[Callable[[int], None]] = [one.add for one in every]
        self._growing = [track for track in [*self._calls, *self._weights] if track.grows]

    # -- at a recorded step --------------------------------------------------------------------

    def before(self) -> None:
        """Copy what the step will change."""
        if self._differences:
            self._changes.note()

    def add(self, step: int, rate: float) -> None:
        """Take in what the step has left.

        Args:
            step: number of the step.
            rate: its learning rate.
        """
        if self._differences:
            self._changes.find(rate)
        for add in self._adds:
            add(step)

    @property
    def pending(self) -> int:
        """Bytes of whole arrays that wait to be written."""
        return sum(track.pending for track in self._growing)

    # -- later ---------------------------------------------------------------------------------

    def take(self) -> list[Rows]:
        """Return all rows since the last call."""
        blocks: dict[tuple[str, ...], list[tuple[Place, Sampled]]] = {}
        for track in (*self._calls, *self._weights):
            place = (track.probe.path, track.probe.kind)
            blocks.setdefault(track.counted, []).extend((place, b) for b in track.blocks())
        for together in self._flat.tracks:
            parts = [((name, together.kind), part) for name, part in together.parts()]
            blocks.setdefault(together.counted, []).extend(parts)
        with np.errstate(all="ignore"):
            found = [row for how, each in blocks.items() for row in self._counted(how, each)]
            found += [row for ratios in self._flat.ratios for row in ratios.take()]
        self._flat.clear()
        return found + [row for track in (*self._calls, *self._weights) for row in track.take()]

    def _counted(
        self, counted: tuple[str, ...], blocks: list[tuple[Place, Sampled]]
    ) -> Iterable[Rows]:
        for taken in take([block for _, block in blocks], self._manner.bins):
            places = tuple(blocks[i][0] for i in taken.members)
            for how in counted:
                yield Rows(places, how, taken.steps, getattr(taken, how))
