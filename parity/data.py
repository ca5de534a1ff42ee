"""The data that cases train on: small, deterministic, and the same for both engines."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnscratch import datasets
from nnscratch.structure import transform
from nnscratch.typing import Array
from parity.engines.protocol import Batch
from parity.units import Case

Maker = Callable[..., tuple[Any, Any]]


def digits(n: int, one_hot: bool = True, flat: bool = True, size: int = 8) -> tuple[Array, Array]:
    """Return the first embedded 8×8 digits, scaled to [0, 1], enlarged to `size` if asked.

    Args:
        n: rows.
        one_hot: labels as rows of the identity, else as integers.
        flat: one row of pixels per digit, else a square.
        size: edge in pixels; each pixel is repeated (28 gives MNIST's 784 columns).
    """
    (x, y), _ = datasets.digits.load_data()
    rows = np.arange(size) * 8 // size
    x = x[:n][:, rows][:, :, rows].astype(np.float64) / 16.0
    x = x.reshape(len(x), -1) if flat else x
    labels = y[:n].astype(np.int64)
    return x, np.eye(10)[labels] if one_hot else labels


def mnist(n: int, one_hot: bool = True) -> tuple[Array, Array]:
    """Return the first MNIST digits, or enlarged 8×8 ones if `NNSCRATCH_DATASETS` is not set."""
    if "NNSCRATCH_DATASETS" not in os.environ:
        return digits(n, one_hot, size=28)
    (x, y), _ = datasets.mnist.load_data()
    labels = y[:n].astype(np.int64)
    return x[:n].reshape(n, 784) / 255.0, np.eye(10)[labels] if one_hot else labels


def clusters(n: int, features: int = 6, classes: int = 3, one_hot: bool = True) -> Any:
    """Return points around one centre per class."""
    rng = np.random.default_rng(11)
    labels = rng.integers(0, classes, n)
    centres = rng.normal(size=(classes, features)) * 2.0
    x = centres[labels] + rng.normal(size=(n, features))
    return x, np.eye(classes)[labels] if one_hot else labels


def binary(n: int, features: int = 6, columns: int = 1) -> tuple[Array, Array]:
    """Return points and 0/1 labels in one or more columns."""
    rng = np.random.default_rng(12)
    x = rng.normal(size=(n, features))
    y = (x @ rng.normal(size=(features, columns)) + 0.3 * rng.normal(size=(n, columns)) > 0) * 1.0
    return x, y


def regression(n: int, features: int = 6, columns: int = 1) -> tuple[Array, Array]:
    """Return points and a smooth function of them with a little noise."""
    rng = np.random.default_rng(13)
    x = rng.uniform(-1, 1, size=(n, features))
    y = np.sin(2 * x[:, :columns]) + x[:, 1 : columns + 1] * x[:, 2 : columns + 2]
    return x, y + 0.05 * rng.normal(size=y.shape)


def offset(n: int, features: int = 6, columns: int = 1, mean: float = 1e3) -> tuple[Array, Array]:
    """Return regression data whose features lie far from zero, hard on a variance formula."""
    x, y = regression(n, features, columns)
    return x + mean, y


MAKERS: dict[str, Maker] = {
    f.__name__: f for f in (digits, mnist, clusters, binary, regression, offset)
}


def make(case: Case, dtype: str) -> Batch:
    """Return all rows of a case in its float type, with sample weights if it has them.

    Each of several outputs has weights of its own.
    """
    n = case.samples * case.parts
    x, y = MAKERS[case.data.maker](n, **case.data.kwargs)

    def typed(array: Array) -> Array:
        return array.astype(dtype) if array.dtype.kind == "f" else array

    weights = None
    if case.weighted:
        multiples = itertools.count(7, 2)
        weights = transform(lambda _: (np.arange(n) * next(multiples) % 5 / 2.0).astype(dtype), y)
    return Batch(transform(typed, x), transform(typed, y), weights)


def batches(case: Case, rows: Batch) -> Iterator[tuple[Batch, bool]]:
    """Yield the batch of each step, and whether it opens an epoch.

    Args:
        case: gives batch size and number of steps.
        rows: all rows; batches follow their order, the last of an epoch may be short.
    """
    done = 0
    while True:
        for part in range(case.parts):
            begin = part * case.samples
            for start in range(begin, begin + case.samples, case.batch_size):
                if done == case.steps:
                    return
                stop = min(start + case.batch_size, begin + case.samples)
                yield _take(rows, slice(start, stop)), start == begin
                done += 1


def _take(rows: Batch, part: slice) -> Batch:
    def taken(array: Array | None) -> Array | None:
        return None if array is None else array[part]

    return Batch(*(transform(taken, of) for of in (rows.x, rows.y, rows.sample_weight)))


def input_shape(rows: Batch) -> Any:
    """Return the shape of one sample, or of one of each input."""
    return transform(lambda array: array.shape[1:], rows.x)
