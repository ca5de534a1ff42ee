"""What is read at a recorded step: the probes for a model, its layers' calls and its optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from nnscratch.lab.recorder.calls import Call, calls_of, names_of_variables
from nnscratch.lab.recorder.kinds import OF_CALLS, SLOTS
from nnscratch.lab.recorder.step_size import step_size
from nnscratch.lab.recorder.tracks import Probe
from nnscratch.typing import Array
from nnscratch.variable import Variable


class Wanted:
    """Which quantities are recorded: kinds, at paths that match a pattern.

    Args:
        kinds: the kinds.
        where: patterns as in file names: `"dense_*"` also means what lies below, `dense_1/kernel`.

    >>> Wanted(frozenset(["grad"]), ["dense_1*"])("dense_1/kernel", "grad")
    True
    """

    def __init__(self, kinds: frozenset[str], where: list[str]) -> None:
        self.kinds = kinds
        self.where = where

    def __call__(self, path: str, kind: str) -> bool:
        return kind in self.kinds and self.place(path)

    def place(self, path: str) -> bool:
        """Tell whether a path matches."""
        return any(fnmatchcase(path, p) or fnmatchcase(path, f"{p}/*") for p in self.where)


class Changes:
    """What a step adds to each trainable weight.

    As long as the weights lie in one arena, they are copied and subtracted all at once.

    Args:
        variables: the trainable weights.
    """

    def __init__(self, variables: list[Variable]) -> None:
        self.variables = variables
        self._before: list[Array] = []
        self._update: list[Array] = []
        self._flat: tuple[Any, Array, Array] | None = None

    def note(self) -> None:
        """Copy the weights, before the step."""
        arena = self.variables[0].arena if self.variables else None
        if arena is None or not arena.intact or arena.variables != self.variables:
            self._flat = None
            self._before = [v.value.copy() for v in self.variables]
            return
        if self._flat is None or self._flat[0] is not arena:
            before, update = arena.vector(), arena.vector()
            self._flat = (arena, before, update)
            count = range(len(self.variables))
            self._before = [arena.view(before, i) for i in count]
            self._update = [arena.view(update, i) for i in count]
        np.copyto(self._flat[1], arena.values)

    def find(self) -> None:
        """Subtract, after the step."""
        if self._flat is not None:
            arena, before, update = self._flat
            np.subtract(arena.values, before, out=update)
        else:
            pairs = zip(self.variables, self._before, strict=True)
            self._update = [v.value - before for v, before in pairs]

    def before(self, i: int) -> Array:
        """Return weight number i as it was before the step."""
        return self._before[i]

    def update(self, i: int) -> Array:
        """Return what the step added to weight number i."""
        return self._update[i]


def probes(
    model: Any, stepper: Any, changes: Changes, wanted: Wanted, rate: Callable[[], float]
) -> list[Probe]:
    """Return a probe for every quantity that is wanted.

    Args:
        model: the model.
        stepper: its training step, which has run once.
        changes: what a step changes.
        wanted: which quantities.
        rate: returns the learning rate of the step.
    """
    calls = calls_of(stepper.run, stepper.cache)
    found = [probe for call in calls for probe in _of_call(call, wanted)]
    return found + list(_of_variables(model, stepper.optimizer, changes, wanted, rate))


def _of_call(call: Call, wanted: Wanted) -> Iterator[Probe]:
    for kind in OF_CALLS:
        if wanted(call.path, kind):
            ends = call.ends if kind == "activation" else None
            yield Probe(call.path, kind, getattr(call, kind), ends)


def _of_variables(
    model: Any, optimizer: Any, changes: Changes, wanted: Wanted, rate: Callable[[], float]
) -> Iterator[Probe]:
    numbers = {id(v): i for i, v in enumerate(changes.variables)}
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    for name, variable in names_of_variables(model):
        if wanted(name, "weight"):
            yield Probe(name, "weight", _value(variable))
        i = numbers.get(id(variable))
        if i is None:
            continue
        if wanted(name, "grad"):
            yield Probe(name, "grad", _gradient(variable))
        if wanted(name, "update"):
            yield Probe(name, "update", _numbered(changes.update, i), None,
                        _numbered(changes.before, i))  # fmt: skip
        of_variable = optimizer.slots_of(variable)
        if wanted(name, "step_size"):
            yield Probe(name, "step_size", _step_size(inner, of_variable, variable,
                                                      _numbered(changes.update, i), rate))  # fmt: skip
        if wanted(name, SLOTS):
            for slot, kept in of_variable.items():
                yield Probe(name, slot, _value(kept))


def _value(variable: Variable) -> Callable[[], Array]:
    return lambda: variable.value


def _gradient(variable: Variable) -> Callable[[], Array | None]:
    return lambda: variable.grad


def _numbered(function: Callable[[int], Array], i: int) -> Callable[[], Array]:
    return lambda: function(i)


def _step_size(
    optimizer: Any,
    slots: dict[str, Variable],
    variable: Variable,
    update: Callable[[], Array],
    rate: Callable[[], float],
) -> Callable[[], Array | None]:
    def read() -> Array | None:
        grad = variable.grad
        if grad is None:
            return None
        values = {name: slot.value for name, slot in slots.items()}
        return step_size(optimizer, values, rate(), int(optimizer.iterations), update(), grad)

    return read
