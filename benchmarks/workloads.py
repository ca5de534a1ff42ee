"""What is measured, as data: the networks that people study, and how they are trained."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Dense:
    """A dense layer."""

    units: int
    activation: str


@dataclass(frozen=True)
class BatchNorm:
    """Batch normalization with Keras's momentum 0.99 and ε = 1e-3."""


@dataclass(frozen=True)
class Dropout:
    """Dropout."""

    rate: float


@dataclass(frozen=True)
class Conv:
    """A 3×3 convolution with relu, without padding, then the largest of each 2×2 block."""

    filters: int


@dataclass(frozen=True)
class Flatten:
    """Make one axis of all axes of a sample."""


LayerData = Dense | BatchNorm | Dropout | Conv | Flatten


@dataclass(frozen=True)
class Workload:
    """One line of the table.

    Attributes:
        number: its number.
        title: network, optimizer and batch size in a few words.
        shape: shape of one sample.
        classes: number of classes; with 2, the network has one sigmoid output.
        layers: the layers, the output layer last.
        optimizer: `"sgd"`, `"adam"` or `"rmsprop"`, with Keras's defaults.
        batch_size: rows per step.
        rows: rows of the data; a multiple of the batch size.
        epochs: epochs of one measured `fit`.
        l2: factor of the L2 penalty on the hidden layers' weights, 0 for none.
        trains: False where `predict` and `evaluate` are measured instead of `fit`.
    """

    number: int
    title: str
    shape: tuple[int, ...]
    classes: int
    layers: tuple[LayerData, ...]
    optimizer: str
    batch_size: int
    rows: int
    epochs: int = 2
    l2: float = 0.0
    trains: bool = True

    @property
    def steps(self) -> int:
        """Steps of one measured go."""
        passes = self.epochs if self.trains else 2
        return passes * self.rows // self.batch_size

    @property
    def binary(self) -> bool:
        """Whether the output is one sigmoid."""
        return self.classes == 2

    def smaller(self) -> Workload:
        """Return the same work on a few batches, to see whether it runs."""
        return replace(self, rows=4 * self.batch_size, epochs=1)

    def data(self) -> tuple[Array, Array]:
        """Return made-up rows in [0, 1) and the classes that a random plane puts them in."""
        generator = np.random.default_rng(self.number)
        x = np.empty((self.rows, math.prod(self.shape)), np.float32)
        generator.random(out=x, dtype=np.float32)
        planes = generator.standard_normal((x.shape[1], self.classes), dtype=np.float32)
        with threadpool_limits(1, user_api="blas"):  # each thread of BLAS takes 30 MB for good
            y = np.argmax(x @ planes - planes.sum(axis=0) / 2, axis=1).astype(np.int64)
        return x.reshape(self.rows, *self.shape), y


def _stack(*units: int, activation: str) -> tuple[LayerData, ...]:
    return (*(Dense(n, activation) for n in units), Dense(10, "softmax"))


_SIGMOIDS = _stack(64, 32, 64, activation="sigmoid")
_REGULARIZED = tuple(
    layer for n in (64, 32, 64) for layer in (Dense(n, "sigmoid"), BatchNorm(), Dropout(0.2))
)
_FIVE = (BatchNorm(), Dropout(0.2), Dense(100, "sigmoid"), BatchNorm(), Dropout(0.2))
_IMAGE = (784,)

WORKLOADS = (
    Workload(1, "784-64-32-64-10 sigmoid, SGD, 32", _IMAGE, 10, _SIGMOIDS, "sgd", 32, 32_000),
    Workload(2, "784-64-32-64-10 sigmoid, SGD, 100", _IMAGE, 10, _SIGMOIDS, "sgd", 100, 60_000),
    Workload(
        3,
        "784-64-32-64-10 relu, Adam, 100",
        _IMAGE,
        10,
        _stack(64, 32, 64, activation="relu"),
        "adam",
        100,
        60_000,
    ),
    Workload(
        4,
        "784-64-32-64-10, L2, BatchNorm, Dropout, SGD, 100",
        _IMAGE,
        10,
        (*_REGULARIZED, Dense(10, "softmax")),
        "sgd",
        100,
        60_000,
        l2=0.01,
    ),
    Workload(
        5,
        "BN-Drop-100-BN-Drop-50-10 sigmoid, RMSprop, 100",
        _IMAGE,
        10,
        (*_FIVE, Dense(50, "sigmoid"), Dense(10, "softmax")),
        "rmsprop",
        100,
        60_000,
    ),
    Workload(
        6,
        "784-512-512-10 relu, Adam, 128",
        _IMAGE,
        10,
        _stack(512, 512, activation="relu"),
        "adam",
        128,
        32_000,
    ),
    Workload(
        7,
        "8-64-1 relu, Adam, 32",
        (8,),
        2,
        (Dense(64, "relu"), Dense(1, "sigmoid")),
        "adam",
        32,
        20_480,
        epochs=4,
    ),
    Workload(
        8,
        "predict + evaluate, 60,000 rows, 32",
        _IMAGE,
        10,
        _SIGMOIDS,
        "sgd",
        32,
        60_000,
        trains=False,
    ),
    Workload(
        9,
        "28×28: Conv 8, Conv 16, 10 relu, Adam, 32",
        (28, 28, 1),
        10,
        (Conv(8), Conv(16), Flatten(), Dense(10, "softmax")),
        "adam",
        32,
        6_400,
        epochs=1,
    ),
)
"""All workloads, in order."""


def workload(number: int) -> Workload:
    """Return the workload of this number.

    Raises:
        ValueError: there is none.
    """
    for candidate in WORKLOADS:
        if candidate.number == number:
            return candidate
    raise ValueError(f"Workloads are numbered 1 to {len(WORKLOADS)}. Received: {number}")
