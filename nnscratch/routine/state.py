"""A routine, who writes one at present, and what makes routines void."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and what it is called with."""


class Routine:
    """Calls in the order in which they were made.

    Attributes:
        calls: the calls.
        errors: NumPy's handling of floating-point errors that some of them asked for.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.errors: dict[str, Any] = {}

    def run(self) -> None:
        """Make all calls again, on what the arrays hold now."""
        if self.errors:
            with np.errstate(**self.errors):
                self._run()
        else:
            self._run()

    def _run(self) -> None:
        for function, operands in self.calls:
            function(*operands)


class _Thread(threading.local):
    writer: Any = None


thread = _Thread()


class _Process:
    def __init__(self) -> None:
        self.changes = 0


_process = _Process()


def changed() -> None:
    """Say that something has changed that routines rely on: memory, a layer, a setting."""
    _process.changes += 1


def changes() -> int:
    """Return how often something has changed: a routine that was written before is void."""
    return _process.changes
