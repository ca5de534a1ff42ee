"""Random numbers inside a `call`: drawn anew in every run of its graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import standardize_dtype
from nnscratch.layers import KerasTensor, Node
from nnscratch.ops.operation import Operation
from nnscratch.typing import Array


class Draw(Operation):
    """Random numbers of a fixed shape."""

    draws: Callable[[], Any]

    def compute(self, cache: Cache, *operands: Any) -> Array:
        """Return new numbers."""
        return np.asarray(self.draws())


def draw(draws: Callable[[], Any], shape: Any, dtype: Any) -> KerasTensor:
    """Return a tensor that stands for random numbers.

    Args:
        draws: makes an array of them.
        shape: its shape.
        dtype: its type.
    """
    operation = Draw(draws=draws)
    operation.operands = []
    output = KerasTensor(tuple(int(size) for size in shape), standardize_dtype(dtype))
    operation._inbound_nodes.append(Node(operation, [], [output]))
    return output
