"""Dropout: how much, scaled when, and with which mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.layers import Dropout


def _dropouts(trial: Trial) -> list[Dropout]:
    return [layer for layer in trial.of_type(Dropout) if layer.rate > 0]


def _vary_all(trial: Trial, **changes: Any) -> bool:
    for layer in _dropouts(trial):
        vary(layer, **changes)
    return bool(_dropouts(trial))


@cause(
    "dropout: rate is the share kept",
    "`rate` is the share of elements that is kept and not the share that is dropped, as in "
    "TensorFlow 1.",
    "weights and the training loss",
)
def keeps_rate(trial: Trial) -> bool:
    """Drop the share 1 − rate, and scale by 1/(1 − rate) all the same."""

    def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        cache.active = training
        if not training:
            return x
        keep = np.empty(x.shape, np.bool_)
        random.dropout_mask(x.shape, 1.0 - self.rate, self.seed_generator, x.dtype, out=keep)
        cache.keep, cache.scale = keep, 1.0 / (1.0 - self.rate)
        return np.multiply(x, cache.scale) * keep

    return _vary_all(trial, forward=lambda original: forward)


@cause(
    "dropout: rate is {}",
    "Another share is dropped.",
    "weights and the training loss",
    (0.5, 0.2, 0.1, 0.3, 0.4, 0.25),
)
def rate(trial: Trial, value: float) -> bool:
    """Set the rate."""
    changed = [layer for layer in _dropouts(trial) if layer.rate != value]
    for layer in changed:
        layer.rate = value
    return bool(changed)


@cause("dropout: off", "Nothing is dropped in training.", "weights and the training loss")
def off(trial: Trial) -> bool:
    """Hand everything through."""

    def wrapper(original: Any) -> Any:
        return lambda self, x, cache, training=False: original(self, x, cache, False)

    return _vary_all(trial, forward=wrapper)


@cause(
    "dropout: not scaled in training",
    "What is kept is not divided by 1 − rate.",
    "weights and the training loss",
)
def unscaled(trial: Trial) -> bool:
    """Take the factor out, forwards and backwards."""
    return _vary_all(trial, forward=_unscaled)


def _unscaled(original: Any) -> Any:
    def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        y = original(self, x, cache, training)
        if not cache.active:
            return y
        cache.scale = 1.0
        return y * x.dtype.type(1.0 - self.rate)

    return forward


def _scales_in_inference(original: Any) -> Any:
    def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        y = original(self, x, cache, training)
        return y if training else x * x.dtype.type(1.0 - self.rate)

    return forward


@cause(
    "dropout: scaled in inference as well",
    "Inference multiplies by 1 − rate although training has scaled already.",
    "val_… of the history",
)
def scaled_twice(trial: Trial) -> bool:
    """Multiply by 1 − rate in inference."""
    return _vary_all(trial, forward=_scales_in_inference)


@cause(
    "dropout: scaled in inference instead",
    "Training does not scale, inference multiplies by 1 − rate: dropout as in its first paper and "
    "in the book.",
    "weights and the whole history",
)
def scaled_in_inference(trial: Trial) -> bool:
    """Move the factor from training to inference."""
    return _vary_all(trial, forward=_unscaled) and _vary_all(trial, forward=_scales_in_inference)


@cause(
    "dropout: on in inference",
    "Dropout goes on while validating, as when `training=True` is left on.",
    "val_… of the history",
)
def on_in_inference(trial: Trial) -> bool:
    """Drop in inference too."""

    def wrapper(original: Any) -> Any:
        return lambda self, x, cache, training=False: original(self, x, cache, True)

    return _vary_all(trial, forward=wrapper)


@cause(
    "dropout: masks begin with the second draw",
    "One mask was drawn and thrown away before the first step, such as by a call that built the "
    "model with `training=True`.",
    "weights and the training loss",
)
def late(trial: Trial) -> bool:
    """Draw once before training."""
    for layer in _dropouts(trial):
        layer.seed_generator.next()
    return bool(_dropouts(trial))


@cause(
    "dropout: another mask backwards",
    "The backward pass uses another mask than the forward pass, such as one drawn anew.",
    "weights of the layers before",
)
def other_mask(trial: Trial) -> bool:
    """Roll the mask by one element before the backward pass."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, dy: Any, cache: Any) -> Any:
            if cache.active:
                cache.keep = np.roll(cache.keep, 1)
            return original(self, dy, cache)

        return backward

    return _vary_all(trial, backward=wrapper)


@cause(
    "model within the model stays in inference",
    "A model used as a layer never trains its noise and statistics, as when it is called with "
    "`training=False`.",
    "weights and the training loss",
)
def nested_rests(trial: Trial) -> bool:
    """Run inner models as in inference."""

    def wrapper(original: Any) -> Any:
        return lambda self, x, cache, training=False: original(self, x, cache, False)

    found = [layer for layer in trial.model.layers if hasattr(layer, "layers")]
    for layer in found:
        vary(layer, forward=wrapper)
    return bool(found)


@cause(
    "dropout: seed is {}",
    "The masks come from another seed.",
    "weights and the training loss",
    (0, 1, 42),
)
def seed(trial: Trial, value: int) -> bool:
    """Draw the masks from another seed."""
    for layer in _dropouts(trial):
        layer.seed_generator = random.SeedGenerator(value, name=layer.name)
    return bool(_dropouts(trial))
