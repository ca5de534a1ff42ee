"""Losses: their reduction, their factor, and what they are computed from."""

from __future__ import annotations

from typing import Any

from nnscratch import config, losses
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.losses.logits import LogitsLoss


def multiply_loss(trial: Trial, factor: float, gradient: bool = True) -> None:
    """Multiply every loss, and its gradient if it is to follow."""

    def reduce(original: Any) -> Any:
        def scaled(self: Any, *args: Any, **kwargs: Any) -> Any:
            value = original(self, *args, **kwargs)
            return value * value.dtype.type(factor)

        return scaled

    def differentiate(original: Any) -> Any:
        def scaled(self: Any, dvalues: Any, cache: Any) -> Any:
            return original(self, dvalues * factor, cache)

        return scaled

    for loss in trial.losses:
        vary(loss, reduce=reduce)
        if gradient:
            vary(loss, differentiate=differentiate)


@cause(
    "loss × ½",
    "The loss has the textbooks' factor ½, its gradient too.",
    "loss and weights",
)
def halved(trial: Trial) -> bool:
    """Halve loss and gradient."""
    multiply_loss(trial, 0.5)
    return True


@cause("loss × 2", "The loss lacks a factor ½ or has one of 2, its gradient too.", "loss, weights")
def doubled(trial: Trial) -> bool:
    """Double loss and gradient."""
    multiply_loss(trial, 2.0)
    return True


@cause(
    "loss summed over the batch {}",
    "Gradients are those of the sum over the rows, not of their mean; the history may show either.",
    "weights, and perhaps the loss",
    ("", "and shown so"),
)
def summed(trial: Trial, shown: str) -> bool:
    """Sum over the batch."""
    changed = [loss for loss in trial.losses if loss.reduction != "sum"]
    for loss in changed:
        loss.reduction = "sum"
    if not shown:
        _show_mean(trial)
    return bool(changed)


def _show_mean(trial: Trial) -> None:
    def wrapper(original: Any) -> Any:
        def track(self: Any, batch: Any, outputs: Any) -> None:
            total = self.total
            self.total = total / total.dtype.type(len(batch))
            original(self, batch, outputs)
            self.total = total

        return track

    vary(trial.stepper, _track=wrapper)


@cause(
    "loss averaged where a sum is asked for",
    '`reduction="sum"` takes the mean.',
    "loss and weights",
)
def averaged(trial: Trial) -> bool:
    """Average over the batch."""
    changed = [loss for loss in trial.losses if loss.reduction == "sum"]
    for loss in changed:
        loss.reduction = "sum_over_batch_size"
    return bool(changed)


@cause(
    "loss summed over the outputs",
    "The errors of a row's outputs are added up, not averaged: gradients are as many times as "
    "large.",
    "loss and weights",
)
def summed_over_outputs(trial: Trial) -> bool:
    """Multiply by the number of outputs."""
    outputs = trial.model.output_shapes[0][-1]
    if not outputs or outputs == 1:
        return False
    multiply_loss(trial, float(outputs))
    return True


@cause(
    "crossentropy from probabilities",
    "The crossentropy is computed from clipped probabilities, not from the logits behind the "
    "softmax or sigmoid.",
    "weights and loss, by rounding, or by much where predictions are sure",
)
def from_probabilities(trial: Trial) -> bool:
    """Do not look for logits."""
    found = [loss for loss in trial.losses if isinstance(loss, LogitsLoss)]
    for loss in found:
        vary(loss, uses_logits=lambda original: property(lambda self: False))
    return bool(found)


@cause(
    "crossentropy of an output taken for logits",
    "`from_logits` is on although the output is a softmax's or sigmoid's, which is then applied "
    "twice; or off although the output holds logits.",
    "loss and weights",
)
def twice(trial: Trial) -> bool:
    """Turn `from_logits` round, and do not look behind the output."""
    found = [loss for loss in trial.losses if isinstance(loss, LogitsLoss)]
    for loss in found:
        vary(loss, uses_logits=lambda original: property(lambda self: False))
        loss.from_logits = not loss.from_logits
    return bool(found)


@cause(
    "probabilities clipped at {}",
    "Probabilities are kept another distance from 0 and 1: Keras takes 1e-7, scikit-learn 1e-15.",
    "loss where predictions are sure",
    (1e-15, 1e-12, 1e-8, 1e-10, 1e-6),
)
def other_clip(trial: Trial, value: float) -> bool:
    """Set the fuzz factor while losses are computed."""

    def wrapper(original: Any) -> Any:
        def compare(self: Any, *args: Any, **kwargs: Any) -> Any:
            kept = config.epsilon()
            config.set_epsilon(value)
            try:
                return original(self, *args, **kwargs)
            finally:
                config.set_epsilon(kept)

        return compare

    for loss in trial.losses:
        vary(loss, compare=wrapper)
    return True


@cause(
    "loss weights ignored",
    "The losses of several outputs count alike, whatever `loss_weights` says.",
    "loss and weights",
)
def loss_weights(trial: Trial) -> bool:
    """Set every factor to 1."""
    changed = [term for term in trial.stepper.objective.terms if term.weight != 1.0]
    for term in changed:
        term.weight = 1.0
    return bool(changed)


@cause(
    "absolute error's slope at 0 is {}",
    "The derivative of |p − y| where the prediction is right is 1 (or −1) and not 0.",
    "weights, where predictions are exactly right",
    (1.0, -1.0),
)
def slope_at_zero(trial: Trial, slope: float) -> bool:
    """Write the slope where the error is 0."""

    def wrapper(original: Any) -> Any:
        def slopes(self: Any, out: Any, cache: Any) -> None:
            original(self, out, cache)
            out[cache.error == 0] = slope

        return slopes

    found = [loss for loss in trial.losses if isinstance(loss, losses.MeanAbsoluteError)]
    for loss in found:
        vary(loss, slopes=wrapper)
    return bool(found)


OTHERS: dict[str, tuple[Any, float]] = {
    "half the squared error": (losses.MeanSquaredError, 0.5),
    "the squared error": (losses.MeanSquaredError, 1.0),
    "the absolute error": (losses.MeanAbsoluteError, 1.0),
    "Huber's": (losses.Huber, 1.0),
    "binary crossentropy": (losses.BinaryCrossentropy, 1.0),
}


@cause(
    "another loss: {}",
    "The derivative taken is that of another loss than the one that was compiled.",
    "weights and loss",
    tuple(OTHERS),
)
def other_loss(trial: Trial, words: str) -> bool:
    """Put another loss of the same targets in the compiled one's place."""
    cls, factor = OTHERS[words]
    terms = trial.stepper.objective.terms
    fits = [
        not isinstance(term.loss, cls)
        and not isinstance(term.loss, losses.SparseCategoricalCrossentropy)
        for term in terms
    ]
    if not all(fits):
        return False
    for term in terms:
        term.loss = cls(dtype=term.loss.dtype)
    if factor != 1.0:
        multiply_loss(trial, factor)
    return True
