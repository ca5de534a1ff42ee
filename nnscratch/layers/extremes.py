"""Layers that take the largest, or the smallest, of several inputs element by element."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.merging import Merge
from nnscratch.typing import Array


class Maximum(Merge):
    """Largest y = max_i x_i. Backward: dx_i = dy where x_i is the first that equals y, else 0.

    What a mask leaves out is never chosen, unless all inputs are masked there: then it is the
    first.

    Args:
        kwargs: see `Layer`.

    Source: where inputs are equal, the gradient goes to the first of them, as in TensorFlow;
    PyTorch halves it.

    >>> Maximum()([np.array([[1.0, 20.0]]), np.array([[10.0, 2.0]])]).tolist()
    [[10.0, 20.0]]
    """

    steady = True
    rowwise = True
    looks_at_masks = True
    pick: Callable[..., Array] = np.maximum
    never = -math.inf

    def counted(self, inputs: list[Array], counts: list[Array]) -> list[Array]:
        """Return the inputs with a value that is never picked where others count instead."""
        counts[0] = counts[0] | ~np.logical_or.reduce(counts)
        never = inputs[0].dtype.type(self.never)
        return [np.where(where, x, never) for x, where in zip(inputs, counts, strict=True)]

    def combine(self, inputs: list[Array], y: Array) -> None:
        """Write the largest, or smallest, of the inputs."""
        np.copyto(y, inputs[0])
        for x in inputs[1:]:
            self.pick(y, x, out=y)

    def gradient(self, i: int, dy: Array, cache: Cache, out: Array) -> None:
        """Write dy where input i is the first that equals y."""
        chosen = np.equal(cache.inputs[i], cache.y, out=cache.buffer("chosen", dy.shape, bool))
        passed = cache.buffer("passed", dy.shape, bool)
        for earlier in cache.inputs[:i]:
            chosen &= np.not_equal(earlier, cache.y, out=passed)
        np.multiply(dy, chosen, out=out)


class Minimum(Maximum):
    """Smallest y = min_i x_i. Backward: dx_i = dy where x_i is the first that equals y, else 0.

    Args:
        kwargs: see `Layer`.

    Source: equal inputs as in `Maximum`.

    >>> Minimum()([np.array([[1.0, 20.0]]), np.array([[10.0, 2.0]])]).tolist()
    [[1.0, 2.0]]
    """

    steady = True
    rowwise = True
    pick = np.minimum
    never = math.inf
