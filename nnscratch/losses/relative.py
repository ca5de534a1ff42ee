"""Errors relative to the size of the target: in percent, and of logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import through_float32
from nnscratch.config import epsilon
from nnscratch.losses.elementwise import ElementwiseLoss, difference
from nnscratch.typing import Array, ArrayLike


class MeanAbsolutePercentageError(ElementwiseLoss):
    r"""Absolute error in percent of the target: v = 100 mean_k |y_k - p_k| / max(|y_k|, ε).

    ∂t/∂p = 100 sign(p - y) / max(|y|, ε), 0 where p = y.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: percent; a target of 0 counts as ε, so its error is 1e9 percent per unit.

    Source: Keras 3.

    >>> float(MeanAbsolutePercentageError()([[2.0]], [[3.0]]))
    50.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        np.abs(difference(y_true, y_pred, cache), out=out)
        size = np.abs(y_true, out=cache.buffer("size", out.shape, out.dtype))
        cache.size = np.maximum(size, out.dtype.type(epsilon()), out=size)
        out /= cache.size
        out *= 100.0

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.sign(cache.error, out=out)
        out /= cache.size
        out *= 100.0


class MeanSquaredLogarithmicError(ElementwiseLoss):
    r"""Squared error of logarithms: v = mean_k (log(1 + max(p_k, ε)) - log(1 + max(y_k, ε)))².

    ∂t/∂p = 2 (log(1 + p) - log(1 + y)) / (1 + p), and 0 where p < ε.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: nats squared; the mean over outputs. Negative numbers count as ε.

    Source: Keras 3, whose ε here is a float32 number even in float64.

    >>> round(float(MeanSquaredLogarithmicError()([[0.0]], [[np.e - 1.0]])), 4)
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        low = out.dtype.type(through_float32(epsilon()))
        cache.inside = np.greater_equal(
            y_pred, low, out=cache.buffer("inside", out.shape, np.bool_)
        )
        above = np.maximum(y_pred, low, out=cache.buffer("above", out.shape, out.dtype))
        above += 1.0
        cache.above = above
        error = np.log(above, out=cache.buffer("error", out.shape, out.dtype))
        np.maximum(y_true, low, out=out)
        out += 1.0
        np.log(out, out=out)
        error -= out
        cache.error = error
        np.square(error, out=out)

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.divide(cache.error, cache.above, out=out)
        out *= 2.0
        out *= cache.inside


def mean_absolute_percentage_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the error of each sample in percent; see `MeanAbsolutePercentageError`.

    >>> mean_absolute_percentage_error([[2.0, 4.0]], [[3.0, 4.0]]).tolist()
    [25.0]
    """
    return MeanAbsolutePercentageError().call(y_true, y_pred)


def mean_squared_logarithmic_error(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the squared error of logarithms of each sample; see `MeanSquaredLogarithmicError`.

    >>> mean_squared_logarithmic_error([[0.0]], [[np.e - 1.0]]).round(4).tolist()
    [1.0]
    """
    return MeanSquaredLogarithmicError().call(y_true, y_pred)
