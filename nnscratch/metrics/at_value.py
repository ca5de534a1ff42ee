"""The best of one rate where another is good enough, over all thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.metrics.base import Metric
from nnscratch.metrics.confusion import count, even_thresholds, ratio
from nnscratch.typing import Array, ArrayLike

RATES = {
    "sensitivity": ("true_positives", "false_negatives"),
    "specificity": ("true_negatives", "false_positives"),
    "precision": ("true_positives", "false_positives"),
    "recall": ("true_positives", "false_negatives"),
}
"""Each rate as the share of its first count in both."""


class _BestWhere(Metric):
    """The largest `_wanted` rate among the thresholds where the `_given` one is high enough."""

    _direction = "up"
    _wanted = ""
    _given = ""

    def __init__(
        self,
        value: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        if isinstance(value, bool) or not 0 <= value <= 1:
            raise ValueError(
                f"`{self._given}` must be a number in [0, 1]. Received: {self._given}={value!r}"
            )
        if num_thresholds <= 0:
            raise ValueError(
                "`num_thresholds` must be an integer > 0. "
                f"Received: num_thresholds={num_thresholds!r}"
            )
        super().__init__(name=name, dtype=dtype)
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        self._evenly = num_thresholds > 1
        self.thresholds = [0.0, *even_thresholds(num_thresholds - 2), 1.0]
        if num_thresholds == 1:
            self.thresholds = [0.5]
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, "zeros", self.dtype, name="true_positives")
        self.false_positives = self.add_variable(shape, "zeros", self.dtype, name="false_positives")
        self.true_negatives = self.add_variable(shape, "zeros", self.dtype, name="true_negatives")
        self.false_negatives = self.add_variable(shape, "zeros", self.dtype, name="false_negatives")

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: targets 0 and 1.
            y_pred: predictions in [0, 1].
            sample_weight: weight of each sample, or of each prediction.
        """
        counts = count(
            y_true,
            y_pred,
            self.thresholds,
            self._numpy_dtype,
            sample_weight,
            evenly=self._evenly,
            class_id=self.class_id,
        )
        for variable in self.variables:
            variable.value[...] += getattr(counts, variable.name)

    def _rate(self, name: str) -> Array:
        good, bad = (getattr(self, part).value for part in RATES[name])
        return ratio(good, good + bad)

    def result(self) -> Any:
        """Return the largest rate, 0 if no threshold will do."""
        enough = self._rate(self._given) >= self._numpy_dtype.type(self.value)
        best = np.max(self._rate(self._wanted), where=enough, initial=0.0)
        return self._numpy_dtype.type(best)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        options = {
            "class_id": self.class_id,
            "num_thresholds": self.num_thresholds,
            self._given: self.value,
        }
        return {**super().get_config(), **options}


class SensitivityAtSpecificity(_BestWhere):
    """The best sensitivity TP / (TP + FN) where the specificity is at least this.

    Args:
        specificity: how large TN / (TN + FP) must be, in [0, 1].
        num_thresholds: how many thresholds, evenly over [0, 1], to choose from.
        class_id: look at this class alone.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.

    Raises:
        ValueError: `specificity` outside [0, 1], or no thresholds.

    Source: Keras 3.

    >>> metric = SensitivityAtSpecificity(0.5)
    >>> float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    _wanted, _given = "sensitivity", "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity


class SpecificityAtSensitivity(_BestWhere):
    """The best specificity TN / (TN + FP) where the sensitivity is at least this.

    Args:
        sensitivity: how large TP / (TP + FN) must be, in [0, 1].
        num_thresholds: how many thresholds, evenly over [0, 1], to choose from.
        class_id: look at this class alone.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.

    Raises:
        ValueError: `sensitivity` outside [0, 1], or no thresholds.

    Source: Keras 3.

    >>> metric = SpecificityAtSensitivity(0.5)
    >>> round(float(metric([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8])), 4)
    0.6667
    """

    _wanted, _given = "specificity", "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity


class PrecisionAtRecall(_BestWhere):
    """The best precision TP / (TP + FP) where the recall is at least this.

    Args:
        recall: how large TP / (TP + FN) must be, in [0, 1].
        num_thresholds: how many thresholds, evenly over [0, 1], to choose from.
        class_id: look at this class alone.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.

    Raises:
        ValueError: `recall` outside [0, 1], or no thresholds.

    Source: Keras 3.

    >>> float(PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]))
    0.5
    """

    _wanted, _given = "precision", "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall


class RecallAtPrecision(_BestWhere):
    """The best recall TP / (TP + FN) where the precision is at least this.

    Args:
        precision: how large TP / (TP + FP) must be, in [0, 1].
        num_thresholds: how many thresholds, evenly over [0, 1], to choose from.
        class_id: look at this class alone.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.

    Raises:
        ValueError: `precision` outside [0, 1], or no thresholds.

    Source: Keras 3.

    >>> float(RecallAtPrecision(0.8)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    0.5
    """

    _wanted, _given = "recall", "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision
