"""Sabotages of losses: logits, smoothing, reductions and weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from parity.sabotage.table import Change, around, module, sabotage

BASE, WRAPPER = module("losses.base"), module("losses.wrapper")
BINARY, CATEGORICAL = module("losses.binary"), module("losses.categorical")
SPARSE, REGRESSION = module("losses.sparse"), module("losses.regression")
CONFIG, DATA = module("config"), module("training.data")


def _never_logits(cls: Any) -> Change:
    return Change(cls, "uses_logits", property(lambda self: False))


@sabotage("softmax-then-logarithm", "crossentropy-of-a-sure-wrong-answer", "loss/scce")
def softmax_then_log() -> Sequence[Change]:
    """Crossentropy behind a softmax is computed from its clipped probabilities."""
    return [_never_logits(SPARSE.SparseCategoricalCrossentropy)]


@sabotage("categorical-from-probabilities", "loss/cce", "from-logits-on-a-softmax-output")
def categorical_from_probabilities() -> Sequence[Change]:
    """Crossentropy of one-hot targets does not look for the logits behind a softmax."""
    classes = CATEGORICAL.CategoricalCrossentropy, SPARSE.SparseCategoricalCrossentropy
    return [_never_logits(cls) for cls in classes]


@sabotage("sigmoid-then-logarithm", "loss/bce", "loss/bce-logits-on-sigmoid")
def sigmoid_then_log() -> Sequence[Change]:
    """Binary crossentropy behind a sigmoid is computed from its clipped probabilities."""
    return [_never_logits(BINARY.BinaryCrossentropy)]


@sabotage("smoothing-ignored", "loss/cce-smoothed", "loss/bce-smoothed", "value/binary-smoothed")
def smoothing_ignored() -> Sequence[Change]:
    """Label smoothing does nothing."""

    def smooth(y_true: Any, smoothing: float, classes: int, cache: Any) -> Any:
        return y_true

    return [Change(found, "smooth", smooth) for found in (BINARY, CATEGORICAL)]


@sabotage("smoothing-among-the-others", "loss/cce-smoothed", "value/categorical-smoothed")
def smoothing_others() -> Sequence[Change]:
    """Smoothing spreads s over the C − 1 other classes instead of over all C."""

    def smooth(y_true: Any, smoothing: float, classes: int, cache: Any) -> Any:
        others = smoothing / (classes - 1)
        return y_true * (1.0 - smoothing - others) + y_true.dtype.type(others)

    return [Change(CATEGORICAL, "smooth", smooth)]


@sabotage("weights-normalized", "mean-over-elements-not-weights", "loss/mse/weighted")
def weights_normalized() -> Sequence[Change]:
    """Weighted losses are divided by the sum of the weights."""

    def wrapper(original: Any) -> Any:
        def reduce(values: Any, weight: Any, mask: Any, reduction: Any, cache: Any) -> Any:
            if weight is not None and reduction in ("mean", "sum_over_batch_size"):
                reduction = "mean_with_sample_weight"
            return original(values, weight, mask, reduction, cache)

        return reduce

    return [around(BASE, "reduce_values", wrapper)]


@sabotage("weights-ignored", "weighted-fit", "loss/mse/weighted")
def weights_ignored() -> Sequence[Change]:
    """Sample weights do not reach the loss."""

    def wrapper(original: Any) -> Any:
        def reduce(values: Any, weight: Any, mask: Any, reduction: Any, cache: Any) -> Any:
            return original(values, None, mask, reduction, cache)

        return reduce

    return [around(BASE, "reduce_values", wrapper)]


@sabotage("sum-is-a-mean", "loss/mse-sum", "value/mse")
def sum_is_mean() -> Sequence[Change]:
    """`reduction="sum"` takes the mean."""

    def wrapper(original: Any) -> Any:
        def reduce(values: Any, weight: Any, mask: Any, reduction: Any, cache: Any) -> Any:
            reduction = "mean" if reduction == "sum" else reduction
            return original(values, weight, mask, reduction, cache)

        return reduce

    return [around(BASE, "reduce_values", wrapper)]


@sabotage("squared-error-halved", "loss/mse", "value/mse")
def mse_halved() -> Sequence[Change]:
    """The squared error has the textbooks' factor ½."""

    def terms(original: Any) -> Any:
        def halved(self: Any, y_true: Any, y_pred: Any, out: Any, cache: Any) -> None:
            original(self, y_true, y_pred, out, cache)
            out *= 0.5

        return halved

    def slopes(original: Any) -> Any:
        def halved(self: Any, out: Any, cache: Any) -> None:
            original(self, out, cache)
            out *= 0.5

        return halved

    cls = REGRESSION.MeanSquaredError
    return [around(cls, "terms", terms), around(cls, "slopes", slopes)]


@sabotage("absolute-error-slope-at-zero", "value/mae")
def mae_at_zero() -> Sequence[Change]:
    """The derivative of |p − y| at 0 is 1."""

    def slopes(self: Any, out: Any, cache: Any) -> None:
        out[...] = np.where(cache.error >= 0, 1.0, -1.0)

    return [Change(REGRESSION.MeanAbsoluteError, "slopes", slopes)]


@sabotage("probabilities-clipped-elsewhere", "value/categorical", "value/binary")
def other_clip() -> Sequence[Change]:
    """Probabilities are kept 1e-15 away from 0 and 1, not 1e-7."""
    return [Change(CONFIG._settings, "epsilon", 1e-15)]


@sabotage("class-weights-ignored", "class-weight")
def class_weights_ignored() -> Sequence[Change]:
    """Class weights are all 1."""

    def wrapper(original: Any) -> Any:
        return lambda y, class_weight: np.ones_like(original(y, class_weight))

    return [around(DATA, "weights_of_classes", wrapper)]
