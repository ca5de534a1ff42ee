"""New arrays, and what may be asked of old ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import recording
from nnscratch.casting import handed_out, standardize_dtype
from nnscratch.layers import KerasTensor
from nnscratch.layers.tracing import BatchSizeWanted
from nnscratch.ops.operands import as_array, as_operand
from nnscratch.ops.shapes import cast
from nnscratch.variable import Variable


def shape(x: Any) -> tuple[Any, ...]:
    """Return the shape. Within a `call` the size of the batch is a number."""
    sizes: tuple[Any, ...] = x.shape if hasattr(x, "shape") else np.shape(x)
    if None in sizes and recording.recorder() is not None:
        raise BatchSizeWanted("ops.shape() was asked for the size of a batch")
    return tuple(sizes)


def size(x: Any) -> int:
    """Return the number of elements."""
    return int(np.prod(shape(x), dtype=np.int64))


def ndim(x: Any) -> int:
    """Return the number of axes."""
    return len(x.shape) if hasattr(x, "shape") else np.ndim(x)


def zeros(shape: Any, dtype: Any = None) -> Any:
    """Return zeros, of floatx by default."""
    return handed_out(np.zeros(shape, standardize_dtype(dtype)))


def ones(shape: Any, dtype: Any = None) -> Any:
    """Return ones, of floatx by default."""
    return handed_out(np.ones(shape, standardize_dtype(dtype)))


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Return one value everywhere, of floatx by default."""
    return handed_out(np.full(shape, fill_value, standardize_dtype(dtype)))


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:
    """Return ones on a diagonal, zeros elsewhere."""
    return handed_out(np.eye(N, M, k, standardize_dtype(dtype)))


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    """Return evenly spaced numbers."""
    first, last = (0, start) if stop is None else (start, stop)
    found = np.arange(first, last, step)
    kind = {"i": "int32", "f": standardize_dtype(None)}
    return handed_out(found.astype(dtype or kind.get(found.dtype.kind, found.dtype)))


def linspace(start: Any, stop: Any, num: int = 50, dtype: Any = None) -> Any:
    """Return so many evenly spaced numbers, both ends included."""
    return handed_out(np.linspace(start, stop, num).astype(standardize_dtype(dtype)))


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """Return an array that operations work on; Python floats become floatx."""
    if isinstance(x, KerasTensor) or (isinstance(x, Variable) and recording.recorder()):
        return x if dtype is None else cast(x, dtype)
    if recording.recorder() is not None and hasattr(x, "entry"):
        return x if dtype is None else cast(x, dtype)
    array = np.array(as_array(as_operand(x)))
    return handed_out(array if dtype is None else array.astype(standardize_dtype(dtype)))


def convert_to_numpy(x: Any) -> Any:
    """Return a plain array."""
    return np.array(x)


def is_tensor(x: Any) -> bool:
    """Return whether this is an array or a symbolic tensor."""
    return isinstance(x, (np.ndarray, KerasTensor))
