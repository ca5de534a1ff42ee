"""Layers that combine several inputs element by element: add, subtract, multiply, average."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer
from nnscratch.layers.masks import Mask, spread
from nnscratch.structure import flatten
from nnscratch.typing import Array, Shape


class Merge(Layer):
    """A layer that takes a list of arrays and combines them element by element.

    Inputs with fewer axes get axes of size 1 behind the batch; then sizes broadcast, and the
    gradient of an input is summed over the axes along which it was broadcast.

    A subclass writes `combine` and `gradient`. `forward` takes a list, `backward` returns a list
    of gradients in the same order.

    Args:
        kwargs: see `Layer`.

    Raises:
        ShapeError: not a list of inputs, or shapes that do not broadcast.
    """

    config_names = ()
    makes_masks = False
    looks_at_masks = False
    exactly: ClassVar[int | None] = None

    def combine(self, inputs: list[Array], y: Array) -> None:
        """Write the combination of inputs, all of y's rank, into y."""
        raise NotImplementedError(f"{type(self).__name__} must implement combine(inputs, y).")

    def gradient(self, i: int, dy: Array, cache: Cache, out: Array) -> None:
        """Write dy·∂y/∂x_i, in the shape of y, into `out`; `cache.inputs` and `cache.y` help."""
        raise NotImplementedError(f"{type(self).__name__} must implement gradient(i, dy, …).")

    def counted(self, inputs: list[Array], counts: list[Array]) -> list[Array]:
        """Return the inputs with what does not count replaced; `counts` says what dx reaches."""
        return inputs

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Mask:
        """Return where one of the inputs counts; None if one of them has no mask."""
        masks = flatten([previous_mask])
        if any(mask is None for mask in masks):
            return None
        counts: Array = functools.reduce(np.logical_or, masks)
        return counts

    def build(self, input_shape: Any = None) -> None:
        """Check that the shapes can be combined."""
        self.compute_output_shape(input_shape)

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Combine the arrays of the list x."""
        arrays = as_list(x)
        check_batches(self, arrays)
        cache.alone = x is arrays[0]
        cache.shapes = [a.shape for a in arrays]
        rank = max(a.ndim for a in arrays)
        cache.inputs = [a.reshape(_with_rank(a.shape, rank)) for a in arrays]
        cache.counts = None
        shape = np.broadcast_shapes(*(a.shape for a in cache.inputs))
        if self.looks_at_masks and isinstance(cache.mask, list):
            cache.counts = [spread(mask, shape) for mask in cache.mask]
            cache.inputs = self.counted(cache.inputs, cache.counts)
        y: Array = cache.buffer("y", shape, arrays[0].dtype)
        self.combine(cache.inputs, y)
        cache.y = y
        return y

    def backward(self, dy: Array, cache: Cache) -> Any:
        """Return dL/dx of every input, each summed over the axes it was broadcast along."""
        grads = []
        for i, shape in enumerate(cache.shapes):
            own = _with_rank(shape, dy.ndim)
            dx = cache.buffer(f"dx_{i}", own, dy.dtype)
            axes = tuple(k for k, (n, m) in enumerate(zip(own, dy.shape, strict=True)) if n < m)
            wide = cache.buffer("wide", dy.shape, dy.dtype) if axes else dx
            self.gradient(i, dy, cache, wide)
            if cache.counts is not None:
                wide *= cache.counts[i]
            if axes:
                np.add.reduce(wide, axis=axes, keepdims=True, out=dx)
            grads.append(dx.reshape(shape))
        return grads[0] if cache.alone else grads

    def check_input_shape(self, input_shape: Any) -> None:
        """Raise unless the shapes can be combined."""
        self.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that all inputs broadcast to."""
        shapes = as_shapes(self, input_shape)
        if self.exactly is not None and len(shapes) != self.exactly:
            raise ShapeError(
                f"{type(self).__name__} layer {self.name!r} takes a list of exactly "
                f"{self.exactly} inputs. Received {len(shapes)}, of shapes {shapes}"
            )
        rank = max(len(shape) for shape in shapes)
        columns = zip(*(_with_rank(shape, rank) for shape in shapes), strict=True)
        return tuple(self._broadcast(set(sizes), shapes) for sizes in columns)

    def _broadcast(self, sizes: set[int | None], shapes: list[Shape]) -> int | None:
        known = {n for n in sizes if n not in (None, 1)}
        if len(known) > 1:
            raise ShapeError(
                f"{type(self).__name__} layer {self.name!r} cannot combine inputs of shapes "
                f"{shapes}: along every axis the sizes must be equal, or 1."
            )
        if known:
            return known.pop()
        return None if None in sizes else 1


