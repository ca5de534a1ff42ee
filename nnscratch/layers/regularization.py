"""Dropout, and what all layers share that are active in training only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer, check_rank
from nnscratch.routine import perform
from nnscratch.typing import Array, Shape


class TrainingNoise(Layer):
    """A layer that draws random numbers in training and passes its input on in inference.

    Attributes:
        seed_generator: the stream that it draws from, which bears the layer's name. Only a layer
            that has something to draw has one.
    """

    build_is_saved = False
    seed_generator: random.SeedGenerator

    def _make_stream(self, seed: int | None) -> None:
        self.seed_generator = random.SeedGenerator(seed, name=self.name)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape


class Dropout(TrainingNoise):
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

    supports_masking = True
    steady = True
    rowwise = True
    config_names = ("rate", "seed", "noise_shape")

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rate = checked_fraction("rate", rate)
        self.seed = seed
        self.noise_shape = checked_noise_shape(noise_shape)
        if rate > 0:
            self._make_stream(seed)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute m·x/(1 - rate) in training, x otherwise."""
        cache.active = training and self.rate > 0
        if not cache.active:
            return x
        if self.rate == 1:
            cache.keep = np.zeros((1,) * x.ndim, dtype=bool)
            cache.scale = 0.0
        else:
            shape = mask_shape(self, self.noise_shape, x.shape)
            cache.keep = cache.buffer("keep", shape, np.bool_)
            perform(
                random.dropout_mask, shape, self.rate, self.seed_generator, x.dtype, out=cache.keep
            )
            cache.scale = 1.0 / (1.0 - self.rate)
        y: Array = np.multiply(x, cache.scale, out=cache.buffer("y", x.shape, x.dtype))
        drop(y, cache.keep)
        return y

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Compute m·dy/(1 - rate), with the m of the forward pass; None where all is dropped.

        Convention: at a rate of 1 nothing depends on x, so the layers before have no gradient, as
        in Keras, and the optimizer leaves them alone instead of stepping along zeros.
        """
        if not cache.active:
            return dy
        if self.rate == 1:
            return None
        dx: Array = np.multiply(dy, cache.scale, out=cache.buffer("dx", dy.shape, dy.dtype))
        drop(dx, cache.keep)
        return dx


def drop(values: Array, keep: Array) -> None:
    """Write 0 where nothing is kept, also over NaN and infinity.

    The bits are multiplied by 0 or 1, which is as fast as multiplying the numbers, while
    0·NaN would be NaN.

    Args:
        values: floats.
        keep: booleans that broadcast to their shape.
    """
    bits = values.view(f"i{values.itemsize}")
    bits *= keep


class SpatialDropout1D(Dropout):
    r"""Dropout of whole channels: in training y = m·x/(1 - rate), with one m for all time steps.

    Neighbouring time steps hold much the same values, so that dropping single elements hides
    little; m has shape (N, 1, C) and is broadcast along the steps. Backward: dx = m·dy/(1 - rate).

    Args:
        rate: fraction of channels set to zero, from 0 to 1.
        seed: int for a reproducible stream of masks; otherwise drawn from Python's `random`.
        name: name of the layer.
        dtype: type of the computation; floatx by default.

    Shapes:
        x (N, T, C), y (N, T, C).

    Raises:
        ValueError: `rate` is out of range.
        ShapeError: the input does not have three axes.

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", CVPR 2015,
    section 3.2, there for maps of two dimensions.

    >>> y = SpatialDropout1D(0.5, seed=1)(np.ones((1, 3, 4)), training=True)
    >>> y[0].tolist()
    [[2.0, 0.0, 2.0, 0.0], [2.0, 0.0, 2.0, 0.0], [2.0, 0.0, 2.0, 0.0]]
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, noise_shape=(None, 1, None), seed=seed, name=name, dtype=dtype)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless there are three axes."""
        check_rank(self, input_shape, "N, steps, channels")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again, as Keras does without `trainable`."""
        return {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}


def checked_fraction(argument: str, value: Any) -> float:
    """Return a number from 0 to 1.

    Raises:
        ValueError: it is something else.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(
            f"`{argument}` must be a number from 0 to 1. Received: {argument}={value!r}"
        )
    return float(value) if isinstance(value, float) else value  # NumPy's scalars become Python's


def checked_noise_shape(noise_shape: Any) -> tuple[int | None, ...] | None:
    """Return the shape of a mask as a tuple, in which None stands for the input's size.

    Raises:
        ValueError: it is not a sequence of positive integers or None.
    """
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


def mask_shape(
    layer: Layer, noise_shape: tuple[int | None, ...] | None, shape: tuple[int, ...]
) -> tuple[int, ...]:
    """Return the shape of the mask for inputs of this shape.

    Raises:
        ShapeError: `noise_shape` does not fit it.
    """
    if noise_shape is None:
        return shape
    sizes = tuple(n if m is None else m for m, n in zip(noise_shape, shape, strict=False))
    fits = len(noise_shape) == len(shape) and all(
        size in (1, n) for size, n in zip(sizes, shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"`noise_shape` of {layer.name!r} must have one size for each axis of the input: 1, "
            f"None or that of the input, {shape}. Received: noise_shape={noise_shape}"
        )
    return sizes
