"""Accuracies that allow several guesses."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.checks import check_whole
from nnscratch.config import floatx
from nnscratch.metrics.accuracies import MeanOfMatches
from nnscratch.metrics.matches import among_highest, place_of_largest
from nnscratch.typing import Array, ArrayLike


def top_k_categorical_accuracy(y_true: ArrayLike, y_pred: ArrayLike, k: int = 5) -> Array:
    """Return 1 for each sample whose one-hot target is among its k largest predictions.

    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.2, 0.5, 0.3]], k=2).tolist()
    [1.0]
    """
    return _hits_of_one_hot(y_true, y_pred, k).astype(floatx())


def sparse_top_k_categorical_accuracy(
    y_true: ArrayLike, y_pred: ArrayLike, k: int = 5, from_sorted_ids: bool = False
) -> Array:
    """Return 1 for each sample whose class is among its k largest predictions.

    Args:
        y_true: class numbers (N, ...) or (N, ..., 1).
        y_pred: predictions (N, ..., C), or class numbers, best first, if `from_sorted_ids`.
        k: how many guesses are allowed.
        from_sorted_ids: whether `y_pred` holds class numbers in order.

    >>> sparse_top_k_categorical_accuracy([2], [[0.2, 0.5, 0.3]], k=2).tolist()
    [1.0]
    """
    return _hits_of_classes(y_true, y_pred, k, from_sorted_ids).astype(floatx())


def _hits_of_one_hot(y_true: ArrayLike, y_pred: ArrayLike, k: int = 5) -> Array:
    targets, predictions = as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred")
    return _hits_of_classes(place_of_largest(targets), predictions, k)


def _hits_of_classes(
    y_true: ArrayLike, y_pred: ArrayLike, k: int = 5, from_sorted_ids: bool = False
) -> Array:
    targets, predictions = as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred")
    rows = predictions.reshape(-1, predictions.shape[-1])
    if from_sorted_ids:
        hits = (rows[:, :k] == targets.reshape(-1, 1)).any(axis=-1)
    else:
        hits = among_highest(targets.reshape(-1).astype(np.int64), rows, k)
    return np.asarray(hits).reshape(targets.shape)


class TopKCategoricalAccuracy(MeanOfMatches):
    """The share of samples whose one-hot target is among their k largest predictions.

    Args:
        k: how many guesses are allowed.
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: y_true and y_pred (N, ..., C).

    Source: Keras 3 on TensorFlow: predictions that tie with the k-th are among them.

    >>> float(TopKCategoricalAccuracy(k=2)([[0, 0, 1], [1, 0, 0]], [[0.2, 0.5, 0.3]] * 2))
    0.5
    """

    _hits = staticmethod(_hits_of_one_hot)
    _borrows = False
    _options = ("k",)

    def __init__(
        self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None
    ) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)
        check_whole("k", k, 1)
        self.k = k


class SparseTopKCategoricalAccuracy(MeanOfMatches):
    """The share of samples whose class number is among their k largest predictions.

    Args:
        k: how many guesses are allowed.
        name: name in logs.
        dtype: float type of the variables and the result.
        from_sorted_ids: whether predictions are class numbers, best first, instead of scores.

    Shapes: y_true (N, ...) or (N, ..., 1), y_pred (N, ..., C).

    Source: Keras 3 on TensorFlow: predictions that tie with the k-th are among them.

    >>> float(SparseTopKCategoricalAccuracy(k=2)([2, 0], [[0.2, 0.5, 0.3]] * 2))
    0.5
    """

    _hits = staticmethod(_hits_of_classes)
    _borrows = False

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(
            sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids
        )
        check_whole("k", k, 1)
        self.k = k
        self.from_sorted_ids = from_sorted_ids

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        config = {**super().get_config(), "k": self.k}
        if self.from_sorted_ids:
            config["from_sorted_ids"] = True
        return config
