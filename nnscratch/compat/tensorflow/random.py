"""`tf.random`: TensorFlow's own random functions, to the bit, and its seed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.compat import seeds
from nnscratch.compat.tensor import Tensor, tensor
from nnscratch.outdated import note
from nnscratch.random import bits, normals, permutation
from nnscratch.recording import drawn_anew
from nnscratch.typing import Array

__all__ = ["normal", "set_seed", "shuffle", "truncated_normal", "uniform"]

_BLOCKS_PER_NUMBER = 256  # what TensorFlow sets aside for each number it draws


def set_seed(seed: int) -> None:
    """Fix the order of samples and the functions of this module, as in Keras 3, and nothing else.

    Initial weights and dropout come from Python's `random` module; a note says so where nothing
    has seeded them.

    Args:
        seed: a whole number.
    """
    seed = int(seed)
    if random.last_seed() is None:
        note(
            f"tf.random.set_seed({seed}) fixes the order of the samples only. Initial weights and "
            "dropout still differ from run to run, as in Keras 3. To fix everything: "
            f"keras.utils.set_random_seed({seed}).",
            UserWarning,
        )
    random.set_shuffle_seed(seed)
    seeds.set_seed(seed)


@drawn_anew
def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw normal numbers.

    Args:
        shape: shape of the result.
        mean: their mean.
        stddev: their standard deviation.
        dtype: float32 or float64.
        seed: the operation's own seed.
        name: accepted for compatibility.

    >>> seeds.set_seed(5)
    >>> normal((2,)).numpy().astype(float).round(4).tolist()
    [-0.1803, -0.9503]
    """
    sizes, kind = _sizes(shape), np.dtype(dtype)
    count = math.prod(sizes)
    stream = _stream("normal", count, kind, seed)
    return _scaled(normals.standard_normal(stream, count, kind.name), sizes, stddev, mean)


@drawn_anew
def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw normal numbers less than two standard deviations from the mean; see `normal`."""
    sizes, kind = _sizes(shape), np.dtype(dtype)
    count = math.prod(sizes)
    stream = _stream("truncated_normal", count, kind, seed)
    drawn = normals.standard_truncated_normal(stream, count, kind.name)
    return _scaled(drawn, sizes, stddev, mean)


@drawn_anew
def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = "float32",
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Draw numbers in [minval, maxval).

    Args:
        shape: shape of the result.
        minval: the least, 0 by default.
        maxval: the upper bound, 1 by default; integers need one.
        dtype: float32, float64, int32 or int64.
        seed: the operation's own seed.
        name: accepted for compatibility.

    >>> seeds.set_seed(5)
    >>> uniform((5,), 0, 10, "int32").numpy().tolist()
    [0, 1, 8, 6, 7]
    """
    sizes, kind = _sizes(shape), np.dtype(dtype)
    count = math.prod(sizes)
    if kind.kind == "i":
        if maxval is None:
            raise ValueError(f"tf.random.uniform needs a `maxval` for dtype {kind}.")
        stream = _stream("integers", count, kind, seed)
        drawn = bits.integers(stream, count, int(minval), int(maxval), kind.name)
        return tensor(drawn.reshape(sizes))
    low, high = kind.type(minval), kind.type(1 if maxval is None else maxval)
    drawn = bits.unit_uniform(_stream("uniform", count, kind, seed), count, kind.name)
    return _scaled(drawn, sizes, high - low, low)


def shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """Put the rows of an array in random order.

    >>> seeds.set_seed(5)
    >>> shuffle([10, 20, 30, 40]).numpy().tolist()
    [30, 10, 20, 40]
    """
    rows = np.asarray(tensor(value))
    words = max(len(rows) - 1, 0)
    stream = seeds.open_stream(("shuffle", rows.dtype), seed, -(-words // 4))
    return tensor(rows[permutation.permutation_at_once(len(rows), stream.words(words))])


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in np.atleast_1d(np.asarray(shape, np.int64)))


def _stream(operation: str, count: int, dtype: np.dtype[Any], seed: int | None) -> Any:
    return seeds.open_stream((operation, dtype), seed, count * _BLOCKS_PER_NUMBER)


def _scaled(drawn: Array, sizes: tuple[int, ...], scale: Any, shift: Any) -> Tensor:
    kind = drawn.dtype.type
    return tensor(drawn.reshape(sizes) * kind(scale) + kind(shift))
