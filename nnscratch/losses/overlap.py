"""Losses of overlap, for segmentation: how little two sets share."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.checks import check_number
from nnscratch.config import epsilon
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.focal import check_same_shape
from nnscratch.losses.targets import check_shape
from nnscratch.typing import Array, ArrayLike

Axis = int | tuple[int, ...] | list[int] | None


class OverlapLoss(RuleLoss):
    """A loss v = 1 - a/b of sums over an axis, several, or all of them.

    Subclasses implement `share`, which returns a and b, and `share_slopes`, their derivatives.
    """

    axis: Axis

    def share(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        """Return a and b; the axes that are summed over stay, with length 1."""
        raise NotImplementedError(f"{type(self).__name__} must implement share.")

    def share_slopes(self, y_true: Array) -> tuple[Array, Any]:
        """Return ∂a/∂p and ∂b/∂p."""
        raise NotImplementedError(f"{type(self).__name__} must implement share_slopes.")

    def total(self, x: Array) -> Array:
        """Return the sum of x over the axis, which stays with length 1."""
        return np.asarray(np.add.reduce(x, axis=self._axes(x), keepdims=True))

    def _axes(self, x: Array) -> tuple[int, ...]:
        if self.axis is None:
            return tuple(range(x.ndim))
        return tuple(self.axis) if isinstance(self.axis, (tuple, list)) else (self.axis,)

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample, or the one v of the batch if the axis is None."""
        check_same_shape(self.name, y_true, y_pred)
        a, b = self.share(y_true, y_pred)
        cache.y_true, cache.a, cache.b = y_true, a, b
        return np.squeeze(1 - a / b, self._axes(y_pred))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        da, db = self.share_slopes(cache.y_true)
        dy = cache.buffer("dy", da.shape, da.dtype)
        np.multiply(cache.a / cache.b, db, out=dy)
        dy -= da
        dy /= cache.b
        if isinstance(dvalues, float):
            dy *= dvalues
        else:
            dy *= np.expand_dims(dvalues, self._axes(dy))
        return dy

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets whose shape is not that of the output; see `Loss.check_targets`."""
        check_shape(self.name, y_true, output_shape)


class Dice(OverlapLoss):
    r"""Dice loss: v = 1 - 2 Σ y p / (Σ y + Σ p + ε).

    With D the denominator, ∂v/∂p = (2 Σ y p / D - 2 y) / D.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        axis: what the sums go over: an axis, several, or None for all, the batch included.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ...); one value for the whole batch if `axis` is None, else the
    shape that is left.

    Units: none, in [0, 1]: 0 for equal masks of 0 and 1.

    Source: Dice 1945; Milletari et al. 2016, section 3, without the squares in the denominator.

    >>> round(float(Dice()([[1.0, 1.0]], [[1.0, 0.0]])), 4)  # 1 - 2/3
    0.3333
    """

    _options = ("axis",)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.axis = check_axes(axis)

    def share(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        """Return 2 Σ y p and the denominator."""
        both = 2 * self.total(y_true * y_pred)
        return both, self.total(y_true) + self.total(y_pred) + both.dtype.type(epsilon())

    def share_slopes(self, y_true: Array) -> tuple[Array, Any]:
        """Return 2 y and 1."""
        return 2 * y_true, 1.0


class Tversky(OverlapLoss):
    r"""Tversky loss: v = 1 - Σ y p / (Σ y p + α Σ y (1 - p) + β Σ p (1 - y) + ε).

    With D the denominator, ∂v/∂p = (Σ y p / D · (y - α y + β (1 - y)) - y) / D.

    Args:
        alpha: weight of what was missed, y (1 - p).
        beta: weight of false alarms, p (1 - y).
        reduction: as in `Loss`.
        name: name in logs.
        axis: what the sums go over: an axis, several, or None for all, the batch included.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ...); one value for the whole batch if `axis` is None, else the
    shape that is left.

    Units: none, in [0, 1]. With α = β = 1/2 it is the Dice loss.

    Source: Tversky 1977; Salehi et al. 2017, equation 3, which calls α the weight of false alarms:
    here, as in Keras's code, it is the weight of what was missed.

    >>> round(float(Tversky(alpha=1.0, beta=0.0)([[1.0, 1.0]], [[1.0, 0.0]])), 4)
    0.5
    """

    _options = ("alpha", "beta", "axis")

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Axis = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_number("alpha", alpha, 0)
        check_number("beta", beta, 0)
        self.alpha = alpha
        self.beta = beta
        self.axis = check_axes(axis)

    def share(self, y_true: Array, y_pred: Array) -> tuple[Array, Array]:
        """Return Σ y p and the denominator."""
        number = y_pred.dtype.type
        both = self.total(y_true * y_pred)
        missed = self.total((1 - y_pred) * y_true) * number(self.alpha)
        alarms = self.total(y_pred * (1 - y_true)) * number(self.beta)
        return both, both + missed + alarms + number(epsilon())

    def share_slopes(self, y_true: Array) -> tuple[Array, Any]:
        """Return y and y - α y + β (1 - y)."""
        number = y_true.dtype.type
        return y_true, y_true * number(1.0 - self.alpha) + (1 - y_true) * number(self.beta)


def check_axes(axis: Any) -> Axis:
    """Return the axis if it is an integer, several of them or None, or raise a ValueError.

    >>> check_axes((1, 2))
    (1, 2)
    """
    several = list(axis) if isinstance(axis, (tuple, list)) else [axis]
    if axis is not None and any(
        isinstance(one, bool) or not isinstance(one, (int, np.integer)) for one in several
    ):
        raise ValueError(f"`axis` must be an integer, a tuple of them or None. Received: {axis!r}")
    return axis  # type: ignore[no-any-return]


def dice(y_true: ArrayLike, y_pred: ArrayLike, axis: Axis = None) -> Any:
    """Return the Dice loss; see `Dice`.

    >>> round(float(dice([[1.0, 1.0]], [[1.0, 0.0]])), 4)
    0.3333
    """
    return Dice(axis=axis).call(y_true, y_pred)


def tversky(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    alpha: float = 0.5,
    beta: float = 0.5,
    axis: Axis = None,
) -> Any:
    """Return the Tversky loss; see `Tversky`.

    >>> round(float(tversky([[1.0, 1.0]], [[1.0, 0.0]])), 4)
    0.3333
    """
    return Tversky(alpha, beta, axis=axis).call(y_true, y_pred)
