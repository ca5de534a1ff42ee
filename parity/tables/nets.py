"""The networks that the tables train, as lists of layers."""

from __future__ import annotations

from typing import Any

from parity.units import Obj

Network = tuple[tuple[str, dict[str, Any]], ...]


def dense(units: int, activation: str | None = None, **kwargs: Any) -> tuple[str, dict[str, Any]]:
    """Return a `Dense` layer."""
    return "Dense", {"units": units, **({"activation": activation} if activation else {}), **kwargs}


BN: tuple[str, dict[str, Any]] = ("BatchNormalization", {})
FLATTEN: tuple[str, dict[str, Any]] = ("Flatten", {})


def dropout(rate: float) -> tuple[str, dict[str, Any]]:
    """Return a `Dropout` layer."""
    return "Dropout", {"rate": rate}


def sigmoid_net(*widths: int) -> Network:
    """Return the notes' plain network: sigmoid layers and a softmax over ten classes."""
    return (*(dense(w, "sigmoid") for w in widths), dense(10, "softmax"))


def he_net(*widths: int) -> Network:
    """Return relu layers started by he_normal."""
    hidden = (dense(w, "relu", kernel_initializer="he_normal") for w in widths)
    return (*hidden, dense(10, "softmax"))


def block_net(*widths: int, rate: float = 0.0, l2: float = 0.0) -> Network:
    """Return the notes' blocks Dense, BatchNormalization, Dense, with L2 and Dropout if asked.

    Args:
        widths: units of each block.
        rate: of a Dropout after each block; none if 0.
        l2: factor of the penalty on each block's first kernel; none if 0.
    """
    penalty = {"kernel_regularizer": Obj("regularizers.L2", {"l2": l2})} if l2 else {}
    layers: list[tuple[str, dict[str, Any]]] = []
    for width in widths:
        layers.append(dense(width, kernel_initializer="he_normal", **penalty))
        layers.append(BN)
        layers.append(dense(width, "relu"))
        layers.extend([dropout(rate)] if rate else [])
    return (*layers, dense(10, "softmax"))


def dropout_net(first: int, second: int) -> Network:
    """Return the notes' network that normalizes its input and drops a fifth twice."""
    return (
        FLATTEN,
        BN,
        dropout(0.2),
        dense(first, "sigmoid"),
        BN,
        dropout(0.2),
        dense(second, "sigmoid"),
        dense(10, "softmax"),
    )
