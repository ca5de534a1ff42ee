"""A layer that makes images larger by whole factors."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import config, imaging
from nnscratch.cache import Cache
from nnscratch.errors import unknown_name
from nnscratch.layers.base import Layer
from nnscratch.layers.data_format import check_images, of_images, on_images
from nnscratch.layers.windows import checked_pair
from nnscratch.typing import Array, Shape

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")


class UpSampling2D(Layer):
    """Images enlarged: y[i, j] = x[⌊i/h⌋, ⌊j/w⌋], or interpolated between pixels.

    Backward: dx sums dy over the h·w copies of each pixel; interpolated, dy goes to the pixels
    that each was made of, in the same shares.

    Args:
        size: the factors h and w, or one for both.
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` or
            `"area"`.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, h·H, w·W, C).

    Raises:
        ValueError: `size` is not one or two positive integers, or the interpolation is unknown.
        ShapeError: the input does not have four axes.

    Source: for the interpolations, see `nnscratch.imaging.resize`.

    >>> UpSampling2D((1, 2))(np.array([1.0, 2.0]).reshape(1, 1, 2, 1))[0, 0, :, 0].tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    rowwise = True
    config_names = ("size", "data_format", "interpolation")

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = config.checked_data_format(data_format)
        self.size = checked_pair("size", size)
        lower = interpolation.lower() if isinstance(interpolation, str) else interpolation
        if lower not in INTERPOLATIONS:
            raise unknown_name("`interpolation`", interpolation, INTERPOLATIONS)
        self.interpolation = lower

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Copy every pixel h·w times, or interpolate."""
        cache.shape = N, H, W, C = x.shape
        h, w = self.size
        if self.interpolation != "nearest":
            return imaging.resize(x, (h * H, w * W), self.interpolation)
        y: Array = cache.buffer("y", (N, h * H, w * W, C), x.dtype)
        np.copyto(y.reshape(N, H, h, W, w, C), x[:, :, np.newaxis, :, np.newaxis])
        return y

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Give every pixel the gradients of what was made of it."""
        N, H, W, C = cache.shape
        if self.interpolation != "nearest":
            return imaging.resize_gradient(dy, (H, W), self.interpolation)
        h, w = self.size
        dx: Array = cache.buffer("dx", cache.shape, dy.dtype)
        np.add.reduce(dy.reshape(N, H, h, W, w, C), axis=(2, 4), out=dx)
        return dx

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless there are four axes."""
        check_images(self, input_shape)

    @of_images
    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, h·H, w·W, C)."""
        larger = (
            None if n is None else n * factor
            for n, factor in zip(input_shape[1:3], self.size, strict=True)
        )
        return (input_shape[0], *larger, input_shape[3])
