"""The rectified linear unit whose lower slope is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import constraints, initializers, regularizers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer
from nnscratch.typing import Array, Shape


class PReLU(Layer):
    r"""Parametric rectified linear unit: y = x for x > 0, else α·x, where α is trained.

    Backward: dx = dy for x > 0, α·dy for x < 0 and 0 at 0; dα = Σ dy·min(x, 0) over the batch and
    the shared axes.

    Args:
        alpha_initializer: how α starts.
        alpha_regularizer: penalty on α.
        alpha_constraint: projection of α after every update.
        shared_axes: axes of x, counted from 1, along which all elements have one α in common.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …); α (…), with size 1 along shared axes.

    Raises:
        ShapeError: a shared axis does not exist, or the input's shape is not known.

    Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015. α starts at 0, as in
    Keras; the paper starts at 0.25, as PyTorch does, with one α per channel.

    >>> layer = PReLU(alpha_initializer="ones")
    >>> layer(np.array([[-2.0, 3.0]])).tolist()
    [[-2.0, 3.0]]
    """

    rowwise = True
    supports_masking = True
    config_names = ("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes")

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is None:
            self.shared_axes = None
        else:
            axes = np.atleast_1d(shared_axes)
            if axes.dtype.kind != "i":
                raise ValueError(
                    "`shared_axes` must be an integer or a list of integers, counted from 1. "
                    f"Received: shared_axes={shared_axes!r}"
                )
            self.shared_axes = axes.tolist()

    def build(self, input_shape: Any = None) -> None:
        """Make α."""
        shape = list(input_shape[1:])
        for axis in self.shared_axes or ():
            if not 1 <= axis <= len(shape):
                raise ShapeError(
                    f"`shared_axes` of PReLU {self.name!r} are counted from 1 (the batch is axis "
                    f"0) to {len(shape)} for inputs of shape {input_shape}. "
                    f"Received: shared_axes={self.shared_axes}"
                )
            shape[axis - 1] = 1
        if not shape or None in shape:
            raise ShapeError(
                f"PReLU {self.name!r} has one slope for each element of a sample, so it needs to "
                f"know their number. Received: input_shape={input_shape}; share the axes of "
                "unknown size with `shared_axes`."
            )
        self.alpha = self.add_weight(
            shape=shape,
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute y = max(x, 0) + α·min(x, 0)."""
        cache.x = x
        below = np.minimum(x, 0.0, out=cache.buffer("below", x.shape, x.dtype))
        y: Array = np.maximum(x, 0.0, out=cache.buffer("y", x.shape, x.dtype))
        y += np.multiply(below, self.alpha.value, out=cache.buffer("part", x.shape, x.dtype))
        cache.below = below
        return y

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Add dα; return dx."""
        work = np.multiply(dy, cache.below, out=cache.buffer("part", dy.shape, dy.dtype))
        axes = (0, *(self.shared_axes or ()))
        kept = np.add.reduce(work, axis=axes, keepdims=True)
        self.alpha.add_grad(np.positive, kept[0])
        if not cache.needs_dx:
            return None
        dx = cache.buffer("dx", dy.shape, dy.dtype)
        np.multiply(cache.x < 0.0, self.alpha.value, out=dx)
        dx += cache.x > 0.0
        dx *= dy
        return dx

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input fits α."""
        shape = self.alpha.shape
        fits = len(input_shape) == len(shape) + 1 and all(
            m == 1 or n in (None, m) for n, m in zip(input_shape[1:], shape, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"PReLU layer {self.name!r} has slopes of shape {shape} and expects inputs of "
                f"shape {('N', *shape)!r}. Received: shape={('N', *input_shape[1:])!r}"
            )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape
