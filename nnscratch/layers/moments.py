"""What the normalizing layers share: mean and variance along axes, and the scale γ and shift β."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import constraints, initializers, regularizers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer
from nnscratch.typing import Array, Shape
from nnscratch.variable import Variable


class ScaledAndShifted(Layer):
    """A normalizing layer whose result is scaled by γ and shifted by β.

    Attributes:
        gamma: γ, None where there is none.
        beta: β, None where there is none.
    """

    def __init__(
        self,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.epsilon = checked_epsilon(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.gamma: Variable | None = None
        self.beta: Variable | None = None

    def _add_gamma(self, shape: tuple[int, ...]) -> None:
        self.gamma = self.add_weight(
            shape=shape,
            initializer=self.gamma_initializer,
            regularizer=self.gamma_regularizer,
            constraint=self.gamma_constraint,
            name="gamma",
        )

    def _add_beta(self, shape: tuple[int, ...]) -> None:
        self.beta = self.add_weight(
            shape=shape,
            initializer=self.beta_initializer,
            regularizer=self.beta_regularizer,
            constraint=self.beta_constraint,
            name="beta",
        )

    def _scale_and_shift(self, xhat: Array, shape: tuple[int, ...], cache: Cache) -> Array:
        """Return γ·x̂ + β, both in a shape that broadcasts."""
        y = cache.buffer("y", xhat.shape, xhat.dtype)
        if self.gamma is None:
            np.copyto(y, xhat)
        else:
            np.multiply(xhat, self.gamma.value.reshape(shape), out=y)
        if self.beta is not None:
            y += self.beta.value.reshape(shape)
        return y

    def _scale_gradient(
        self, dy: Array, xhat: Array, shape: tuple[int, ...], cache: Cache
    ) -> Array:
        """Add dγ = Σ dy·x̂ and dβ = Σ dy; return dx̂ = γ·dy."""
        if self.beta is not None:
            self.beta.add_grad(np.positive, summed(dy, shape).reshape(self.beta.shape))
        if self.gamma is None:
            return dy
        work = np.multiply(dy, xhat, out=cache.buffer("work", dy.shape, dy.dtype))
        self.gamma.add_grad(np.positive, summed(work, shape).reshape(self.gamma.shape))
        return np.multiply(dy, self.gamma.value.reshape(shape), out=work)


def summed(values: Array, shape: tuple[int, ...]) -> Array:
    """Return the sum of values over the axes along which this shape is broadcast."""
    axes = tuple(i for i, n in enumerate(shape) if n == 1)
    total: Array = np.add.reduce(values, axis=axes, keepdims=True)
    return total


def standardized(x: Array, axes: tuple[int, ...], epsilon: float, cache: Cache) -> Array:
    """Return x̂ = (x - μ)/√(σ² + ε), with the mean and biased variance along the axes."""
    shape = _reduced(x.shape, axes)
    mean = np.mean(x, axis=axes, keepdims=True, out=cache.buffer("mean", shape, x.dtype))
    xhat = np.subtract(x, mean, out=cache.buffer("xhat", x.shape, x.dtype))
    square = np.square(xhat, out=cache.buffer("work", x.shape, x.dtype))
    inverse = inverse_root(square, axes, epsilon, cache)
    cache.xhat = xhat
    xhat *= inverse
    return xhat


def standardized_gradient(dxhat: Array, axes: tuple[int, ...], cache: Cache) -> Array:
    """Return dx = (dx̂ - mean(dx̂) - x̂·mean(x̂·dx̂))/√(σ² + ε), the means along the axes."""
    dx = scaled_gradient(dxhat, cache.xhat, cache.xhat, axes, cache)
    mean = np.mean(
        dxhat, axis=axes, keepdims=True, out=cache.buffer("mean", cache.inverse.shape, dx.dtype)
    )
    dx -= np.multiply(mean, cache.inverse, out=mean)
    return dx


def inverse_root(square: Array, axes: tuple[int, ...], epsilon: float, cache: Cache) -> Array:
    """Return 1/√(mean(square) + ε), the mean along the axes, and keep it as `cache.inverse`."""
    shape = _reduced(square.shape, axes)
    inverse = cache.buffer("inverse", shape, square.dtype)
    np.mean(square, axis=axes, keepdims=True, out=inverse)
    inverse += epsilon
    np.sqrt(inverse, out=inverse)
    cache.inverse = np.reciprocal(inverse, out=inverse)
    return inverse


def scaled_gradient(dy: Array, y: Array, xhat: Array, axes: tuple[int, ...], cache: Cache) -> Array:
    """Return dx = (dy - x̂·mean(y·dy))·inverse, for y = x·inverse and x̂ either y or y - mean(y)."""
    dx = np.multiply(dy, y, out=cache.buffer("dx", dy.shape, dy.dtype))
    along = cache.buffer("along", cache.inverse.shape, dy.dtype)
    np.mean(dx, axis=axes, keepdims=True, out=along)
    np.multiply(xhat, along, out=dx)
    np.subtract(dy, dx, out=dx)
    dx *= cache.inverse
    return dx


def _reduced(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def weight_shape(layer: Layer, axes: Sequence[int], input_shape: Shape) -> tuple[int, ...]:
    """Return the input's sizes along the axes.

    Raises:
        ShapeError: there is no such axis, or its size is not known.
    """
    checked_axes(axes, layer, input_shape)
    sizes = [input_shape[axis] for axis in axes]
    if None in sizes:
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} with axis={list(axes)} has weights along "
            f"these axes, so their sizes must be known. Received: input_shape={input_shape}"
        )
    return tuple(n for n in sizes if n is not None)


def broadcast_shape(axes: Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the sizes along the axes and 1 elsewhere."""
    kept = {axis % len(shape) for axis in axes}
    return tuple(n if i in kept else 1 for i, n in enumerate(shape))


def check_sizes(layer: Layer, axes: Sequence[int], built: Shape, input_shape: Shape) -> None:
    """Raise unless the input has the sizes along the axes that the layer was built for."""
    checked_axes(list(axes), layer, input_shape)
    expected = [built[axis] for axis in axes]
    received = [input_shape[axis] for axis in axes]
    if any(n not in (None, m) for n, m in zip(received, expected, strict=True)):
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} was built for inputs of sizes {expected} "
            f"along axis {list(axes)}. Received: shape={('N', *input_shape[1:])!r}"
        )


def checked_axes(axis: Any, layer: Layer | None = None, input_shape: Shape = ()) -> Any:
    """Return an axis as int, several as list.

    Raises:
        ValueError: it is something else.
        ShapeError: the layer's input does not have such an axis.
    """
    several = list(axis) if isinstance(axis, (list, tuple)) else [axis]
    if (not several and layer is None) or not all(
        isinstance(i, (int, np.integer)) and not isinstance(i, bool) for i in several
    ):
        raise ValueError(f"`axis` must be an integer or a list of them. Received: axis={axis!r}")
    rank = len(input_shape)
    if layer is not None and not all(-rank <= i < rank for i in several):
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} has axis={axis}, which is out of range "
            f"for inputs with {rank} axes. Received: shape={('N', *input_shape[1:])!r}"
        )
    return [int(i) for i in several] if isinstance(axis, (list, tuple)) else int(axis)


def checked_epsilon(epsilon: Any) -> float:
    """Return ε as a float.

    Raises:
        ValueError: it is negative or no number.
    """
    if isinstance(epsilon, bool) or not isinstance(epsilon, (int, float)) or not epsilon >= 0:
        raise ValueError(f"`epsilon` must be a number of at least 0. Received: epsilon={epsilon!r}")
    return epsilon
