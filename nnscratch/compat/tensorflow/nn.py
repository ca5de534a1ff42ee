"""`tf.nn`: activations and crossentropies of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import activations, ops
from nnscratch.compat.tensor import Tensor, is_recorded, pair, recorded_as, tensor
from nnscratch.compat.tensorflow._elementwise import sigmoid, tanh

__all__ = [
    "elu", "gelu", "l2_loss", "l2_normalize", "leaky_relu", "log_softmax", "relu", "relu6",
    "selu", "sigmoid", "sigmoid_cross_entropy_with_logits", "silu", "softmax",
    "softmax_cross_entropy_with_logits", "softplus", "softsign",
    "sparse_softmax_cross_entropy_with_logits", "swish", "tanh",
]  # fmt: skip


def _floats(x: Any) -> Any:
    return np.asarray(tensor(x))


@recorded_as("relu")
def relu(features: Any, name: str | None = None) -> Tensor:
    """Return max(x, 0)."""
    return tensor(np.maximum(_floats(features), 0))


@recorded_as("relu6")
def relu6(features: Any, name: str | None = None) -> Tensor:
    """Return min(max(x, 0), 6)."""
    return tensor(activations.relu6(_floats(features)))


@recorded_as("leaky_relu")
def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """Return x where it is positive and alpha·x elsewhere."""
    return tensor(activations.leaky_relu(_floats(features), alpha))


@recorded_as("elu")
def elu(features: Any, name: str | None = None) -> Tensor:
    """Return x where it is positive and exp(x) - 1 elsewhere."""
    return tensor(activations.elu(_floats(features)))


@recorded_as("selu")
def selu(features: Any, name: str | None = None) -> Tensor:
    """Return the scaled exponential linear unit."""
    return tensor(activations.selu(_floats(features)))


@recorded_as("gelu")
def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Tensor:
    """Return x·Φ(x), Φ being the normal distribution function."""
    return tensor(activations.gelu(_floats(features), approximate))


def silu(features: Any, beta: float = 1.0) -> Tensor:
    """Return x·sigmoid(beta·x)."""
    if is_recorded(features):
        found: Tensor = features * ops.sigmoid(features * beta)
        return found
    x = _floats(features)
    return tensor(x * activations.sigmoid(x * x.dtype.type(beta)))


swish = silu


@recorded_as("softplus")
def softplus(features: Any, name: str | None = None) -> Tensor:
    """Return log(1 + exp(x))."""
    return tensor(activations.softplus(_floats(features)))


@recorded_as("softsign")
def softsign(features: Any, name: str | None = None) -> Tensor:
    """Return x / (1 + |x|)."""
    return tensor(activations.softsign(_floats(features)))


@recorded_as("softmax")
def softmax(logits: Any, axis: int = -1, name: str | None = None) -> Tensor:
    """Return exp(z) / Σ exp(z) along an axis.

    >>> softmax([[0.0, 0.0]]).numpy().tolist()
    [[0.5, 0.5]]
    """
    z = _floats(logits)
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return tensor(powers / np.sum(powers, axis=axis, keepdims=True))


@recorded_as("log_softmax")
def log_softmax(logits: Any, axis: int = -1, name: str | None = None) -> Tensor:
    """Return the logarithm of the softmax, without computing the softmax."""
    z = _floats(logits)
    shifted = z - np.max(z, axis=axis, keepdims=True)
    return tensor(shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True)))


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Return Σ x² / 2."""
    if is_recorded(t):
        found: Tensor = ops.sum(ops.square(t)) / 2.0
        return found
    x = _floats(t)
    return tensor(np.sum(x * x) / x.dtype.type(2))


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Tensor:
    """Divide by the length of each vector along an axis; of all values by default."""
    values = _floats(x)
    squares = np.sum(values * values, axis=axis, keepdims=True)
    return tensor(values / np.sqrt(np.maximum(squares, squares.dtype.type(epsilon))))


def sigmoid_cross_entropy_with_logits(labels: Any, logits: Any, name: str | None = None) -> Tensor:
    """Return -y log σ(z) - (1 - y) log(1 - σ(z)) of each element."""
    if is_recorded(logits, labels):
        found: Tensor = ops.softplus(-ops.abs(logits)) + ops.maximum(logits, 0.0) - logits * labels
        return found
    z, y = pair(logits, labels)
    return tensor(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))


def softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, axis: int = -1, name: str | None = None
) -> Tensor:
    """Return -Σ y log softmax(z) of each row.

    >>> [round(float(v), 4) for v in softmax_cross_entropy_with_logits([[0, 1.0]], [[0.0, 0.0]])]
    [0.6931]
    """
    if is_recorded(logits, labels):
        found: Tensor = -ops.sum(labels * ops.log_softmax(logits, axis), axis)
        return found
    z, y = pair(logits, labels)
    return tensor(-np.sum(y * np.asarray(log_softmax(z, axis)), axis=axis))


def sparse_softmax_cross_entropy_with_logits(
    labels: Any, logits: Any, name: str | None = None
) -> Tensor:
    """Return -log softmax(z) at the class index of each row."""
    if is_recorded(logits):
        rows = ops.one_hot(labels, logits.shape[-1], dtype=logits.dtype)
        found: Tensor = -ops.sum(rows * ops.log_softmax(logits), -1)
        return found
    log_p = np.asarray(log_softmax(logits))
    chosen = np.take_along_axis(log_p, np.asarray(labels)[..., np.newaxis], axis=-1)
    return tensor(-chosen[..., 0])
