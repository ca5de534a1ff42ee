"""Images made lighter, darker and richer in contrast at random, in training only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.cache import Cache
from nnscratch.layers.data_format import on_images
from nnscratch.layers.images import Bounded, Factor, ImageLayer
from nnscratch.typing import Array


class _RandomColors(ImageLayer):
    """What both share: the values are cut off at the ends of their range."""

    config_names = ("data_format", "factor", "value_range", "seed")

    def __init__(
        self,
        bounds: Bounded,
        factor: Factor,
        value_range: Sequence[float],
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.factor = bounds.pair("factor", factor)
        if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
            raise ValueError(
                "`value_range` must be a pair of numbers, the least and the largest value of a "
                f"pixel. Received: value_range={value_range!r}"
            )
        self.value_range = value_range
        self.seed = seed
        self._make_stream(seed)

    def _clipped(self, y: Array, cache: Cache) -> Array:
        """Cut off, in place, what lies beyond the range, and note what does not."""
        low, high = self.value_range
        cache.inside = (y >= low) & (y <= high)
        return np.clip(y, low, high, out=y)


class RandomBrightness(_RandomColors):
    r"""Random brightness: in training y = clip(x + δ·(high - low)), one δ for each image.

    δ is uniform in [lower, upper]. Backward: dx = dy where nothing was cut off, else 0.
    Inference: y = x.

    Args:
        factor: the pair (lower, upper), each from -1 to 1; one number f stands for (-f, f).
        value_range: the least and the largest value of a pixel, `low` and `high`.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        kwargs: see `ImageLayer`.

    Shapes:
        x and y (N, H, W, C).

    Raises:
        ValueError: `factor` is out of range, or `value_range` no pair.

    >>> lighter = RandomBrightness((0.5, 0.5), value_range=(0, 1))
    >>> lighter(np.array([0.25, 0.75]).reshape(1, 2, 1))[0, :, 0].tolist()
    [0.75, 1.0]
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(Bounded(-1.0, 1.0), factor, value_range, seed, **kwargs)
        self.value_range = sorted(value_range)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute clip(x + δ·(high - low)) in training, x otherwise."""
        cache.active = training
        if not training:
            return x
        delta = random.uniform((len(x), 1, 1, 1), *self.factor, seed=self.seed_generator)
        delta = delta * delta.dtype.type(self.value_range[1] - self.value_range[0])
        y: Array = np.add(x, delta.astype(x.dtype), out=cache.buffer("y", x.shape, x.dtype))
        return self._clipped(y, cache)

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute dy where nothing was cut off."""
        if not cache.active:
            return dy
        dx: Array = np.multiply(dy, cache.inside, out=cache.buffer("dx", dy.shape, dy.dtype))
        return dx


class RandomContrast(_RandomColors):
    r"""Random contrast: in training y = clip(μ + c·(x - μ)), one c for each image.

    μ is the mean of each channel of the image and c uniform in [1 - lower, 1 + upper]. With
    d = dy where nothing was cut off, else 0, backward is dx = c·d + (1 - c)·mean(d). Inference:
    y = x.

    Args:
        factor: the pair (lower, upper), each from 0 to 1, the smaller first. One number f stands
            for (0, f), as in Keras, so that the contrast only ever grows; its documentation says
            (f, f).
        value_range: the least and the largest value of a pixel.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        kwargs: see `ImageLayer`.

    Shapes:
        x and y (N, H, W, C).

    Raises:
        ValueError: `factor` is out of range, or `value_range` no pair.

    >>> layer = RandomContrast((0.5, 0.5), value_range=(-100, 200), seed=1)
    >>> y = layer(np.array([0.0, 100.0]).reshape(1, 2, 1))
    >>> float(y.mean()), bool(y[0, 1, 0] > 100)
    (50.0, True)
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(Bounded(0, 1), factor, value_range, seed, **kwargs)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute clip(μ + c·(x - μ)) in training, x otherwise."""
        cache.active = training
        if not training:
            return x
        lower, upper = 1.0 - self.factor[0], 1.0 + self.factor[1]
        shape = (len(x), 1, 1, 1)
        cache.c = random.uniform(shape, lower, upper, x.dtype, self.seed_generator)
        mean = x.mean(axis=1, keepdims=True).mean(axis=2, keepdims=True)
        y: Array = np.subtract(x, mean, out=cache.buffer("y", x.shape, x.dtype))
        y *= cache.c
        y += mean
        return self._clipped(y, cache)

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute c·d + (1 - c)·mean(d)."""
        if not cache.active:
            return dy
        dx: Array = np.multiply(dy, cache.inside, out=cache.buffer("dx", dy.shape, dy.dtype))
        mean = dx.mean(axis=(1, 2), keepdims=True)
        dx *= cache.c
        dx += (1 - cache.c) * mean
        return dx
