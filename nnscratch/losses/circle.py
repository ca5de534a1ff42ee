"""Circle loss: embeddings of one class drawn together, those of different classes apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import as_numeric
from nnscratch.errors import ShapeError
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.targets import check_range, check_shape
from nnscratch.typing import Array, ArrayLike


class Circle(RuleLoss):
    r"""Circle loss of each embedding p_i against all others: v_i = log(1 + e^{P_i + Q_i}).

    With the distances d_ij = max(1 - p_i·p_j, 0), P_i = log Σ_j e^{-γ max(m + d_ij, 0)(m - d_ij)}
    over the j of the same class, Q_i = log Σ_j e^{γ max(1 + m - d_ij, 0)(1 - m - d_ij)} over those
    of another. An embedding without one of either kind has v_i = 0; values that are 0 are left out
    of the mean. Every value depends on the whole batch, and so does its gradient:
    ∂L/∂p_i = -Σ_j (G_ij + G_ji) p_j with G = ∂L/∂d, 0 where d was cut off.

    Args:
        gamma: γ, the scale.
        margin: m, how far from perfect a distance may be.
        remove_diagonal: whether an embedding is left out of its own class.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.
        ref_labels: classes of the embeddings to compare with; those of the batch if None.
        ref_embeddings: embeddings to compare with, (R, D); those of the batch if None.

    Shapes: y_true (N,) or (N, 1), y_pred (N, D) of length 1 each, value per sample (N,).

    Units: nats.

    Raises:
        ShapeError: predictions are not embeddings (N, D), or labels are not one per embedding.

    Source: Sun et al. 2020, equations 6 and 8, on cosine distances; the weights are differentiated
    too, as in Keras 3.

    >>> same = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    >>> round(float(Circle(gamma=1.0)([0, 0, 1], same)), 4)
    0.5459
    """

    _options = ("gamma", "margin", "remove_diagonal")
    _casts_targets = False

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
        *,
        ref_labels: ArrayLike | None = None,
        ref_embeddings: ArrayLike | None = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal
        self.ref_labels = ref_labels
        self.ref_embeddings = ref_embeddings

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every embedding."""
        labels = self._labels(y_true, y_pred)
        cache.p, cache.others = y_pred, y_pred
        other_labels = labels
        if self.ref_embeddings is not None:
            cache.others = as_numeric(self.ref_embeddings, "ref_embeddings").astype(y_pred.dtype)
        if self.ref_labels is not None:
            other_labels = as_numeric(self.ref_labels, "ref_labels").reshape(-1).astype(np.int64)
        cosine_distance = 1 - y_pred @ cache.others.T
        cache.distance = np.maximum(cosine_distance, 0.0)
        cache.counts = cosine_distance >= 0
        same = labels[:, np.newaxis] == other_labels
        cache.kinds = (same, ~same)
        if self.remove_diagonal:
            cache.kinds = (same & ~np.eye(*same.shape, dtype=np.bool_), ~same)
        sums = []
        for kind, score in zip(cache.kinds, self._scores(cache.distance), strict=True):
            sums.append(_log_sum_exp(score, kind))
        cache.log_sums = sums
        both: Array = sums[0] + sums[1]
        values = np.logaddexp(both, 0.0)
        cache.counted = values > 0
        cache.sureness = np.exp(both - values)
        return np.asarray(values, dtype=y_pred.dtype)

    def _scores(self, d: Array) -> tuple[Array, Array]:
        m, gamma = d.dtype.type(self.margin), d.dtype.type(self.gamma)
        return (
            -gamma * np.maximum(m + d, 0.0) * (m - d),
            gamma * np.maximum(1 + m - d, 0.0) * (1 - m - d),
        )

    def _slopes_of_scores(self, d: Array) -> tuple[Array, Array]:
        m, gamma = d.dtype.type(self.margin), d.dtype.type(self.gamma)
        same, other = m + d, 1 + m - d
        return (
            gamma * (np.maximum(same, 0.0) - (same >= 0) * (m - d)),
            -gamma * (np.maximum(other, 0.0) + (other >= 0) * (1 - m - d)),
        )

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        p: Array = cache.p
        each = dvalues * cache.sureness
        dd = np.zeros_like(cache.distance)
        parts = zip(
            cache.kinds,
            cache.log_sums,
            self._scores(cache.distance),
            self._slopes_of_scores(cache.distance),
            strict=True,
        )
        for kind, log_sum, score, slope in parts:
            reach = kind & np.isfinite(log_sum)[:, np.newaxis]
            known = np.where(reach, log_sum[:, np.newaxis], 0.0)
            dd += np.where(reach, np.exp(np.where(reach, score, 0.0) - known), 0.0) * slope
        dd *= each[:, np.newaxis]
        dd *= cache.counts
        dy = np.matmul(-dd, cache.others, out=cache.buffer("dy", p.shape, p.dtype))
        if self.ref_embeddings is None:
            dy -= dd.T @ p
        return dy

    def _labels(self, y_true: Array, y_pred: Array) -> Array:
        if y_pred.ndim != 2 or y_true.size != len(y_pred):
            raise ShapeError(
                f"{self.name} needs embeddings (n, d) and one class number for each. Received "
                f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            )
        return y_true.reshape(-1).astype(np.int64)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse what is not one class number per embedding; see `Loss.check_targets`."""
        if len(output_shape) != 2:
            raise ShapeError(
                f"{self.name} needs embeddings, an output of two axes (n, d). Received an output "
                f"of {len(output_shape)} axes."
            )
        y = check_shape(self.name, y_true, output_shape[:1], "one class number per embedding")
        check_range(self.name, y, None)


def _log_sum_exp(scores: Array, kind: Array) -> Array:
    """Return log Σ_j e^{s_j} of every row over the j that `kind` picks; -∞ where it picks none."""
    picked = np.where(kind, scores, -np.inf)
    highest = np.maximum.reduce(picked, axis=1, keepdims=True, initial=-np.inf)
    highest = np.where(np.isfinite(highest), highest, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.add.reduce(np.exp(picked - highest), axis=1)) + highest[:, 0])


def circle(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    ref_labels: ArrayLike | None = None,
    ref_embeddings: ArrayLike | None = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """Return the circle loss of each embedding; see `Circle`.

    >>> values = circle([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], gamma=1)
    >>> values.round(4).tolist()
    [0.5459, 0.5459, 0.0]
    """
    rule = Circle(
        gamma, margin, remove_diagonal, ref_labels=ref_labels, ref_embeddings=ref_embeddings
    )
    return rule.call(y_true, y_pred)
