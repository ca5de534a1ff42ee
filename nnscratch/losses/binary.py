"""Binary crossentropy: each output is the probability of a yes, independent of the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.losses.clipping import clip_probabilities
from nnscratch.losses.logits import LogitsLoss, check_axis, check_smoothing, smooth
from nnscratch.losses.reduction import spread
from nnscratch.losses.targets import check_probabilities, check_shape
from nnscratch.typing import Array, ArrayLike


class BinaryCrossentropy(LogitsLoss):
    r"""Crossentropy of yes/no targets: v = mean_k -(y_k log p_k + (1 - y_k) log(1 - p_k)).

    From logits z, p = σ(z) and each term is max(z, 0) - z y + log(1 + e^{-|z|}), with the gradient
    dz = (σ(z) - y) / K. From probabilities, p is clipped to [ε, 1 - ε], with gradient 0 where it
    was clipped. In training, a sigmoid or softmax output hands its logits over.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: s in [0, 1]; targets become y (1 - s) + s / 2.
        axis: the axis to take the mean over.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true (N, ..., K), y_pred (N, ..., K), value per sample (N, ...).

    Units: nats, the mean over the K outputs.

    Raises:
        ValueError: `axis` or `label_smoothing` cannot be used.

    Source: Goodfellow et al., Deep Learning, section 6.2.2.2; the stable form is that of
    TensorFlow's `sigmoid_cross_entropy_with_logits`.

    >>> round(float(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.75]])), 4)
    1.0397
    """

    steady = True
    _options = ("from_logits", "label_smoothing", "axis")
    _activation = "Sigmoid"

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
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
            y_true = smooth(y_true, self.label_smoothing, 2, cache)
        cache.y_true = y_true
        cache.from_z = from_z = from_z or self.from_logits
        terms = cache.buffer("terms", y_pred.shape, y_pred.dtype)
        (_terms_of_logits if from_z else _terms_of_probabilities)(y_true, y_pred, terms, cache)
        kept = list(terms.shape)
        kept[self.axis] = 1
        values = cache.buffer("values", tuple(kept), terms.dtype)
        np.add.reduce(terms, axis=self.axis, keepdims=True, out=values)
        values /= values.dtype.type(y_pred.shape[self.axis])
        return values.squeeze(self.axis)

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        slope = (_slope_of_logits if cache.from_z else _slope_of_probabilities)(cache)
        return spread(slope, dvalues / slope.shape[self.axis], self.axis)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets that do not fit the output or lie outside [0, 1]."""
        check_probabilities(self.name, check_shape(self.name, y_true, output_shape))


def _terms_of_logits(y_true: Array, z: Array, terms: Array, cache: Cache) -> None:
    cache.z = z
    decay = np.abs(z, out=cache.buffer("decay", z.shape, z.dtype))
    np.negative(decay, out=decay)
    cache.decay = np.exp(decay, out=decay)
    np.maximum(z, 0.0, out=terms)
    product = np.multiply(z, y_true, out=cache.buffer("scratch", z.shape, z.dtype))
    terms -= product
    terms += np.log1p(decay, out=product)


def _slope_of_logits(cache: Cache) -> Array:
    decay: Array = cache.decay
    dz = cache.buffer("dy", decay.shape, decay.dtype)
    low = np.add(decay, 1.0, out=cache.buffer("scratch", decay.shape, decay.dtype))
    np.divide(decay, low, out=low)
    np.subtract(1.0, low, out=dz)
    negative = np.less(cache.z, 0.0, out=cache.buffer("negative", decay.shape, np.bool_))
    np.copyto(dz, low, where=negative)
    dz -= cache.y_true
    return dz


def _terms_of_probabilities(y_true: Array, p: Array, terms: Array, cache: Cache) -> None:
    q = clip_probabilities(p, cache)
    np.log(q, out=terms)
    terms *= y_true
    rest = np.subtract(1.0, q, out=cache.buffer("rest", p.shape, p.dtype))
    np.log(rest, out=rest)
    rest *= np.subtract(1.0, y_true, out=cache.buffer("scratch", p.shape, p.dtype))
    terms += rest
    np.negative(terms, out=terms)


def _slope_of_probabilities(cache: Cache) -> Array:
    q: Array = cache.clipped
    dp: Array = np.subtract(1.0, cache.y_true, out=cache.buffer("dy", q.shape, q.dtype))
    dp /= np.subtract(1.0, q, out=cache.buffer("rest", q.shape, q.dtype))
    dp -= np.divide(cache.y_true, q, out=cache.buffer("scratch", q.shape, q.dtype))
    dp *= cache.inside
    return dp


def binary_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the binary crossentropy of each sample; see `BinaryCrossentropy`.

    >>> round(float(binary_crossentropy([[1.0, 0.0]], [[0.5, 0.75]])[0]), 4)
    1.0397
    """
    rule = BinaryCrossentropy(from_logits, label_smoothing, axis)
    return rule.call(y_true, y_pred)
