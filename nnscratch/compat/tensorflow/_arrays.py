"""Making, casting and reshaping arrays, under TensorFlow's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.compat.tensor import Tensor, is_recorded, pair, recorded_as, tensor
from nnscratch.recording import Operands, operate


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Tensor:
    """Make a tensor of numbers; a single one fills `shape`.

    >>> constant(2, shape=(2,)).numpy().tolist()
    [2, 2]
    """
    made = tensor(value, dtype)
    if shape is None:
        return made
    if made.size == 1:
        return tensor(np.full(shape, np.asarray(made).item(), made.dtype))
    return tensor(np.reshape(made, shape))


@recorded_as("convert_to_tensor")
def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None
) -> Tensor:
    """Make a tensor of an array, a number or nested lists."""
    return tensor(value, dtype)


@recorded_as("cast")
def cast(x: Any, dtype: Any, name: str | None = None) -> Tensor:
    """Convert to another type; floats lose their fraction when they become integers.

    >>> cast([1.7, -1.7], "int32").numpy().tolist()
    [1, -1]
    """
    return tensor(np.asarray(tensor(x)).astype(getattr(dtype, "name", dtype)))


def zeros(shape: Any, dtype: Any = "float32", name: str | None = None) -> Tensor:
    """Return zeros."""
    return tensor(np.zeros(shape, dtype))


def ones(shape: Any, dtype: Any = "float32", name: str | None = None) -> Tensor:
    """Return ones."""
    return tensor(np.ones(shape, dtype))


def zeros_like(input: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Return zeros of an array's shape and type."""
    if is_recorded(input):
        made: Tensor = operate("zeros_like", input)
        return made if dtype is None else cast(made, dtype)
    return tensor(np.zeros_like(np.asarray(tensor(input)), dtype))


def ones_like(input: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Return ones of an array's shape and type."""
    if is_recorded(input):
        made: Tensor = operate("ones_like", input)
        return made if dtype is None else cast(made, dtype)
    return tensor(np.ones_like(np.asarray(tensor(input)), dtype))


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """Return an array full of one number."""
    return constant(value, shape=dims)


def eye(num_rows: int, num_columns: int | None = None, dtype: Any = "float32") -> Tensor:
    """Return ones on the diagonal and zeros elsewhere."""
    return tensor(np.eye(num_rows, num_columns, dtype=dtype))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Tensor:
    """Return evenly spaced numbers, from 0 if only one is given.

    >>> range(3).numpy().tolist()
    [0, 1, 2]
    """
    first, last = (0, start) if limit is None else (start, limit)
    numbers = np.arange(first, last, delta)
    return tensor(numbers.tolist() if dtype is None else numbers, dtype)


def linspace(start: Any, stop: Any, num: int, name: str | None = None) -> Tensor:
    """Return `num` evenly spaced numbers, both ends included."""
    return tensor(np.linspace(start, stop, num).astype(tensor(start).dtype))


@recorded_as("reshape")
def reshape(tensor_: Any, shape: Any, name: str | None = None) -> Tensor:
    """Give the elements another shape."""
    return tensor(np.reshape(np.asarray(tensor(tensor_)), np.asarray(shape).tolist()))


@recorded_as("transpose")
def transpose(a: Any, perm: Any = None, name: str | None = None) -> Tensor:
    """Reorder the axes; reverse them by default."""
    return tensor(np.transpose(np.asarray(tensor(a)), perm))


@recorded_as("expand_dims")
def expand_dims(input: Any, axis: int, name: str | None = None) -> Tensor:
    """Insert an axis of length one."""
    return tensor(np.expand_dims(np.asarray(tensor(input)), axis))


@recorded_as("squeeze")
def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """Take out axes of length one."""
    axes = tuple(axis) if isinstance(axis, list) else axis
    return tensor(np.squeeze(np.asarray(tensor(input)), axes))


@recorded_as("concatenate")
def concat(values: Any, axis: int, name: str | None = None) -> Tensor:
    """Join arrays along an axis."""
    return tensor(np.concatenate([np.asarray(tensor(value)) for value in values], axis))


@recorded_as("stack")
def stack(values: Any, axis: int = 0, name: str | None = None) -> Tensor:
    """Join arrays along a new axis."""
    return tensor(np.stack([np.asarray(tensor(value)) for value in values], axis))


@recorded_as("take")
def gather(params: Any, indices: Any, axis: int = 0) -> Tensor:
    """Take the elements with these indices along an axis."""
    return tensor(np.take(np.asarray(tensor(params)), np.asarray(indices), axis))


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Tensor:
    """Multiply matrices."""
    if is_recorded(a, b):
        first = operate("swapaxes", a, -1, -2) if transpose_a else a
        second = operate("swapaxes", b, -1, -2) if transpose_b else b
        found: Tensor = operate("matmul", first, second)
        return found
    left, right = pair(a, b)
    if transpose_a:
        left = np.swapaxes(left, -1, -2)
    if transpose_b:
        right = np.swapaxes(right, -1, -2)
    return tensor(np.matmul(left, right))


@recorded_as("where")
def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Choose from `x` where the condition holds and from `y` elsewhere.

    Without them, return the places where it holds, one row each.
    """
    if x is None and y is None:
        return tensor(np.argwhere(np.asarray(condition)))
    return tensor(np.where(np.asarray(condition), *pair(x, y)))


@recorded_as("clip")
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Tensor:
    """Raise what is below the minimum and lower what is above the maximum."""
    values = np.asarray(tensor(t))
    return tensor(np.clip(values, clip_value_min, clip_value_max).astype(values.dtype))


def one_hot(
    indices: Any,
    depth: int,
    on_value: Any = None,
    off_value: Any = None,
    axis: int = -1,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """Return for each class index a row with a one at its place; an index outside gives none.

    >>> one_hot([1, -1], 2).numpy().tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    on, off = pair(1.0 if on_value is None else on_value, 0.0 if off_value is None else off_value)
    hits = np.asarray(indices)[..., np.newaxis] == np.arange(depth)
    return tensor(np.moveaxis(np.where(hits, on, off), -1, axis), dtype)


def shape(input: Any, out_type: Any = "int32", name: str | None = None) -> Tensor:
    """Return the shape as a tensor."""
    if isinstance(input, Operands):
        sizes: Any = operate("shape", input)
        return tensor(sizes, out_type) if None not in sizes else sizes
    return tensor(np.shape(input), out_type)


def size(input: Any, out_type: Any = "int32", name: str | None = None) -> Tensor:
    """Return the number of elements."""
    return tensor(np.size(input), out_type)


def rank(input: Any, name: str | None = None) -> Tensor:
    """Return the number of axes."""
    return tensor(np.ndim(input), "int32")


def identity(input: Any, name: str | None = None) -> Tensor:
    """Return a copy."""
    return tensor(np.array(tensor(input)))


@recorded_as("stop_gradient")
def stop_gradient(input: Any, name: str | None = None) -> Tensor:
    """Return the input: nothing here is differentiated by itself."""
    return tensor(input)


def is_tensor(x: Any) -> bool:
    """Tell whether this is a tensor."""
    return isinstance(x, Tensor)
