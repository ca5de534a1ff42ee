"""What a sabotage is, and the list of all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

MODULES = (
    "parity.sabotage.rules",
    "parity.sabotage.updates",
    "parity.sabotage.layers",
    "parity.sabotage.masks",
    "parity.sabotage.graphs",
    "parity.sabotage.functions",
    "parity.sabotage.losses",
    "parity.sabotage.metrics",
    "parity.sabotage.training",
    "parity.sabotage.crossings",
)
"""Modules that add sabotages when they are imported, in the order of the report."""


@dataclass(frozen=True)
class Change:
    """An attribute to be replaced.

    Args:
        target: a module or class of nnscratch.
        name: the attribute; it must exist.
        value: what takes its place.
    """

    target: Any
    name: str
    value: Any


@dataclass(frozen=True)
class Sabotage:
    """One thing broken.

    Args:
        name: unique name.
        summary: what is broken, in a sentence.
        units: units of the suite that should notice.
        changes: returns what is to be replaced.
        dtypes: float types to run the units in.
    """

    name: str
    summary: str
    units: tuple[str, ...]
    changes: Callable[[], Sequence[Change]]
    dtypes: tuple[str, ...] = ("float64",)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Break it inside the block, and mend it afterwards."""
        with contextlib.ExitStack() as stack:
            for change in self.changes():
                stack.enter_context(_replaced(change))
            yield


_table: dict[str, Sabotage] = {}

Changes = Callable[[], Sequence[Change]]


def sabotage(
    name: str, *units: str, dtypes: tuple[str, ...] = ("float64",)
) -> Callable[[Changes], Changes]:
    """Add a function that returns changes to the list; its docstring says what is broken.

    Args:
        name: unique name.
        units: units of the suite that should notice.
        dtypes: float types to run them in.

    Raises:
        ValueError: the name is taken, or no unit is named.
    """

    def register(function: Changes) -> Changes:
        if name in _table or not units:
            raise ValueError(f"Sabotage {name!r} needs a name of its own and units to notice it.")
        summary = (function.__doc__ or "").strip()
        _table[name] = Sabotage(name, summary, units, function, dtypes)
        return function

    return register


def all_sabotages() -> list[Sabotage]:
    """Return every sabotage, in the order of the report."""
    for name in MODULES:
        import_module(name)
    return list(_table.values())


def module(path: str) -> Any:
    """Return a module of nnscratch.

    >>> module("optimizers.adam").Adam.__name__
    'Adam'
    """
    return import_module(f"nnscratch.{path}")


def around(target: Any, name: str, wrapper: Callable[[Any], Any]) -> Change:
    """Return the change that replaces a function by a wrapper of it.

    Args:
        target: where it is.
        name: its name.
        wrapper: takes the original and returns what is to take its place.
    """
    return Change(target, name, wrapper(getattr(target, name)))


@contextlib.contextmanager
def _replaced(change: Change) -> Iterator[None]:
    target, name = change.target, change.name
    getattr(target, name)  # an attribute that is not there must not pass for a sabotage
    own = vars(target).get(name, _ABSENT)
    setattr(target, name, change.value)
    try:
        yield
    finally:
        if own is _ABSENT:
            delattr(target, name)
        else:
            setattr(target, name, own)


_ABSENT = object()
