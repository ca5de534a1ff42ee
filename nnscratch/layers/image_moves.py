"""Images flipped, turned, shifted and zoomed at random, in training only."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.cache import Cache
from nnscratch.errors import unknown_name
from nnscratch.layers.data_format import on_images
from nnscratch.layers.images import Bounded, Factor, ImageLayer, RandomAffine
from nnscratch.typing import Array

FLIPS = {"horizontal": (2,), "vertical": (1,), "horizontal_and_vertical": (1, 2)}
"""The axes that each mode turns round."""


class RandomFlip(ImageLayer):
    r"""Random flips: in training each image is mirrored with probability ½; inference: y = x.

    Backward: dx = dy, mirrored back.

    Args:
        mode: `"horizontal"`, `"vertical"` or `"horizontal_and_vertical"`. As in Keras, one draw
            decides on both: an image is turned by 180° or left alone, never mirrored one way only.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        data_format: see `ImageLayer`.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, H, W, C).

    Raises:
        ValueError: the mode is unknown.

    >>> flip = RandomFlip("horizontal", seed=1)
    >>> flip(np.arange(6.0).reshape(3, 1, 2, 1))[:, 0, :, 0].tolist()
    [[0.0, 1.0], [3.0, 2.0], [4.0, 5.0]]
    """

    config_names = ("data_format", "seed", "mode")

    def __init__(
        self,
        mode: str = "horizontal_and_vertical",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if mode not in FLIPS:
            raise unknown_name("`mode`", mode, FLIPS)
        self.mode = mode
        self.seed = seed
        self._make_stream(seed)

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Mirror those images whose uniform number is at most ½, in training."""
        cache.active = training
        if not training:
            return x
        drawn = random.uniform((len(x), 1, 1, 1), seed=self.seed_generator)
        cache.flips = (drawn <= np.float32(0.5)).ravel()
        return self._flipped(x, cache, "y")

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array:
        """Mirror the same images back."""
        return self._flipped(dy, cache, "dx") if cache.active else dy

    def _flipped(self, x: Array, cache: Cache, name: str) -> Array:
        y: Array = cache.buffer(name, x.shape, x.dtype)
        np.copyto(y, x)
        y[cache.flips] = np.flip(x, FLIPS[self.mode])[cache.flips]
        return y


class RandomRotation(RandomAffine):
    r"""Random rotations: in training each image is turned about its centre; inference: y = x.

    The angle is uniform in [2π·lower, 2π·upper]; a positive one turns the image counter-clockwise.

    Args:
        factor: the pair (lower, upper) as parts of a full turn, each from -1 to 1; one number f
            stands for (-f, f).
        fill_mode: what is beyond the border: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        fill_value: what `"constant"` fills with.
        data_format: see `ImageLayer`.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, H, W, C).

    Raises:
        ValueError: `factor` is out of range or an option unknown.

    >>> quarter = RandomRotation((0.25, 0.25), interpolation="nearest")
    >>> quarter(np.arange(4.0).reshape(2, 2, 1))[:, :, 0].tolist()
    [[1.0, 3.0], [0.0, 2.0]]
    """

    config_names = (
        *("data_format", "factor", "fill_mode", "fill_value", "interpolation"),
        "seed",
    )

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.factor = Bounded(-1.0, 1.0).pair("factor", factor)

    def transforms(self, shape: tuple[int, ...]) -> Array:
        """Draw an angle for each image; the centre of the image stays where it is."""
        lower, upper = (bound * 360.0 for bound in self.factor)
        degrees = random.uniform((shape[0],), lower, upper, seed=self.seed_generator)
        angle = degrees * degrees.dtype.type(math.pi / 180.0)
        cos, sin = np.cos(angle), np.sin(angle)
        cy, cx = 0.5 * (shape[1] - 1), 0.5 * (shape[2] - 1)
        a2 = cx - cx * cos + cy * sin
        b2 = cy - cx * sin - cy * cos
        return np.stack([cos, -sin, a2, sin, cos, b2], axis=1)


