"""What is read at the recorded steps of one `fit`, found once, and the rows that wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.lab.recorder.blocks import Sampled, take
from nnscratch.lab.recorder.changes import Changes
from nnscratch.lab.recorder.fixed import Fixed
from nnscratch.lab.recorder.flat import Flat
from nnscratch.lab.recorder.probes import Wanted, call_probes, variable_probes
from nnscratch.lab.recorder.reductions import Choice
from nnscratch.lab.recorder.rows import Place, Rows
from nnscratch.lab.recorder.tracks import Chosen, Counted, Probe, Track

CHANGING = ("update", "step_size")
"""Kinds for which the weights before the step must be known."""
PATTERNS = 4
"""Kinds of batches whose lines are kept; patterns that are void are forgotten with them."""


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
        self._flat = Flat(self._changes, manner.capacity, manner.sample)
        if not manner.exact:
            chosen = self._flat.take_in(chosen)
        self._weights = self._tracks_of(chosen)
        self._adds = [*self._flat.adds, *(track.add for track in self._weights)]
        self._calls: list[Track] = []
        self._heavy = [track for track in self._weights if not track.is_plain]
        self._graph: Any = None
        self._fixed: dict[int, tuple[Any, Fixed]] = {}

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
        self._heavy = [t for t in (*self._calls, *self._weights) if not t.is_plain]
        self._fixed = {}
        return list(dict.fromkeys(probe.path for probe in found))

    def _chosen(self, found: Iterable[Probe]) -> list[Chosen]:
        choice = self._manner.choice
        return [(probe, how) for probe in found if (how := choice.of(probe.kind))]

    def _tracks_of(self, chosen: Iterable[Chosen]) -> list[Track]:
        m = self._manner
        return [Track(probe, how, m.capacity, m.sample, m.exact) for probe, how in chosen]

    # -- at a recorded step --------------------------------------------------------------------

    def before(self) -> None:
        """Copy what the step will change."""
        if self._differences:
            self._changes.note()

    def add(self, stepper: Any, step: int, rate: float) -> None:
        """Take in what the step has left.

        Args:
            stepper: the training step.
            step: number of the step.
            rate: its learning rate.
        """
        if self._differences:
            self._changes.find(rate)
        for add in self._adds:
            add(step)
        for add in self._adds_for(stepper.passes.repeated):
            add(step)

    def _adds_for(self, pattern: Any) -> Sequence[Callable[[int], None]]:
        """Return what reads the calls after a step of this pattern; None is one of its own."""
        if pattern is None:
            return [track.add for track in self._calls]
        known = self._fixed.get(id(pattern))
        if known is None:
            fixed = Fixed(self._calls, self._manner.capacity, self._manner.sample)
            known = self._fixed[id(pattern)] = pattern, fixed
        return known[1].adds

    @property
    def pending(self) -> int:
        """Bytes of whole arrays that wait to be written."""
        return sum(track.pending for track in self._heavy)

    # -- later ---------------------------------------------------------------------------------

    def take(self) -> list[Rows]:
        """Return all rows since the last call."""
        tracks = (*self._calls, *self._weights)
        lines: list[Flat | Fixed] = [self._flat, *(fixed for _, fixed in self._fixed.values())]
        blocks: dict[Counted, list[tuple[Place, Sampled]]] = {}
        for one in lines:
            for place, counted, part in one.parts():
                blocks.setdefault(counted, []).append((place, part))
        for track in tracks:
            place = (track.probe.path, track.probe.kind)
            blocks.setdefault(track.counted, []).extend((place, b) for b in track.blocks())
        with np.errstate(all="ignore"):
            found = [row for how, each in blocks.items() for row in self._counted(how, each)]
            found += [row for one in lines for row in one.rows()]
        found += [row for track in tracks for row in track.take()]
        for one in lines:
            one.clear()
        if len(self._fixed) > PATTERNS:
            self._fixed = {}
        return found

    def _counted(self, counted: Counted, blocks: list[tuple[Place, Sampled]]) -> Iterable[Rows]:
        for taken in take([block for _, block in blocks], self._manner.bins):
            places = tuple(blocks[i][0] for i in taken.members)
            for how in counted:
                yield Rows(places, how, taken.steps, getattr(taken, how))
