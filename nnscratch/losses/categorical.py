"""Categorical crossentropy: how surprised the predicted distribution is by the true one."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.losses.clipping import clip_probabilities
from nnscratch.losses.logits import LogitsLoss, check_axis, check_smoothing, smooth
from nnscratch.losses.reduction import spread
from nnscratch.losses.softmax import log_sum_exp, softmax_of
from nnscratch.losses.targets import check_one_column, check_shape
from nnscratch.typing import Array, ArrayLike


class CategoricalCrossentropy(LogitsLoss):
    r"""Crossentropy of one-hot (or soft) targets: v = -Σ_k y_k log p_k.

    From logits z, p = softmax(z) and v = Σ_k y_k (log Σ_j e^{z_j} - z_k), with the gradient
    dz = softmax(z) - y. From probabilities, p is first divided by its sum and clipped to
    [ε, 1 - ε], with gradient 0 where it was clipped. In training, a softmax or sigmoid output
    hands its logits over, so the first form is used.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: s in [0, 1]; targets become y (1 - s) + s / C for C classes.
        axis: the axis of the classes.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true (N, ..., C), y_pred (N, ..., C), value per sample (N, ...).

    Units: nats.

    Raises:
        ValueError: `axis` or `label_smoothing` cannot be used.

    Source: Goodfellow et al., Deep Learning, section 6.2.2.3. The gradient is that of
    TensorFlow's `softmax_cross_entropy_with_logits`: it takes the targets to sum to 1.

    >>> loss = CategoricalCrossentropy()
    >>> round(float(loss([[0.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [0.25, 0.75]])), 4)
    1.0397
    """

    steady = True
    _options = ("from_logits", "label_smoothing", "axis")
    _activation = "Softmax"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits = from_logits
        self.label_smoothing = check_smoothing(label_smoothing)
        self.axis = check_axis(axis)

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        if y_true.shape != y_pred.shape:
            raise ShapeError(
                f"{self.name} needs targets of the shape of the predictions. Received "
                f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            )
        if self.label_smoothing:
            y_true = smooth(y_true, self.label_smoothing, y_true.shape[-1], cache)
        cache.y_true = y_true
        cache.from_z = from_z = from_z or self.from_logits
        if not from_z:
            return self._values_of_probabilities(y_true, y_pred, cache)
        shifted, log_sum = log_sum_exp(y_pred, self.axis, cache)
        surprise = cache.buffer("surprise", shifted.shape, shifted.dtype)
        np.subtract(log_sum, shifted, out=surprise)
        surprise *= y_true
        values = cache.buffer("values", log_sum.shape, log_sum.dtype)
        np.add.reduce(surprise, axis=self.axis, keepdims=True, out=values)
        return values.squeeze(self.axis)

    def _values_of_probabilities(self, y_true: Array, p: Array, cache: Cache) -> Array:
        cache.p_sum = np.add.reduce(p, axis=self.axis, keepdims=True)
        normal = np.divide(p, cache.p_sum, out=cache.buffer("normal", p.shape, p.dtype))
        cache.normal = normal
        q = clip_probabilities(normal, cache)
        surprise = np.log(q, out=cache.buffer("surprise", p.shape, p.dtype))
        surprise *= y_true
        return np.asarray(-np.add.reduce(surprise, axis=self.axis))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        if cache.from_z:
            dz = softmax_of(cache)
            dz -= cache.y_true
            return spread(dz, dvalues, self.axis)
        q: Array = cache.clipped
        dp = np.divide(cache.y_true, q, out=cache.buffer("dy", q.shape, q.dtype))
        dp *= cache.inside
        projection = np.multiply(dp, cache.normal, out=cache.buffer("scratch", q.shape, q.dtype))
        total = np.add.reduce(projection, axis=self.axis, keepdims=True)
        np.subtract(total, dp, out=dp)
        dp /= cache.p_sum
        return spread(dp, dvalues, self.axis)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets whose shape is not that of the output; see `Loss.check_targets`."""
        check_shape(self.name, y_true, output_shape, "one column per class (one-hot)")
        if output_shape and output_shape[-1] == 1:
            check_one_column(self.name)


def categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the categorical crossentropy of each sample; see `CategoricalCrossentropy`.

    >>> round(float(categorical_crossentropy([[0.0, 1.0]], [[1.0, 1.0]], from_logits=True)[0]), 4)
    0.6931
    """
    if np.shape(y_pred)[-1:] == (1,):
        check_one_column("categorical_crossentropy")
    rule = CategoricalCrossentropy(from_logits, label_smoothing, axis)
    return rule.call(y_true, y_pred)
