"""Sabotages of metrics: thresholds, ties, weights, and when they are taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from parity.sabotage.table import Change, around, module, sabotage

MATCHES, ACCURACIES = module("metrics.matches"), module("metrics.accuracies")
COMPILED, STEPPER = module("training.compiled"), module("training.step").Stepper
MEAN = module("metrics").Mean


@sabotage("threshold-counts-as-above", "accuracy-is-not-Accuracy", "metric/binary_accuracy")
def threshold_inclusive() -> Sequence[Change]:
    """A prediction of exactly one half counts as a 1."""
    greater = np.greater_equal

    def same_side(y_true: Any, y_pred: Any, threshold: float = 0.5, cache: Any = None) -> Any:
        targets, predictions = MATCHES.same_rank(np.asarray(y_true), np.asarray(y_pred))
        return np.equal(targets, greater(predictions, predictions.dtype.type(threshold)))

    cls = ACCURACIES.BinaryAccuracy
    return [Change(cls, "_hits", staticmethod(same_side))]


@sabotage("last-of-a-tie-wins", "metric/categorical_accuracy", "metric/sparse_categorical_accuracy")
def last_of_a_tie() -> Sequence[Change]:
    """Of several largest scores the last one counts."""

    def place_of_largest(x: Any, cache: Any = None) -> Any:
        return x.shape[-1] - 1 - x[..., ::-1].argmax(axis=-1)

    return [Change(MATCHES, "place_of_largest", place_of_largest)]


@sabotage("accuracy-always-categorical", "accuracy-by-shapes", "binary-head/sgd")
def accuracy_categorical() -> Sequence[Change]:
    """`"accuracy"` compares places of the largest, whatever the shapes."""
    return [Change(COMPILED, "target_kind", lambda target, output: "categorical")]


@sabotage("accuracy-is-Accuracy", "accuracy-by-shapes", "accuracy-is-not-Accuracy")
def accuracy_literal() -> Sequence[Change]:
    """`"accuracy"` is the metric `Accuracy`, which compares number with number."""

    def wrapper(original: Any) -> Any:
        def resolve(identifier: Any, target_shape: Any, output_shape: Any) -> Any:
            if identifier in ("accuracy", "acc"):
                return ACCURACIES.Accuracy(name=identifier)
            return original(identifier, target_shape, output_shape)

        return resolve

    return [around(COMPILED, "resolve_metric", wrapper)]


@sabotage("metrics-after-the-update", "loss-before-the-update", "regression-head/sgd")
def metrics_after() -> Sequence[Change]:
    """Loss and metrics of a step are measured with the weights it leaves."""

    def wrapper(original: Any) -> Any:
        def train(self: Any, batch: Any) -> None:
            outputs = self.forward(batch, training=True)
            self.backward()
            self.optimizer.step(self.variables)
            outputs = self.forward(batch, training=True)
            self._track(batch, outputs)

        return train

    return [around(STEPPER, "train", wrapper)]


@sabotage("plain-metrics-weighted", "weighted-fit", "loss/mse/weighted")
def plain_metrics_weighted() -> Sequence[Change]:
    """`metrics` count sample weights, as `weighted_metrics` do."""

    def wrapper(original: Any) -> Any:
        def update(
            self: Any,
            output: int,
            y_true: Any,
            y_pred: Any,
            weight: Any = None,
            logits: Any = None,
            hits: Any = None,
            mask: Any = None,
        ) -> None:
            for metric in self.metrics:
                COMPILED._update(metric, y_true, y_pred, weight, logits)

        return update

    return [around(COMPILED.CompiledMetrics, "update_output", wrapper)]


@sabotage("metrics-never-reset", "loss-before-the-update", "metric/categorical_accuracy")
def metrics_never_reset() -> Sequence[Change]:
    """A metric goes on from one epoch to the next."""
    return [Change(MEAN, "reset_state", lambda self: None)]


@sabotage("last-batch-unweighted", "epoch-loss-is-the-mean-over-rows", "loss-before-the-update")
def last_batch_unweighted() -> Sequence[Change]:
    """The loss of an epoch is the mean over batches, however short the last one is."""

    def wrapper(original: Any) -> Any:
        def track(self: Any, batch: Any, outputs: Any) -> None:
            tracker = self.loss_tracker
            update = tracker.update_state
            tracker.update_state = lambda values, weight=None: update(values)
            try:
                original(self, batch, outputs)
            finally:
                del tracker.update_state

        return track

    return [around(STEPPER, "_track", wrapper)]