class RandomTranslation(RandomAffine):
    r"""Random shifts: in training each image is shifted both ways; inference: y = x.

    The shifts are uniform in [lower, upper] times the height and the width, in that order.

    Args:
        height_factor: the pair (lower, upper) as parts of the height, each from -1 to 1, positive
            for downwards; one number f stands for (-f, f).
        width_factor: the same for the width, positive for rightwards.
        fill_mode: what is beyond the border: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        fill_value: what `"constant"` fills with.
        data_format: see `ImageLayer`.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, H, W, C).

    Raises:
        ValueError: a factor is out of range or an option unknown.

    >>> right = RandomTranslation((0, 0), (0.25, 0.25), fill_mode="constant")
    >>> right(np.arange(1.0, 5.0).reshape(1, 4, 1))[0, :, 0].tolist()
    [0.0, 1.0, 2.0, 3.0]
    """

    config_names = (
        *("data_format", "height_factor", "width_factor", "fill_mode", "interpolation"),
        *("seed", "fill_value"),
    )

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        allowed = Bounded(-1.0, 1.0)
        self._height_bounds = allowed.pair("height_factor", height_factor)
        self._width_bounds = allowed.pair("width_factor", width_factor)

    def transforms(self, shape: tuple[int, ...]) -> Array:
        """Draw a shift downwards and one rightwards for each image."""
        down = random.uniform((shape[0], 1), *self._height_bounds, seed=self.seed_generator)
        right = random.uniform((shape[0], 1), *self._width_bounds, seed=self.seed_generator)
        maps = np.tile(np.array([1, 0, 0, 0, 1, 0], np.float32), (shape[0], 1))
        maps[:, 2:3] = -(right * right.dtype.type(shape[2]))
        maps[:, 5:6] = -(down * down.dtype.type(shape[1]))
        return maps


class RandomZoom(RandomAffine):
    r"""Random zooms: in training each image is seen from nearer or farther; inference: y = x.

    The scales are 1 plus a number that is uniform in [lower, upper], for the height and then for
    the width; the centre of the image stays where it is.

    Args:
        height_factor: the pair (lower, upper), each above -1 and up to 1, positive for farther;
            one number f stands for (-f, f).
        width_factor: the same for the width; None scales it as the height.
        fill_mode: what is beyond the border: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        fill_value: what `"constant"` fills with.
        data_format: see `ImageLayer`.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, H, W, C).

    Raises:
        ValueError: a factor is out of range or an option unknown.

    >>> nearer = RandomZoom((-0.5, -0.5), interpolation="nearest")
    >>> nearer(np.arange(4.0).reshape(1, 4, 1))[0, :, 0].tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    config_names = (
        *("data_format", "height_factor", "width_factor", "fill_mode", "interpolation"),
        *("seed", "fill_value"),
    )

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        allowed = Bounded(-1.0, 1.0, low_is_allowed=False)
        self._height_bounds = allowed.pair("height_factor", height_factor)
        self._width_bounds: tuple[float, float] | None = None
        if width_factor is not None:
            self._width_bounds = allowed.pair("width_factor", width_factor)

    def transforms(self, shape: tuple[int, ...]) -> Array:
        """Draw the scales of each image."""
        down = across = self._scale(shape[0], self._height_bounds)
        if self._width_bounds is not None:
            across = self._scale(shape[0], self._width_bounds)
        maps = np.zeros((shape[0], 6), np.float32)
        maps[:, 0], maps[:, 4] = across, down
        maps[:, 2] = (shape[2] - 1) / 2 * (1 - maps[:, 0])
        maps[:, 5] = (shape[1] - 1) / 2 * (1 - maps[:, 4])
        return maps

    def _scale(self, count: int, bounds: tuple[float, float]) -> Array:
        lower, upper = (1.0 + bound for bound in bounds)
        return random.uniform((count, 1), lower, upper, seed=self.seed_generator)[:, 0]
