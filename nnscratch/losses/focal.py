"""Focal crossentropies: what is already predicted well counts less."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.config import floatx
from nnscratch.errors import ShapeError
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.clipping import clip_probabilities
from nnscratch.losses.logits import check_axis, check_smoothing, smooth
from nnscratch.losses.reduction import spread
from nnscratch.losses.softmax import log_sum_exp
from nnscratch.losses.targets import check_one_column, check_shape
from nnscratch.typing import Array, ArrayLike


class CategoricalFocalCrossentropy(RuleLoss):
    r"""Focal crossentropy of one-hot targets: v = -Σ_k α (1 - q_k)^γ y_k log q_k.

    q is p divided by its sum and clipped to [ε, 1 - ε]; from logits, p = softmax(z). With
    g_k = α (γ (1 - q_k)^{γ-1} y_k log q_k - (1 - q_k)^γ y_k / q_k), and g_k = 0 where q_k was
    clipped, ∂v/∂p_k = (g_k - Σ_j g_j q_j) / Σ p.

    Args:
        alpha: factor of the loss, or one factor per class.
        gamma: how strongly what is predicted well is played down; 0 gives α times the
            categorical crossentropy.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: s in [0, 1]; targets become y (1 - s) + s / C for C classes.
        axis: the axis of the classes.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true (N, ..., C), y_pred (N, ..., C), value per sample (N, ...).

    Units: nats, times a factor below α.

    Raises:
        ValueError: `axis` or `label_smoothing` cannot be used.

    Source: Lin et al. 2017, equation 5, summed over classes as in Keras 3. Unlike the categorical
    crossentropy it never takes the logits behind a softmax output, so a sure and wrong answer has
    the gradient 0 of a clipped probability, as in Keras.

    >>> loss = CategoricalFocalCrossentropy(alpha=1.0)
    >>> round(float(loss([[0.0, 1.0]], [[0.5, 0.5]])), 4)  # log(2) / 4
    0.1733
    """

    _options = ("from_logits", "label_smoothing", "axis", "alpha", "gamma")

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.alpha = alpha.tolist() if isinstance(alpha, np.ndarray) else alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = check_smoothing(label_smoothing)
        self.axis = check_axis(axis)

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        check_same_shape(self.name, y_true, y_pred)
        if self.label_smoothing:
            y_true = smooth(y_true, self.label_smoothing, y_true.shape[-1], cache)
        p = y_pred
        if self.from_logits:
            log_sum_exp(y_pred, self.axis, cache)
            p = cache.p = np.divide(cache.exp, cache.exp_sum)
        cache.p_sum = np.add.reduce(p, axis=self.axis, keepdims=True)
        normal = np.divide(p, cache.p_sum, out=cache.buffer("normal", p.shape, p.dtype))
        cache.normal = normal
        q = clip_probabilities(normal, cache)
        cache.rest = np.subtract(1.0, q, out=cache.buffer("rest", p.shape, p.dtype))
        surprise = np.log(q, out=cache.buffer("surprise", p.shape, p.dtype))
        surprise *= y_true
        cache.y_true, cache.surprise = y_true, surprise
        terms = np.power(cache.rest, self._gamma(p), out=cache.buffer("terms", p.shape, p.dtype))
        terms *= self._alpha(p)
        terms *= surprise
        return np.asarray(-np.add.reduce(terms, axis=self.axis))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        q, rest = cache.clipped, cache.rest
        dq = np.multiply(cache.surprise, self._gamma(q), out=cache.buffer("dy", q.shape, q.dtype))
        dq -= cache.y_true * rest / q
        dq *= np.power(rest, self._gamma(q) - q.dtype.type(1.0))
        dq *= self._alpha(q)
        dq *= cache.inside
        dq -= np.add.reduce(dq * cache.normal, axis=self.axis, keepdims=True)
        dq /= cache.p_sum
        if self.from_logits:
            dq -= np.add.reduce(dq * cache.p, axis=self.axis, keepdims=True)
            dq *= cache.p
        return spread(dq, dvalues, self.axis)

    def _alpha(self, like: Array) -> Array:
        """Return α in the type of an array; a list goes through floatx first, as in Keras."""
        several = isinstance(self.alpha, (list, tuple))
        return np.asarray(self.alpha, floatx() if several else None).astype(like.dtype)

    def _gamma(self, like: Array) -> Any:
        return like.dtype.type(self.gamma)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets whose shape is not that of the output; see `Loss.check_targets`."""
        check_shape(self.name, y_true, output_shape, "one column per class (one-hot)")
        if output_shape and output_shape[-1] == 1:
            check_one_column(self.name)


def check_same_shape(loss: str, y_true: Array, y_pred: Array) -> None:
    """Refuse targets of another shape than the predictions with a `ShapeError`."""
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            f"{loss} needs targets of the shape of the predictions. Received "
            f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
        )


def categorical_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the focal crossentropy of each sample; see `CategoricalFocalCrossentropy`.

    >>> round(float(categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]], gamma=0.0)[0]), 4)
    0.1733
    """
    if np.shape(y_pred)[-1:] == (1,):
        check_one_column("categorical_focal_crossentropy")
    rule = CategoricalFocalCrossentropy(alpha, gamma, from_logits, label_smoothing, axis)
    return rule.call(y_true, y_pred)
