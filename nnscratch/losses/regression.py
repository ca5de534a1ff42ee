"""Distances between numbers: squared, absolute, and the two that lie between them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.losses.elementwise import ElementwiseLoss, difference
from nnscratch.typing import Array, ArrayLike


class MeanSquaredError(ElementwiseLoss):
    r"""Squared error: v = mean_k (y_k - p_k)², with ∂v/∂p_k = 2 (p_k - y_k) / K.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: those of the targets, squared; the mean over outputs, without a factor ½.

    Source: Gauss 1809; Bishop, Pattern Recognition and Machine Learning, section 1.1, which has
    the sum with ½ where Keras has the mean without.

    >>> float(MeanSquaredError()([[1.0], [2.0]], [[2.0], [4.0]]))
    2.5
    """

    steady = True

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        np.square(difference(y_true, y_pred, cache), out=out)

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.add(cache.error, cache.error, out=out)


class MeanAbsoluteError(ElementwiseLoss):
    r"""Absolute error: v = mean_k |y_k - p_k|, with ∂v/∂p_k = sign(p_k - y_k) / K and 0 at 0.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: those of the targets; the mean over outputs.

    Source: Laplace 1774; Bishop, section 1.5.5.

    >>> float(MeanAbsoluteError()([[1.0], [2.0]], [[2.0], [4.0]]))
    1.5
    """

    steady = True

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        np.abs(difference(y_true, y_pred, cache), out=out)

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.sign(cache.error, out=out)


class Huber(ElementwiseLoss):
    r"""Squared error near zero, absolute error far away.

    v = mean_k t_k with e = p - y and t = ½e² where |e| ≤ δ, else δ|e| - ½δ²; ∂t/∂p = e inside and
    δ sign(e) outside.

    Args:
        delta: δ > 0, where the one becomes the other.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: those of the targets, squared; the mean over outputs.

    Raises:
        ValueError: `delta` is not positive.

    Source: Huber 1964, Robust Estimation of a Location Parameter, with the ½ of the paper.

    >>> Huber().call([[0.0], [0.0]], [[0.5], [3.0]]).tolist()
    [0.125, 2.5]
    """

    _options = ("delta",)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        check_number("delta", delta, 0)
        if delta == 0:
            raise ValueError(f"`delta` must be a positive number. Received: delta={delta!r}")
        self.delta = delta

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        error = difference(y_true, y_pred, cache)
        delta, half = error.dtype.type(self.delta), error.dtype.type(0.5)
        size = np.abs(error, out=cache.buffer("size", error.shape, error.dtype))
        outside = cache.buffer("outside", error.shape, np.bool_)
        np.greater(size, delta, out=outside)
        np.square(error, out=out)
        out *= half
        size *= delta
        size -= half * (delta * delta)
        np.copyto(out, size, where=outside)

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        delta = out.dtype.type(self.delta)
        np.maximum(cache.error, -delta, out=out)
        np.minimum(out, delta, out=out)


class LogCosh(ElementwiseLoss):
    r"""Logarithm of the hyperbolic cosine of the error: v = mean_k log cosh(p_k - y_k).

    Computed as e + log(1 + e^{-2e}) - log 2, which does not overflow; ∂t/∂p = tanh(p - y).

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: about e²/2 for small errors and |e| - log 2 for large ones; the mean over outputs.

    Source: Keras 3, whose log 2 is a float32 number even in float64: a float64 loss without error
    is 1.9e-9, not 0.

    >>> round(float(LogCosh()([[0.0]], [[1.0]])), 4)
    0.4338
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        error = difference(y_true, y_pred, cache)
        np.multiply(error, -2.0, out=out)
        np.logaddexp(out, error.dtype.type(0.0), out=out)
        out += error
        out -= error.dtype.type(through_float32(math.log(2.0)))

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.tanh(cache.error, out=out)


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the squared error of each sample; see `MeanSquaredError`.

    >>> mean_squared_error([[1.0, 2.0]], [[2.0, 4.0]]).tolist()
    [2.5]
    """
    return MeanSquaredError().call(y_true, y_pred)


def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the absolute error of each sample; see `MeanAbsoluteError`.

    >>> mean_absolute_error([[1.0, 2.0]], [[2.0, 4.0]]).tolist()
    [1.5]
    """
    return MeanAbsoluteError().call(y_true, y_pred)


def huber(y_true: ArrayLike, y_pred: ArrayLike, delta: float = 1.0) -> Any:
    """Return the Huber loss of each sample; see `Huber`.

    >>> huber([[0.0, 0.0]], [[0.5, 3.0]]).tolist()
    [1.3125]
    """
    return Huber(delta).call(y_true, y_pred)


def log_cosh(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the log-cosh loss of each sample; see `LogCosh`.

    >>> round(float(log_cosh([[0.0]], [[1.0]])[0]), 4)
    0.4338
    """
    return LogCosh().call(y_true, y_pred)
