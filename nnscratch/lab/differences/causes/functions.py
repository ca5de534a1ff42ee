"""Activations that go by one name and differ in a slope, a constant or a point."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch import activations
from nnscratch.activations.base import Activation, Elementwise
from nnscratch.activations.gates import Gelu
from nnscratch.activations.hard import HardSigmoid
from nnscratch.activations.rectifiers import LeakyRelu, Relu
from nnscratch.cache import Cache
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial
from nnscratch.typing import Array


def _replace(trial: Trial, change: Callable[[Any], Activation | None]) -> bool:
    """Put other activations in the place of those for which `change` returns one."""
    found = False
    for layer in trial.layers:
        present = getattr(layer, "activation", None)
        new = change(present) if isinstance(present, Activation) else None
        if new is not None and new != present:
            layer.activation = new
            found = True
    return found


@dataclasses.dataclass(frozen=True)
class _OpenRelu(Activation):
    """The relu whose derivative at 0 is 1."""

    def forward(self, z: Array, cache: Cache) -> Array:
        cache.z = z
        return np.maximum(z, 0.0, out=cache.buffer("a", z.shape, z.dtype))

    def backward(self, da: Array, cache: Cache) -> Array:
        return np.asarray(da * (cache.z >= 0))


@cause(
    "relu passes gradients at 0",
    "The derivative of relu at 0 is 1 and not 0; pre-activations are exactly 0 where weights or "
    "inputs are.",
    "weights",
)
def relu_at_zero(trial: Trial) -> bool:
    """Let gradients through where z = 0."""
    return _replace(trial, lambda f: _OpenRelu() if f == Relu() else None)


@cause(
    "leaky relu: slope {}",
    "The slope below zero is another: Keras takes 0.2 (the layer 0.3), PyTorch 0.01.",
    "weights and history",
    (0.01, 0.3, 0.2, 0.1),
)
def leaky(trial: Trial, slope: float) -> bool:
    """Set the slope below zero."""

    def change(f: Any) -> Activation | None:
        if isinstance(f, (LeakyRelu, Relu)) and f.negative_slope:
            return dataclasses.replace(f, negative_slope=slope)
        return None

    return _replace(trial, change)


@cause(
    "elu: α is {}",
    "The scale of the exponential below zero is another.",
    "weights and history",
    (1.0, 0.1, 0.5, 1.6732632423543772),
)
def elu(trial: Trial, alpha: float) -> bool:
    """Set α of the elu."""
    return _replace(
        trial, lambda f: dataclasses.replace(f, alpha=alpha) if f.name == "elu" else None
    )


@cause(
    "gelu: the other form",
    "Gelu is the tanh approximation instead of the error function's exact form, or the other way "
    "about.",
    "weights and history, by about 1e-3",
)
def gelu(trial: Trial) -> bool:
    """Take the other form."""
    return _replace(trial, lambda f: Gelu(not f.approximate) if isinstance(f, Gelu) else None)


@dataclasses.dataclass(frozen=True)
class _OldHardSigmoid(Elementwise):
    """clip(0.2 z + 0.5, 0, 1)."""

    gradient: float

    def value(self, z: Array, out: Array) -> None:
        np.clip(0.2 * z + 0.5, 0.0, 1.0, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        out[...] = np.where((a > 0.0) & (a < 1.0), self.gradient, 0.0)


@cause(
    "hard_sigmoid: rises by 0.2",
    "hard_sigmoid is clip(0.2 z + 0.5, 0, 1), as in Keras 2 and Theano; Keras 3 and PyTorch take "
    "relu6(z + 3)/6.",
    "weights and history",
    (0.2, 1 / 6),
)
def hard_sigmoid(trial: Trial, gradient: float) -> bool:
    """Take Keras 2's function, with its own derivative or with the present one's."""
    return _replace(
        trial, lambda f: _OldHardSigmoid(gradient) if isinstance(f, HardSigmoid) else None
    )


@cause(
    "activation {} instead of the hidden one",
    "The hidden layers have another activation.",
    "weights and history",
    ("relu", "tanh", "sigmoid", "linear"),
)
def other_activation(trial: Trial, name: str) -> bool:
    """Give every layer but the last that has one another activation."""
    last = [layer for layer in trial.layers if hasattr(layer, "activation")][-1:]
    kept = [getattr(layer, "activation", None) for layer in last]
    wanted = activations.get(name)
    found = _replace(trial, lambda f: wanted if getattr(f, "name", "") != "linear" else None)
    for layer, present in zip(last, kept, strict=True):
        layer.activation = present
    return found
