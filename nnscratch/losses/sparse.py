"""Categorical crossentropy with class numbers for targets."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.losses.clipping import clip_probabilities
from nnscratch.losses.logits import LogitsLoss, check_axis
from nnscratch.losses.reduction import spread
from nnscratch.losses.softmax import log_sum_exp, softmax_of
from nnscratch.losses.targets import check_labels, check_range
from nnscratch.routine import perform
from nnscratch.typing import Array, ArrayLike


class SparseCategoricalCrossentropy(LogitsLoss):
    r"""Crossentropy of class numbers: v = -log p_y.

    From logits z, v = log Σ_j e^{z_j} - z_y, with the gradient dz = softmax(z) - onehot(y). From
    probabilities, z = log p with p clipped to [ε, 1 - ε], and gradient 0 where it was clipped. In
    training, a softmax or sigmoid output hands its logits over, unless `ignore_class` is given.

    Args:
        from_logits: whether predictions are logits rather than probabilities.
        ignore_class: a label that counts nothing, such as -1 for padding; it leaves the mean too.
        reduction: as in `Loss`.
        axis: the axis of the classes; only the last is supported, as in Keras on TensorFlow.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true (N, ...) or (N, ..., 1), y_pred (N, ..., C), value per sample (N, ...).

    Units: nats.

    Raises:
        DataError: a label that is not the number of a class.

    Source: Goodfellow et al., Deep Learning, section 6.2.2.3. Unlike the loss for one-hot targets
    probabilities are clipped before they are normalized, as in Keras on TensorFlow.

    >>> round(float(SparseCategoricalCrossentropy()([1, 0], [[0.5, 0.5], [0.25, 0.75]])), 4)
    1.0397
    """

    steady = True
    _options = ("from_logits", "ignore_class")
    _activation = "Softmax"
    _casts_targets = False

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = check_axis(axis)

    @property
    def uses_logits(self) -> bool:
        """Whether `forward` wants the z behind an output; not where a class is ignored."""
        return super().uses_logits and self.ignore_class is None

    @property
    def is_steady(self) -> bool:
        """Whether each step makes the same calls; not where a class is ignored."""
        return super().is_steady and self.ignore_class is None

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        per_sample, classes = y_pred.shape[:-1], y_pred.shape[-1]
        labels = self._labels(y_true, y_pred, cache)
        cache.from_z = from_z = from_z or self.from_logits
        z = y_pred
        if not from_z:
            q = clip_probabilities(y_pred, cache)
            z = np.log(q, out=cache.buffer("log", q.shape, q.dtype))
        shifted, log_sum = log_sum_exp(z, -1, cache)
        starts = row_starts(labels.size, classes)
        cache.index = np.add(labels, starts, out=cache.buffer("index", starts.shape, np.int64))
        picked = cache.buffer("picked", starts.shape, shifted.dtype)
        shifted.reshape(-1).take(cache.index, out=picked, mode="clip")
        values = log_sum.reshape(-1)
        values -= picked
        if cache.counted is not None:
            values[~cache.counted.reshape(-1)] = 0.0
        return values.reshape(per_sample)

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        dz = softmax_of(cache)
        picked = cache.buffer("picked", cache.index.shape, dz.dtype)
        dz.reshape(-1).take(cache.index, out=picked, mode="clip")
        picked -= 1.0
        dz.reshape(-1).put(cache.index, picked)
        if cache.counted is not None:
            dz[~cache.counted] = 0.0
        if not cache.from_z:
            dz /= cache.clipped
            dz *= cache.inside
        return spread(dz, dvalues)

    def _labels(self, y_true: Array, y_pred: Array, cache: Cache) -> Array:
        if self.axis not in (-1, y_pred.ndim - 1):
            raise ValueError(f"Only axis=-1 is supported. Received: axis={self.axis}")
        if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
            y_true = y_true[..., 0]
        if y_true.shape != y_pred.shape[:-1]:
            raise ShapeError(
                f"{self.name} needs one class number per prediction. Received "
                f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}."
            )
        if self.ignore_class is not None:
            cache.counted = y_true != self.ignore_class
            y_true = np.where(cache.counted, y_true, 0)
        labels = y_true.reshape(-1)
        if labels.dtype != np.int64:
            whole = cache.buffer("labels", labels.shape, np.int64)
            np.copyto(whole, labels, casting="unsafe")
            labels = whole
        perform(_check_classes, self.name, labels, labels.view(np.uint64), y_pred.shape[-1])
        return labels

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse what is not the number of a class; see `Loss.check_targets`."""
        check_labels(self.name, y_true, output_shape, self.ignore_class)


def _check_classes(name: str, labels: Array, unsigned: Array, classes: int) -> None:
    if labels.size and np.maximum.reduce(unsigned) >= classes:  # a negative one is huge
        check_range(name, labels, classes)


@functools.lru_cache(maxsize=64)
def row_starts(rows: int, columns: int) -> Array:
    """Return the places at which the rows of a flat matrix begin.

    >>> row_starts(3, 10).tolist()
    [0, 10, 20]
    """
    starts: Array = np.arange(rows, dtype=np.int64) * columns
    starts.setflags(write=False)
    return starts


def sparse_categorical_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Any:
    """Return the crossentropy of each sample; see `SparseCategoricalCrossentropy`.

    >>> round(float(sparse_categorical_crossentropy([1], [[0.5, 0.5]])[0]), 4)
    0.6931
    """
    rule = SparseCategoricalCrossentropy(from_logits, ignore_class, axis=axis)
    return rule.call(y_true, y_pred)
