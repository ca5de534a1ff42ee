"""Pooling: the largest element, or the mean, of every window or of the whole image."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.layers.data_format import check_images, of_images, on_images
from nnscratch.layers.windows import Pair, Windows, checked_padding, checked_pair
from nnscratch.typing import Array, Shape


class _Pooling2D(Layer):
    """What both kinds of pooling share: the windows."""

    config_names = ("pool_size", "padding", "strides", "data_format")
    build_is_saved = False

    def __init__(
        self,
        pool_size: int | Pair,
        strides: int | Pair | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = checked_pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else checked_pair("strides", strides)
        self.padding = checked_padding(padding)
        self.data_format = config.checked_data_format(data_format)
        self._windows = Windows(self.pool_size, self.strides, self.padding)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input is a batch of images that hold a window."""
        self.compute_output_shape(input_shape)

    @of_images
    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, H', W', C)."""
        channels = input_shape[-1] if input_shape else None
        return self._windows.output_shape(self, input_shape, channels)


class MaxPooling2D(_Pooling2D):
    r"""Max pooling: y is the largest element of every window, channel by channel.

    Backward: dy goes to the element that was largest, the first of them, row by row, where
    several are equal; an element that several windows chose gets the sum.

    Args:
        pool_size: height and width of a window, or one number for both.
        strides: steps from window to window; `pool_size` by default, so that none overlap.
        padding: `"valid"`, all windows inside, or `"same"`, ⌈size/stride⌉ windows, which beyond
            the border hold nothing.
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        name: name of the layer.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, H', W', C).

    Raises:
        ValueError: a number is not positive, or the padding is unknown.
        ShapeError: the input is no batch of images, or smaller than a window.

    Source: Ranzato, Huang, Boureau, LeCun, "Unsupervised learning of invariant feature
    hierarchies", 2007. Ties: as TensorFlow; PyTorch also takes the first.

    >>> MaxPooling2D()(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[5.0, 7.0], [13.0, 15.0]]
    """

    rowwise = True

    def __init__(
        self,
        pool_size: int | Pair = (2, 2),
        strides: int | Pair | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute the maximum of every window."""
        cache.shape, cache.wide = x.shape, self._windows.padded(x, -np.inf, cache)
        counts = self._windows.counts(x.shape)
        y: Array = cache.buffer("y", (len(x), *counts, x.shape[3]), x.dtype)
        places = self._windows.offsets(cache.wide, counts)
        np.copyto(y, next(places))
        for elements in places:
            np.maximum(y, elements, out=y)
        cache.y = y
        return y

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Hand dy to the first largest element of every window."""
        wide, dx = self._windows.gradient(cache.shape, dy.dtype, cache)
        y, counts = cache.y, dy.shape[1:3]
        chosen = cache.buffer("chosen", dy.shape, bool)
        open_ = cache.buffer("open", dy.shape, bool)
        share = cache.buffer("share", dy.shape, dy.dtype)
        open_.fill(True)
        places = self._windows.offsets(cache.wide, counts)
        for elements, target in zip(places, self._windows.offsets(wide, counts), strict=True):
            np.equal(elements, y, out=chosen)
            chosen &= open_
            open_ ^= chosen
            if self._windows.are_apart:
                np.multiply(dy, chosen, out=target)
            else:
                target += np.multiply(dy, chosen, out=share)
        return dx


class AveragePooling2D(_Pooling2D):
    r"""Average pooling: y is the mean of every window, channel by channel.

    Backward: every element of a window gets dy divided by the number of elements. At the border
    of `"same"` padding only the elements inside the image count.

    Args:
        pool_size: height and width of a window, or one number for both.
        strides: steps from window to window; `pool_size` by default, so that none overlap.
        padding: as in `MaxPooling2D`.
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        name: name of the layer.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, H', W', C).

    Raises:
        ValueError: a number is not positive, or the padding is unknown.
        ShapeError: the input is no batch of images, or smaller than a window.

    Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
    recognition", 1998, there with a trained factor. Convention at the border: TensorFlow's;
    PyTorch counts the zeros of its padding unless told otherwise.

    >>> AveragePooling2D(2)(np.arange(16.0).reshape(1, 4, 4, 1))[0, :, :, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """

    rowwise = True

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute the mean of every window."""
        cache.shape, wide = x.shape, self._windows.padded(x, 0.0, cache)
        counts = self._windows.counts(x.shape)
        y: Array = cache.buffer("y", (len(x), *counts, x.shape[3]), x.dtype)
        y.fill(0.0)
        for elements in self._windows.offsets(wide, counts):
            y += elements
        y /= self._sizes(x.shape).astype(x.dtype)
        return y

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Spread dy evenly over every window."""
        wide, dx = self._windows.gradient(cache.shape, dy.dtype, cache)
        share = cache.buffer("share", dy.shape, dy.dtype)
        np.divide(dy, self._sizes(cache.shape).astype(dy.dtype), out=share)
        for target in self._windows.offsets(wide, dy.shape[1:3]):
            target += share
        return dx

    def _sizes(self, shape: tuple[int, ...]) -> Array:
        """Return how many elements of every window lie inside the image, (H', W', 1)."""
        along = []
        for axis in (0, 1):
            n = shape[1 + axis]
            first = np.arange(self._windows.count(axis, n)) * self.strides[axis]
            first -= self._windows.margins(axis, n)[0]
            last = np.minimum(first + self.pool_size[axis], n)
            along.append(last - np.maximum(first, 0))
        return np.outer(*along)[:, :, np.newaxis]


class _GlobalPooling2D(Layer):
    """What both kinds of global pooling share: one number per channel remains."""

    config_names = ("data_format", "keepdims")
    build_is_saved = False

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = config.checked_data_format(data_format)
        self.keepdims = keepdims

    def _output(self, x: Array, cache: Cache) -> tuple[Array, Array]:
        """Return an array for y as (N, 1, 1, C), and as it is handed on."""
        cache.x = x
        y = cache.buffer("y", (len(x), 1, 1, x.shape[3]), x.dtype)
        return y, y if self.keepdims else y.reshape(len(x), x.shape[3])

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input is a batch of images."""
        check_images(self, input_shape)

    @of_images
    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, C), or (N, 1, 1, C)."""
        middle = (1, 1) if self.keepdims else ()
        return (input_shape[0], *middle, input_shape[3])


class GlobalAveragePooling2D(_GlobalPooling2D):
    r"""Global average pooling: y is the mean of every channel. Backward: dx = dy/(H·W).

    Args:
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        keepdims: keep height and width as axes of size 1.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, C), or (N, 1, 1, C) with `keepdims`.

    Raises:
        ShapeError: the input is no batch of images.

    Source: Lin, Chen, Yan, "Network in network", ICLR 2014.

    >>> GlobalAveragePooling2D()(np.arange(4.0).reshape(1, 2, 2, 1)).tolist()
    [[1.5]]
    """

    rowwise = True

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute the mean of every channel."""
        y, handed_on = self._output(x, cache)
        np.mean(x, axis=(1, 2), keepdims=True, out=y)
        return handed_on

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Spread dy evenly over the image."""
        N, H, W, C = cache.x.shape
        dx: Array = cache.buffer("dx", cache.x.shape, dy.dtype)
        np.divide(dy.reshape(N, 1, 1, C), H * W, out=dx)
        return dx


class GlobalMaxPooling2D(_GlobalPooling2D):
    r"""Global max pooling: y is the largest element of every channel.

    Backward: dy goes to the largest element, in equal parts where several are equal (as
    TensorFlow; `MaxPooling2D` takes the first).

    Args:
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        keepdims: keep height and width as axes of size 1.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, C), or (N, 1, 1, C) with `keepdims`.

    Raises:
        ShapeError: the input is no batch of images.

    >>> GlobalMaxPooling2D()(np.arange(4.0).reshape(1, 2, 2, 1)).tolist()
    [[3.0]]
    """

    rowwise = True

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute the maximum of every channel."""
        cache.y, handed_on = self._output(x, cache)
        np.max(x, axis=(1, 2), keepdims=True, out=cache.y)
        return handed_on

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Hand dy to the largest elements."""
        x, y = cache.x, cache.y
        largest = np.equal(x, y, out=cache.buffer("largest", x.shape, bool))
        ties = np.count_nonzero(largest, axis=(1, 2), keepdims=True).astype(dy.dtype)
        dx: Array = cache.buffer("dx", x.shape, dy.dtype)
        np.multiply(largest, dy.reshape(y.shape) / ties, out=dx)
        return dx


MaxPool2D = MaxPooling2D
AvgPool2D = AveragePooling2D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalMaxPool2D = GlobalMaxPooling2D
