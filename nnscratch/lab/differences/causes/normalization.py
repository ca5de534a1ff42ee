"""Batch normalization: its numbers, its two variances, its two modes, its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.layers import Activation, BatchNormalization, Dense
from nnscratch.typing import Array

Statistic = Callable[[Array], Array]


def _norms(trial: Trial) -> list[BatchNormalization]:
    return trial.of_type(BatchNormalization)


def _biased(rows: Array) -> Array:
    return np.asarray(rows.var(axis=0))


def _unbiased(rows: Array) -> Array:
    return np.asarray(rows.var(axis=0, ddof=1 if len(rows) > 1 else 0))


def _one_pass(rows: Array) -> Array:
    return np.asarray((rows * rows).mean(axis=0) - np.square(rows.mean(axis=0)))


def _use_statistics(trial: Trial, variance: Statistic, moving: Statistic) -> bool:
    """Compute the variance in use and the one that moves otherwise."""

    def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        rows = self._as_rows(x)
        cache.on_batch = training and self.trainable
        mean, used = self.moving_mean.value, self.moving_variance.value
        if cache.on_batch:
            mean, used = rows.mean(axis=0), variance(rows)
            self._move(self.moving_mean, mean, cache)
            self._move(self.moving_variance, moving(rows), cache)
        cache.inverse = (1.0 / np.sqrt(used + self.epsilon)).astype(x.dtype)
        cache.xhat = ((rows - mean) * cache.inverse).astype(x.dtype)
        return self._from_rows(self._scale_and_shift(cache.xhat, cache), x.shape)

    for norm in _norms(trial):
        vary(norm, forward=lambda original: forward)
    return bool(_norms(trial))


@cause(
    "BatchNormalization: moving variance unbiased",
    "The moving variance follows the batch's variance divided by N − 1, as in PyTorch.",
    "moving variance, and all that is computed in inference",
)
def moving_unbiased(trial: Trial) -> bool:
    """Move by the unbiased variance."""
    return _use_statistics(trial, _biased, _unbiased)


@cause(
    "BatchNormalization: batch variance unbiased",
    "A batch is divided by its standard deviation with N − 1.",
    "weights",
)
def batch_unbiased(trial: Trial) -> bool:
    """Normalize by the unbiased variance."""
    return _use_statistics(trial, _unbiased, _biased)


@cause(
    "BatchNormalization: both variances unbiased",
    "The variance is divided by N − 1 everywhere.",
    "weights and moving variance",
)
def all_unbiased(trial: Trial) -> bool:
    """Normalize and move by the unbiased variance."""
    return _use_statistics(trial, _unbiased, _unbiased)


@cause(
    "BatchNormalization: ε is {}",
    "ε is another: Keras takes 1e-3, PyTorch 1e-5, the book 1e-6 or 1e-7.",
    "weights",
    (1e-5, 1e-3, 1e-6, 1e-7, 1e-8, 1e-4),
)
def norm_epsilon(trial: Trial, value: float) -> bool:
    """Set ε."""
    changed = [norm for norm in _norms(trial) if norm.epsilon != value]
    for norm in changed:
        norm.epsilon = value
    return bool(changed)


@cause(
    "BatchNormalization: momentum weighs the new",
    "Momentum is the weight of the batch and not that of the past, as in PyTorch.",
    "moving statistics, and all that is computed in inference",
)
def norm_momentum_reversed(trial: Trial) -> bool:
    """Exchange momentum and 1 − momentum."""
    for norm in _norms(trial):
        norm.momentum = 1.0 - norm.momentum
    return bool(_norms(trial))


@cause(
    "BatchNormalization: momentum is {}",
    "The moving statistics remember longer or shorter: Keras takes 0.99, PyTorch and the book 0.9.",
    "moving statistics, and all that is computed in inference",
    (0.9, 0.99, 0.999, 0.5),
)
def norm_momentum(trial: Trial, value: float) -> bool:
    """Set the momentum."""
    changed = [norm for norm in _norms(trial) if norm.momentum != value]
    for norm in changed:
        norm.momentum = value
    return bool(changed)


@cause(
    "BatchNormalization: batch statistics in inference",
    "Inference normalizes by the batch it is given, as when `training=True` is left on.",
    "val_… of the history",
)
def batch_in_inference(trial: Trial) -> bool:
    """Normalize every batch by itself; only training moves the statistics."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            kept = self.moving_mean.numpy(), self.moving_variance.numpy()
            y = original(self, x, cache, True)
            if not training:
                self.moving_mean.assign(kept[0])
                self.moving_variance.assign(kept[1])
            return y

        return forward

    for norm in _norms(trial):
        vary(norm, forward=wrapper)
    return bool(_norms(trial))


