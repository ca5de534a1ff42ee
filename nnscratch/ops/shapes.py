"""Operations that move elements about: products of matrices, shapes, parts, joins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import standardize_dtype
from nnscratch.ops.operands import as_array, in_common_type
from nnscratch.ops.operation import Operation, apply
from nnscratch.typing import Array


class Matmul(Operation):
    """y = a·b. Backward: da = dy·bᵀ, db = aᵀ·dy."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the product of matrices, or of the stacks of matrices."""
        cache.a, cache.b = in_common_type(*operands)
        return np.asarray(np.matmul(cache.a, cache.b))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy·bᵀ and aᵀ·dy; a vector is a matrix of one row, or of one column."""
        a, b = cache.a, cache.b
        left = a if a.ndim > 1 else a[np.newaxis, :]
        right = b if b.ndim > 1 else b[:, np.newaxis]
        dy = dy if a.ndim > 1 else np.expand_dims(dy, -2 if b.ndim > 1 else -1)
        dy = dy if b.ndim > 1 else np.expand_dims(dy, -1)
        if left.ndim > 2 and right.ndim == 2:  # one matrix for a stack: its gradient in one product
            rows, dyrows = left.reshape(-1, left.shape[-1]), dy.reshape(-1, dy.shape[-1])
            db = np.matmul(rows.T, dyrows)
        else:
            db = np.matmul(np.swapaxes(left, -1, -2), dy)
        da = np.matmul(dy, np.swapaxes(right, -1, -2))
        return [da.reshape(a.shape) if a.ndim == 1 and b.ndim < 3 else da, db]


class Reshape(Operation):
    """The elements in another shape. Backward: dy in the shape of x."""

    config_names = ("newshape",)
    newshape: tuple[int, ...]

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return x in the new shape."""
        return as_array(operands[0]).reshape(self.newshape)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy in the old shape."""
        return [dy.reshape(operands[0].shape)]


class ExpandDims(Reshape):
    """A new axis of size 1. Backward: dy without it."""

    config_names = ("axis",)
    axis: Any

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return x with the axis."""
        return np.expand_dims(as_array(operands[0]), self.axis)


class Squeeze(ExpandDims):
    """Axes of size 1 taken out. Backward: dy with them."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return x without the axes."""
        axes = tuple(self.axis) if isinstance(self.axis, list) else self.axis
        return np.squeeze(as_array(operands[0]), axes)


class Transpose(Operation):
    """The axes in another order. Backward: dy with the axes in the old order."""

    config_names = ("axes",)
    axes: Any

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return x with its axes in the new order."""
        return np.transpose(as_array(operands[0]), self.axes)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy with its axes in the old order."""
        return [np.transpose(dy, None if self.axes is None else np.argsort(self.axes))]


class GetItem(Operation):
    """Part of an array, x[index]. Backward: dy in that part, 0 elsewhere."""

    index: Any

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the part."""
        return np.asarray(operands[0][self.index])

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy where the part was; elements taken twice add up."""
        dx = np.zeros(operands[0].shape, dy.dtype)
        np.add.at(dx, self.index, dy) if _has_arrays(self.index) else dx.__setitem__(self.index, dy)
        return [dx]


def _has_arrays(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, (list, np.ndarray)) for part in parts)


class Take(Operation):
    """Elements by their numbers along an axis. Backward: dy added where each came from."""

    config_names = ("axis",)
    axis: int | None

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the elements."""
        x, indices = operands
        return np.asarray(np.take(x, np.asarray(indices, np.int64), self.axis))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy, added up where an element was taken twice."""
        x, indices = operands
        dx = np.zeros(x.shape, dy.dtype)
        if self.axis is None:
            np.add.at(dx.reshape(-1), np.asarray(indices, np.int64), dy)
        else:
            where = (slice(None),) * (self.axis % x.ndim)
            np.add.at(dx, (*where, np.asarray(indices, np.int64)), dy)
        return [dx, None]


class Concatenate(Operation):
    """Arrays one behind the other. Backward: each gets its part of dy."""

    config_names = ("axis",)
    axis: int

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the arrays joined."""
        return np.concatenate(in_common_type(*map(as_array, operands)), axis=self.axis)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return each array's part of dy."""
        ends = np.cumsum([np.shape(x)[self.axis] for x in operands[:-1]])
        return np.split(dy, ends, axis=self.axis)


class Stack(Concatenate):
    """Arrays one behind the other along a new axis. Backward: each gets its part of dy."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the arrays stacked."""
        return np.stack(in_common_type(*operands), axis=self.axis)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return each array's part of dy."""
        return list(np.moveaxis(dy, self.axis, 0))


