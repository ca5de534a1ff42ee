"""Labels and weights of rows: smoothing, sample weights, class weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.losses import BinaryCrossentropy


def _smoothing(trial: Trial) -> list[Any]:
    return [loss for loss in trial.losses if hasattr(loss, "label_smoothing")]


@cause("label smoothing ignored", "Label smoothing does nothing.", "loss and weights")
def smoothing_ignored(trial: Trial) -> bool:
    """Set the smoothing to 0."""
    found = [loss for loss in _smoothing(trial) if loss.label_smoothing]
    for loss in found:
        loss.label_smoothing = 0.0
    return bool(found)


@cause(
    "label smoothing among the other classes",
    "Smoothing spreads s over the C − 1 other classes instead of over all C.",
    "loss and weights",
)
def smoothing_others(trial: Trial) -> bool:
    """Smooth by s·C/(C − 1), which over all C classes leaves each of the others s/(C − 1)."""
    classes = trial.model.output_shapes[0][-1]
    found = [
        loss
        for loss in _smoothing(trial)
        if loss.label_smoothing and not isinstance(loss, BinaryCrossentropy)
    ]
    for loss in found:
        loss.label_smoothing *= classes / (classes - 1)
    return bool(found)


@cause(
    "label smoothing {}",
    "Labels are smoothed by another amount.",
    "loss and weights",
    (0.1, 0.2, 0.05, 0.01),
)
def smoothing(trial: Trial, value: float) -> bool:
    """Set the smoothing."""
    found = [loss for loss in _smoothing(trial) if loss.label_smoothing != value]
    for loss in found:
        loss.label_smoothing = value
    return bool(found)


def _without_weights(original: Any) -> Any:
    def reduce(self: Any, cache: Any, sample_weight: Any = None) -> Any:
        return original(self, cache, None)

    return reduce


def _weighted(trial: Trial) -> bool:
    return trial.fit.get("sample_weight") is not None or bool(trial.fit.get("class_weight"))


@cause(
    "class weights ignored",
    "Class weights are all 1.",
    "loss and weights",
)
def class_weights_ignored(trial: Trial) -> bool:
    """Leave `class_weight` out."""
    return bool(trial.fit.pop("class_weight", None))


@cause(
    "sample weights ignored in the loss",
    "Sample weights do not reach the loss.",
    "loss and weights",
)
def weights_ignored(trial: Trial) -> bool:
    """Compute losses without weights."""
    for loss in trial.losses:
        vary(loss, reduce=_without_weights)
    return _weighted(trial)


@cause(
    "weighted loss divided by the weights",
    "Weighted losses are divided by the sum of the weights, as in PyTorch and scikit-learn, not "
    "by the number of rows.",
    "loss and weights",
)
def normalized(trial: Trial) -> bool:
    """Take the weighted mean."""
    for loss in trial.losses:
        loss.reduction = "mean_with_sample_weight"
    return _weighted(trial)


@cause(
    "sample weights squared",
    "Weights are applied twice, such as as class weights and as sample weights.",
    "loss and weights",
)
def squared(trial: Trial) -> bool:
    """Square the weights."""
    weights = trial.fit.get("sample_weight")
    if weights is not None:
        trial.fit["sample_weight"] = np.square(np.asarray(weights))
    classes = trial.fit.get("class_weight")
    if classes:
        trial.fit["class_weight"] = {label: w * w for label, w in classes.items()}
    return _weighted(trial)
