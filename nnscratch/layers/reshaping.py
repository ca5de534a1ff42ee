"""Layers that move numbers about without changing them: reshape, permute, repeat, pad."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer, check_rank
from nnscratch.layers.data_format import check_images, of_images, on_images
from nnscratch.layers.windows import checked_edges
from nnscratch.typing import Array, Shape


class Reshape(Layer):
    """Give every sample another shape of equal size; no number is copied.

    Backward: dx is dy in the shape of x.

    Args:
        target_shape: shape of a sample, without the batch; one size may be -1, which is found
            from the others.
        kwargs: see `Layer`.

    Shapes:
        x (N, …), y (N, *target_shape).

    Raises:
        ValueError: `target_shape` holds more than one -1, or something that is no size.
        ShapeError: a sample of the input has another number of elements.

    >>> Reshape((-1, 2))(np.zeros((5, 6))).shape
    (5, 3, 2)
    """

    steady = True
    rowwise = True
    config_names = ("target_shape",)
    build_is_saved = False

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = _whole_numbers("target_shape", target_shape)
        if min(self.target_shape, default=0) < -1 or self.target_shape.count(-1) > 1:
            raise ValueError(
                "`target_shape` holds the sizes of a sample, of which one may be -1 to be found "
                f"from the others. Received: target_shape={target_shape!r}"
            )

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Return x in its new shape."""
        cache.shape = x.shape
        return x.reshape(len(x), *self._sizes(x.shape[1:]))

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Give dy the shape of x."""
        dx: Array = dy.reshape(cache.shape)
        return dx

    def _sizes(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """Return the target shape for samples of these sizes, with -1 replaced."""
        size, known = math.prod(sizes), math.prod(n for n in self.target_shape if n != -1)
        open_size = -1 in self.target_shape
        if (size % known if open_size and known else size != known) or (open_size and not known):
            raise ShapeError(
                f"Reshape {self.name!r} cannot make {self.target_shape} of {sizes}: a sample has "
                f"{size} elements, and `target_shape` "
                f"{'a multiple of ' if open_size else ''}{known}."
            )
        return tuple(size // known if n == -1 else n for n in self.target_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, *target_shape)."""
        sizes = tuple(n for n in input_shape[1:] if n is not None)
        if len(sizes) < len(input_shape) - 1:
            return (input_shape[0], *(None if n == -1 else n for n in self.target_shape))
        return (input_shape[0], *self._sizes(sizes))


class Permute(Layer):
    """Put the axes of a sample into another order: y.shape[i] = x.shape[dims[i - 1]].

    Backward: dx is dy with its axes put back.

    Args:
        dims: the axes of a sample, counted from 1, in the order wanted.
        kwargs: see `Layer`.

    Shapes:
        x (N, …) with as many axes behind the batch as `dims` is long.

    Raises:
        ValueError: `dims` is not a permutation of 1, 2, ….
        ShapeError: the input has another number of axes.

    >>> Permute((2, 1))(np.array([[[1.0, 2.0], [3.0, 4.0]]])).tolist()
    [[[1.0, 3.0], [2.0, 4.0]]]
    """

    steady = True
    rowwise = True
    config_names = ("dims",)

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = _whole_numbers("dims", dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                "`dims` must hold 1, 2, … up to the number of axes behind the batch, each once, "
                f"such as (2, 1). Received: dims={dims!r}"
            )

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Copy x with its axes in the new order."""
        return cache.copied("y", x.transpose(0, *self.dims))

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Copy dy with its axes in the old order."""
        back = np.argsort((0, *self.dims))
        return cache.copied("dx", dy.transpose([int(i) for i in back]))

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input has the axes that `dims` puts in order."""
        check_rank(self, input_shape, ", ".join(("N", *(f"axis {i}" for i in sorted(self.dims)))))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the sizes in the new order."""
        return (input_shape[0], *(input_shape[i] for i in self.dims))


class RepeatVector(Layer):
    """Repeat every sample n times along a new axis: y[:, t] = x for t < n.

    Backward: dx = Σ_t dy[:, t].

    Args:
        n: how often.
        kwargs: see `Layer`.

    Shapes:
        x (N, D), y (N, n, D).

    Raises:
        ValueError: `n` is not a positive integer.
        ShapeError: the input does not have two axes.

    >>> RepeatVector(2)(np.array([[1.0, 2.0]])).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """

    steady = True
    rowwise = True
    config_names = ("n",)

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
            raise ValueError(f"`n` must be a positive integer. Received: n={n!r}")
        self.n = int(n)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Copy x n times."""
        y = cache.buffer("y", (len(x), self.n, x.shape[1]), x.dtype)
        np.copyto(y, x[:, np.newaxis])
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Add up the gradients of the copies."""
        dx = cache.buffer("dx", (len(dy), dy.shape[2]), dy.dtype)
        return np.add.reduce(dy, axis=1, out=dx)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless there are two axes."""
        check_rank(self, input_shape, "N, features")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, n, D)."""
        return (input_shape[0], self.n, input_shape[1])


class ZeroPadding2D(Layer):
    """Put rows and columns of zeros around images. Backward: dx is the inner part of dy.

    Args:
        padding: how many: one number for all sides, `(rows, columns)`, or
            `((top, bottom), (left, right))`.
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, top + H + bottom, left + W + right, C).

    Raises:
        ValueError: `padding` is none of these.
        ShapeError: the input does not have four axes.

    >>> ZeroPadding2D(((1, 0), (0, 2)))(np.ones((1, 1, 1, 1)))[0, :, :, 0].tolist()
    [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """

    steady = True
    rowwise = True
    config_names = ("padding", "data_format")

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = config.checked_data_format(data_format)
        self.padding = checked_edges("padding", padding)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Copy x into the middle of zeros."""
        y = cache.buffer("y", self._padded(x.shape), x.dtype)
        y.fill(0.0)
        y[self._inside(y.shape)] = x
        return y

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Return the part of dy that x was copied to."""
        inside = dy[self._inside(dy.shape)]
        dx = cache.buffer("dx", inside.shape, dy.dtype)
        np.copyto(dx, inside)
        return dx

    def _inside(self, shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
        (top, bottom), (left, right) = self.padding
        return np.s_[:, top : shape[1] - bottom, left : shape[2] - right]

    def _padded(self, shape: Any) -> Any:
        spatial = (
            None if n is None else n + before + after
            for n, (before, after) in zip(shape[1:3], self.padding, strict=True)
        )
        return (shape[0], *spatial, shape[3])

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless there are four axes."""
        check_images(self, input_shape)

    @of_images
    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape with the zeros."""
        padded: Shape = self._padded(input_shape)
        return padded


def _whole_numbers(argument: str, values: Any) -> tuple[int, ...]:
    sequence = [values] if np.ndim(values) == 0 else list(values)
    whole = all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in sequence)
    if np.ndim(values) == 0 or not whole:
        raise ValueError(
            f"`{argument}` must be a sequence of integers. Received: {argument}={values!r}"
        )
    return tuple(int(n) for n in sequence)
