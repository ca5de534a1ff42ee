"""Batch normalization: the batch's own statistics in training, moving averages in inference."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import constraints, initializers, regularizers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer, check_axis
from nnscratch.layers.config import not_offered
from nnscratch.layers.masked_moments import masked_moments, spread_mask
from nnscratch.layers.sums import as_rows, sum_rows
from nnscratch.typing import Array, Shape
from nnscratch.variable import Variable


class BatchNormalization(Layer):
    r"""Batch normalization: y = γ·x̂ + β with x̂ = (x - μ)/√(σ² + ε), feature by feature.

    In training μ and σ² are the batch's mean and biased variance, and the moving statistics
    follow as moving ← momentum·moving + (1 - momentum)·batch. In inference, and where
    `trainable` is False, the moving statistics take their place. Backward in training:
    dγ = Σ dy·x̂, dβ = Σ dy, dx = γ/√(σ² + ε) · (dy - dβ/N - x̂·dγ/N).

    Args:
        axis: the axis of features; all the others are averaged over.
        momentum: weight of the *old* moving value.
        epsilon: ε.
        center: whether there is a β.
        scale: whether there is a γ.
        beta_initializer: how β starts.
        gamma_initializer: how γ starts.
        moving_mean_initializer: how the moving mean starts.
        moving_variance_initializer: how the moving variance starts.
        beta_regularizer: penalty on β.
        gamma_regularizer: penalty on γ.
        beta_constraint: projection of β after every update.
        gamma_constraint: projection of γ after every update.
        renorm: not offered.
        renorm_clipping: without effect.
        renorm_momentum: without effect.
        synchronized: accepted for compatibility (one process has nothing to synchronize).
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …, D) for axis -1; γ, β and the statistics (D,).

    Raises:
        ShapeError: the feature axis has no known size, or a mask has not the axes of x but the
            last. What a mask leaves out has no part in the batch's statistics.

    Source: Ioffe, Szegedy, "Batch Normalization", ICML 2015, algorithm 1. Convention: Keras's
    (momentum weighs the old value, the moving variance is the biased one, ε = 1e-3); PyTorch
    weighs the new value, keeps the unbiased variance and takes ε = 1e-5.

    >>> bn = BatchNormalization()
    >>> bn(np.array([[1.0], [3.0]]), training=True).round(3).tolist()
    [[-1.0], [1.0]]
    >>> bn.moving_mean.value.round(4).tolist()
    [0.019999999552965164]
    """

    supports_masking = True
    takes_mask = True
    steady = True
    rowwise = True
    config_names = (
        *("axis", "momentum", "epsilon", "center", "scale", "beta_initializer"),
        *("gamma_initializer", "moving_mean_initializer", "moving_variance_initializer"),
        *("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"),
        *("synchronized", "renorm", "renorm_clipping", "renorm_momentum"),
    )

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: dict[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if renorm:
            raise not_offered(self, "renorm", renorm, "Use plain batch normalization.")
        if not 0.0 <= momentum <= 1.0:
            raise ValueError(f"`momentum` must be between 0 and 1. Received: {momentum!r}")
        if not epsilon >= 0.0:
            raise ValueError(f"`epsilon` must not be negative. Received: {epsilon!r}")
        if not isinstance(axis, (int, np.integer)):
            raise ValueError(f"`axis` must be an integer. Received: axis={axis!r}")
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.renorm = False
        self.renorm_clipping = renorm_clipping
        self.renorm_momentum = renorm_momentum
        self.synchronized = synchronized
        self.gamma: Variable | None = None
        self.beta: Variable | None = None

    def build(self, input_shape: Any = None) -> None:
        """Make γ, β and the moving statistics, one number per feature."""
        if not -len(input_shape) <= self.axis < len(input_shape) or not input_shape[self.axis]:
            raise ShapeError(
                f"BatchNormalization {self.name!r} with axis={self.axis} needs inputs whose size "
                f"along that axis is known. Received: {input_shape}"
            )
        shape = (input_shape[self.axis],)
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )
        self.moving_mean = self.add_weight(
            shape=shape,
            initializer=self.moving_mean_initializer,
            trainable=False,
            name="moving_mean",
        )
        self.moving_variance = self.add_weight(
            shape=shape,
            initializer=self.moving_variance_initializer,
            trainable=False,
            name="moving_variance",
        )

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute y = γ·x̂ + β; in training, move the moving statistics."""
        if cache.mask is not None:
            return self._forward_masked(x, cache, training)
        rows = self._as_rows(x)
        xhat = cache.buffer("xhat", rows.shape, rows.dtype)
        cache.on_batch = training and self.trainable
        if cache.on_batch:
            mean = sum_rows(rows, cache.buffer("mean", rows.shape[1:], rows.dtype))
            mean /= len(rows)
            np.subtract(rows, mean, out=xhat)
            square = np.square(xhat, out=cache.buffer("square", rows.shape, rows.dtype))
            variance = sum_rows(square, cache.buffer("var", mean.shape, rows.dtype))
            variance /= len(rows)
            self._move(self.moving_mean, mean, cache)
            self._move(self.moving_variance, variance, cache)
        else:
            variance = self.moving_variance.value
            np.subtract(rows, self.moving_mean.value, out=xhat)
        inverse = cache.buffer("inverse", variance.shape, rows.dtype)
        np.add(variance, self.epsilon, out=inverse)
        np.sqrt(inverse, out=inverse)
        np.reciprocal(inverse, out=inverse)
        xhat *= inverse
        cache.xhat, cache.inverse = xhat, inverse
        return self._from_rows(self._scale_and_shift(xhat, cache), x.shape)

    def _scale_and_shift(self, xhat: Array, cache: Cache) -> Array:
        y = cache.buffer("y", xhat.shape, xhat.dtype)
        if self.gamma is None:
            np.copyto(y, xhat)
        else:
            np.multiply(xhat, self.gamma.value, out=y)
        if self.beta is not None:
            y += self.beta.value
        return y

    def _move(self, moving: Variable, batch: Array, cache: Cache) -> None:
        share = cache.buffer("share", batch.shape, batch.dtype)
        np.multiply(batch, 1.0 - self.momentum, out=share)
        np.multiply(moving.value, self.momentum, out=moving.value)
        np.add(moving.value, share, out=moving.value)

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Add dγ and dβ; return dx."""
        if cache.mask is not None and cache.on_batch:
            return self._backward_masked(dy, cache)
        xhat, inverse = cache.xhat, cache.inverse
        rows = self._as_rows(dy)
        N = len(rows)
        work = np.multiply(rows, xhat, out=cache.buffer("work", rows.shape, rows.dtype))
        dgamma = sum_rows(work, cache.buffer("dgamma", inverse.shape, rows.dtype))
        dbeta = sum_rows(rows, cache.buffer("dbeta", inverse.shape, rows.dtype))
        if self.gamma is not None:
            self.gamma.add_grad(np.positive, dgamma)
        if self.beta is not None:
            self.beta.add_grad(np.positive, dbeta)
        if not cache.needs_dx:
            return None
        dx = cache.buffer("dx", rows.shape, rows.dtype)
        if cache.on_batch:
            np.multiply(xhat, np.divide(dgamma, N, out=dgamma), out=work)
            np.subtract(rows, np.divide(dbeta, N, out=dbeta), out=dx)
            dx -= work
            dx *= inverse
        else:
            np.multiply(rows, inverse, out=dx)
        if self.gamma is not None:
            dx *= self.gamma.value
        return self._from_rows(dx, dy.shape)

    def _forward_masked(self, x: Array, cache: Cache, training: bool) -> Array:
        """As `forward`, with mean and variance over what counts; y is computed everywhere."""
        rows, counts = self._as_rows(x), self._as_rows(spread_mask(self, cache.mask, x))
        cache.on_batch = training and self.trainable
        mean, variance = self.moving_mean.value, self.moving_variance.value
        if cache.on_batch:
            cache.moments = masked_moments(rows, counts)
            mean, variance = cache.moments.mean, cache.moments.variance
            self._move(self.moving_mean, mean, cache)
            self._move(self.moving_variance, variance, cache)
        cache.inverse = np.reciprocal(np.sqrt(variance + rows.dtype.type(self.epsilon)))
        cache.xhat = (rows - mean) * cache.inverse
        return self._from_rows(self._scale_and_shift(cache.xhat, cache), x.shape)

    def _backward_masked(self, dy: Array, cache: Cache) -> Array:
        rows = self._as_rows(dy)
        if self.beta is not None:
            self.beta.add_grad(np.add.reduce, rows)
        if self.gamma is not None:
            self.gamma.add_grad(np.add.reduce, rows * cache.xhat)
            rows = rows * self.gamma.value
        dx = cache.moments.gradient(rows, cache.xhat, cache.inverse)
        return self._from_rows(dx, dy.shape)

    def _as_rows(self, x: Array) -> Array:
        """Return x as (rows, D): features last, everything else one axis."""
        if self.axis not in (-1, x.ndim - 1):
            x = np.moveaxis(x, self.axis, -1)
        return as_rows(x)

    def _from_rows(self, rows: Array, shape: tuple[int, ...]) -> Array:
        """Undo `_as_rows` for an array that had this shape."""
        if self.axis in (-1, len(shape) - 1):
            return rows.reshape(shape)
        moved = [size for i, size in enumerate(shape) if i != self.axis % len(shape)]
        return np.moveaxis(rows.reshape(*moved, -1), -1, self.axis)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the feature axis has D values."""
        check_axis(self, input_shape, self.axis, self.moving_mean.shape[0])

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape
