"""One flat block of memory for all of a model's parameters: values, gradients, slots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnscratch.typing import Array
from nnscratch.variable import Variable

ALIGNMENT = 16
"""Every variable starts at a multiple of this many elements: a cache line of float32."""


class Arena:
    """Parallel flat vectors in which each variable is a named view.

    An elementwise update rule is a function of one array; run over the flat vectors it updates
    every variable at once. Between the views lie up to 15 unused elements whose gradient is zero.

    Args:
        variables: variables of one dtype, in order; their values move in here.
        alignment: every variable starts at a multiple of so many elements; 1 leaves no gaps.

    Attributes:
        variables: the variables, in order.
        values: all values, flat.
        grads: all gradients, flat.
        intact: False once a variable has moved on to another arena; whoever relies on the flat
            vectors must then go variable by variable.

    >>> a, b = Variable(np.ones((2, 3))), Variable(np.zeros(4))
    >>> arena = Arena([a, b])
    >>> arena.values[:6] *= 5.0
    >>> a.value.tolist(), arena.values.shape
    ([[5.0, 5.0, 5.0], [5.0, 5.0, 5.0]], (32,))
    """

    def __init__(self, variables: Sequence[Variable], alignment: int = ALIGNMENT) -> None:
        self.variables = list(variables)
        self.dtype = np.dtype(self.variables[0].dtype)
        if any(v.dtype != self.dtype.name for v in self.variables):
            raise ValueError("All variables of an arena must have one dtype.")
        self.starts: list[int] = []
        size = 0
        for variable in self.variables:
            self.starts.append(size)
            size += -(-variable.value.size // alignment) * alignment
        self.size = size
        self.values = self.vector()
        self.grads = self.vector()
        self.intact = True
        for i, variable in enumerate(self.variables):
            variable.move(self.view(self.values, i), self.view(self.grads, i), self)

    def vector(self) -> Array:
        """Return a new flat vector of zeros, parallel to `values`."""
        return np.zeros(self.size, dtype=self.dtype)

    def view(self, flat: Array, index: int) -> Array:
        """Return the part of a flat vector that belongs to variable number `index`."""
        variable = self.variables[index]
        start = self.starts[index]
        return flat[start : start + variable.value.size].reshape(variable.shape)

    def adopt(self, slots: Sequence[Variable]) -> Array:
        """Move one slot per variable into a flat vector of its own and return that vector.

        Args:
            slots: one variable of equal shape and dtype for each of `variables`, in order.
        """
        flat = self.vector()
        for i, slot in enumerate(slots):
            slot.move(self.view(flat, i), None, self)
        return flat
