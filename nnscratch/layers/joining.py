"""Layers that join several inputs along an axis: concatenation and the batchwise dot product."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer
from nnscratch.layers.masks import Mask, spread
from nnscratch.layers.merging import as_list, as_shapes, check_batches
from nnscratch.layers.unit_normalization import scaled_to_unit, unit_gradient
from nnscratch.structure import flatten
from nnscratch.typing import Array, Shape


class Concatenate(Layer):
    """Put arrays one behind the other along an axis. Backward: each gets its part of dy.

    Args:
        axis: the axis that grows.
        kwargs: see `Layer`.

    Shapes:
        x a list of arrays that agree in all sizes but the one along the axis.

    Raises:
        ShapeError: not a list of inputs, or shapes that do not agree.

    >>> Concatenate()([np.array([[1.0, 2.0]]), np.array([[3.0]])]).tolist()
    [[1.0, 2.0, 3.0]]
    """

    config_names = ("axis",)
    makes_masks = False

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
            raise ValueError(f"`axis` must be an integer. Received: axis={axis!r}")
        self.axis = int(axis)

    def build(self, input_shape: Any = None) -> None:
        """Check that the shapes can be joined."""
        self.compute_output_shape(input_shape)

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Copy the arrays into one."""
        arrays = as_list(x)
        cache.alone = x is arrays[0]
        axis = self.axis % arrays[0].ndim
        if axis:
            check_batches(self, arrays)
        cache.sizes = [a.shape[axis] for a in arrays]
        shape = arrays[0].shape
        y = cache.buffer("y", (*shape[:axis], sum(cache.sizes), *shape[axis + 1 :]), x[0].dtype)
        return np.concatenate(arrays, axis=axis, out=y)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Mask:
        """Return where an element along the last axis counts; inputs without a mask count."""
        arrays, masks = as_list(inputs), flatten([previous_mask])
        if all(mask is None for mask in masks):
            return None
        wide = [spread(mask, np.shape(x)) for x, mask in zip(arrays, masks, strict=True)]
        return np.asarray(np.concatenate(wide, axis=self.axis).any(axis=-1))

    def backward(self, dy: Array, cache: Cache) -> Any:
        """Copy each input's part of dy."""
        grads = []
        parts = np.split(dy, np.cumsum(cache.sizes[:-1]), axis=self.axis)
        for i, part in enumerate(parts):
            dx = cache.buffer(f"dx_{i}", part.shape, dy.dtype)
            np.copyto(dx, part)
            grads.append(dx)
        return grads[0] if cache.alone else grads

    def check_input_shape(self, input_shape: Any) -> None:
        """Raise unless the shapes can be joined."""
        self.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape with the sizes along the axis added up."""
        shapes = as_shapes(self, input_shape)
        rank = len(shapes[0])
        axis = self.axis % rank
        agree = all(len(shape) == rank for shape in shapes) and all(
            len({n for n in sizes if n is not None}) <= 1
            for i, sizes in enumerate(zip(*shapes, strict=True))
            if i != axis
        )
        if not agree or not -rank <= self.axis < rank:
            raise ShapeError(
                f"Concatenate layer {self.name!r} with axis={self.axis} takes inputs whose shapes "
                f"agree in all axes but that one. Received: {shapes}"
            )
        columns = [[shape[i] for shape in shapes] for i in range(rank)]
        joined = [next((n for n in sizes if n is not None), None) for sizes in columns]
        parts = [n for n in columns[axis] if n is not None]
        joined[axis] = sum(parts) if len(parts) == len(shapes) else None
        return tuple(joined)


class Dot(Layer):
    r"""Dot product of two inputs, sample by sample: y[n, …] = Σ_k a[n, …, k, …]·b[n, …, k, …].

    Backward, with both inputs brought into the form of matrices, y = A·B: dA = dy·Bᵀ,
    dB = Aᵀ·dy.

    Args:
        axes: the axis that is summed over, or one for each input; not the batch.
        normalize: scale both inputs to unit length along their axis first, so that y is the
            cosine of the angle between them.
        kwargs: see `Layer`.

    Shapes:
        y has the axes of the first input, then those of the second, without the batch of the
        second and without the axes summed over; (N, 1) where none but the batch is left.

    Raises:
        ValueError: `axes` is no integer, nor two.
        ShapeError: not exactly two inputs, or sizes that differ along the axes.

    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).tolist()
    [[11.0]]
    """

    config_names = ("axes", "normalize")
    makes_masks = False

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> None:
        """Return None: every product counts."""

    def __init__(self, axes: int | tuple[int, int], normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
        if len(pair) != 2 or not all(type(axis) is int for axis in pair):
            raise ValueError(
                "`axes` must be an integer, or two: one axis for each input. "
                f"Received: axes={axes!r}"
            )
        self.axes = axes
        self._pair = (pair[0], pair[1])
        self.normalize = normalize

    def build(self, input_shape: Any = None) -> None:
        """Check that the shapes can be multiplied."""
        self.compute_output_shape(input_shape)

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Compute the products."""
        check_batches(self, x)
        if self.normalize:
            limit = 1.0 / config.epsilon()
            x = [
                scaled_to_unit(array, axis % array.ndim, limit, cache.child(i))
                for i, (array, axis) in enumerate(zip(x, self._pair, strict=True))
            ]
        a, b = (np.moveaxis(v, axis, -1) for v, axis in zip(x, self._pair, strict=True))
        cache.moved = a.shape, b.shape
        N, K = len(a), a.shape[-1]
        cache.a = a.reshape(N, math.prod(a.shape[1:-1]), K)
        cache.b = b.reshape(N, math.prod(b.shape[1:-1]), K)
        y = cache.buffer("y", (N, cache.a.shape[1], cache.b.shape[1]), a.dtype)
        np.matmul(cache.a, cache.b.transpose(0, 2, 1), out=y)
        rest = (*a.shape[1:-1], *b.shape[1:-1])
        return y.reshape(N, *(rest or (1,)))

    def backward(self, dy: Array, cache: Cache) -> list[Array]:
        """Return dL/dx of both inputs."""
        matrix = dy.reshape(len(dy), cache.a.shape[1], cache.b.shape[1])
        da = np.matmul(matrix, cache.b, out=cache.buffer("da", cache.a.shape, dy.dtype))
        transposed = matrix.transpose(0, 2, 1)
        db = np.matmul(transposed, cache.a, out=cache.buffer("db", cache.b.shape, dy.dtype))
        grads = [
            np.moveaxis(d.reshape(shape), -1, axis)
            for d, shape, axis in zip((da, db), cache.moved, self._pair, strict=True)
        ]
        if self.normalize:
            grads = [unit_gradient(d, cache.child(i)) for i, d in enumerate(grads)]
        return grads

    def check_input_shape(self, input_shape: Any) -> None:
        """Raise unless the shapes can be multiplied."""
        self.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the axes of both inputs that are left."""
        shapes = as_shapes(self, input_shape)
        fits = len(shapes) == 2 and all(
            -len(shape) <= axis < len(shape) and axis % len(shape) > 0
            for shape, axis in zip(shapes, self._pair, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"Dot layer {self.name!r} with axes={self.axes} takes a list of exactly two "
                "inputs that have these axes, and axis 0 is the batch. "
                f"Received inputs of shapes {shapes}"
            )
        sizes = [shape[axis] for shape, axis in zip(shapes, self._pair, strict=True)]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ShapeError(
                f"Dot layer {self.name!r} sums over axes={self.axes}, along which the inputs must "
                f"have equal sizes. Received sizes {sizes[0]} and {sizes[1]}, of shapes {shapes}"
            )
        left = [
            tuple(n for i, n in enumerate(shape) if i not in (0, axis % len(shape)))
            for shape, axis in zip(shapes, self._pair, strict=True)
        ]
        return (shapes[0][0], *((left[0] + left[1]) or (1,)))
