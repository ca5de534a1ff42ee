"""Checks and conversions of the arguments that all random functions share."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import standardize_dtype
from nnscratch.errors import ShapeError
from nnscratch.random.bits import MANTISSA_BITS
from nnscratch.typing import Array

_FLOATS = {np.dtype(name): name for name in MANTISSA_BITS}


def checked_shape(shape: Sequence[int | None]) -> tuple[int, ...]:
    """Return a shape as a tuple of Python ints.

    Raises:
        ShapeError: it is not a sequence of whole numbers from 0 upwards.

    >>> checked_shape([2, 3])
    (2, 3)
    """
    try:
        return _sizes(tuple(shape), tuple(map(type, shape)))  # 2.0 is as good a key as 2
    except TypeError as error:
        raise ShapeError(
            "`shape` must be a tuple of whole numbers, such as (3,) or (784, 512), with no unknown "
            f"(None) dimension. Received: shape={shape!r}"
        ) from error


@functools.lru_cache(maxsize=256)
def _sizes(shape: tuple[Any, ...], types: tuple[type, ...]) -> tuple[int, ...]:
    """Return the sizes as Python ints; a tuple seen before need not be looked at again."""
    sizes = tuple(operator.index(size) for size in shape)
    if any(size < 0 for size in sizes):
        raise ShapeError(f"`shape` must not hold negative sizes. Received: shape={shape!r}")
    return sizes


def dtype_name(dtype: Any) -> str:
    """Return the name of a dtype, floatx for None.

    Raises:
        ValueError: there is no such dtype.

    >>> dtype_name(None), dtype_name(np.int64)
    ('float32', 'int64')
    """
    try:
        return standardize_dtype(dtype)
    except TypeError as error:
        raise ValueError(
            f"`dtype` must be a data type, such as 'float32'. Received: dtype={dtype!r}"
        ) from error


def float_dtype(dtype: Any) -> str:
    """Return the name of a dtype that random floats can have, floatx for None.

    Raises:
        ValueError: it is neither float32 nor float64.

    >>> float_dtype(np.float64)
    'float64'
    """
    if isinstance(dtype, np.dtype) and dtype in _FLOATS:  # NumPy makes the name anew each time
        return _FLOATS[dtype]
    name = dtype_name(dtype)
    if name not in MANTISSA_BITS:
        raise ValueError(
            "Random floats can be drawn as 'float32' or 'float64'. "
            f"Received: dtype={dtype!r}. Draw one of these and convert it with `.astype`."
        )
    return name


def cast_constant(value: Any, dtype: str) -> Array:
    """Convert a constant to `dtype` as Keras's `cast` does: Python floats pass through float32.

    NumPy arrays and scalars and whole numbers are converted straight.

    >>> cast_constant(0.1, "float64").item(), cast_constant(np.float64(0.1), "float64").item()
    (0.10000000149011612, 0.1)
    """
    array = np.asarray(value)
    if array.dtype == np.float64 and not isinstance(value, (np.ndarray, np.generic)):
        array = array.astype(np.float32)
    return array.astype(dtype)
