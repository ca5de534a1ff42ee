"""Generalized crossentropy: between crossentropy and absolute error, for labels with mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.reduction import spread
from nnscratch.losses.targets import check_labels, check_range
from nnscratch.typing import Array, ArrayLike


class CategoricalGeneralizedCrossEntropy(RuleLoss):
    r"""Generalized crossentropy of class numbers: v = (1 - p_y^q) / q.

    ∂v/∂p_y = -p_y^{q-1}, and 0 for the other classes. For q → 0 it is the crossentropy, for
    q = 1 the absolute error 1 - p_y, which a wrong label moves less.

    Args:
        q: in (0, 1), how much wrong labels are expected.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true (N, ...) or (N, ..., 1), y_pred (N, ..., C), value per sample (N, ...).

    Units: none, in [0, 1/q].

    Raises:
        ValueError: q does not lie in (0, 1).
        DataError: a label that is not the number of a class.

    Source: Zhang and Sabuncu 2018, equation 6. For labels (N, 1) Keras 3.15.1 takes the mean over
    all pairs of a label and a row; here they count as labels (N,). Nothing is clipped, so p_y = 0
    has an infinite slope.

    >>> float(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    _options = ("q",)
    _casts_targets = False

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if isinstance(q, bool) or not 0 < q < 1:
            raise ValueError(f"`q` must lie in the interval (0, 1). Received: q={q!r}")
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.q = q

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        cache.shape, number = y_pred.shape, y_pred.dtype.type
        cache.places = self._labels(y_true, y_pred)[..., np.newaxis]
        cache.p = np.take_along_axis(y_pred, cache.places, axis=-1)
        return np.asarray((1 - np.power(cache.p[..., 0], number(self.q))) / number(self.q))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        p: Array = cache.p
        dy = cache.buffer("dy", cache.shape, p.dtype)
        dy[...] = 0.0
        with np.errstate(divide="ignore"):
            dp = -np.power(p, p.dtype.type(self.q - 1.0))
        np.put_along_axis(dy, cache.places, spread(dp, dvalues), axis=-1)
        return dy

    def _labels(self, y_true: Array, y_pred: Array) -> Array:
        if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
            y_true = y_true[..., 0]
        if y_true.shape != y_pred.shape[:-1]:
            raise ShapeError(
                f"{self.name} needs one class number per prediction. Received "
                f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            )
        check_range(self.name, y_true, y_pred.shape[-1])
        return y_true.astype(np.int64, copy=False)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse what is not the number of a class; see `Loss.check_targets`."""
        check_labels(self.name, y_true, output_shape, None)


def categorical_generalized_cross_entropy(y_true: ArrayLike, y_pred: ArrayLike, q: float) -> Any:
    """Return the generalized crossentropy of each sample.

    See `CategoricalGeneralizedCrossEntropy`.

    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
    [1.0]
    """
    return CategoricalGeneralizedCrossEntropy(q).call(y_true, y_pred)
