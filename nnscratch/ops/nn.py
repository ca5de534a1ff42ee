"""Activations as operations; each has the derivative that `nnscratch.activations` gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch import activations
from nnscratch.cache import Cache
from nnscratch.ops.operands import as_float
from nnscratch.ops.operation import Operation, apply
from nnscratch.typing import Array


class Activated(Operation):
    """y = f(x) for an activation f."""

    rule: activations.Activation

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return f(x)."""
        return self.rule.forward(as_float(operands[0]), cache)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return f'(x)·dy."""
        return [self.rule.backward(dy, cache)]

    def logits(self, cache: Cache) -> Array | None:
        """Return x where the activation is softmax or sigmoid."""
        return cache.z if self.rule.is_probability else None

    def backward_from_logits(self, dz: Array, cache: Cache) -> Array:
        """Return dz: the operand is z."""
        return dz

    def get_config(self) -> dict[str, Any]:
        """Return the name and those of the activation's parameters that Keras's operation has."""
        names = _OPTIONS.get(type(self).__name__, ())
        return {"name": self.name, **{name: getattr(self.rule, name) for name in names}}


_OPTIONS = {
    "Softmax": ("axis",),
    "LogSoftmax": ("axis",),
    "Elu": ("alpha",),
    "LeakyRelu": ("negative_slope",),
    "Gelu": ("approximate",),
}

CLASSES: dict[str, type[Operation]] = {}
"""The operations of this module, by the names that Keras gives them in files."""


def _class(rule: activations.Activation) -> type[Activated]:
    name = activations.base.class_name(rule)
    if name not in CLASSES:
        CLASSES[name] = type(name, (Activated,), {"__doc__": f"{name} as an operation."})
    found: Any = CLASSES[name]
    cls: type[Activated] = found
    return cls


def activated(rule: activations.Activation) -> Activated:
    """Return an activation as an operation."""
    return _class(rule)(rule=rule)


def _applied(x: Any, rule: activations.Activation) -> Any:
    return apply(activated(rule), x)


def relu(x: Any) -> Any:
    """Return max(x, 0)."""
    return _applied(x, activations.Relu())


def relu6(x: Any) -> Any:
    """Return min(max(x, 0), 6)."""
    return _applied(x, activations.Relu6())


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Any:
    """Return x where it is positive, negative_slope·x elsewhere."""
    return _applied(x, activations.LeakyRelu(negative_slope))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Return x where it is positive, alpha·(e^x - 1) elsewhere."""
    return _applied(x, activations.Elu(alpha))


def selu(x: Any) -> Any:
    """Return the scaled exponential linear unit."""
    return _applied(x, activations.Selu())


def gelu(x: Any, approximate: bool = True) -> Any:
    """Return x·Φ(x), Φ being the normal distribution function."""
    return _applied(x, activations.Gelu(approximate))


def silu(x: Any) -> Any:
    """Return x·sigmoid(x)."""
    return _applied(x, activations.Silu())


swish = silu


def hard_sigmoid(x: Any) -> Any:
    """Return min(max(x/6 + 1/2, 0), 1)."""
    return _applied(x, activations.HardSigmoid())


def softplus(x: Any) -> Any:
    """Return log(1 + e^x)."""
    return _applied(x, activations.Softplus())


def softsign(x: Any) -> Any:
    """Return x/(1 + |x|)."""
    return _applied(x, activations.Softsign())


def sigmoid(x: Any) -> Any:
    """Return 1/(1 + e^-x)."""
    return _applied(x, activations.Sigmoid())


def log_sigmoid(x: Any) -> Any:
    """Return log(1/(1 + e^-x))."""
    return _applied(x, activations.LogSigmoid())


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent."""
    return _applied(x, activations.Tanh())


def softmax(x: Any, axis: int = -1) -> Any:
    """Return e^x/Σ e^x along an axis."""
    return _applied(x, activations.Softmax(axis))


def log_softmax(x: Any, axis: int = -1) -> Any:
    """Return the logarithm of the softmax along an axis."""
    return _applied(x, activations.LogSoftmax(axis))
