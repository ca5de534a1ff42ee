"""Losses that are the mean over the outputs of one term per output."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.reduction import spread, together
from nnscratch.losses.targets import check_shape
from nnscratch.typing import Array, ArrayLike


class ElementwiseLoss(RuleLoss):
    r"""A loss v = mean_k t(y_k, p_k) over the last axis.

    Subclasses implement `terms`, which fills an array with t, and `slopes`, which fills one with
    ∂t/∂p. Shapes that differ are broadcast, as Keras does, in standalone use; training refuses
    them.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t(y_true, y_pred) to `out` and keep what `slopes` needs."""
        raise NotImplementedError(f"{type(self).__name__} must implement terms.")

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂y_pred to `out`."""
        raise NotImplementedError(f"{type(self).__name__} must implement slopes.")

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        if y_true.shape != y_pred.shape:
            y_true, y_pred = together(y_true, y_pred)
        cache.y_true, cache.y_pred = y_true, y_pred
        terms = cache.buffer("terms", y_pred.shape, y_pred.dtype)
        self.terms(y_true, y_pred, terms, cache)
        values = np.add.reduce(terms, axis=-1)
        return np.asarray(values / values.dtype.type(terms.shape[-1]))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        shape: tuple[int, ...] = cache.y_pred.shape
        dy = cache.buffer("dy", shape, cache.y_pred.dtype)
        self.slopes(dy, cache)
        return spread(dy, dvalues / shape[-1])

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets whose shape is not that of the output; see `Loss.check_targets`."""
        check_shape(self.name, y_true, output_shape)


def difference(y_true: Array, y_pred: Array, cache: Cache) -> Array:
    """Return y_pred - y_true in a buffer of its own, and leave it in the cache as `error`."""
    error = cache.buffer("error", y_pred.shape, y_pred.dtype)
    cache.error = np.subtract(y_pred, y_true, out=error)
    return error
