"""The four outcomes of a yes/no prediction, counted."""

from __future__ import annotations

from typing import Any

from nnscratch.metrics.base import Metric
from nnscratch.metrics.confusion import count, evenly_spaced, threshold_list
from nnscratch.typing import ArrayLike


class OutcomeCount(Metric):
    """The number, or the weight, of one kind of outcome.

    Args:
        thresholds: a number in [0, 1] or several; predictions above it count as yes. 0.5 if None.
        name: name in logs.
        dtype: float type of the variable and the result; Keras keeps to floatx here.

    Raises:
        ValueError: a threshold outside [0, 1].
    """

    _outcome = ""

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        self.thresholds = threshold_list(thresholds)
        self._evenly = evenly_spaced(self.thresholds)
        shape = (len(self.thresholds),)
        self.accumulator = self.add_variable(shape, "zeros", self.dtype, name="accumulator")

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: targets 0 and 1.
            y_pred: predictions, usually in [0, 1].
            sample_weight: weight of each sample, or of each prediction.
        """
        counts = count(
            y_true, y_pred, self.thresholds, self._numpy_dtype, sample_weight, evenly=self._evenly
        )
        self.accumulator.value[...] += getattr(counts, self._outcome)

    def result(self) -> Any:
        """Return the count; one per threshold if there are several."""
        return per_threshold(self.accumulator.numpy())

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


def per_threshold(values: Any) -> Any:
    """Return an array of one value as that value, any other as it is."""
    return values[0] if len(values) == 1 else values


class TruePositives(OutcomeCount):
    """The number of yes that were predicted: y = 1, p > threshold.

    Args:
        thresholds: a number in [0, 1] or several; 0.5 if None.
        name: name in logs.
        dtype: float type of the variable and the result; Keras keeps to floatx here.

    Raises:
        ValueError: a threshold outside [0, 1].

    Source: Keras 3.

    >>> float(TruePositives()([0, 1, 1], [0.9, 0.8, 0.5]))
    1.0
    """

    _outcome = "true_positives"


class TrueNegatives(OutcomeCount):
    """The number of no that were predicted: y = 0, p ≤ threshold.

    Args:
        thresholds: a number in [0, 1] or several; 0.5 if None.
        name: name in logs.
        dtype: float type of the variable and the result; Keras keeps to floatx here.

    Raises:
        ValueError: a threshold outside [0, 1].

    Source: Keras 3.

    >>> TrueNegatives(thresholds=[0.1, 0.5])([0, 0, 1], [0.2, 0.1, 0.5]).tolist()
    [1.0, 2.0]
    """

    _outcome = "true_negatives"


class FalsePositives(OutcomeCount):
    """The number of no that were taken for yes: y = 0, p > threshold.

    Args:
        thresholds: a number in [0, 1] or several; 0.5 if None.
        name: name in logs.
        dtype: float type of the variable and the result; Keras keeps to floatx here.

    Raises:
        ValueError: a threshold outside [0, 1].

    Source: Keras 3.

    >>> float(FalsePositives()([0, 0, 1], [0.9, 0.1, 0.8], sample_weight=[2.0, 1.0, 1.0]))
    2.0
    """

    _outcome = "false_positives"


class FalseNegatives(OutcomeCount):
    """The number of yes that were missed: y = 1, p ≤ threshold.

    Args:
        thresholds: a number in [0, 1] or several; 0.5 if None.
        name: name in logs.
        dtype: float type of the variable and the result; Keras keeps to floatx here.

    Raises:
        ValueError: a threshold outside [0, 1].

    Source: Keras 3.

    >>> float(FalseNegatives()([0, 1, 1], [0.9, 0.8, 0.5]))
    1.0
    """

    _outcome = "false_negatives"
