"""The passes of a step through network and losses, by routine where every step is alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nnscratch.cache import Cache
from nnscratch.layers.graph import Graph
from nnscratch.routine import Routine, Writer, changes, plain, writing
from nnscratch.training.compiled import CompiledMetrics, Hits
from nnscratch.training.data import Data
from nnscratch.training.objective import Objective
from nnscratch.typing import Array
from nnscratch.variable import Variable

KINDS = 8
"""Kinds of batches whose routines are kept, such as training and validation batches."""


@dataclass
class Pattern:
    """Batches that come in the same memory and are run in the same mode: one step like the other.

    Attributes:
        arrays: the arrays in which each batch comes.
        training: whether layers behave as in training.
        changes: how much had changed when the routines were written; later ones make them void.
        forward: the forward pass and the losses, once they are written down.
        backward: the backward pass.
        by_values: dL/dvalues and scale that the backward pass was written with.
        reached: the weights that have a gradient after it.
        unreached: those that have none.
        outputs: the network's outputs.
        logits: z per output, where the output is softmax(z) or sigmoid(z).
        hits: by metric, which predictions are right.
        kept: what the caches hold after these passes.
    """

    arrays: list[Array | None]
    training: bool
    changes: int
    forward: Routine | None = None
    backward: Routine | None = None
    by_values: Any = None
    reached: list[Variable] = field(default_factory=list)
    unreached: list[Variable] = field(default_factory=list)
    outputs: list[Array] = field(default_factory=list)
    logits: list[Array | None] = field(default_factory=list)
    hits: Hits = field(default_factory=dict)
    kept: list[tuple[Cache, dict[str, Any]]] = field(default_factory=list)


class Passes:
    """Forward and backward through a network and its losses, with the memory of one trainer.

    The layers compute the first batches of a pattern; the third is written down while they do;
    after that the routine makes the same NumPy calls without asking the layers. Caches hold the
    numbers of the latest step in either case. Only networks and losses that are `is_steady` have
    routines.

    Args:
        run: the network's graph.
        cache: memory of its runs.
        variables: the weights that get gradients.
        routines: whether to write routines at all.

    Attributes:
        hits: by metric, which of the latest predictions are right; None where nobody has looked.
        repeated: the pattern whose routines made both passes of the latest step, if one did: what
            the step left in caches is in the same arrays as after other steps of this pattern.
    """

    def __init__(
        self, run: Any, cache: Cache, variables: Sequence[Variable], routines: bool = True
    ) -> None:
        self.run = run
        self.cache = cache
        self.variables = list(variables)
        self.routines = routines and type(run) is Graph
        self._known: dict[tuple[Any, ...], Pattern] = {}
        self._last_key: Any = None
        self._last_batch: Data | None = None
        self._last_arrays: list[Array | None] = []
        self._alike = 0
        self._latest: Pattern | None = None
        self._changes = -1
        self.hits: Hits | None = None
        self.repeated: Pattern | None = None

    def __reduce__(self) -> Any:
        return type(None), ()  # a copied model begins anew: routines are bound to memory

    # -- forwards ------------------------------------------------------------------------------

    def forward(
        self,
        batch: Data,
        objective: Objective | None,
        training: bool,
        metrics: CompiledMetrics | None = None,
    ) -> tuple[list[Array], list[Array | None]]:
        """Compute outputs, logits, and the loss of every sample.

        Args:
            batch: the rows.
            objective: the losses; None computes outputs alone.
            training: whether layers behave as in training.
            metrics: those that count hits can have them found by the routine, too.

        Returns:
            The outputs, and z per output where it is softmax(z) or sigmoid(z).
        """
        self.repeated = None
        pattern = self._pattern_of(batch, objective, training) if self.routines else None
        if pattern is None:
            return self.compute(batch, objective, training)
        if pattern.forward is None:
            self._write_forward(pattern, batch, objective, training, metrics)
        else:
            if self._latest is not pattern:
                _restore(pattern.kept)
            pattern.forward.run()
        self._latest, self.hits = pattern, pattern.hits
        return pattern.outputs, pattern.logits

    def compute(
        self, batch: Data, objective: Objective | None, training: bool
    ) -> tuple[list[Array], list[Array | None]]:
        """As `forward`, by the layers themselves."""
        self.forget()
        outputs = self.run.forward(batch.inputs, self.cache, training)
        logits = [self.run.logits(i, self.cache) for i in range(len(outputs))]
        if objective is not None:
            masks, made = self.run.output_masks(self.cache), None
            if type(self.run) is Graph:
                made = [self.run.softmax(i, self.cache) for i in range(len(outputs))]
            objective.compare(batch, outputs, logits, masks, made)
        return outputs, logits

    def forget(self) -> None:
        """Take note that caches no longer hold what the latest pattern has left there."""
        self._latest = self.hits = self.repeated = None

    def _pattern_of(
        self, batch: Data, objective: Objective | None, training: bool
    ) -> Pattern | None:
        """Return the pattern of a batch, None if it has not been seen often enough."""
        latest = self._latest if batch is self._last_batch else None
        if latest is not None and latest.training is training and latest.changes == changes():
            return latest
        self._last_batch = batch
        arrays = [*batch.inputs, *batch.targets]
        key = (training, *map(id, arrays))
        pattern = self._known.get(key)
        if pattern is not None:
            if pattern.changes == changes():
                return pattern
            del self._known[key]
        if key != self._last_key or self._changes != changes():
            self._last_key, self._last_arrays, self._alike = key, arrays, 0
            self._changes = changes()
        self._alike += 1
        if self._alike < 3 or len(self._known) >= KINDS:
            return None
        self.routines = self.run.is_steady and (objective is None or objective.is_steady)
        if self.routines:
            pattern = self._known[key] = Pattern(arrays, training, changes())
        return pattern

    def _write_forward(
        self,
        pattern: Pattern,
        batch: Data,
        objective: Objective | None,
        training: bool,
        metrics: CompiledMetrics | None,
    ) -> None:
        with writing() as writer:
            watched = batch.transform(writer.watched)
            outputs, logits = self.compute(watched, objective, training)
            if metrics is not None:
                pattern.hits = plain(metrics.hits(watched.targets, outputs))
            pattern.outputs, pattern.logits = plain(outputs), plain(logits)
        pattern.forward = self._written(writer, pattern, objective)

    def _written(
        self, writer: Writer, pattern: Pattern, objective: Objective | None
    ) -> Routine | None:
        pattern.kept = self._caches(objective)
        _restore(pattern.kept)
        if writer.steady and pattern.changes == changes():
            return writer.routine
        self.routines = False
        return None

    def _caches(self, objective: Objective | None) -> list[tuple[Cache, dict[str, Any]]]:
        caches = [self.cache]
        if objective is not None:
            caches += [term.cache for term in objective.terms]
        return [(cache, plain(own)) for root in caches for cache, own in root.kept()]

    # -- backwards -----------------------------------------------------------------------------

    def backward(self, objective: Objective, scale: float) -> None:
        """Leave in every variable the gradient of the losses, times a factor.

        Args:
            objective: the losses, as in the forward pass.
            scale: the factor.
        """
        by_values = objective.by_values(scale)
        pattern, numbers = self._latest, {*map(type, by_values)} == {float}
        if pattern is not None and numbers and pattern.by_values == [scale, *by_values]:
            assert pattern.backward is not None
            pattern.backward.run()
            self.repeated = pattern
            for variable in pattern.reached:
                variable.confirm_grad()
            for variable in pattern.unreached:
                variable.clear_grad()
            return
        for variable in self.variables:
            variable.clear_grad()
        if pattern is not None and pattern.backward is None and numbers:
            with writing() as writer:
                _restore(writer.watched(pattern.kept))
                self._differentiate(objective, by_values, scale)
            pattern.backward = self._written(writer, pattern, objective)
            pattern.by_values = [scale, *by_values] if pattern.backward is not None else None
            pattern.reached = [v for v in self.variables if v.grad is not None]
            pattern.unreached = [v for v in self.variables if v.grad is None]
        else:
            self._differentiate(objective, by_values, scale)

    def _differentiate(
        self, objective: Objective, by_values: Sequence[float | Array], scale: float
    ) -> None:
        doutputs, from_logits = objective.differentiate(by_values)
        self.run.backward(doutputs, self.cache, from_logits, scale)


def _restore(kept: Sequence[tuple[Cache, dict[str, Any]]]) -> None:
    for cache, own in kept:
        vars(cache).update(own)
