"""Sabotages of layers: Dense, Flatten, BatchNormalization, Dropout, and how gradients gather."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from parity.sabotage.table import Change, around, module, sabotage

DENSE, FLATTEN = module("layers").Dense, module("layers").Flatten
NORM = module("layers").BatchNormalization
DROPOUT = module("layers").Dropout
RANDOM, VARIABLE = module("random"), module("variable").Variable


@sabotage("bias-gradient-averaged", "sigmoid/sgd", "regression-head/sgd")
def bias_mean() -> Sequence[Change]:
    """A bias gets the mean of dz over the rows, not the sum."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, dz: Any, cache: Any) -> Any:
            dx = original(self, dz, cache)
            if self.bias is not None and self.bias.grad is not None:
                self.bias.grad[...] /= dz.size / dz.shape[-1]
            return dx

        return backward

    return [around(DENSE, "backward_from_logits", wrapper)]


@sabotage("gradients-pile-up", "loss-before-the-update", "weighted-fit")
def gradients_pile_up() -> Sequence[Change]:
    """The gradient of one step is added to those of the steps before."""
    return [Change(VARIABLE, "clear_grad", lambda self: None)]


@sabotage("flatten-by-columns", "layer/dense-rank-3", "bn-dropout/sgd")
def flatten_by_columns() -> Sequence[Change]:
    """Flatten reads the axes behind the batch in reverse order."""

    def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        cache.shape = x.shape
        return x.reshape(len(x), -1, order="F")

    def backward(self: Any, dy: Any, cache: Any) -> Any:
        return dy.reshape(cache.shape, order="F")

    return [Change(FLATTEN, "forward", forward), Change(FLATTEN, "backward", backward)]


def _statistics(variance: Callable[[Any], Any], moving: Callable[[Any], Any]) -> Change:
    """Change how the variances of a batch are computed: the one in use, and the one that moves."""

    def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        rows = self._as_rows(x)
        cache.on_batch = training and self.trainable
        mean, used = self.moving_mean.value, self.moving_variance.value
        if cache.on_batch:
            mean, used = rows.mean(axis=0), variance(rows)
            self._move(self.moving_mean, mean, cache)
            self._move(self.moving_variance, moving(rows), cache)
        cache.inverse = 1.0 / np.sqrt(used + self.epsilon)
        cache.xhat = ((rows - mean) * cache.inverse).astype(x.dtype)
        return self._from_rows(self._scale_and_shift(cache.xhat, cache), x.shape)

    return Change(NORM, "forward", forward)


def _biased(rows: Any) -> Any:
    return rows.var(axis=0)


def _unbiased(rows: Any) -> Any:
    return rows.var(axis=0, ddof=1)


def _one_pass(rows: Any) -> Any:
    return (rows * rows).mean(axis=0) - np.square(rows.mean(axis=0))


@sabotage("bn-moving-variance-unbiased", "batchnorm-defaults", "layer/bn")
def moving_variance_unbiased() -> Sequence[Change]:
    """The moving variance follows the unbiased variance of the batch, as in PyTorch."""
    return [_statistics(_biased, _unbiased)]


@sabotage("bn-batch-variance-unbiased", "batchnorm-defaults", "blocks/sgd")
def batch_variance_unbiased() -> Sequence[Change]:
    """A batch is divided by its unbiased standard deviation."""
    return [_statistics(_unbiased, _biased)]


@sabotage("bn-variance-in-one-pass", "batchnorm-variance-in-two-passes", dtypes=("float32",))
def variance_one_pass() -> Sequence[Change]:
    """The variance is E[x²] − E[x]², which loses its digits far from zero."""
    return [_statistics(_one_pass, _one_pass)]


@sabotage("bn-epsilon-1e-5", "batchnorm-defaults", "blocks/sgd")
def bn_epsilon() -> Sequence[Change]:
    """BatchNormalization's ε is 1e-5 by default, as in PyTorch."""

    def wrapper(original: Any) -> Any:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **{"epsilon": 1e-5, **kwargs})

        return init

    return [around(NORM, "__init__", wrapper)]


@sabotage("bn-momentum-weighs-the-new", "batchnorm-defaults", "layer/bn-momentum")
def bn_momentum() -> Sequence[Change]:
    """Momentum is the weight of the batch, not of the past, as in PyTorch."""

    def move(self: Any, moving: Any, batch: Any, cache: Any) -> None:
        moving.value[...] *= 1.0 - self.momentum
        moving.value[...] += batch * self.momentum

    return [Change(NORM, "_move", move)]


