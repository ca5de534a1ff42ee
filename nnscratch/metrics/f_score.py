"""F-scores: precision and recall in one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.config import epsilon
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.metrics.base import Metric
from nnscratch.typing import Array, ArrayLike
from nnscratch.variable import Variable

AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    r"""F_β of each class: (1 + β²) P R / (β² P + R + ε), with precision P and recall R.

    P = TP / (TP + FP + ε) and R = TP / (TP + FN + ε).

    Args:
        average: None for one score per class, `"macro"` for their mean, `"weighted"` for the mean
            weighted by how often a class occurs, `"micro"` for the score of all counts together.
        beta: how much more recall counts than precision.
        threshold: predictions above it are yes; if None, the largest of a sample is, and its
            equals are too, unless they are 0.
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: y_true and y_pred (N, C), sample_weight (N,); the result is (C,) if `average` is None.

    Units: none, in [0, 1].

    Raises:
        ValueError: an unknown average, or `beta` or `threshold` out of range.
        ShapeError: targets or predictions that are not (N, C).

    Source: van Rijsbergen 1979, chapter 7; ε as in Keras 3. Integers are taken for `beta` and
    `threshold` too, which Keras refuses.

    >>> metric = FBetaScore(average="macro", beta=2.0, threshold=0.5)
    >>> round(float(metric([[1, 1], [1, 0]], [[0.9, 0.2], [0.4, 0.1]])), 4)
    0.2778
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in AVERAGES:
            raise unknown_name("average", average, [str(known) for known in AVERAGES])
        if not _is_number(beta) or beta <= 0:
            raise ValueError(f"`beta` must be a number > 0. Received: beta={beta!r}")
        if threshold is not None and (not _is_number(threshold) or not 0 < threshold <= 1):
            raise ValueError(
                "`threshold` must be a number with 0 < threshold <= 1, or None. "
                f"Received: threshold={threshold!r}"
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _build(self, classes: int) -> None:
        shape = () if self.average == "micro" else (classes,)
        self.true_positives = self._zeros(shape, "true_positives")
        self.false_positives = self._zeros(shape, "false_positives")
        self.false_negatives = self._zeros(shape, "false_negatives")
        self.intermediate_weights = self._zeros(shape, "intermediate_weights")
        self._built = True

    def _zeros(self, shape: tuple[int, ...], name: str) -> Variable:
        return self.add_variable(shape, "zeros", self.dtype, name=name)

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: one-hot targets, or several yes per sample.
            y_pred: predictions.
            sample_weight: weight of each sample.
        """
        y = as_numeric(y_true, "y_true").astype(self._numpy_dtype)
        p = as_numeric(y_pred, "y_pred").astype(self._numpy_dtype)
        if y.ndim != 2 or p.ndim != 2 or y.shape != p.shape:
            raise ShapeError(
                f"{type(self).__name__} needs targets and predictions of one shape (n, classes). "
                f"Received y_true.shape={y.shape}, y_pred.shape={p.shape}."
            )
        if not self._built:
            self._build(p.shape[1])
        said = self._said(p).astype(self._numpy_dtype)
        weights = self._weights(sample_weight, len(p))
        for variable, hits in (
            (self.true_positives, said * y),
            (self.false_positives, said * (1 - y)),
            (self.false_negatives, (1 - said) * y),
            (self.intermediate_weights, y),
        ):
            axis = None if self.average == "micro" else 0
            variable.value[...] += np.add.reduce(hits * weights, axis=axis)

    def _said(self, p: Array) -> Array:
        if self.threshold is not None:
            return np.asarray(p > p.dtype.type(self.threshold))
        largest = p >= p.max(axis=-1, keepdims=True)
        return np.asarray(largest & (np.abs(p) > p.dtype.type(1e-9)))

    def _weights(self, sample_weight: Any, samples: int) -> Array:
        if sample_weight is None:
            return np.ones((1, 1), self._numpy_dtype)
        weights = as_numeric(sample_weight, "sample_weight").astype(self._numpy_dtype)
        if weights.size not in (1, samples):
            raise ShapeError(
                f"`sample_weight` must hold one weight for each of {samples} samples. "
                f"Received shape {weights.shape}."
            )
        return weights.reshape(-1, 1)

    def result(self) -> Any:
        """Return the score, or one per class; NaN before the first batch."""
        if not self._built:
            return self._numpy_dtype.type(np.nan)
        number = self._numpy_dtype.type
        small, square = number(epsilon()), number(self.beta**2)
        hits = self.true_positives.value
        precision = hits / (hits + self.false_positives.value + small)
        recall = hits / (hits + self.false_negatives.value + small)
        score = precision * recall / (square * precision + recall + small) * (number(1) + square)
        if self.average == "weighted":
            weights = self.intermediate_weights.value
            return np.add.reduce(score * (weights / (np.add.reduce(weights) + small)))
        return np.asarray(score) if self.average is None else number(np.mean(score))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        options = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **options}


class F1Score(FBetaScore):
    r"""F₁ of each class: the harmonic mean 2 P R / (P + R) of precision and recall.

    Args:
        average: None for one score per class, `"macro"` for their mean, `"weighted"` for the mean
            weighted by how often a class occurs, `"micro"` for the score of all counts together.
        threshold: predictions above it are yes; if None, the largest of a sample is.
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: y_true and y_pred (N, C), sample_weight (N,); the result is (C,) if `average` is None.

    Units: none, in [0, 1].

    Raises:
        ValueError: an unknown average, or `threshold` out of range.
        ShapeError: targets or predictions that are not (N, C).

    Source: `FBetaScore` with β = 1.

    >>> metric = F1Score(average="micro")
    >>> round(float(metric([[1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])), 4)
    0.6667
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        config = super().get_config()
        del config["beta"]
        return config


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
