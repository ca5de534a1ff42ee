"""R²: how much of the targets' variance the predictions explain."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.losses.reduction import same_rank
from nnscratch.metrics.base import Metric
from nnscratch.typing import ArrayLike

AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    r"""The coefficient of determination: R² = 1 - Σ w (y - p)² / (Σ w y² - (Σ w y)² / Σ w).

    With k regressors it is adjusted: 1 - (1 - R²)(n - 1)/(n - k - 1).

    Args:
        class_aggregation: `"uniform_average"` of the outputs, `"variance_weighted_average"`, or
            None for one score per output.
        num_regressors: k, the number of independent variables; 0 for no adjustment.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.

    Shapes: y_true and y_pred (N, K), or one of them (N,) for K = 1.

    Units: none, at most 1; 0 for the mean of the targets.

    Raises:
        ValueError: an unknown aggregation, or a negative number of regressors.
        ShapeError: targets or predictions that are not (N, K).

    Source: Keras 3, with its conventions: the variance is a difference of large sums, so targets
    far from 0 lose digits; n counts every element, N K of them; constant targets give 0 where the
    predictions are wrong, NaN where they are right or before the first batch.

    >>> round(float(R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]])), 4)
    0.5
    """

    _direction = "up"

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in AGGREGATIONS:
            known = [str(name) for name in AGGREGATIONS]
            raise unknown_name("class_aggregation", class_aggregation, known)
        if num_regressors < 0:
            raise ValueError(
                f"`num_regressors` must be >= 0. Received: num_regressors={num_regressors!r}"
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), "zeros", self.dtype, name="num_samples")
        self._built = False

    def _build(self, outputs: int) -> None:
        shape = (outputs,)
        self.squared_sum = self.add_variable(shape, "zeros", self.dtype, name="squared_sum")
        self.sum = self.add_variable(shape, "zeros", self.dtype, name="sum")
        self.total_mse = self.add_variable(shape, "zeros", self.dtype, name="residual")
        self.count = self.add_variable(shape, "zeros", self.dtype, name="count")
        self._built = True

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: targets.
            y_pred: predictions.
            sample_weight: weight of each sample, or of each value.
        """
        y = as_numeric(y_true, "y_true").astype(self._numpy_dtype, copy=False)
        p = as_numeric(y_pred, "y_pred").astype(self._numpy_dtype, copy=False)
        y, p = same_rank(y, p)
        if y.ndim != 2 or y.shape != p.shape:
            raise ShapeError(
                "R2Score needs targets and predictions of one shape (n, outputs). Received "
                f"y_true.shape={np.shape(y_true)}, y_pred.shape={np.shape(y_pred)}."
            )
        if not self._built:
            self._build(p.shape[1])
        weights = self._weights(sample_weight, y.shape)
        weighted = y * weights
        self.sum.value[...] += np.add.reduce(weighted)
        self.squared_sum.value[...] += np.add.reduce(y * weighted)
        self.total_mse.value[...] += np.add.reduce(np.square(y - p) * weights)
        self.count.value[...] += np.add.reduce(np.broadcast_to(weights, y.shape))
        self.num_samples.value[...] += self._numpy_dtype.type(y.size)

    def _weights(self, sample_weight: Any, shape: tuple[int, ...]) -> Any:
        weights = np.asarray(1 if sample_weight is None else sample_weight, self._numpy_dtype)
        if weights.ndim == 1:
            weights = weights[:, np.newaxis]
        try:
            return np.broadcast_to(weights, shape)
        except ValueError as error:
            raise ShapeError(
                f"`sample_weight` of shape {np.shape(sample_weight)} does not fit targets of shape "
                f"{shape}. Give one weight per sample, or one per value."
            ) from error

    def result(self) -> Any:
        """Return R², or one per output; NaN before the first batch."""
        if not self._built:
            return self._numpy_dtype.type(np.nan)
        sums = self.sum.value
        with np.errstate(divide="ignore", invalid="ignore"):
            total = self.squared_sum.value - sums * (sums / self.count.value)
            scores = 1 - self.total_mse.value / total
            scores = np.where(np.isinf(scores), scores.dtype.type(0), scores)
            found: Any = scores
            if self.class_aggregation == "uniform_average":
                found = np.mean(scores)
            elif self.class_aggregation == "variance_weighted_average":
                found = np.add.reduce(total * scores) / np.add.reduce(total)
        return self._adjusted(found)

    def _adjusted(self, score: Any) -> Any:
        k, n = self.num_regressors, float(self.num_samples.value)
        if k == 0:
            return score
        if k >= n - 1:
            problem = "would divide by 0" if k == n - 1 else "has more regressors than values"
            warnings.warn(
                f"The adjusted R² of {k} regressors and {n:g} values {problem}; R² is not "
                "adjusted.",
                stacklevel=2,
            )
            return score
        number = self._numpy_dtype.type
        return number(1) - (number(1) - score) * number(n - 1.0) / number(n - k - 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        options = {
            "class_aggregation": self.class_aggregation,
            "num_regressors": self.num_regressors,
        }
        return {**super().get_config(), **options}
