"""What the history says: when a metric is taken, of which rows, and by which rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import metrics
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.losses.reduction import same_rank
from nnscratch.metrics.accuracies import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)


def _compiled(trial: Trial) -> list[Any]:
    found = trial.trainer.compiled_metrics
    return [] if found is None else list(found.metrics)


def _swap(trial: Trial, change: Any) -> bool:
    """Put other metrics in the place of those for which `change` returns one."""
    if trial.trainer.compiled_metrics is None:
        return False
    swapped = False
    for lists in trial.trainer.compiled_metrics._found.values():
        for part in lists:
            for i, metric in enumerate(part):
                new = change(metric)
                if new is not None:
                    part[i], swapped = new, True
    return swapped


@cause(
    "measured after the update",
    "Loss and metrics of a step are measured with the weights it leaves, not with those it began "
    "with.",
    "loss and metrics of training",
)
def after_update(trial: Trial) -> bool:
    """Run forward once more after the update."""

    def train(self: Any, batch: Any) -> None:
        self.forward(batch, training=True)
        self.backward()
        self.optimizer.step(self.variables)
        self._track(batch, self.forward(batch, training=True))

    vary(trial.stepper, train=lambda original: train)
    return True


@cause(
    "measured after the epoch",
    "Loss and metrics of an epoch are measured over all rows with the weights it leaves, as a loop "
    "that evaluates at the end of each epoch does.",
    "loss and metrics of training",
)
def after_epoch(trial: Trial) -> bool:
    """Hand out what an evaluation on the training rows gives."""
    from nnscratch.callbacks import Callback

    class _Measure(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            twin = self.model
            found = twin.evaluate(*rows, batch_size=size, verbose=0, return_dict=True)
            logs.update(found)

    if trial.fit.get("validation_split") or trial.fit.get("sample_weight") is not None:
        return False
    rows, size = (trial.x, trial.y), trial.batch_size
    trial.fit["callbacks"] = [_Measure(), *(trial.fit.get("callbacks") or [])]
    return True


@cause(
    "epoch's loss averaged over batches",
    "The loss of an epoch is the mean over batches, however short the last one is, not over rows.",
    "loss where the last batch is short",
)
def over_batches(trial: Trial) -> bool:
    """Weigh every batch alike."""

    def wrapper(original: Any) -> Any:
        return lambda self, values, sample_weight=None: original(self, values)

    vary(trial.stepper.loss_tracker, update_state=wrapper)
    return True


@cause(
    "epoch's loss is the last batch's",
    "The loss shown for an epoch is that of its last batch.",
    "loss",
)
def last_batch(trial: Trial) -> bool:
    """Forget all but the latest batch."""

    def wrapper(original: Any) -> Any:
        def update(self: Any, values: Any, sample_weight: Any = None) -> None:
            self.reset_state()
            original(self, values, sample_weight)

        return update

    vary(trial.stepper.loss_tracker, update_state=wrapper)
    return True


@cause(
    "epoch's loss is the sum over its batches",
    "The losses of the batches are added up (`running_loss += loss`) and not divided.",
    "loss",
)
def sum_of_batches(trial: Trial) -> bool:
    """Multiply the mean by the number of batches."""

    def wrapper(original: Any) -> Any:
        return lambda self: original(self) * self.seen

    def counting(original: Any) -> Any:
        def update(self: Any, values: Any, sample_weight: Any = None) -> None:
            self.seen = self.seen + 1
            original(self, values)

        return update

    def reset(original: Any) -> Any:
        def again(self: Any) -> None:
            self.seen = 0
            original(self)

        return again

    tracker = trial.stepper.loss_tracker
    tracker.seen = 0
    vary(tracker, update_state=counting, result=wrapper, reset_state=reset)
    return True


@cause(
    "metrics never reset",
    "A metric goes on from one epoch to the next.",
    "loss and metrics, from the second epoch on or in validation",
)
def never_reset(trial: Trial) -> bool:
    """Let nothing start anew."""
    for metric in [trial.stepper.loss_tracker, *_compiled(trial)]:
        if isinstance(metric, metrics.Mean):
            vary(metric, reset_state=lambda original: lambda self: None)
    return True


@cause(
    "a prediction of one half counts as 1",
    "A prediction at the very threshold counts as above it.",
    "binary accuracy",
)
def threshold_inclusive(trial: Trial) -> bool:
    """Compare by ≥."""

    def hits(y_true: Any, y_pred: Any, threshold: float = 0.5, cache: Any = None) -> Any:
        targets, predictions = same_rank(np.asarray(y_true), np.asarray(y_pred))
        return np.equal(targets, predictions >= predictions.dtype.type(threshold))

    found = [m for m in _compiled(trial) if isinstance(m, BinaryAccuracy)]
    for metric in found:
        vary(metric, _hits=lambda original: staticmethod(hits))
    return bool(found)


@cause(
    "accuracy's threshold is {}",
    "A prediction counts as 1 above another threshold: 0 is that of logits.",
    "binary accuracy",
    (0.0, 0.9, 0.1, 0.7, 0.3),
)
def threshold(trial: Trial, value: float) -> bool:
    """Set the threshold."""

    def change(metric: Any) -> Any:
        if isinstance(metric, BinaryAccuracy):
            return BinaryAccuracy(metric.name, metric.dtype, value)
        return None

    return _swap(trial, change)


@cause(
    "of equal scores the last one counts",
    "Where several scores are largest the last one is the prediction, not the first.",
    "categorical accuracies",
)
def last_of_tie(trial: Trial) -> bool:
    """Look for the largest score from behind."""

    def place(x: Any) -> Any:
        return x.shape[-1] - 1 - x[..., ::-1].argmax(axis=-1)

    def categorical(y_true: Any, y_pred: Any, cache: Any = None) -> Any:
        return np.equal(place(np.asarray(y_true)), place(np.asarray(y_pred)))

    def sparse(y_true: Any, y_pred: Any, cache: Any = None) -> Any:
        found = place(np.asarray(y_pred))
        return np.equal(np.asarray(y_true).reshape(found.shape), found)

    changed = False
    for metric in _compiled(trial):
        if isinstance(metric, (CategoricalAccuracy, SparseCategoricalAccuracy)):
            rule = staticmethod(categorical if isinstance(metric, CategoricalAccuracy) else sparse)
            vary(metric, _hits=_always(rule))
            changed = True
    return changed


def _always(rule: Any) -> Any:
    return lambda original: rule


@cause(
    "accuracy compares places of the largest",
    "`accuracy` compares places of the largest score; of one output that is always the first.",
    "accuracy",
)
def always_categorical(trial: Trial) -> bool:
    """Take the categorical accuracy."""

    def change(metric: Any) -> Any:
        if isinstance(metric, (BinaryAccuracy, SparseCategoricalAccuracy)):
            return CategoricalAccuracy(metric.name, metric.dtype)
        return None

    return _swap(trial, change)


@cause(
    "accuracy compares number with number",
    "`accuracy` is the share of predictions that are the very number of their target.",
    "accuracy",
)
def literal(trial: Trial) -> bool:
    """Take the metric `Accuracy`."""
    kinds = (BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy)

    def change(metric: Any) -> Any:
        return Accuracy(metric.name, metric.dtype) if isinstance(metric, kinds) else None

    return _swap(trial, change)


@cause(
    "metrics count sample weights",
    "`metrics` weigh rows as `weighted_metrics` do.",
    "metrics of training",
)
def weighted(trial: Trial) -> bool:
    """Give the plain metrics the weights."""
    compiled = trial.trainer.compiled_metrics
    if compiled is None:
        return False

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
        for metric in self._found["metrics"][output] + self._found["weighted_metrics"][output]:
            more = {"logits": logits} if getattr(metric, "uses_logits", False) else {}
            metric.update_state(y_true, y_pred, weight, **more)

    vary(compiled, update_output=lambda original: update)
    return True