@cause(
    "BatchNormalization: moving statistics in training",
    "Training normalizes by the moving statistics, as inference and a frozen layer do.",
    "weights and moving statistics",
)
def moving_in_training(trial: Trial) -> bool:
    """Run the layers as in inference all the time."""

    def wrapper(original: Any) -> Any:
        return lambda self, x, cache, training=False: original(self, x, cache, False)

    live = [norm for norm in _norms(trial) if norm.trainable]
    for norm in live:
        vary(norm, forward=wrapper)
    return bool(live)


@cause(
    "BatchNormalization: frozen layer goes on",
    "A frozen layer goes on using and moving the batch's statistics, as in PyTorch.",
    "moving statistics and weights",
)
def frozen_trains(trial: Trial) -> bool:
    """Run frozen layers as if they were not frozen."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            kept, self._trainable = self._trainable, True
            try:
                return original(self, x, cache, training)
            finally:
                self._trainable = kept

        return forward

    frozen = [norm for norm in _norms(trial) if not norm.trainable]
    for norm in frozen:
        vary(norm, forward=wrapper)
    return bool(frozen)


def _extra_gradient(trial: Trial, extra: Callable[[Any, Any], Any]) -> bool:
    """Add to dx what a forgotten path would have taken away."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, dy: Any, cache: Any) -> Any:
            dx = original(self, dy, cache)
            if dx is None or not cache.on_batch:
                return dx
            rows = self._as_rows(dy)
            more = extra(rows, cache.xhat) * cache.inverse
            if self.gamma is not None:
                more = more * self.gamma.value
            return dx + self._from_rows(np.broadcast_to(more, rows.shape).copy(), dy.shape)

        return backward

    for norm in _norms(trial):
        vary(norm, backward=wrapper)
    return bool(_norms(trial))


@cause(
    "BatchNormalization: no gradient through the mean",
    "The batch's mean is taken to be a constant in the backward pass.",
    "weights of the layers before",
)
def mean_path(trial: Trial) -> bool:
    """Leave the mean's path out."""
    return _extra_gradient(trial, lambda rows, xhat: rows.mean(axis=0))


@cause(
    "BatchNormalization: no gradient through the variance",
    "The batch's variance is taken to be a constant in the backward pass.",
    "weights of the layers before",
)
def variance_path(trial: Trial) -> bool:
    """Leave the variance's path out."""
    return _extra_gradient(trial, lambda rows, xhat: xhat * (rows * xhat).mean(axis=0))


@cause(
    "BatchNormalization: features on the last axis",
    "`axis` is not followed: features are looked for on the last axis.",
    "weights",
)
def last_axis(trial: Trial) -> bool:
    """Normalize along the last axis where its size allows it."""
    odd = [norm for norm in _norms(trial) if norm.axis != -1]
    for norm in odd:
        vary(
            norm,
            _as_rows=lambda original: lambda self, x: x.reshape(-1, x.shape[-1]),
            _from_rows=lambda original: lambda self, rows, shape: rows.reshape(shape),
        )
    return bool(odd)


@cause(
    "BatchNormalization: {} left out",
    "The scale γ or the shift β is not learned: it stays as it started.",
    "γ or β, and the weights beside it",
    ("γ", "β"),
)
def part_left_out(trial: Trial, part: str) -> bool:
    """Keep γ or β from changing."""
    held = [norm.gamma if part == "γ" else norm.beta for norm in _norms(trial)]
    found = [variable for variable in held if variable is not None and variable.trainable]
    for variable in found:
        start = variable.numpy().copy()
        variable.constraint = lambda value, start=start: start
    return bool(found)


@cause(
    "BatchNormalization: after the activation",
    "The normalization stands behind the activation instead of before it.",
    "weights",
)
def after_activation(trial: Trial) -> bool:
    """Exchange a normalization and the activation layer behind it, or the Dense's before it."""
    layers = trial.layers
    found = False
    for before, norm, after in zip([None, *layers], layers, [*layers[1:], None], strict=False):
        if not isinstance(norm, BatchNormalization) or not isinstance(after, Activation):
            continue
        if isinstance(before, Dense) and before.activation.name == "linear":
            before.activation, after.activation = after.activation, before.activation
            found = True
    return found


@cause(
    "BatchNormalization: variance in one pass",
    "The variance is E[x²] − E[x]², which loses its digits where the mean is large.",
    "weights, by rounding times (mean/deviation)²",
)
def one_pass(trial: Trial) -> bool:
    """Compute the variance from the sums of x and x²."""
    return _use_statistics(trial, _one_pass, _one_pass)
