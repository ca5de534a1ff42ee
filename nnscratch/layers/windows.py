"""Windows over images: where they lie, how images are padded for them, and their offsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.layers.base import Layer
from nnscratch.layers.data_format import check_images
from nnscratch.typing import Array, Shape

Pair = tuple[int, int]


@dataclass(frozen=True)
class Windows:
    """Windows of one size, moved in steps over the two middle axes of (N, H, W, C).

    With `"valid"` padding all windows lie inside, ⌊(n - k)/s⌋ + 1 of them along an axis; with
    `"same"` there are ⌈n/s⌉, and what they need beyond the border is split between both sides,
    the odd row at the end.

    Args:
        size: height and width k of a window, its gaps not counted.
        strides: steps s along both axes.
        padding: `"valid"` or `"same"`.
        dilation: distance between neighbouring elements of a window.
    """

    size: Pair
    strides: Pair
    padding: str
    dilation: Pair = (1, 1)

    @property
    def are_apart(self) -> bool:
        """Whether no element belongs to two windows."""
        return self.strides[0] >= self.reach(0) and self.strides[1] >= self.reach(1)

    def reach(self, axis: int) -> int:
        """Return how many rows (axis 0) or columns (axis 1) a window spans."""
        return (self.size[axis] - 1) * self.dilation[axis] + 1

    def count(self, axis: int, n: int) -> int:
        """Return the number of windows along an axis of size n."""
        if self.padding == "same":
            return -(-n // self.strides[axis])
        return (n - self.reach(axis)) // self.strides[axis] + 1

    def margins(self, axis: int, n: int) -> Pair:
        """Return how many rows are added before and after an axis of size n."""
        if self.padding == "valid":
            return 0, 0
        missing = (self.count(axis, n) - 1) * self.strides[axis] + self.reach(axis) - n
        before = max(missing, 0) // 2
        return before, max(missing, 0) - before

    def padded(self, x: Array, fill: float, cache: Cache) -> Array:
        """Return x with its margins, filled with this value; x itself where there are none."""
        inside = self._inside(x.shape)
        shape = self._padded_shape(x.shape)
        if shape == x.shape:
            return x
        wide = cache.buffer("padded", shape, x.dtype)
        wide.fill(fill)
        wide[inside] = x
        return wide

    def gradient(self, shape: tuple[int, ...], dtype: Any, cache: Cache) -> tuple[Array, Array]:
        """Return zeros for the gradient of the padded image, and the part of them that is dx."""
        wide = cache.buffer("dx", self._padded_shape(shape), dtype)
        wide.fill(0.0)
        return wide, wide[self._inside(shape)]

    def _padded_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        N, H, W, C = shape
        return N, H + sum(self.margins(0, H)), W + sum(self.margins(1, W)), C

    def _inside(self, shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
        top, left = self.margins(0, shape[1])[0], self.margins(1, shape[2])[0]
        return np.s_[:, top : top + shape[1], left : left + shape[2]]

    def offsets(self, wide: Array, counts: Pair) -> Iterator[Array]:
        """Yield, for every place in a window row by row, the elements there of all windows.

        Args:
            wide: the padded images.
            counts: numbers of windows along both axes.

        Shapes:
            wide (N, H', W', C), each view (N, *counts, C).
        """
        (height, width), (down, right), (Ho, Wo) = self.size, self.strides, counts
        for i in range(0, height * self.dilation[0], self.dilation[0]):
            for j in range(0, width * self.dilation[1], self.dilation[1]):
                yield wide[:, i : i + Ho * down : down, j : j + Wo * right : right]

    def view(self, wide: Array, counts: Pair) -> Array:
        """Return a view of the padded images in which every window lies apart.

        Shapes:
            wide (N, H', W', C), the view (N, *counts, *size, C).
        """
        n, h, w, c = wide.strides
        steps = (h * self.strides[0], w * self.strides[1])
        inner = (h * self.dilation[0], w * self.dilation[1])
        shape = (len(wide), *counts, *self.size, wide.shape[3])
        return as_strided(wide, shape, (n, *steps, *inner, c), writeable=False)

    def counts(self, shape: tuple[int, ...]) -> Pair:
        """Return the numbers of windows over images of this shape."""
        return self.count(0, shape[1]), self.count(1, shape[2])

    def output_shape(self, layer: Layer, shape: Shape, channels: int | None) -> Shape:
        """Return (N, windows along height, windows along width, channels).

        Raises:
            ShapeError: the input is no batch of images, or too small for a single window.
        """
        check_images(layer, shape)
        sizes = [None if n is None else self.count(i, n) for i, n in enumerate(shape[1:3])]
        if any(n is not None and n < 1 for n in sizes):
            raise ShapeError(
                f"{type(layer).__name__} layer {layer.name!r} finds no place for its window: "
                f"images of {shape[1]} by {shape[2]}, windows that span {self.reach(0)} by "
                f"{self.reach(1)}. Take a smaller window, larger images or padding='same'."
            )
        return (shape[0], *sizes, channels)


def checked_pair(argument: str, value: Any) -> Pair:
    """Return one or two positive integers as two.

    Raises:
        ValueError: they are something else.
    """
    pair = (value, value) if isinstance(value, (int, np.integer)) else value
    fits = isinstance(pair, (tuple, list)) and len(pair) == 2
    if not fits or not all(
        isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n > 0 for n in pair
    ):
        raise ValueError(
            f"`{argument}` must be a positive integer, or two: (height, width). "
            f"Received: {argument}={value!r}"
        )
    return int(pair[0]), int(pair[1])


def checked_edges(argument: str, value: Any) -> tuple[Pair, Pair]:
    """Return what is added to or taken from the four sides of images.

    Args:
        argument: name of the argument, for the error.
        value: one number for all sides, `(rows, columns)` or `((top, bottom), (left, right))`.

    Raises:
        ValueError: it is none of these, or a number is negative.

    >>> checked_edges("padding", (1, (0, 2)))
    ((1, 1), (0, 2))
    """
    found = [_twice(edge) for edge in _twice(value)]
    sizes = [n for edge in found for n in edge]
    if [len(edge) for edge in found] != [2, 2] or not all(
        isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= 0 for n in sizes
    ):
        raise ValueError(
            f"`{argument}` must be an integer, (rows, columns) or ((top, bottom), (left, right)), "
            f"none of them negative. Received: {argument}={value!r}"
        )
    top, bottom, left, right = (int(n) for n in sizes)
    return (top, bottom), (left, right)


def _twice(value: Any) -> Any:
    """Return a number twice, and what is a sequence as it is."""
    return value if isinstance(value, (tuple, list, np.ndarray)) else (value, value)


def checked_padding(padding: Any) -> str:
    """Return `"valid"` or `"same"`, whatever its case.

    Raises:
        ValueError: it is something else.
    """
    lower = padding.lower() if isinstance(padding, str) else padding
    if lower not in ("valid", "same"):
        raise unknown_name("padding", padding, ("valid", "same"))
    return str(lower)
