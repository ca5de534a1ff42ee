"""Penalties on weights and activities: ½ or not, in the loss or not, on what."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.regularizers import L1, L1L2, L2
from nnscratch.variable import Variable


def _penalized(trial: Trial) -> list[Variable]:
    return [v for v in trial.model.trainable_weights if v.regularizer is not None]


def _penalties(trial: Trial, *kinds: type) -> list[Any]:
    held = {id(v.regularizer): v.regularizer for v in _penalized(trial)}
    return [penalty for penalty in held.values() if isinstance(penalty, kinds)]


def _value_times(factor: float) -> Any:
    def wrapper(original: Any) -> Any:
        return lambda self, x: original(self, x) * x.dtype.type(factor)

    return wrapper


def _gradient_times(factor: float) -> Any:
    def wrapper(original: Any) -> Any:
        def gradient(self: Any, x: Any, out: Any = None) -> Any:
            return np.multiply(original(self, x), x.dtype.type(factor), out=out)

        return gradient

    return wrapper


@cause("penalties on weights left out", "The regularizers do nothing.", "weights and loss")
def left_out(trial: Trial) -> bool:
    """Forget the regularizers."""
    found = _penalized(trial)
    for variable in found:
        variable.regularizer = None
    return bool(found)


@cause(
    "L2 penalty halved",
    "The L2 penalty is ½λΣw², as in the textbooks, and its gradient λw; Keras has λΣw² and 2λw.",
    "weights and loss",
)
def l2_halved(trial: Trial) -> bool:
    """Halve penalty and gradient."""
    found = _penalties(trial, L2)
    for penalty in found:
        vary(penalty, __call__=_value_times(0.5), gradient=_gradient_times(0.5))
    return bool(found)


@cause(
    "L2 penalty λΣw² with gradient λw",
    "The penalty is λΣw², but its gradient lacks the 2.",
    "weights, and the loss by them",
)
def l2_gradient(trial: Trial) -> bool:
    """Halve the gradient only."""
    found = _penalties(trial, L2)
    for penalty in found:
        vary(penalty, gradient=_gradient_times(0.5))
    return bool(found)


@cause(
    "penalties missing in the loss shown",
    "Penalties act on the gradient, as `weight_decay` does in PyTorch, but are not added to the "
    "loss.",
    "loss",
)
def not_shown(trial: Trial) -> bool:
    """Add 0 to the loss."""
    found = _penalties(trial, object)
    for penalty in found:
        vary(penalty, __call__=_value_times(0.0))
    return bool(found)


@cause(
    "penalties missing in the gradient",
    "Penalties are added to the loss but not to the gradient.",
    "weights",
)
def no_gradient(trial: Trial) -> bool:
    """Add 0 to the gradient."""
    found = _penalties(trial, object)
    for penalty in found:
        vary(penalty, gradient=_gradient_times(0.0))
    return bool(found)


@cause(
    "penalties missing in validation",
    "Penalties on weights are left out of the loss in inference.",
    "val_loss",
)
def not_evaluated(trial: Trial) -> bool:
    """Add penalties in training only."""

    def wrapper(original: Any) -> Any:
        def forward(self: Any, batch: Any, training: bool) -> Any:
            kept = self.regularized
            self.regularized = kept if training else []
            try:
                return original(self, batch, training)
            finally:
                self.regularized = kept

        return forward

    vary(trial.stepper, forward=wrapper)
    return bool(_penalized(trial))


@cause(
    "penalty averaged over the weights {}",
    "A penalty is the mean over the weights, not the sum.",
    "loss, and the weights where the gradient follows",
    ("in the loss", "in loss and gradient"),
)
def penalty_averaged(trial: Trial, where: str) -> bool:
    """Divide by the number of weights."""

    def value(original: Any) -> Any:
        return lambda self, x: original(self, x) / x.dtype.type(x.size)

    def gradient(original: Any) -> Any:
        def averaged(self: Any, x: Any, out: Any = None) -> Any:
            return np.divide(original(self, x), x.dtype.type(x.size), out=out)

        return averaged

    found = _penalties(trial, object)
    for penalty in found:
        vary(penalty, __call__=value)
        if where != "in the loss":
            vary(penalty, gradient=gradient)
    return bool(found)


@cause(
    "penalty divided by the batch size",
    "The penalty is divided by the number of rows in a batch, as the loss is.",
    "weights and loss",
)
def penalty_by_rows(trial: Trial) -> bool:
    """Divide penalty and gradient by the batch size."""
    found = _penalties(trial, object)
    share = 1.0 / trial.batch_size
    for penalty in found:
        vary(penalty, __call__=_value_times(share), gradient=_gradient_times(share))
    return bool(found)


@cause(
    "L1 pushes weights of 0",
    "The derivative of |w| at 0 is 1 and not 0.",
    "weights that start at 0",
)
def l1_at_zero(trial: Trial) -> bool:
    """Add λ₁ where w = 0."""

    def wrapper(original: Any) -> Any:
        def gradient(self: Any, x: Any, out: Any = None) -> Any:
            found = original(self, x, out)
            found[x == 0] += self.l1
            return found

        return gradient

    found = _penalties(trial, L1, L1L2)
    for penalty in found:
        vary(penalty, gradient=wrapper)
    return bool(found)


@cause(
    "biases penalized",
    "The penalty of a layer's kernel is put on its bias too, as PyTorch's `weight_decay` does.",
    "biases",
)
def biases_penalized(trial: Trial) -> bool:
    """Give each bias the regularizer of the kernel beside it."""
    found = False
    for layer in trial.layers:
        kernel, bias = getattr(layer, "kernel", None), getattr(layer, "bias", None)
        if bias is not None and bias.regularizer is None:
            bias.regularizer = getattr(kernel, "regularizer", None)
            found |= bias.regularizer is not None
    return found


@cause("biases not penalized", "The penalty on biases is left out.", "biases")
def biases_free(trial: Trial) -> bool:
    """Take regularizers from vectors."""
    found = [v for v in _penalized(trial) if np.ndim(v.value) < 2]
    for variable in found:
        variable.regularizer = None
    return bool(found)


@cause(
    "penalty on activities summed",
    "The penalty on activities is the sum over the batch, not the mean over its rows.",
    "weights and loss",
)
def activities_summed(trial: Trial) -> bool:
    """Multiply the penalty that the loss shows by the number of rows."""

    def wrapper(original: Any) -> Any:
        def penalties(self: Any, cache: Any) -> Any:
            return [p * len(cache.values[0]) for p in original(self, cache)]

        return penalties

    vary(trial.model.run, penalties=wrapper)
    return any(getattr(layer, "activity_regularizer", None) for layer in trial.layers)
