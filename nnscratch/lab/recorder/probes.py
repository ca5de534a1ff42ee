"""Where to read at a recorded step: the probes for a model, its layers' calls, its optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from nnscratch.lab.recorder.calls import Call, calls_of, names_of_variables
from nnscratch.lab.recorder.changes import Changes
from nnscratch.lab.recorder.kinds import OF_CALLS, SLOTS
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
        self._known: dict[str, bool] = {}

    def __call__(self, path: str, kind: str) -> bool:
        """Tell whether this kind is recorded at this path."""
        return kind in self.kinds and self.place(path)

    def place(self, path: str) -> bool:
        """Tell whether a path matches."""
        if path not in self._known:
            self._known[path] = any(
                fnmatchcase(path, p) or fnmatchcase(path, f"{p}/*") for p in self.where
            )
        return self._known[path]


def call_probes(stepper: Any, wanted: Wanted) -> list[Probe]:
    """Return a probe for every quantity of the layers' calls that is wanted."""
    calls = calls_of(stepper.run, stepper.cache)
    return [probe for call in calls for probe in _of_call(call, wanted)]


def _of_call(call: Call, wanted: Wanted) -> Iterator[Probe]:
    for kind in OF_CALLS:
        if wanted(call.path, kind) and call.has(kind):
            ends = call.ends if kind == "activation" else None
            yield Probe(call.path, kind, getattr(call, kind), ends)


def variable_probes(
    model: Any, optimizer: Any, changes: Changes, wanted: Wanted
) -> Iterator[Probe]:
    """Yield a probe for every quantity of the weights that is wanted.

    Args:
        model: the model.
        optimizer: its optimizer.
        changes: what a step changes.
        wanted: which quantities.
    """
    numbers = {id(v): i for i, v in enumerate(changes.variables)}
    for name, variable in names_of_variables(model):
        i = numbers.get(id(variable))
        readers: dict[str, Callable[[], Array | None]] = {"weight": _value(variable)}
        before = None
        if i is not None:
            readers["grad"] = _gradient(variable)
            readers["update"] = _numbered(changes.update, i)
            readers["step_size"] = _numbered(changes.step_size, i)
            before = _numbered(changes.before, i)
        for kind, read in readers.items():
            if wanted(name, kind):
                yield Probe(name, kind, read, None, before if kind == "update" else None, i)
        if i is not None and wanted(name, SLOTS):
            for slot, kept in optimizer.slots_of(variable).items():
                yield Probe(name, slot, _value(kept), None, None, i)


def _value(variable: Variable) -> Callable[[], Array]:
    return lambda: variable.value


def _gradient(variable: Variable) -> Callable[[], Array | None]:
    return lambda: variable.grad


def _numbered(function: Callable[[int], Any], i: int) -> Callable[[], Any]:
    return lambda: function(i)
