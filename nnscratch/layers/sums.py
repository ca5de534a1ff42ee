"""Sums over the rows of a matrix, as a product with a vector of ones."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from nnscratch.typing import Array


def as_rows(x: Array) -> Array:
    """Return x as a matrix: all axes but the last made one."""
    return x if x.ndim == 2 else x.reshape(-1, x.shape[-1])


def sum_rows(rows: Array, out: Array) -> Array:
    """Write Σ_n rows[n] into `out` and return it.

    BLAS adds several rows before it touches the total, so that over N rows rounding grows a few
    times slower than in `np.add.reduce`, which adds one after the other; and it is faster.

    Shapes:
        rows (N, D), out (D,).

    >>> sum_rows(np.array([[1.0, 2.0], [3.0, 4.0]]), np.empty(2)).tolist()
    [4.0, 6.0]
    """
    total: Array = np.matmul(_ones(len(rows), rows.dtype), rows, out=out)
    return total


@functools.lru_cache(maxsize=64)
def _ones(count: int, dtype: np.dtype[Any]) -> Array:
    ones = np.ones(count, dtype)
    ones.setflags(write=False)
    return ones
