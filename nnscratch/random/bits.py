"""From random words to numbers: mantissas, uniform numbers and integers."""

from __future__ import annotations

import numpy as np

from nnscratch.random.philox import PhiloxStream
from nnscratch.typing import Array

MANTISSA_BITS = {"float32": 23, "float64": 52}


def mantissas(words: Array, dtype: str, xla: bool = False, out: Array | None = None) -> Array:
    """Cut the mantissas of floats in [1, 2) out of random words.

    float32 takes the low 23 bits of each word; float64 the low 20 bits of one word, then all of
    the next. Programs compiled by XLA take the high bits instead (`xla=True`).

    Args:
        words: uint32, the last axis even for float64.
        dtype: `"float32"` or `"float64"`.
        xla: the bits that XLA takes.
        out: where float32's mantissas go, which may be `words`; float64's need room of their own.

    Shapes: (..., n) -> (..., n) uint32, or (..., n/2) uint64 for float64.

    >>> mantissas(np.array([0xFFFFFFFF], np.uint32), "float32").tolist() == [2**23 - 1]
    True
    """
    if dtype == "float32":
        if xla:
            return np.asarray(np.right_shift(words, np.uint32(9), out=out))
        return np.asarray(np.bitwise_and(words, np.uint32(0x7FFFFF), out=out))
    first, second = (words[..., i::2].astype(np.uint64) for i in (0, 1))
    if xla:
        return np.asarray((first + (second << np.uint64(32))) >> np.uint64(12))
    return np.asarray(((first & np.uint64(0xFFFFF)) << np.uint64(32)) + second)


def fractions(words: Array, dtype: str, xla: bool = False) -> Array:
    """Return mantissa / 2**bits, the uniform numbers in [0, 1), without rounding.

    >>> fractions(np.array([1 << 22], np.uint32), "float32").tolist()
    [0.5]
    """
    signed = mantissas(words, dtype, xla).view(np.int32 if dtype == "float32" else np.int64)
    values = signed.astype(dtype)
    values *= np.dtype(dtype).type(2.0 ** -MANTISSA_BITS[dtype])
    return values


def words_per_float(dtype: str) -> int:
    """Return how many words make one uniform number of this type.

    >>> words_per_float("float32"), words_per_float("float64")
    (1, 2)
    """
    return np.dtype(dtype).itemsize // 4


def unit_uniform(stream: PhiloxStream, count: int, dtype: str) -> Array:
    """Draw `count` uniform numbers in [0, 1) from the start of a stream.

    Shapes: (count,)
    """
    return fractions(stream.words(count * words_per_float(dtype)), dtype, stream.xla)


def integers(stream: PhiloxStream, count: int, low: int, high: int, dtype: str) -> Array:
    """Draw `count` integers in [low, high): `low + word % (high - low)`.

    int32 uses one word each; int64 two, the low one first. The remainder favours small values by
    at most one part in 2**32 / (high - low), as in TensorFlow.

    Shapes: (count,)
    """
    if dtype == "int32":
        residues = stream.words(count) % np.uint32(high - low)
        return np.asarray(residues.astype(np.int64) + low, np.int32)
    pairs = stream.words(2 * count).astype(np.uint64)
    wide = pairs[0::2] + (pairs[1::2] << np.uint64(32))
    return np.asarray(wide % np.uint64(high - low) + np.uint64(low % 2**64)).view(np.int64)
