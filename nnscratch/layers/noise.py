"""Noise that is added to or multiplied with activations, in training only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import config, random
from nnscratch.activations.exponentials import SELU_ALPHA, SELU_SCALE
from nnscratch.cache import Cache
from nnscratch.layers.regularization import (
    TrainingNoise,
    checked_fraction,
    checked_noise_shape,
    mask_shape,
)
from nnscratch.typing import Array

SELU_FLOOR = -SELU_ALPHA * SELU_SCALE
"""The value to which SELU goes for large negative inputs."""


class GaussianNoise(TrainingNoise):
    r"""Gaussian noise: in training y = x + ε, ε normal with mean 0 and deviation `stddev`.

    Backward: dx = dy. Inference: y = x.

    Args:
        stddev: standard deviation of the noise, from 0 to 1, as in Keras. At 0 the layer does
            nothing.
        seed: int for a reproducible stream of noise; otherwise drawn from Python's `random`.
        kwargs: see `Layer`.

    Raises:
        ValueError: `stddev` is out of range.

    Source: Sietsma and Dow, "Creating artificial neural networks that generalize", Neural Networks
    4 (1991); as a penalty on the Jacobian: Bishop, "Training with noise is equivalent to Tikhonov
    regularization", Neural Computation 7 (1995).

    >>> GaussianNoise(0.1, seed=1)(np.zeros((1, 2)), training=True).astype(float).round(4).tolist()
    [[0.0127, -0.0493]]
    """

    rowwise = True
    supports_masking = True
    config_names = ("stddev", "seed")

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = checked_fraction("stddev", stddev)
        self.seed = seed
        if stddev > 0:
            self._make_stream(seed)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute x + ε in training, x otherwise."""
        if not (training and self.stddev > 0):
            return x
        noise = random.normal(x.shape, 0.0, self.stddev, x.dtype, self.seed_generator)
        y: Array = np.add(x, noise, out=cache.buffer("y", x.shape, x.dtype))
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Return dy."""
        return dy


class GaussianDropout(TrainingNoise):
    r"""Gaussian dropout: in training y = x·ε, ε normal with mean 1 and variance rate/(1 - rate).

    Mean and variance of ε are those of Dropout's m/(1 - rate), so that inference, where y = x,
    needs no correction. Backward: dx = dy·ε.

    Args:
        rate: the rate of the Dropout that it stands for, at least 0 and below 1. At 0 the layer
            does nothing.
        seed: int for a reproducible stream of noise; otherwise drawn from Python's `random`.
        kwargs: see `Layer`.

    Raises:
        ValueError: `rate` is out of range. Keras lets 1 pass and divides by zero in training.

    Source: Srivastava et al., "Dropout", JMLR 15 (2014), section 10.

    >>> layer = GaussianDropout(0.2, seed=1)
    >>> layer(np.ones((1, 2)), training=True).astype(float).round(4).tolist()
    [[1.0633, 0.7535]]
    """

    rowwise = True
    supports_masking = True
    config_names = ("rate", "seed")

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = _below_one(rate)
        self.seed = seed
        if rate > 0:
            self._make_stream(seed)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute x·ε in training, x otherwise."""
        cache.active = training and self.rate > 0
        if not cache.active:
            return x
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        cache.noise = random.normal(x.shape, 1.0, stddev, x.dtype, self.seed_generator)
        y: Array = np.multiply(x, cache.noise, out=cache.buffer("y", x.shape, x.dtype))
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute dy·ε, with the ε of the forward pass."""
        if not cache.active:
            return dy
        dx: Array = np.multiply(dy, cache.noise, out=cache.buffer("dx", dy.shape, dy.dtype))
        return dx


class AlphaDropout(TrainingNoise):
    r"""Alpha dropout: in training y = a·(m·x + (1 - m)·α') + b, where m is 0 with probability p.

    Dropped elements get the value that SELU goes to for large negative inputs, α' = -λα ≈ -1.758.
    With a = ((1 - p)(1 + p·α'²))^(-1/2) and b = -a·p·α', inputs of mean 0 and variance 1 keep both,
    so that a self-normalizing network stays one. Backward: dx = a·m·dy. Inference: y = x.

    Args:
        rate: p, at least 0 and below 1. At 0 the layer does nothing.
        noise_shape: shape of m, where it is broadcast along some axes; None in it stands for the
            input's size.
        seed: int for a reproducible stream of masks; otherwise drawn from Python's `random`.
        kwargs: see `Layer`.

    Raises:
        ValueError: `rate` or `noise_shape` is out of range. Keras lets a rate of 1 pass and divides
            by zero in training.

    Source: Klambauer et al., "Self-Normalizing Neural Networks", NeurIPS 2017, section "New Dropout
    Technique". The mask is drawn in floatx whatever the layer's type, as in Keras.

    >>> y = AlphaDropout(0.5, seed=1)(np.zeros((1, 4)), training=True)
    >>> y.astype(float).round(3).tolist()
    [[0.779, -0.779, 0.779, -0.779]]
    """

    supports_masking = True
    config_names = ("rate", "seed", "noise_shape")

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = _below_one(rate)
        self.seed = seed
        self.noise_shape = checked_noise_shape(noise_shape)
        if rate > 0:
            self._make_stream(seed)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute a·(m·x + (1 - m)·α') + b in training, x otherwise."""
        cache.active = training and self.rate > 0
        if not cache.active:
            return x
        a, b = self._scale_and_shift()
        shape = mask_shape(self, self.noise_shape, x.shape)
        mask = random.dropout_mask(shape, self.rate, self.seed_generator, config.floatx())
        m = cache.buffer("m", shape, x.dtype)
        m[...] = mask
        floor = np.subtract(1, m, out=cache.buffer("floor", shape, x.dtype))
        floor *= SELU_FLOOR
        y: Array = np.multiply(x, m, out=cache.buffer("y", x.shape, x.dtype))
        y += floor
        y *= a
        y += b
        cache.a, cache.m = a, m
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute a·m·dy, with the m of the forward pass."""
        if not cache.active:
            return dy
        dx: Array = np.multiply(dy, cache.a, out=cache.buffer("dx", dy.shape, dy.dtype))
        dx *= cache.m
        return dx

    def _scale_and_shift(self) -> tuple[float, float]:
        a = ((1 - self.rate) * (1 + self.rate * SELU_FLOOR**2)) ** -0.5
        return a, -a * SELU_FLOOR * self.rate


def _below_one(rate: Any) -> float:
    """Return a rate at which the noise has a finite variance."""
    checked = checked_fraction("rate", rate)
    if checked == 1:
        raise ValueError(
            "`rate` must be below 1, where the noise of this layer would be infinite. "
            f"Received: rate={rate!r}. Dropout(1.0) sets everything to zero."
        )
    return checked
