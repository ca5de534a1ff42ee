"""Images cut and resized to a fixed height and width."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import imaging, random
from nnscratch.cache import Cache
from nnscratch.errors import unknown_name
from nnscratch.layers.config import not_offered
from nnscratch.layers.data_format import of_images, on_images
from nnscratch.layers.images import ImageLayer
from nnscratch.layers.windows import checked_pair
from nnscratch.typing import Array, Shape

INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")


class _Sized(ImageLayer):
    """A layer that gives images of a fixed size.

    A call cuts a window out of the image, puts a margin around it, and resizes the result; each of
    the three may do nothing. Backward undoes them in turn.
    """

    interpolation = "bilinear"
    antialias = False

    def __init__(self, height: int, width: int, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height, self.width = checked_pair("height, width", (height, width))

    @of_images
    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, height, width, C)."""
        return (input_shape[0], self.height, self.width, input_shape[-1])

    @property
    def _size(self) -> tuple[int, int]:
        return self.height, self.width

    def _apply(
        self,
        x: Array,
        cache: Cache,
        window: tuple[slice, slice],
        margin: tuple[int, int] = (0, 0),
        fill_value: float = 0.0,
    ) -> Array:
        """Cut, pad and resize, noting what backward needs."""
        cache.shape, cache.window, cache.margin = x.shape, window, margin
        y = x[:, window[0], window[1]]
        if any(margin):
            down, across = ((edge, edge) for edge in margin)
            y = np.pad(y, ((0, 0), down, across, (0, 0)), constant_values=fill_value)
        cache.wide = y.shape[1:3]
        if y.shape[1:3] == self._size:
            return y
        return imaging.resize(y, self._size, self.interpolation, self.antialias)

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Hand dy to the pixels that each was made of; what was cut off gets zero."""
        if dy.shape[1:3] != cache.wide:
            dy = imaging.resize_gradient(dy, cache.wide, self.interpolation, self.antialias)
        down, across = cache.margin
        inner = dy[:, down : dy.shape[1] - down, across : dy.shape[2] - across]
        dx: Array = cache.buffer("dx", cache.shape, dy.dtype)
        dx.fill(0)
        dx[:, cache.window[0], cache.window[1]] = inner
        return dx


class CenterCrop(_Sized):
    r"""The middle of every image, height × width pixels; one that is too small is enlarged.

    An image that is smaller is resized, cut to the proportions first. Backward: dy goes to the
    pixels that each was made of; what was cut off gets zero.

    Args:
        height: height wanted.
        width: width wanted.
        data_format: see `ImageLayer`.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, height, width, C).

    Raises:
        ValueError: a size is not positive.

    >>> CenterCrop(1, 2)(np.arange(12.0).reshape(3, 4, 1))[0, :, 0].tolist()
    [5.0, 6.0]
    """

    config_names = ("data_format", "height", "width")

    def __init__(
        self, height: int, width: int, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(height, width, data_format, **kwargs)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Cut out the middle, or enlarge."""
        top, left = ((n - out) // 2 for n, out in zip(x.shape[1:3], self._size, strict=True))
        if top < 0 or left < 0:
            return self._apply(x, cache, imaging.center_window(x.shape[1], x.shape[2], self._size))
        window = (slice(top, top + self.height), slice(left, left + self.width))
        return self._apply(x, cache, window)


class RandomCrop(_Sized):
    r"""A random part of every image in training, the same place for the whole batch.

    The place is uniform over all that fit. In inference the image is cut to the proportions wanted
    and resized; so it is in training where it is not larger both ways. Backward as in
    `CenterCrop`.

    Args:
        height: height wanted.
        width: width wanted.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        data_format: see `ImageLayer`.
        name: name of the layer.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, height, width, C).

    Raises:
        ValueError: a size is not positive.

    Convention: Keras 3.15.1 leaves the image uncut in inference, against its own documentation and
    the shape that it foretells, so that no layer can follow; here the documentation holds.

    >>> crop = RandomCrop(2, 2, seed=1)
    >>> crop(np.arange(16.0).reshape(4, 4, 1))[:, :, 0].tolist()
    [[8.0, 9.0], [12.0, 13.0]]
    """

    config_names = ("data_format", "height", "width", "seed")

    def __init__(
        self,
        height: int,
        width: int,
        seed: int | None = None,
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(height, width, data_format, name=name, **kwargs)
        self.seed = random.make_default_seed() if seed is None else seed
        self._make_stream(seed)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Cut out a random part in training, the middle in its proportions otherwise."""
        H, W = x.shape[1:3]
        if not training:
            return self._apply(x, cache, imaging.center_window(H, W, self._size))
        if self.height < H and self.width < W:
            top, left = self._draw(H - self.height + 1), self._draw(W - self.width + 1)
        else:
            rows, columns = imaging.center_window(H, W, self._size)
            top, left = rows.start, columns.start
        window = (slice(top, top + self.height), slice(left, left + self.width))
        return self._apply(x, cache, window)

    def _draw(self, places: int) -> int:
        return int(random.uniform((), 0.0, float(places), seed=self.seed_generator))


class Resizing(_Sized):
    r"""Every image resized to height × width. Backward: dy goes to the pixels each was made of.

    Args:
        height: height wanted.
        width: width wanted.
        interpolation: `"bilinear"`, `"nearest"`, `"bicubic"`, `"lanczos3"` or `"lanczos5"`.
        crop_to_aspect_ratio: cut the image to the proportions first, so that it is not distorted.
        pad_to_aspect_ratio: put a margin on two sides of it first, to the same end.
        fill_mode: `"constant"`: the margin has the value `fill_value`.
        fill_value: the value of the margin.
        antialias: smooth an image that is made smaller.
        data_format: see `ImageLayer`.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), y (N, height, width, C).

    Raises:
        ValueError: a size is not positive, an option unknown, or both ways to keep the proportions
            are asked for.

    Source: see `nnscratch.imaging.resize`. Whole numbers become the layer's type here; Keras
    rounds the result back to whole numbers.

    >>> Resizing(1, 4)(np.array([0.0, 4.0]).reshape(1, 2, 1))[0, :, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """

    config_names = (
        *("data_format", "height", "width", "interpolation", "crop_to_aspect_ratio"),
        *("pad_to_aspect_ratio", "fill_mode", "fill_value", "antialias"),
    )

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(height, width, data_format, **kwargs)
        if interpolation not in INTERPOLATIONS:
            raise unknown_name("`interpolation`", interpolation, INTERPOLATIONS)
        if fill_mode != "constant":
            raise not_offered(self, "fill_mode", fill_mode, "Keras too has only 'constant'.")
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                "An image is either cut or padded to the proportions: give one of "
                "`crop_to_aspect_ratio` and `pad_to_aspect_ratio`."
            )
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = bool(antialias)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Resize, cut or padded to the proportions first where that was asked for."""
        H, W = x.shape[1:3]
        window, margin = (slice(0, H), slice(0, W)), (0, 0)
        if self.crop_to_aspect_ratio:
            window = imaging.center_window(H, W, self._size)
        elif self.pad_to_aspect_ratio:
            rows = max(H, int(np.float32(W * self.height) / np.float32(self.width)))
            columns = max(W, int(np.float32(H * self.width) / np.float32(self.height)))
            margin = ((rows - H) // 2, (columns - W) // 2)
        return self._apply(x, cache, window, margin, self.fill_value)
