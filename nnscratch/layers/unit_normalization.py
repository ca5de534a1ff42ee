"""Unit normalization: every vector is scaled to length 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.layers.moments import checked_axes
from nnscratch.typing import Array, Shape


class UnitNormalization(Layer):
    r"""Unit normalization: y = x/‖x‖, the length taken along one axis or several.

    Backward: dx = (dy - y·Σ y·dy)/‖x‖. Vectors shorter than 1e-12 are multiplied by 1e12 instead,
    so that zeros stay zeros.

    Args:
        axis: the axis, or axes, along which the length becomes 1.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …).

    Raises:
        ValueError: `axis` is no integer and no sequence of them.
        ShapeError: the input does not have such an axis.

    >>> UnitNormalization()(np.array([[3.0, 4.0]])).astype(float).round(4).tolist()
    [[0.6, 0.8]]
    """

    supports_masking = True
    config_names = ("axis",)
    build_is_saved = False

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = checked_axes(axis)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute x/‖x‖."""
        axes = self.axis if isinstance(self.axis, int) else tuple(self.axis)
        return scaled_to_unit(x, axes, 1e12, cache)

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute dx, which is at a right angle to y."""
        return unit_gradient(dy, cache)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input has the axes."""
        checked_axes(self.axis, self, input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape


def scaled_to_unit(x: Array, axis: int | tuple[int, ...], limit: float, cache: Cache) -> Array:
    """Return x·min(1/‖x‖, limit).

    Args:
        x: vectors.
        axis: the axes that make up a vector.
        limit: largest factor.
        cache: keeps what `unit_gradient` needs.
    """
    y: Array = np.square(x, out=cache.buffer("y", x.shape, x.dtype))
    factor = np.sqrt(np.add.reduce(y, axis=axis, keepdims=True))
    with np.errstate(divide="ignore"):
        np.reciprocal(factor, out=factor)
    cache.free = factor <= limit
    np.minimum(factor, limit, out=factor)
    cache.axis, cache.factor, cache.y = axis, factor, y
    np.multiply(x, factor, out=y)
    return y


def unit_gradient(dy: Array, cache: Cache) -> Array:
    """Return dx = factor·(dy - y·Σ y·dy), without the sum where the factor was at its limit."""
    dx: Array = np.multiply(dy, cache.y, out=cache.buffer("dx", dy.shape, dy.dtype))
    along = np.add.reduce(dx, axis=cache.axis, keepdims=True)
    along *= cache.free
    np.multiply(cache.y, along, out=dx)
    np.subtract(dy, dx, out=dx)
    dx *= cache.factor
    return dx
