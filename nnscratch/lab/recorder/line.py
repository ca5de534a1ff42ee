"""The numbers of a recorded step side by side in one vector, put there by the same few calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.routine.state import Call
from nnscratch.typing import Array


@dataclass(frozen=True)
class Field:
    """Some numbers of a line.

    Attributes:
        width: how many.
        calls: from the place in the line to the calls that put the numbers there.
    """

    width: int
    calls: Callable[[Array], list[Call]]


class Line:
    """One vector that each recorded step fills anew, and what it held at the steps that wait.

    The arrays that are read are the same memory at every step, so that all there is to do is known
    beforehand: the calls and their operands.

    Args:
        fields: what the line holds.
        capacity: steps that there is room for.
        dtype: type of the numbers.

    Attributes:
        steps: the steps that wait.

    >>> x = np.arange(6.0)
    >>> field = Field(2, lambda place: [(np.copyto, (place, x[::3]))])
    >>> line = Line([field], 10, np.float32)
    >>> line.add(1)
    >>> x += 1.0
    >>> line.add(2)
    >>> line.held(0).tolist()
    [[0.0, 3.0], [1.0, 4.0]]
    """

    def __init__(self, fields: Sequence[Field], capacity: int, dtype: Any) -> None:
        self._cuts = np.cumsum([0, *[field.width for field in fields]]).tolist()
        self._now = np.zeros(self._cuts[-1], dtype)
        self._table = np.empty((capacity, self._now.size), dtype)
        self._calls: list[Call] = []
        for i, field in enumerate(fields):
            self._calls += field.calls(self._now[self._part(i)])
        self.steps: list[int] = []

    def _part(self, i: int) -> slice:
        return slice(self._cuts[i], self._cuts[i + 1])

    def add(self, step: int) -> None:
        """Make the calls and keep the line."""
        for function, operands in self._calls:
            function(*operands)
        self._table[len(self.steps)] = self._now
        self.steps.append(step)

    def held(self, i: int) -> Array:
        """Return what field number `i` held at the steps that wait, (steps, width)."""
        return self._table[: len(self.steps), self._part(i)]

    def clear(self) -> None:
        """Start anew."""
        self.steps = []


class Part:
    """The samples of one array in a line, to be counted.

    Args:
        size: elements of the array.
        samples: (steps, width) the samples.
        steps: the steps.
        norms: the norms of all elements at them, where they are known.
    """

    def __init__(
        self, size: int, samples: Array, steps: list[int], norms: Array | None = None
    ) -> None:
        self.size = size
        self.width = samples.shape[1]
        self.steps = steps
        self._samples = samples
        self._norms = norms

    def samples(self) -> Array:
        """Return the samples, (steps, width)."""
        return self._samples

    def correct(self, summary: Array) -> None:
        """Put the norm of all elements in the place of the sample's."""
        if self._norms is not None:
            summary[:, -1] = self._norms

    def clear(self) -> None:
        """Do nothing: the line begins anew."""
