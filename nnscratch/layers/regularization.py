"""Layers that are active in training only: dropout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.typing import Array, Shape


class Dropout(Layer):
    r"""Dropout: in training y = m·x/(1 - rate), where m is 0 with probability `rate`, else 1.

    The scale keeps the expected value of y at x, so that inference, where y = x, needs no
    correction. Backward: dx = m·dy/(1 - rate).

    Args:
        rate: fraction of elements set to zero, from 0 to 1. At 0 the layer does nothing; at 1
            everything is zero.
        noise_shape: shape of m, where it is broadcast along some axes; None in it stands for the
            input's size.
        seed: int for a reproducible stream of masks; otherwise drawn from Python's `random`.
        kwargs: see `Layer`.

    Raises:
        ValueError: `rate` or `noise_shape` is out of range.

    Source: Srivastava et al., "Dropout", JMLR 15 (2014), in the inverted form (section 10), which
    is Keras's and PyTorch's; the original scales by (1 - rate) at test time instead.

    >>> y = Dropout(0.5, seed=1)(np.ones((1, 8)), training=True)
    >>> sorted(set(y.ravel().tolist()))
    [0.0, 2.0]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ValueError(f"`rate` must be a number from 0 to 1. Received: rate={rate!r}")
        self.rate = rate
        self.seed = seed
        self.noise_shape = _checked_noise_shape(noise_shape)
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute m·x/(1 - rate) in training, x otherwise."""
        y: Array
        cache.active = training and self.rate > 0
        if not cache.active:
            return x
        if self.rate == 1:
            cache.keep = np.zeros((1,) * x.ndim, dtype=bool)
            cache.scale = 0.0
        else:
            shape = self._mask_shape(x.shape)
            cache.keep = random.dropout_mask(shape, self.rate, self.seed_generator, x.dtype)
            cache.scale = 1.0 / (1.0 - self.rate)
        y = np.multiply(x, cache.scale, out=cache.buffer("y", x.shape, x.dtype))
        y *= cache.keep
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute m·dy/(1 - rate), with the m of the forward pass."""
        if not cache.active:
            return dy
        dx: Array = np.multiply(dy, cache.scale, out=cache.buffer("dx", dy.shape, dy.dtype))
        dx *= cache.keep
        return dx

    def _mask_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if self.noise_shape is None:
            return shape
        if len(self.noise_shape) != len(shape):
            raise ValueError(
                f"`noise_shape` of {self.name!r} has {len(self.noise_shape)} axes; its input has "
                f"{len(shape)}: {shape}"
            )
        return tuple(n if m is None else m for m, n in zip(self.noise_shape, shape, strict=True))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape


def _checked_noise_shape(noise_shape: Any) -> tuple[int | None, ...] | None:
    if noise_shape is None:
        return None
    sizes = () if isinstance(noise_shape, str) else tuple(noise_shape)
    valid = all(
        n is None or (isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n > 0)
        for n in sizes
    )
    if not sizes or not valid:
        raise ValueError(
            "`noise_shape` must be a sequence of positive integers or None. "
            f"Received: noise_shape={noise_shape!r}"
        )
    return sizes
