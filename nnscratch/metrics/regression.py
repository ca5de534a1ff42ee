"""Regression errors, gathered over batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.losses.logits import check_axis
from nnscratch.losses.reduction import same_rank
from nnscratch.losses.regression import log_cosh, mean_absolute_error, mean_squared_error
from nnscratch.losses.relative import (
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
)
from nnscratch.losses.similarity import cosine_similarity
from nnscratch.metrics.reduction import Mean, MeanMetricWrapper
from nnscratch.typing import ArrayLike


class MeanSquaredError(MeanMetricWrapper):
    """The mean squared error over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.MeanSquaredError`.

    Units: those of the targets, squared.

    Source: the loss of this name.

    >>> float(MeanSquaredError()([[1.0], [2.0]], [[2.0], [4.0]]))
    2.5
    """

    _options = ()

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(mean_squared_error, name, dtype)


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean absolute error over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.MeanAbsoluteError`.

    Units: those of the targets.

    Source: the loss of this name.

    >>> float(MeanAbsoluteError()([[1.0], [2.0]], [[2.0], [4.0]]))
    1.5
    """

    _options = ()

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean absolute error in percent of the targets.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.MeanAbsolutePercentageError`.

    Units: percent.

    Source: the loss of this name.

    >>> float(MeanAbsolutePercentageError()([[2.0]], [[3.0]]))
    50.0
    """

    _options = ()

    def __init__(
        self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean squared error of the logarithms of 1 + y.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.MeanSquaredLogarithmicError`.

    Units: nats squared.

    Source: the loss of this name.

    >>> float(MeanSquaredLogarithmicError()([[3.0]], [[3.0]]))
    0.0
    """

    _options = ()

    def __init__(
        self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """The mean logarithm of the hyperbolic cosine of the error.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.LogCosh`.

    Units: about e²/2 for small errors e, |e| - log 2 for large ones.

    Source: the loss of this name.

    >>> round(float(LogCoshError()([[0.0]], [[1.0]])), 4)
    0.4338
    """

    _options = ()

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(log_cosh, name, dtype)


class RootMeanSquaredError(Mean):
    """The root of the mean squared error over all samples and outputs.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: y_true and y_pred (N, ...).

    Units: those of the targets. The root is taken at the end, not batch by batch.

    Source: Keras 3.

    >>> float(RootMeanSquaredError()([[1.0], [2.0]], [[2.0], [9.0]]))
    5.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(  # type: ignore[override]
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None
    ) -> None:
        """Take a batch in.

        Args:
            y_true: targets.
            y_pred: predictions.
            sample_weight: weight of each sample, or of each value.
        """
        targets = as_numeric(y_true, "y_true").astype(self._numpy_dtype, copy=False)
        predictions = as_numeric(y_pred, "y_pred").astype(self._numpy_dtype, copy=False)
        targets, predictions = same_rank(targets, predictions)
        super().update_state(np.square(predictions - targets), sample_weight)

    def result(self) -> Any:
        """Return the root of the mean as a NumPy float."""
        return np.sqrt(super().result())


class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between targets and predictions.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.
        axis: the axis along which the vectors lie.

    Shapes: y_true and y_pred (N, ..., K).

    Units: none, in [-1, 1]. The sign is that of the cosine, so 1 is best; the loss of this name
    has the other sign.

    Source: Keras 3.

    >>> round(float(CosineSimilarity()([[0.0, 1.0]], [[1.0, 1.0]])), 4)
    0.7071
    """

    _options = ("axis",)
    _direction = "up"

    def __init__(
        self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(_cosine, name, dtype, axis=axis)
        self.axis = check_axis(axis)


def _cosine(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
    return -cosine_similarity(y_true, y_pred, axis)
