"""Precision and recall: how many of the yes said are right, how many of the yes there are found."""

from __future__ import annotations

from typing import Any

from nnscratch.checks import check_whole
from nnscratch.metrics.base import Metric
from nnscratch.metrics.confusion import NEVER, count, evenly_spaced, ratio, threshold_list
from nnscratch.metrics.counts import per_threshold
from nnscratch.typing import ArrayLike
from nnscratch.variable import Variable


class _ShareOfTrue(Metric):
    """True positives as a share of themselves and one kind of mistake."""

    _direction = "up"
    _mistake = ""

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.init_thresholds = thresholds
        if top_k is not None:
            check_whole("top_k", top_k, 1)
        if class_id is not None:
            check_whole("class_id", class_id, 0)
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = threshold_list(thresholds, 0.5 if top_k is None else NEVER)
        self._evenly = evenly_spaced(self.thresholds)
        shape = (len(self.thresholds),)
        self.true_positives = self.add_variable(shape, "zeros", self.dtype, name="true_positives")
        self._mistakes = self.add_variable(shape, "zeros", self.dtype, name=self._mistake)

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: targets 0 and 1.
            y_pred: predictions, usually in [0, 1].
            sample_weight: weight of each sample, or of each prediction.
        """
        counts = count(
            y_true,
            y_pred,
            self.thresholds,
            self._numpy_dtype,
            sample_weight,
            evenly=self._evenly,
            top_k=self.top_k,
            class_id=self.class_id,
        )
        self.true_positives.value[...] += counts.true_positives
        self._mistakes.value[...] += getattr(counts, self._mistake)

    def result(self) -> Any:
        """Return the share; one per threshold if there are several, 0 where nothing counts."""
        hits = self.true_positives.value
        return per_threshold(ratio(hits, hits + self._mistakes.value))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        options = {
            "thresholds": self.init_thresholds,
            "top_k": self.top_k,
            "class_id": self.class_id,
        }
        return {**super().get_config(), **options}


class Precision(_ShareOfTrue):
    """The share of the predicted yes that are right: TP / (TP + FP).

    Args:
        thresholds: a number in [0, 1] or several; predictions above it count as yes. 0.5 if None,
            or no limit at all if `top_k` is given.
        top_k: only the k largest predictions of a sample may be yes; of equals the first.
        class_id: look at this class alone.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.

    Shapes: y_true and y_pred (N, ...), or (N, C) with `top_k` or `class_id`.

    Raises:
        ValueError: a threshold outside [0, 1].
        ShapeError: `top_k` or `class_id` asks for more classes than there are.

    Source: Keras 3; 0 where nothing was predicted as yes.

    >>> float(Precision()([0, 1, 1, 1], [0.9, 0.8, 0.3, 0.4]))
    0.5
    >>> Precision(thresholds=[0.2, 0.5])([0, 1], [0.3, 0.6]).tolist()
    [0.5, 1.0]
    """

    _mistake = "false_positives"

    @property
    def false_positives(self) -> Variable:
        """The count of no that were taken for yes."""
        return self._mistakes


class Recall(_ShareOfTrue):
    """The share of the true yes that were found: TP / (TP + FN).

    Args:
        thresholds: a number in [0, 1] or several; predictions above it count as yes. 0.5 if None,
            or no limit at all if `top_k` is given.
        top_k: only the k largest predictions of a sample may be yes; of equals the first.
        class_id: look at this class alone.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.

    Shapes: y_true and y_pred (N, ...), or (N, C) with `top_k` or `class_id`.

    Raises:
        ValueError: a threshold outside [0, 1].
        ShapeError: `top_k` or `class_id` asks for more classes than there are.

    Source: Keras 3; 0 where there is no yes.

    >>> float(Recall()([0, 1, 1, 1, 1], [0.9, 0.8, 0.3, 0.4, 0.5]))
    0.25
    """

    _mistake = "false_negatives"

    @property
    def false_negatives(self) -> Variable:
        """The count of yes that were missed."""
        return self._mistakes
