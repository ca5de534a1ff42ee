"""A layer that does nothing: a placeholder, such as the short way around a block."""

from __future__ import annotations

from typing import Any

from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.typing import Array, Shape


class Identity(Layer):
    """The input itself: y = x. Backward: dx = dy.

    Args:
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …).

    >>> import numpy as np
    >>> Identity()(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """

    supports_masking = True
    steady = True
    rowwise = True
    config_names = ()
    build_is_saved = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Return x."""
        return x

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Return dy."""
        return dy

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape
