"""Accuracies: the share of predictions that are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from nnscratch.cache import Cache
from nnscratch.config import floatx
from nnscratch.metrics.matches import equal, right_class, same_class, same_side
from nnscratch.metrics.reduction import Mean, MeanMetricWrapper
from nnscratch.typing import Array, ArrayLike


class MeanOfMatches(MeanMetricWrapper):
    """The mean of a function that says of each prediction whether it is right.

    Without sample weights, hits are counted instead of averaged; the sums are the same to the
    bit, as whole numbers add up exactly.
    """

    _hits: ClassVar[Callable[..., Array]]
    _borrows = True  # whether `_hits` takes a `cache` to write its answer to
    _options: tuple[str, ...] | None = ()
    _direction = "up"

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(fn, name, dtype, **kwargs)
        self._memory = {"cache": Cache()} if self._borrows else {}

    def update_state(  # type: ignore[override]
        self,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        sample_weight: Any = None,
        *,
        logits: Array | None = None,
    ) -> None:
        """Take a batch in; see `MeanMetricWrapper.update_state`."""
        self.count_hits(self.hits(y_true, y_pred), sample_weight)

    @property
    def is_steady(self) -> bool:
        """Whether `hits` makes the same NumPy calls on the same memory for every batch.

        A class says so by `steady = True` in its own body; see `nnscratch.routine`.
        """
        return self._borrows and bool(vars(type(self)).get("steady", False))

    def hits(self, y_true: ArrayLike, y_pred: ArrayLike) -> Array:
        """Tell of each prediction of a batch whether it is right, the first half of an update."""
        return self._hits(y_true, y_pred, **self._fn_kwargs, **self._memory)

    def count_hits(self, hits: Array, sample_weight: Any = None) -> None:
        """Take in what `hits` returned."""
        if sample_weight is None and hits.ndim and hits.size == len(hits):
            self._add(np.count_nonzero(hits), hits.size)
        else:
            Mean.update_state(self, hits, sample_weight)


def equality(y_true: ArrayLike, y_pred: ArrayLike) -> Array:
    """Return 1 where the prediction is the very number of the target, else 0.

    >>> equality([[1], [2]], [[1], [3]]).tolist()
    [[1.0], [0.0]]
    """
    return equal(y_true, y_pred).astype(floatx())


def binary_accuracy(y_true: ArrayLike, y_pred: ArrayLike, threshold: float = 0.5) -> Array:
    """Return 1 where the prediction lies on the target's side of the threshold, else 0.

    >>> binary_accuracy([[1], [1]], [[0.7], [0.5]]).tolist()
    [[1.0], [0.0]]
    """
    return same_side(y_true, y_pred, threshold).astype(floatx())


def categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> Array:
    """Return 1 for each sample whose largest prediction is in the place of its largest target.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.1, 0.9], [0.2, 0.8]]).tolist()
    [1.0, 0.0]
    """
    return same_class(y_true, y_pred).astype(floatx())


def sparse_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> Array:
    """Return 1 for each sample whose largest prediction is in the place its target names.

    >>> sparse_categorical_accuracy([1, 0], [[0.1, 0.9], [0.2, 0.8]]).tolist()
    [1.0, 0.0]
    """
    return right_class(y_true, y_pred).astype(floatx())


class Accuracy(MeanOfMatches):
    """The share of predictions equal to their target, number for number.

    This is not what `metrics=["accuracy"]` means: probabilities are hardly ever equal to labels,
    so this metric is 0 on them. Use it on predicted labels.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Source: Keras 3.

    >>> float(Accuracy()([1, 0], [0.9, 0.2])), float(Accuracy()([1, 0], [1, 1]))
    (0.0, 0.5)
    """

    _hits = staticmethod(equal)

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(equality, name, dtype)


class BinaryAccuracy(MeanOfMatches):
    """The share of predictions on the side of the threshold that their target 0 or 1 says.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.
        threshold: predictions above it count as 1; one equal to it counts as 0.

    Shapes: y_true and y_pred (N, ...); the mean over outputs, then over samples.

    Source: Keras 3.

    >>> float(BinaryAccuracy()([1, 0, 1, 1], [0.9, 0.2, 0.5, 0.4]))
    0.5
    """

    steady = True
    _hits = staticmethod(same_side)
    _options = ("threshold",)

    def __init__(
        self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5
    ) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(MeanOfMatches):
    """The share of samples whose largest prediction is in the place of their one-hot target.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: y_true and y_pred (N, ..., C).

    Source: Keras 3; of equal predictions the first counts.

    >>> float(CategoricalAccuracy()([[0, 1], [1, 0]], [[0.1, 0.9], [0.2, 0.8]]))
    0.5
    """

    steady = True
    _hits = staticmethod(same_class)

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanOfMatches):
    """The share of samples whose largest prediction is in the place that their target names.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: y_true (N, ...) or (N, ..., 1), y_pred (N, ..., C).

    Source: Keras 3; of equal predictions the first counts.

    >>> float(SparseCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.2, 0.8]]))
    0.5
    """

    steady = True
    _hits = staticmethod(right_class)

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)
