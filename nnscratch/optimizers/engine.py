"""Where an optimizer's arithmetic meets memory: all weights at once, or one after another."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch.arena import Arena
from nnscratch.optimizers.averaging import average_weights
from nnscratch.optimizers.blocks import (
    FADED,
    Blocks,
    Rule,
    Scratch,
    drop_subnormals,
    make_scratch,
)
from nnscratch.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from nnscratch.optimizers.weight_decay import Exclusions, decay_weights
from nnscratch.typing import Array
from nnscratch.variable import Variable


class Lane:
    """Parallel flat vectors of one dtype that are updated together.

    Args:
        w: weights.
        g: gradients.
        slots: what the rule keeps, in the order of its arguments.
        accumulator: sum of earlier gradients, where gradients are accumulated.
        scratch: two vectors that may be overwritten.
        decayed: the (start, stop) parts of `w` that weight decay shrinks.
        parts: the (start, stop) part of each variable.
        fading: how many of the slots, the first ones, are averages that fade and only matter in
            proportion to the weights.

    Attributes:
        gradients: the gradient of each variable.
    """

    def __init__(
        self,
        w: Array,
        g: Array,
        slots: Sequence[Array],
        accumulator: Array | None,
        scratch: Scratch,
        decayed: Sequence[tuple[int, int]],
        parts: Sequence[tuple[int, int]],
        fading: int = 0,
    ) -> None:
        self.dtype: np.dtype[Any] = w.dtype
        self.g = g
        self.accumulator = accumulator
        self.gradients = [Blocks([g], scratch, [part]) for part in parts]
        self._update = Blocks([w, g, *slots], scratch)
        self._fading = Blocks(slots[:fading], scratch) if fading else None
        self._slots = Blocks(slots[fading:], scratch) if slots[fading:] else None
        self._decayed = Blocks([w], scratch, decayed)

    def update(self, rule: Rule, scalars: dict[str, Any]) -> None:
        """Run the optimizer's rule."""
        self._update.run(rule, **scalars)

    def tidy(self) -> None:
        """Drop what has become too small to count from the slots."""
        if self._fading is not None:
            self._fading.run(drop_subnormals, factor=FADED)
        if self._slots is not None:
            self._slots.run(drop_subnormals)

    def decay(self, weight_decay: Any, learning_rate: Any) -> None:
        """Shrink the weights that are not excluded from it."""
        self._decayed.run(decay_weights, weight_decay=weight_decay, learning_rate=learning_rate)


class Engine:
    """The memory of one optimizer: an arena for the weights and all their slots.

    As long as the arena is intact and every variable has a gradient, one lane holds everything.
    Otherwise (a second optimizer has adopted a variable, a variable took no part in the step, the
    dtypes are mixed) each variable is a lane of its own. Rules are elementwise, so both ways give
    the same bits.

    Args:
        variables: the weights, in order.
        slots: for each of the rule's slots, a list parallel to the weights.
        averages: moving averages of the weights, or None.
        accumulators: sums of gradients, or None.
        exclusions: the variables that weight decay leaves alone.
        alignment: that of the arena.
        fading: how many of the slots fade, see `Lane`.
    """

    def __init__(
        self,
        variables: list[Variable],
        slots: list[list[Variable]],
        averages: list[Variable] | None,
        accumulators: list[Variable] | None,
        exclusions: Exclusions,
        alignment: int,
        fading: int = 0,
    ) -> None:
        self.variables = variables
        self.slots = slots
        self.averages = averages
        self.accumulators = accumulators
        self.exclusions = exclusions
        self._fading = fading
        self._scratches: dict[np.dtype[Any], Scratch] = {}
        self._index = {variable: i for i, variable in enumerate(variables)}
        self._arena = (
            Arena(variables, alignment) if len({v.dtype for v in variables}) == 1 else None
        )
        if self._arena is not None:
            self._whole = self._lane_of_all(self._arena)

    def _scratch(self, dtype: np.dtype[Any]) -> Scratch:
        if dtype not in self._scratches:
            size = self._arena.size if self._arena else max(v.value.size for v in self.variables)
            self._scratches[dtype] = make_scratch(size, dtype)
        return self._scratches[dtype]

    def _lane_of_all(self, arena: Arena) -> Lane:
        starts = arena.starts
        sizes = [v.value.size for v in self.variables]
        ends = [*starts[1:], arena.size]
        decayed = [
            (start, end)
            for v, start, end in zip(self.variables, starts, ends, strict=True)
            if not self.exclusions.hold(v)
        ]
        scratch = self._scratch(arena.dtype)
        if self.averages is not None:
            self._averaging = Blocks([arena.adopt(self.averages), arena.values], scratch)
        return Lane(
            arena.values,
            arena.grads,
            [arena.adopt(slot) for slot in self.slots],
            None if self.accumulators is None else arena.adopt(self.accumulators),
            scratch,
            _joined(decayed),
            [(start, start + size) for start, size in zip(starts, sizes, strict=True)],
            self._fading,
        )

    def lane_of_one(self, variable: Variable, gradient: Array) -> Lane:
        """Return the lane of a single variable."""
        i = self._index[variable]
        everything = (0, variable.value.size)
        return Lane(
            variable.value.reshape(-1),
            gradient.reshape(-1),
            [slot[i].value.reshape(-1) for slot in self.slots],
            None if self.accumulators is None else self.accumulators[i].value.reshape(-1),
            self._scratch(variable.value.dtype),
            [] if self.exclusions.hold(variable) else [everything],
            [everything],
            self._fading,
        )

    def serves_just(self, variables: Sequence[Variable]) -> bool:
        """Tell whether these are all the engine's variables, in its order."""
        same = len(variables) == len(self.variables)
        return same and all(map(operator.is_, variables, self.variables))

    def lanes(self, variables: Sequence[Variable], whole: bool) -> list[Lane]:
        """Return the lanes that hold these variables; each must have a gradient.

        Args:
            variables: the variables.
            whole: whether they are all the engine's, see `serves_just`.
        """
        if whole and self._arena is not None and self._arena.intact:
            return [self._whole]
        return [self.lane_of_one(v, v.grad) for v in variables if v.grad is not None]

    def average(self, scalars: Callable[[Any], dict[str, Any]]) -> None:
        """Move the averages of all weights towards the weights.

        Args:
            scalars: gives the rule's constants for a dtype.
        """
        assert self.averages is not None
        if self._arena is not None and self._arena.intact:
            self._averaging.run(average_weights, **scalars(self._arena.dtype))
            return
        for variable, average in zip(self.variables, self.averages, strict=True):
            flat = [average.value.reshape(-1), variable.value.reshape(-1)]
            dtype = variable.value.dtype
            Blocks(flat, self._scratch(dtype)).run(average_weights, **scalars(dtype))


def clip(
    lanes: Sequence[Lane],
    clipnorm: float | None,
    clipvalue: float | None,
    global_clipnorm: float | None,
) -> None:
    """Bound the gradients of all lanes in the one way that is asked for; a limit of 0 is none."""
    if clipnorm:
        for lane in lanes:
            for gradient in lane.gradients:
                clip_by_norm(gradient, clipnorm)
    elif global_clipnorm:
        gradients = [gradient for lane in lanes for gradient in lane.gradients]
        clip_by_global_norm(gradients, [lane.g for lane in lanes], global_clipnorm)
    elif clipvalue:
        for lane in lanes:
            clip_by_value(lane.g, clipvalue)


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in ranges:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, stop))
    return joined