class BroadcastTo(Operation):
    """x repeated to a larger shape. Backward: dy summed back."""

    config_names = ("shape",)
    shape: tuple[int, ...]

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return x in the larger shape."""
        return np.broadcast_to(as_array(operands[0]), self.shape)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy, which is summed back to x's shape."""
        return [dy]


class Cast(Operation):
    """x in another type. Backward: dy in the type of x, where both are floats."""

    config_names = ("dtype",)
    dtype: str

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return x in the type."""
        return as_array(operands[0]).astype(self.dtype)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy."""
        return [dy]


class OneHot(Operation):
    """For each class index a row of zeros with a one at its place; no gradient passes."""

    config_names = ("num_classes", "axis", "dtype")
    num_classes: int
    axis: int
    dtype: str

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the rows; an index outside gives none."""
        hits = as_array(operands[0])[..., np.newaxis] == np.arange(self.num_classes)
        return np.moveaxis(hits, -1, self.axis).astype(self.dtype)


def matmul(x1: Any, x2: Any) -> Any:
    """Return the product of matrices; leading axes are stacks of them."""
    return apply(Matmul(), x1, x2)


def dot(x1: Any, x2: Any) -> Any:
    """Return the product of matrices or vectors."""
    return apply(Matmul(), x1, x2)


def reshape(x: Any, newshape: Any) -> Any:
    """Return the elements in another shape; one size may be -1."""
    sizes = (newshape,) if isinstance(newshape, (int, np.integer)) else newshape
    return apply(Reshape(newshape=tuple(-1 if n is None else int(n) for n in sizes)), x)


def expand_dims(x: Any, axis: Any) -> Any:
    """Return x with a new axis of size 1."""
    return apply(ExpandDims(axis=axis), x)


def squeeze(x: Any, axis: Any = None) -> Any:
    """Return x without axes of size 1."""
    return apply(Squeeze(axis=axis), x)


def transpose(x: Any, axes: Any = None) -> Any:
    """Return x with its axes in another order; reversed by default."""
    return apply(Transpose(axes=axes), x)


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """Return x with two axes exchanged."""
    order = list(range(len(x.shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def get_item(x: Any, key: Any) -> Any:
    """Return x[key]."""
    return apply(GetItem(index=key), x)


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """Return the elements with these numbers along an axis."""
    return apply(Take(axis=axis), x, indices)


def concatenate(xs: Any, axis: int = -1) -> Any:
    """Return arrays one behind the other along an axis."""
    return apply(Concatenate(axis=axis), *xs)


def stack(x: Any, axis: int = 0) -> Any:
    """Return arrays one behind the other along a new axis."""
    return apply(Stack(axis=axis), *x)


def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Return the parts of x along an axis: so many equal ones, or cut at these places."""
    size = x.shape[axis]
    if isinstance(indices_or_sections, int):
        if size is None or size % indices_or_sections:
            raise ValueError(
                f"An axis of size {size} cannot be split into {indices_or_sections} equal parts."
            )
        step = size // indices_or_sections
        ends = list(range(step, size, step))
    else:
        ends = list(indices_or_sections)
    before = (slice(None),) * (axis % len(x.shape))
    pairs = zip([None, *ends], [*ends, None], strict=True)
    return [get_item(x, (*before, slice(start, end))) for start, end in pairs]


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Any]:
    """Return the parts of x along an axis, each without the axis."""
    before = (slice(None),) * (axis % len(x.shape))
    return [get_item(x, (*before, i)) for i in range(num or x.shape[axis])]


def broadcast_to(x: Any, shape: Any) -> Any:
    """Return x repeated to a larger shape."""
    return apply(BroadcastTo(shape=tuple(shape)), x)


def cast(x: Any, dtype: Any) -> Any:
    """Return x in another type."""
    return apply(Cast(dtype=standardize_dtype(dtype)), x)


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Any:
    """Return for each class index a row of zeros with a one at its place."""
    return apply(OneHot(num_classes=num_classes, axis=axis, dtype=standardize_dtype(dtype)), x)


CLASSES: dict[str, type[Operation]] = {
    cls.__name__: cls
    for cls in (
        *(Matmul, Reshape, ExpandDims, Squeeze, Transpose, GetItem, Take, Concatenate, Stack),
        *(BroadcastTo, Cast, OneHot),
    )
}
"""The operations of this module, by the names that Keras gives them in files."""
