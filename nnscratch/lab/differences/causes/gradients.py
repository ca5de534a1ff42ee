"""Slips of a backward pass written by hand."""

from __future__ import annotations

from typing import Any

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.layers import Dense, Flatten


@cause(
    "bias gradient averaged",
    "A bias gets the mean of dz over the rows where the loss has been averaged already, not the "
    "sum.",
    "biases first, then all weights",
)
def bias_mean(trial: Trial) -> bool:
    """Divide the gradients of biases by the number of rows."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, dz: Any, cache: Any) -> Any:
            dx = original(self, dz, cache)
            if self.bias is not None and self.bias.grad is not None:
                self.bias.grad[...] /= dz.size / dz.shape[-1]
            return dx

        return backward

    found = [layer for layer in trial.of_type(Dense) if layer.bias is not None]
    for layer in found:
        vary(layer, backward_from_logits=wrapper)
    return bool(found)


@cause("biases do not learn", "Biases stay as they started.", "biases first, then all weights")
def biases_stay(trial: Trial) -> bool:
    """Multiply the gradients of biases by 0."""

    def wrapper(original: Any) -> Any:
        def backward(self: Any, dz: Any, cache: Any) -> Any:
            dx = original(self, dz, cache)
            if self.bias.grad is not None:
                self.bias.grad[...] = 0
            return dx

        return backward

    found = [layer for layer in trial.of_type(Dense) if layer.bias is not None]
    for layer in found:
        vary(layer, backward_from_logits=wrapper)
    return bool(found)


@cause(
    "gradients pile up",
    "The gradient of one step is added to those of the steps before: a `zero_grad` is missing.",
    "weights from the second step on",
)
def pile_up(trial: Trial) -> bool:
    """Never clear a gradient."""
    for variable in trial.model.trainable_weights:
        vary(variable, clear_grad=lambda original: lambda self: None)
    return True


@cause(
    "output derivative left out",
    "The error is taken for the derivative by the output layer's z: the slope of its activation "
    "is left out.",
    "weights",
)
def output_slope(trial: Trial) -> bool:
    """Hand dL/dy to the last Dense layer as dL/dz."""
    found = trial.of_type(Dense)[-1:]
    if not found or found[0].activation.name == "linear":
        return False
    vary(
        found[0],
        backward=lambda original: lambda self, dy, cache: self.backward_from_logits(dy, cache),
    )
    return True


@cause(
    "flattened in another order",
    "Flatten reads the axes behind the batch in reverse order, as where pictures are channels "
    "first or arrays come from Fortran or MATLAB.",
    "all weights",
)
def by_columns(trial: Trial) -> bool:
    """Flatten in Fortran's order."""

    def forward(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        cache.shape = x.shape
        return x.reshape(len(x), -1, order="F")

    def backward(self: Any, dy: Any, cache: Any) -> Any:
        return dy.reshape(cache.shape, order="F")

    found = trial.of_type(Flatten)
    for layer in found:
        vary(layer, forward=lambda original: forward, backward=lambda original: backward)
    return bool(found)