def as_list(x: Any) -> list[Array]:
    """Return the inputs as a list; a network hands on a list of one as the array itself."""
    return list(x) if isinstance(x, (list, tuple)) else [x]


def as_shapes(layer: Layer, input_shape: Any) -> list[Shape]:
    """Return the inputs' shapes as a list.

    Raises:
        ShapeError: it is the shape of one array.
    """
    if not isinstance(input_shape, (list, tuple)) or not all(
        isinstance(shape, (list, tuple)) and len(shape) > 0 for shape in input_shape
    ):
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} takes a list of inputs: "
            f"layer([a, b]). Received one input, of shape {input_shape}"
        )
    return [tuple(shape) for shape in input_shape]


def check_batches(layer: Layer, arrays: Sequence[Array]) -> None:
    """Raise unless all arrays hold the same number of samples."""
    if len({len(a) for a in arrays}) > 1:
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} takes inputs with the same number of "
            f"samples. Received arrays of shapes {[a.shape for a in arrays]}"
        )


def _with_rank(shape: Any, rank: int) -> Any:
    """Return the shape with axes of size 1 put in behind the batch."""
    return (shape[0], *(1,) * (rank - len(shape)), *shape[1:])


class Add(Merge):
    """Sum y = Σ_i x_i. Backward: dx_i = dy.

    Args:
        kwargs: see `Layer`.

    >>> Add()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[11.0, 22.0]]
    """

    steady = True
    rowwise = True

    def combine(self, inputs: list[Array], y: Array) -> None:
        """Write the sum."""
        np.copyto(y, inputs[0])
        for x in inputs[1:]:
            y += x

    def gradient(self, i: int, dy: Array, cache: Cache, out: Array) -> None:
        """Write dy."""
        np.copyto(out, dy)


class Subtract(Merge):
    """Difference y = x_0 - x_1. Backward: dx_0 = dy, dx_1 = -dy.

    Args:
        kwargs: see `Layer`.

    >>> Subtract()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[-9.0, -18.0]]
    """

    steady = True
    rowwise = True
    exactly = 2

    def combine(self, inputs: list[Array], y: Array) -> None:
        """Write the difference."""
        np.subtract(inputs[0], inputs[1], out=y)

    def gradient(self, i: int, dy: Array, cache: Cache, out: Array) -> None:
        """Write dy, or -dy for the second input."""
        np.multiply(dy, -1.0 if i else 1.0, out=out)


class Multiply(Merge):
    """Product y = Π_i x_i. Backward: dx_i = dy·Π_{j≠i} x_j.

    The product is over what the masks of the inputs let count, and 0 where nothing does.

    Args:
        kwargs: see `Layer`.

    >>> Multiply()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[10.0, 40.0]]
    """

    steady = True
    rowwise = True
    looks_at_masks = True

    def counted(self, inputs: list[Array], counts: list[Array]) -> list[Array]:
        """Return the inputs with 1 where they do not count, or 0 where none of them does."""
        found = [
            np.where(where, x, x.dtype.type(1)) for x, where in zip(inputs, counts, strict=True)
        ]
        found[0] *= np.logical_or.reduce(counts)
        return found

    def combine(self, inputs: list[Array], y: Array) -> None:
        """Write the product."""
        np.copyto(y, inputs[0])
        for x in inputs[1:]:
            y *= x

    def gradient(self, i: int, dy: Array, cache: Cache, out: Array) -> None:
        """Write dy times the other inputs."""
        np.copyto(out, dy)
        for j in reversed(range(len(cache.inputs))):
            if j != i:
                out *= cache.inputs[j]


class Average(Add):
    """Mean y = (Σ_i x_i)/n of n inputs. Backward: dx_i = dy/n.

    Args:
        kwargs: see `Layer`.

    >>> Average()([np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])]).tolist()
    [[5.5, 11.0]]
    """

    steady = True
    rowwise = True

    def combine(self, inputs: list[Array], y: Array) -> None:
        """Write the mean."""
        super().combine(inputs, y)
        y /= len(inputs)

    def gradient(self, i: int, dy: Array, cache: Cache, out: Array) -> None:
        """Write dy/n."""
        np.divide(dy, len(cache.inputs), out=out)
