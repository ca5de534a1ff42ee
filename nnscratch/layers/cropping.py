"""A layer that cuts rows and columns off images."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer
from nnscratch.layers.data_format import check_images, of_images, on_images
from nnscratch.layers.windows import checked_edges
from nnscratch.typing import Array, Shape


class Cropping2D(Layer):
    """Cut rows and columns off images. Backward: dx is dy with zeros around it.

    Args:
        cropping: how many: one number for all sides, `(rows, columns)`, or
            `((top, bottom), (left, right))`.
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, H - top - bottom, W - left - right, C).

    Raises:
        ValueError: `cropping` is none of these.
        ShapeError: the input does not have four axes, or nothing of it would be left.

    >>> Cropping2D(((1, 0), (0, 1)))(np.arange(6.0).reshape(1, 2, 3, 1))[0, :, :, 0].tolist()
    [[3.0, 4.0]]
    """

    steady = True
    rowwise = True
    config_names = ("cropping", "data_format")

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = config.checked_data_format(data_format)
        self.cropping = checked_edges("cropping", cropping)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Copy the part that is left."""
        cache.shape = x.shape
        return cache.copied("y", x[self._inside(x.shape)])

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Copy dy into the middle of zeros."""
        dx = cache.buffer("dx", cache.shape, dy.dtype)
        dx.fill(0.0)
        dx[self._inside(dx.shape)] = dy
        return dx

    def _inside(self, shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
        (top, bottom), (left, right) = self.cropping
        return np.s_[:, top : shape[1] - bottom, left : shape[2] - right]

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless there are four axes, and more rows and columns than are cut off."""
        check_images(self, input_shape)
        self.compute_output_shape(input_shape)

    @of_images
    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape without what is cut off."""
        left = [
            None if n is None else n - sum(edges)
            for n, edges in zip(input_shape[1:3], self.cropping, strict=True)
        ]
        if any(n is not None and n < 1 for n in left):
            raise ShapeError(
                "`cropping` must leave a row and a column at least. Cropping2D layer "
                f"{self.name!r} received images of {input_shape[1]} rows and {input_shape[2]} "
                f"columns, cropping={self.cropping}"
            )
        return (input_shape[0], *left, input_shape[3])
