"""The area under a curve that a threshold draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.activations.sigmoids import logistic
from nnscratch.casting import as_numeric
from nnscratch.config import epsilon
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.metrics.base import Metric
from nnscratch.metrics.confusion import count, even_thresholds, evenly_spaced, ratio, threshold_list
from nnscratch.typing import Array, ArrayLike

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "majoring", "minoring")


class AUC(Metric):
    r"""The area under the ROC, precision-recall or precision-recall-gain curve.

    The curve is drawn through the points of T thresholds, a prediction being a yes if p > t. Its
    area is Σ (x_i - x_{i+1}) h_i with h_i between y_i and y_{i+1}: their mean, the smaller or the
    larger. For the interpolated precision-recall curve, true and false positives are interpolated
    instead of precision, and the area is integrated in closed form.

    Args:
        num_thresholds: T, at least 2; evenly over [0, 1], the ends moved outwards by ε.
        curve: `"ROC"`, `"PR"` or `"PRGAIN"`.
        summation_method: `"interpolation"`, `"minoring"` or `"majoring"`.
        name: name in logs.
        dtype: float type of the variables and the result; Keras keeps to floatx here.
        thresholds: own thresholds in [0, 1]; the ends are added to them.
        multi_label: whether every column is a problem of its own; the result is the mean of their
            areas.
        num_labels: how many columns, where that is to be known before the first batch.
        label_weights: weight of each column.
        from_logits: whether predictions are logits of a sigmoid.

    Shapes: y_true and y_pred (N, ...), or (N, labels).

    Units: none, in [0, 1].

    Raises:
        ValueError: an unknown curve or summation, too few thresholds, thresholds outside [0, 1].
        ShapeError: `multi_label` with predictions that are not (N, labels).

    Source: Hanley and McNeil 1982 (ROC); Davis and Goadrich 2006, section 4 (interpolated PR);
    Flach and Kull 2015 (PR gain). With T thresholds, predictions that lie between the same two are
    ties: the area is that of predictions rounded to the thresholds.

    >>> float(AUC(num_thresholds=3)([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9]))
    0.75
    >>> float(AUC(curve="PR")([0, 1], [0.2, 0.7]))
    1.0
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._own_thresholds = thresholds is not None
        if thresholds is not None:
            inner = sorted(threshold_list(thresholds))
            num_thresholds = len(inner) + 2
        elif num_thresholds <= 1:
            raise ValueError(
                "`num_thresholds` must be an integer > 1. "
                f"Received: num_thresholds={num_thresholds!r}"
            )
        else:
            inner = even_thresholds(num_thresholds - 2)
        self.num_thresholds = num_thresholds
        self._evenly = not self._own_thresholds or evenly_spaced([0.0, *inner, 1.0])
        self._thresholds = [0.0 - epsilon(), *inner, 1.0 + epsilon()]
        self.curve = _one_of("curve", curve, CURVES)
        self.summation_method = _one_of("summation_method", summation_method, SUMMATIONS)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None
        if label_weights is not None:
            self.label_weights = np.asarray(label_weights, dtype=self._numpy_dtype)
        self._from_logits = from_logits
        self._built = False
        if num_labels and not multi_label:
            raise ValueError("`num_labels` is needed only when `multi_label` is True.")
        if not multi_label or num_labels:
            self._build(num_labels)

    @property
    def thresholds(self) -> list[float]:
        """All thresholds, the outer ones included."""
        return list(self._thresholds)

    def _build(self, labels: int | None) -> None:
        shape = (self.num_thresholds,) if labels is None else (self.num_thresholds, labels)
        self.true_positives = self.add_variable(shape, "zeros", self.dtype, name="true_positives")
        self.false_positives = self.add_variable(shape, "zeros", self.dtype, name="false_positives")
        self.true_negatives = self.add_variable(shape, "zeros", self.dtype, name="true_negatives")
        self.false_negatives = self.add_variable(shape, "zeros", self.dtype, name="false_negatives")
        self._built = True

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: targets 0 and 1.
            y_pred: predictions in [0, 1], or logits if `from_logits`.
            sample_weight: weight of each sample, or of each prediction.
        """
        p = as_numeric(y_pred, "y_pred").astype(self._numpy_dtype, copy=False)
        if self._from_logits:
            p = logistic(p, np.empty_like(p))
        if self.multi_label:
            self._check_labels(p)
        counts = count(
            y_true,
            p,
            self._thresholds,
            self._numpy_dtype,
            sample_weight,
            evenly=self._evenly,
            label_weights=None if self.multi_label else self.label_weights,
            by_label=self.multi_label,
        )
        for variable in self.variables:
            new = getattr(counts, variable.name)
            variable.value[...] += new.reshape(variable.value.shape)

    def _check_labels(self, p: Array) -> None:
        if p.ndim != 2:
            raise ShapeError(
                f"`y_pred` must be (n, labels) when `multi_label=True`. Received shape {p.shape}."
            )
        if not self._built:
            self._build(p.shape[1])
        labels = self.true_positives.value.shape[1]
        weights = self.label_weights
        if p.shape[1] != labels or (weights is not None and weights.shape != (labels,)):
            own = "none" if weights is None else f"of shape {weights.shape}"
            raise ShapeError(
                f"AUC counts {labels} labels. Received predictions of shape {p.shape} and "
                f"label_weights {own}."
            )

    def result(self) -> Any:
        """Return the area; 0 before the first batch."""
        if not self._built:
            return self._numpy_dtype.type(0)
        if self.curve == "PR" and self.summation_method == "interpolation":
            parts = self._interpolated_parts()
        else:
            parts = self._parts(*self._points())
        area = np.add.reduce(parts, axis=0)
        if not self.multi_label:
            return area
        if self.label_weights is None:
            return np.mean(area)
        total = np.add.reduce(self.label_weights)
        return np.add.reduce(area * self.label_weights) / total if total else area.dtype.type(0)

    def _counts(self) -> tuple[Array, Array, Array, Array]:
        return (
            self.true_positives.value,
            self.false_positives.value,
            self.true_negatives.value,
            self.false_negatives.value,
        )

    def _points(self) -> tuple[Array, Array]:
        """Return x and y of the curve, from the lowest threshold to the highest."""
        tp, fp, tn, fn = self._counts()
        if self.curve == "ROC":
            return ratio(fp, fp + tn), ratio(tp, tp + fn)
        if self.curve == "PR":
            return ratio(tp, tp + fn), ratio(tp, tp + fp)
        odds = ratio(tp + fn, tn + fp)
        recall_gain = np.where(tp == 0, 0, 1 - odds * ratio(fn, tp)).astype(tp.dtype)
        precision_gain = np.where(tp == 0, 1, 1 - odds * ratio(fp, tp)).astype(tp.dtype)
        return np.maximum(recall_gain, 0), precision_gain

    def _parts(self, x: Array, y: Array) -> Array:
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2
        elif self.summation_method == "minoring":
            heights = np.minimum(y[:-1], y[1:])
        else:
            heights = np.maximum(y[:-1], y[1:])
        return np.asarray((x[:-1] - x[1:]) * heights)

    def _interpolated_parts(self) -> Array:
        """Return the area of each piece of the precision-recall curve.

        Between two thresholds TP = a + b P, with P = TP + FP, so that the integral of TP/P over
        dTP is b (ΔTP + a log(P_i / P_{i+1})); divided by the number of yes it is an area.
        """
        tp, fp, _, fn = self._counts()
        p = tp + fp
        dtp = tp[:-1] - tp[1:]
        b = ratio(dtp, np.maximum(p[:-1] - p[1:], 0))
        a = tp[1:] - b * p[1:]
        both = (p[:-1] > 0) & (p[1:] > 0)
        quotient = np.where(both, ratio(p[:-1], np.maximum(p[1:], 0)), 1).astype(p.dtype)
        return ratio(b * (dtp + a * np.log(quotient)), np.maximum(tp[1:] + fn[1:], 0))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        weights = self.label_weights
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self._from_logits,
        }
        if self._own_thresholds:
            config["thresholds"] = self._thresholds[1:-1]
        return config


def _one_of(argument: str, received: Any, known: tuple[str, ...]) -> str:
    for name in known:
        if received in (name, name.lower(), name.capitalize()):
            return name
    raise unknown_name(f"`{argument}` of AUC", received, known)
