"""Random numbers from a distribution: uniform, normal, truncated normal and whole numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.random.arguments import cast_constant, checked_shape, dtype_name, float_dtype
from nnscratch.random.bits import integers, unit_uniform
from nnscratch.random.normals import (
    standard_normal,
    standard_truncated_normal,
    xla_standard_normal,
)
from nnscratch.random.seed_generator import SeedLike, open_stream
from nnscratch.recording import drawn_anew
from nnscratch.typing import Array, DTypeLike

_INTEGER_TYPES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


@drawn_anew
def uniform(
    shape: Sequence[int],
    minval: Any = 0.0,
    maxval: Any = 1.0,
    dtype: DTypeLike | None = None,
    seed: SeedLike = None,
) -> Array:
    """Draw floats that are uniform in [minval, maxval).

    Equation: r (maxval - minval) + minval, with r uniform in [0, 1).

    Args:
        shape: the shape of the result.
        minval: lower bound, included. As in Keras, a Python float is rounded to float32 first,
            also for float64; a NumPy float64 is not.
        maxval: upper bound, excluded.
        dtype: `"float32"` or `"float64"`; None is floatx.
        seed: a whole number (the same result each time), a `SeedGenerator`, or None for the
            global generator.

    Raises:
        ValueError: `shape`, `dtype` or `seed` is not one.

    Source: Keras's `keras.random.uniform` on TensorFlow, to the bit.

    >>> uniform((3,), seed=1).astype(float).round(4).tolist()
    [0.8785, 0.46, 0.6003]
    """
    sizes, name = checked_shape(shape), float_dtype(dtype)
    low, high = cast_constant(minval, name), cast_constant(maxval, name)
    values = unit_uniform(open_stream(seed, "uniform", sizes), math.prod(sizes), name)
    return np.asarray(values.reshape(sizes) * (high - low) + low)


@drawn_anew
def normal(
    shape: Sequence[int],
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeLike | None = None,
    seed: SeedLike = None,
) -> Array:
    """Draw floats from the normal distribution.

    Args:
        shape: the shape of the result.
        mean: mean of the distribution.
        stddev: standard deviation.
        dtype: `"float32"` or `"float64"`; None is floatx.
        seed: as in `uniform`.

    Raises:
        ValueError: `shape`, `dtype` or `seed` is not one.

    Source: Keras's `keras.random.normal` on TensorFlow; to the bit in float32, and in float64
    with the same C library. Inside `xla_bits` to 4 units in the last place.

    >>> normal((3,), seed=1).astype(float).round(4).tolist()
    [0.1267, -0.493, 0.6312]
    """
    sizes, name = checked_shape(shape), float_dtype(dtype)
    stream = open_stream(seed, "normal", sizes)
    if stream.xla:
        return _scaled(xla_standard_normal(stream, sizes, name), mean, stddev)
    values = standard_normal(stream, math.prod(sizes), name)
    return _scaled(values.reshape(sizes), mean, stddev)


@drawn_anew
def truncated_normal(
    shape: Sequence[int],
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: DTypeLike | None = None,
    seed: SeedLike = None,
) -> Array:
    """Draw floats from the normal distribution cut off at two standard deviations.

    Values beyond are drawn again. The standard deviation of what remains is
    0.87962566103423978 `stddev`.

    Args:
        shape: the shape of the result.
        mean: mean of the distribution.
        stddev: standard deviation before it is cut off.
        dtype: `"float32"` or `"float64"`; None is floatx.
        seed: as in `uniform`.

    Raises:
        ValueError: `shape`, `dtype` or `seed` is not one.

    Source: Keras's `keras.random.truncated_normal` on TensorFlow; to the bit in float32, and in
    float64 with the same C library.

    >>> truncated_normal((3,), seed=1).astype(float).round(4).tolist()
    [0.1267, -0.493, 0.6312]
    """
    sizes, name = checked_shape(shape), float_dtype(dtype)
    stream = open_stream(seed, "truncated_normal", sizes)
    values = standard_truncated_normal(stream, math.prod(sizes), name)
    return _scaled(values.reshape(sizes), mean, stddev)


@drawn_anew
def randint(
    shape: Sequence[int],
    minval: int,
    maxval: int,
    dtype: DTypeLike | None = "int32",
    seed: SeedLike = None,
) -> Array:
    """Draw whole numbers that are uniform in [minval, maxval).

    Args:
        shape: the shape of the result.
        minval: lower bound, included.
        maxval: upper bound, excluded.
        dtype: an integer type. Types other than int32 are drawn as int64 and converted.
        seed: as in `uniform`.

    Raises:
        ValueError: `shape`, `dtype` or `seed` is not one, or the bounds are not whole numbers of
            this type with `minval < maxval`.

    Source: Keras's `keras.random.randint` on TensorFlow, to the bit.

    >>> randint((5,), 0, 10, seed=1).tolist()
    [9, 4, 0, 6, 1]
    """
    sizes, name = checked_shape(shape), dtype_name("int32" if dtype is None else dtype)
    if name not in _INTEGER_TYPES:
        raise unknown_name("integer dtype", name, _INTEGER_TYPES)
    drawn = "int32" if name == "int32" else "int64"
    low, high = _bounds(minval, maxval, drawn)
    stream = open_stream(seed, "randint", sizes)
    return integers(stream, math.prod(sizes), low, high, drawn).reshape(sizes).astype(name)


def _scaled(values: Array, mean: Any, stddev: Any) -> Array:
    """Return `values * stddev + mean`, both constants converted straight to the dtype.

    The sum counts with a mean of zero too: it turns -0 into +0.
    """
    return np.asarray(values * np.asarray(stddev, values.dtype) + np.asarray(mean, values.dtype))


def _bounds(minval: Any, maxval: Any, dtype: str) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    try:
        low, high = operator.index(minval), operator.index(maxval)
    except TypeError as error:
        raise ValueError(
            f"`minval` and `maxval` must be whole numbers. Received: {minval!r} and {maxval!r}"
        ) from error
    if not limits.min <= low < high <= limits.max:
        raise ValueError(
            f"The bounds must keep {limits.min} <= minval < maxval <= {limits.max} ({dtype}). "
            f"Received: minval={low}, maxval={high}"
        )
    return low, high
