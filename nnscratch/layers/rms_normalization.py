"""RMS normalization: every sample by the root of its mean square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.layers.moments import (
    broadcast_shape,
    check_sizes,
    checked_axes,
    checked_epsilon,
    inverse_root,
    scaled_gradient,
    summed,
    weight_shape,
)
from nnscratch.typing import Array, Shape


class RMSNormalization(Layer):
    r"""RMS normalization: y = scale·x̂ with x̂ = x/√(mean(x²) + ε), the mean along `axis`.

    Backward, with g = scale·dy: dscale = Σ dy·x̂, dx = (g - x̂·mean(x̂·g))/√(mean(x²) + ε).

    Args:
        axis: the axis, or axes, to normalize along; the scale has their sizes.
        epsilon: ε.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …, D) for axis -1; scale (D,).

    Raises:
        ValueError: `axis` or `epsilon` is no such thing.
        ShapeError: the input has no such axis, or its size is not known.

    Source: Zhang, Sennrich, "Root mean square layer normalization", NeurIPS 2019; ε inside the
    root.

    >>> RMSNormalization()(np.array([[3.0, 4.0]])).astype(float).round(3).tolist()
    [[0.849, 1.131]]
    """

    config_names = ("axis", "epsilon")

    def __init__(
        self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axis = checked_axes(axis)
        self.epsilon = checked_epsilon(epsilon)

    def build(self, input_shape: Any = None) -> None:
        """Make the scale."""
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        shape = weight_shape(self, self.axis, input_shape)
        self.scale = self.add_weight(shape=shape, initializer="ones", name="scale")

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute y = scale·x̂."""
        cache.axes = tuple(axis % x.ndim for axis in self.axis)
        square = np.square(x, out=cache.buffer("work", x.shape, x.dtype))
        inverse = inverse_root(square, cache.axes, self.epsilon, cache)
        cache.xhat = np.multiply(x, inverse, out=cache.buffer("xhat", x.shape, x.dtype))
        scale = self.scale.value.reshape(broadcast_shape(self.axis, x.shape))
        y: Array = np.multiply(cache.xhat, scale, out=cache.buffer("y", x.shape, x.dtype))
        return y

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Add dscale; return dx."""
        shape = broadcast_shape(self.axis, dy.shape)
        work = np.multiply(dy, cache.xhat, out=cache.buffer("work", dy.shape, dy.dtype))
        self.scale.add_grad(np.positive, summed(work, shape).reshape(self.scale.shape))
        if not cache.needs_dx:
            return None
        g = np.multiply(dy, self.scale.value.reshape(shape), out=work)
        return scaled_gradient(g, cache.xhat, cache.xhat, cache.axes, cache)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input has the axes, in the sizes of the scale."""
        check_sizes(self, self.axis, self._build_shape, input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape
