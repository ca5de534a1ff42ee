"""The angle between targets and predictions as a loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.config import epsilon
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.logits import check_axis
from nnscratch.losses.reduction import spread, together
from nnscratch.losses.targets import check_shape
from nnscratch.typing import Array, ArrayLike


class CosineSimilarity(RuleLoss):
    r"""Minus the cosine of the angle: v = -Σ_k ŷ_k p̂_k, with x̂ = x / max(‖x‖, ε).

    ∂v/∂p = (p̂ Σ ŷ p̂ - ŷ) / ‖p‖; where ‖p‖ < ε it is -ŷ / ε.

    Args:
        axis: the axis along which the vectors lie.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: none, in [-1, 1]: -1 for equal direction, 0 for a right angle or a zero vector.

    Source: Keras 3, whose sign makes the smallest value the best.

    >>> round(float(CosineSimilarity()([[0.0, 1.0]], [[1.0, 1.0]])), 4)
    -0.7071
    """

    _options = ("axis",)

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.axis = check_axis(axis)

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        if y_true.shape != y_pred.shape:
            y_true, y_pred = together(y_true, y_pred)
        y, _, _ = unit_vectors(y_true, self.axis)
        p, cache.inverse, cache.capped = unit_vectors(y_pred, self.axis)
        cache.y, cache.p = y, p
        cache.cosine = np.add.reduce(y * p, axis=self.axis, keepdims=True)
        return np.asarray(-np.squeeze(cache.cosine, self.axis))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        p: Array = cache.p
        turned = np.multiply(p, cache.cosine, out=cache.buffer("dy", p.shape, p.dtype))
        turned *= ~cache.capped
        turned -= cache.y
        turned *= cache.inverse
        return spread(turned, dvalues, self.axis)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets whose shape is not that of the output; see `Loss.check_targets`."""
        check_shape(self.name, y_true, output_shape)


def unit_vectors(x: Array, axis: int) -> tuple[Array, Array, Array]:
    """Return x / max(‖x‖, ε), the factor it was multiplied by, and where ε set that factor."""
    squares = np.add.reduce(np.square(x), axis=axis, keepdims=True)
    cap = x.dtype.type(1.0 / epsilon())
    with np.errstate(divide="ignore"):
        inverse = x.dtype.type(1.0) / np.sqrt(squares)
    capped = inverse > cap
    inverse = np.minimum(inverse, cap)
    return x * inverse, inverse, capped


def cosine_similarity(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
    """Return minus the cosine similarity of each sample; see `CosineSimilarity`.

    >>> cosine_similarity([[0.0, 1.0]], [[0.0, 2.0]]).tolist()
    [-1.0]
    """
    return CosineSimilarity(axis).call(y_true, y_pred)