@sabotage("bn-batch-statistics-in-inference", "batchnorm-defaults", "layer/bn")
def bn_always_batch() -> Sequence[Change]:
    """Inference normalizes by the batch it is given."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            kept = self.moving_mean.numpy(), self.moving_variance.numpy()
            y = original(self, x, cache, True)
            if not training:
                self.moving_mean.assign(kept[0])
                self.moving_variance.assign(kept[1])
            return y

        return forward

    return [around(NORM, "forward", wrapper)]


@sabotage("bn-frozen-trains", "batchnorm-defaults", "layer/bn-frozen")
def bn_frozen_trains() -> Sequence[Change]:
    """A frozen BatchNormalization goes on using and moving the batch's statistics."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            kept, self._trainable = self._trainable, True
            try:
                return original(self, x, cache, training)
            finally:
                self._trainable = kept

        return forward

    return [around(NORM, "forward", wrapper)]


def _extra_gradient(extra: Callable[[Any, Any], Any]) -> Change:
    """Add to dx what a forgotten path would have taken away."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, dy: Any, cache: Any) -> Any:
            dx = original(self, dy, cache)
            if dx is None or not cache.on_batch:
                return dx
            rows = self._as_rows(dy)
            more = extra(rows, cache.xhat) * cache.inverse
            more = more if self.gamma is None else more * self.gamma.value
            return dx + self._from_rows(np.broadcast_to(more, rows.shape).copy(), dy.shape)

        return backward

    return around(NORM, "backward", wrapper)


@sabotage("bn-mean-path-dropped", "blocks/sgd", "layer/bn")
def bn_mean_path() -> Sequence[Change]:
    """The gradient does not flow through the batch's mean."""
    return [_extra_gradient(lambda rows, xhat: rows.mean(axis=0))]


@sabotage("bn-variance-path-dropped", "blocks/sgd", "layer/bn")
def bn_variance_path() -> Sequence[Change]:
    """The gradient does not flow through the batch's variance."""
    return [_extra_gradient(lambda rows, xhat: xhat * (rows * xhat).mean(axis=0))]


@sabotage("bn-last-axis-always", "layer/bn-axis-1")
def bn_last_axis() -> Sequence[Change]:
    """`axis` says how many features there are, but they are looked for on the last axis."""
    return [
        Change(NORM, "_as_rows", lambda self, x: x.reshape(-1, x.shape[-1])),
        Change(NORM, "_from_rows", lambda self, rows, shape: rows.reshape(shape)),
    ]


def _dropout_scale(wrapper: Any) -> Change:
    return around(DROPOUT, "forward", wrapper)


@sabotage("dropout-unscaled", "dropout-scale", "layer/dropout")
def dropout_unscaled() -> Sequence[Change]:
    """What dropout keeps is not divided by 1 − rate."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            y = original(self, x, cache, training)
            if not cache.active:
                return y
            cache.scale = 1.0
            return y * (1.0 - self.rate)

        return forward

    return [_dropout_scale(wrapper)]


@sabotage("dropout-scales-in-inference", "dropout-scale", "layer/dropout")
def dropout_in_inference() -> Sequence[Change]:
    """Dropout multiplies by 1 − rate in inference, as in its first paper."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            y = original(self, x, cache, training)
            if training:
                return y
            return x * (1.0 - self.rate)

        return forward

    return [_dropout_scale(wrapper)]


@sabotage("dropout-mask-late", "dropout-scale", "layer/dropout")
def dropout_late() -> Sequence[Change]:
    """Every stream of masks begins with its second draw."""

    def wrapper(original: Any) -> Any:
        begun: list[Any] = []

        def mask(shape: Any, rate: float, state: Any = None, *rest: Any, **options: Any) -> Any:
            if not any(stream is state for stream in begun):
                begun.append(state)
                original(shape, rate, state, *rest, **options)
            return original(shape, rate, state, *rest, **options)

        return mask

    return [around(RANDOM, "dropout_mask", wrapper)]


@sabotage("dropout-other-mask-backward", "layer/dropout", "bn-dropout/sgd")
def dropout_other_mask() -> Sequence[Change]:
    """The backward pass uses another mask than the forward pass."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, dy: Any, cache: Any) -> Any:
            if cache.active:
                cache.keep = np.roll(cache.keep, 1)
            return original(self, dy, cache)

        return backward

    return [around(DROPOUT, "backward", wrapper)]


@sabotage("dropout-rate-kept", "dropout-scale", "layer/dropout-first")
def dropout_keeps_rate() -> Sequence[Change]:
    """`rate` is the share that is kept."""

    def wrapper(original: Any) -> Any:
        def mask(shape: Any, rate: float, *rest: Any, **options: Any) -> Any:
            return original(shape, 1.0 - rate, *rest, **options)

        return mask

    return [around(RANDOM, "dropout_mask", wrapper)]
