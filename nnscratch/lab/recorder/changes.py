"""What a step changes: the update of every weight, and how large a step its gradient was given."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.lab.recorder.step_size import rule_of, step_size
from nnscratch.typing import Array
from nnscratch.variable import Variable

UNSEEN = ("momentum", "average")
"""Slots that no rule's step size depends on."""


class Changes:
    """Updates and effective step sizes of the trainable weights.

    As long as weights and slots lie in one arena, all updates are computed at once.

    Args:
        variables: the trainable weights.
        optimizer: their optimizer.
    """

    def __init__(self, variables: list[Variable], optimizer: Any) -> None:
        self.variables = variables
        self._optimizer = getattr(optimizer, "inner_optimizer", optimizer)
        self._rule = rule_of(self._optimizer)
        self._slots = [optimizer.slots_of(v) for v in variables]
        self._before: list[Array] = []
        self._update: list[Array] = []
        self._rate, self._t = 0.0, 1
        self._arena: Any = None
        self._flat: tuple[Array, Array, dict[str, Array]] = (np.empty(0), np.empty(0), {})
        self._looked_at: dict[str, Array] = {}

    def note(self) -> None:
        """Copy the weights, before the step."""
        arena = self.variables[0].arena if self.variables else None
        if arena is None or not arena.intact or arena.variables != self.variables:
            self._arena = None
            self._before = [v.value.copy() for v in self.variables]
            return
        if self._arena is not arena:
            self._arena = arena
            before, update = arena.vector(), arena.vector()
            slots = self._slots_in(arena)
            self._flat = (before, update, slots)
            self._looked_at = {n: v for n, v in slots.items() if n not in UNSEEN}
            self._before, self._update = self._views(before), self._views(update)
        np.copyto(self._flat[0], arena.values)

    def find(self, rate: float) -> None:
        """Subtract, after the step.

        Args:
            rate: the learning rate of the step.
        """
        self._rate, self._t = rate, int(self._optimizer.iterations)
        if self._arena is not None:
            np.subtract(self._arena.values, self._flat[0], out=self._flat[1])
            return
        pairs = zip(self.variables, self._before, strict=True)
        self._update = [v.value - before for v, before in pairs]

    @property
    def arena(self) -> Any:
        """The arena of the weights, None where they have none in common."""
        return self._arena

    @property
    def flat_update(self) -> Array:
        """Return all updates, parallel to the arena's values."""
        return self._flat[1]

    @property
    def flat_before(self) -> Array:
        """Return all weights before the step, parallel to the arena's values."""
        return self._flat[0]

    @property
    def flat_slots(self) -> dict[str, Array]:
        """Return each slot of all weights, parallel to the arena's values."""
        return self._flat[2]

    def before(self, i: int) -> Array:
        """Return weight number i as it was before the step."""
        return self._before[i]

    def update(self, i: int) -> Array:
        """Return what the step added to weight number i."""
        return self._update[i]

    def step_size(self, i: int) -> Array | None:
        """Return the effective step size of each element of weight number i."""
        gradient = self.variables[i].grad
        if gradient is None:
            return None
        slots = {name: slot.value for name, slot in self._slots[i].items()}
        return step_size(self._optimizer, slots, self._rate, self._t, self._update[i], gradient)

    def sizes_at(self, index: Array, out: Array) -> None:
        """Put the effective step sizes at some places of the flat vectors into an array."""
        chosen = {name: flat.take(index) for name, flat in self._looked_at.items()}
        if self._rule is not None:
            out[...] = self._rule(self._optimizer, chosen, self._rate, self._t)
            return
        update, grads = self._flat[1].take(index), self._arena.grads.take(index)
        out[...] = step_size(self._optimizer, chosen, self._rate, self._t, update, grads)

    def _views(self, flat: Array) -> list[Array]:
        return [self._arena.view(flat, i) for i in range(len(self.variables))]

    def _slots_in(self, arena: Any) -> dict[str, Array]:
        """Return the flat vectors that the optimizer's slots are views of."""
        if not self._slots:
            return {}
        bases = {name: slot.value.base for name, slot in self._slots[0].items()}
        return {n: b for n, b in bases.items() if b is not None and b.shape == (arena.size,)}
