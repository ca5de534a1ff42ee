"""Losses that are zero once the margin is wide enough."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.elementwise import ElementwiseLoss
from nnscratch.losses.reduction import spread, together
from nnscratch.losses.targets import check_shape
from nnscratch.typing import Array, ArrayLike


class Hinge(ElementwiseLoss):
    r"""Hinge loss: v = mean_k max(1 - y_k p_k, 0) with targets -1 and 1.

    ∂t/∂p = -y where 1 - y p ≥ 0, otherwise 0. Targets that are all 0 or 1 become -1 and 1.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: those of the predictions; the mean over outputs.

    Source: Cortes and Vapnik 1995. At the kink the slope is -y, as in TensorFlow's `maximum`.
    Whether targets are 0 and 1 is decided batch by batch, as in Keras.

    >>> float(Hinge()([[1.0], [-1.0]], [[0.5], [0.5]]))
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        cache.sign = _signs(y_true)
        np.multiply(cache.sign, y_pred, out=out)
        np.subtract(1.0, out, out=out)
        cache.active = np.greater_equal(out, 0.0, out=cache.buffer("active", out.shape, np.bool_))
        np.maximum(out, 0.0, out=out)

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.negative(cache.sign, out=out)
        out *= cache.active


class SquaredHinge(ElementwiseLoss):
    r"""Squared hinge loss: v = mean_k max(1 - y_k p_k, 0)² with targets -1 and 1.

    ∂t/∂p = -2 y max(1 - y p, 0). Targets that are all 0 or 1 become -1 and 1.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: those of the predictions, squared; the mean over outputs.

    Source: Cortes and Vapnik 1995, the L2 form.

    >>> float(SquaredHinge()([[1.0], [-1.0]], [[0.5], [0.5]]))
    1.25
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        cache.sign = _signs(y_true)
        short = np.multiply(cache.sign, y_pred, out=cache.buffer("short", out.shape, out.dtype))
        np.subtract(1.0, short, out=short)
        cache.short = np.maximum(short, 0.0, out=short)
        np.square(short, out=out)

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.multiply(cache.sign, cache.short, out=out)
        out *= -2.0


class CategoricalHinge(RuleLoss):
    r"""Hinge loss of classes: v = max(max_k (1 - y_k) p_k - Σ_k y_k p_k + 1, 0), y one-hot.

    Where the value is not cut off, ∂v/∂p_k = -y_k, plus 1 - y_k for the k of the maximum, shared
    out equally where several tie.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., C), value per sample (N, ...).

    Units: those of the predictions.

    Source: Crammer and Singer 2001; ties and the kink as in TensorFlow.

    >>> round(float(CategoricalHinge()([[0.0, 1.0]], [[0.75, 0.25]])), 4)
    1.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        if y_true.shape != y_pred.shape:
            y_true, y_pred = together(y_true, y_pred)
        shape, dtype = y_pred.shape, y_pred.dtype
        cache.y_true = y_true
        other = np.subtract(1.0, y_true, out=cache.buffer("other", shape, dtype))
        cache.other = other
        rivals = np.multiply(other, y_pred, out=cache.buffer("rivals", shape, dtype))
        highest = np.maximum.reduce(rivals, axis=-1, keepdims=True)
        cache.is_highest = np.equal(rivals, highest, out=cache.buffer("top", shape, np.bool_))
        own = np.multiply(y_true, y_pred, out=cache.buffer("scratch", shape, dtype))
        margin = np.asarray(highest[..., 0] - np.add.reduce(own, axis=-1) + dtype.type(1.0))
        cache.active = margin >= 0
        return np.asarray(np.maximum(margin, dtype.type(0.0)))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        other: Array = cache.other
        ties = np.add.reduce(cache.is_highest, axis=-1, keepdims=True, dtype=other.dtype)
        dp = np.divide(other, ties, out=cache.buffer("dy", other.shape, other.dtype))
        dp *= cache.is_highest
        dp -= cache.y_true
        dp *= np.expand_dims(cache.active, -1)
        return spread(dp, dvalues)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets whose shape is not that of the output; see `Loss.check_targets`."""
        check_shape(self.name, y_true, output_shape, "one column per class (one-hot)")


def _signs(y_true: Array) -> Array:
    if np.all((y_true == 0) | (y_true == 1)):
        return y_true * 2.0 - 1.0
    return y_true


def hinge(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the hinge loss of each sample; see `Hinge`.

    >>> hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
    [1.0]
    """
    return Hinge().call(y_true, y_pred)


def squared_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the squared hinge loss of each sample; see `SquaredHinge`.

    >>> squared_hinge([[1.0, -1.0]], [[0.5, 0.5]]).tolist()
    [1.25]
    """
    return SquaredHinge().call(y_true, y_pred)


def categorical_hinge(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the hinge loss of classes of each sample; see `CategoricalHinge`.

    >>> categorical_hinge([[0.0, 1.0]], [[0.75, 0.25]]).tolist()
    [1.5]
    """
    return CategoricalHinge().call(y_true, y_pred)
