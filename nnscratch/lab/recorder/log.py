"""What a recorder has not yet written: notes and single rows, and the file they go to."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.lab.recorder.keyframes import arrays_of
from nnscratch.lab.recorder.rows import Rows
from nnscratch.lab.recorder.store import Writer
from nnscratch.typing import Array
from nnscratch.utils.random_state import random_state


class Log:
    """Collects what is recorded of steps and epochs and writes it piece by piece.

    Args:
        file: the file; None for a temporary one, which goes with this object.

    Attributes:
        path: the file.
    """

    def __init__(self, file: Path | None) -> None:
        if file is None:
            handle, name = tempfile.mkstemp(suffix=".nnrec")
            os.close(handle)
            file = Path(name)
            weakref.finalize(self, file.unlink, missing_ok=True)
        self.path = file
        self._writer = Writer(file)
        self._notes: dict[str, list[Any]] = {}
        self._loose: dict[Any, list[tuple[int, Array]]] = {}
        self._numbers: dict[str, list[tuple[int, float]]] = {}

    def note(self, name: str, entry: Any) -> None:
        """Add an entry to a list of notes, for JSON."""
        self._notes.setdefault(name, []).append(entry)

    def number(self, kind: str, step: int, number: float) -> None:
        """Add a number that belongs to the step and to no layer."""
        self._numbers.setdefault(kind, []).append((step, number))

    def row(self, kind: str, how: str, step: int, row: Array) -> None:
        """Add the row of a quantity that belongs to the step and to no layer."""
        self._loose.setdefault((kind, how, row.shape, row.dtype), []).append((step, row))

    def state(self, run: int, step: int, model: Any) -> None:
        """Write the full state of training."""
        description = {"run": run, "step": step, "random": random_state(model)}
        self._writer.state(description, arrays_of(model))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self._notes or self._loose or self._numbers)

    def write(self, rows: Sequence[Rows]) -> None:
        """Write these rows and everything collected."""
        loose = [
            _together(kind, how, group, group[0][1].dtype)
            for (kind, how, _, _), group in self._loose.items()
        ]
        loose += [
            _together(kind, "value", [(step, [number]) for step, number in group], np.float64)
            for kind, group in self._numbers.items()
        ]
        notes, self._notes, self._loose, self._numbers = self._notes, {}, {}, {}
        self._writer.piece([*rows, *loose], notes)


def _together(kind: str, how: str, group: Sequence[tuple[int, Any]], dtype: Any) -> Rows:
    steps = tuple(step for step, _ in group)
    return Rows((("", kind),), how, steps, np.array([[row for _, row in group]], dtype))
