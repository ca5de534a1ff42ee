"""Masking: samples or steps that stand for nothing are left out of what follows."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.layers.masks import Mask
from nnscratch.typing import Array, Shape


class Masking(Layer):
    """Mask what equals a value all along the last axis; there, y is 0, elsewhere x.

    Dense layers, activations, dropout and the other layers with `supports_masking` hand the mask
    on. Losses and the metrics that are means leave out what it masks, `BatchNormalization` takes
    its mean and variance over the rest. Backward: dx is dy where it counts, else 0.

    Args:
        mask_value: the value, or an array of them along the last axis.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …, D), the mask (N, …): of whole samples where x is (N, D).

    >>> layer = Masking(mask_value=-1.0)
    >>> x = np.array([[3.0, -1.0], [-1.0, -1.0]])
    >>> layer(x).tolist(), layer.compute_mask(x).tolist()
    ([[3.0, -1.0], [0.0, 0.0]], [True, False])
    """

    config_names = ("mask_value",)
    build_is_saved = False

    def __init__(self, mask_value: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Mask:
        """Return where the input differs from the value."""
        x = np.asarray(inputs)
        counts: Array = np.not_equal(x, np.asarray(self.mask_value, x.dtype)).any(axis=-1)
        return counts

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Copy x where it counts."""
        cache.counts = self.compute_mask(x)[..., np.newaxis]  # type: ignore[index]
        return self._counted(x, "y", cache)

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Copy dy where x counts."""
        return self._counted(dy, "dx", cache)

    def _counted(self, values: Array, name: str, cache: Cache) -> Array:
        copy = cache.buffer(name, values.shape, values.dtype)
        copy.fill(0.0)
        np.copyto(copy, values, where=cache.counts)
        return copy

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape
