"""What all layers on images share: batches and single images, factors and fill modes checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import config, imaging, random
from nnscratch.cache import Cache
from nnscratch.errors import unknown_name
from nnscratch.imaging.affine import FILL_MODES, INTERPOLATIONS
from nnscratch.layers.data_format import check_images, on_images
from nnscratch.layers.regularization import TrainingNoise
from nnscratch.layers.symbolic import KerasTensor
from nnscratch.typing import Array, Shape

Factor = float | Sequence[float]


class ImageLayer(TrainingNoise):
    """A layer on images, the channels last or first.

    Called on an array it takes a single image (H, W, C) too, and it is in training mode unless
    `training=False` is given, as in Keras; within a model, the model's mode counts.

    Args:
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        kwargs: see `Layer`.
    """

    build_is_saved = True

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = config.checked_data_format(data_format)

    @property
    def generator(self) -> random.SeedGenerator:
        """The stream that the layer draws from, under Keras's name."""
        return self.seed_generator

    def __call__(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """Apply the layer to images, or to a symbolic tensor.

        Args:
            args: an array (N, H, W, C), one image (H, W, C), or a `KerasTensor`.
            training: False for what the layer does in inference.
            kwargs: see `Layer`.
        """
        if any(isinstance(x, KerasTensor) for x in args):
            return super().__call__(*args, training=training, **kwargs)
        training = True if training is None else training
        if args and np.ndim(args[0]) == 3:
            return super().__call__(np.asarray(args[0])[None], training=training)[0]
        return super().__call__(*args, training=training, **kwargs)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input is a batch of images."""
        check_images(self, input_shape)


class RandomAffine(ImageLayer):
    """A layer that moves every image by an affine map of its own, in training only.

    Backward: a pixel's gradient goes to the pixels that it was made of.

    Args:
        fill_mode: what is beyond the border: `"reflect"`, `"wrap"`, `"constant"` or `"nearest"`.
        interpolation: `"bilinear"` or `"nearest"`.
        seed: int for a reproducible stream; otherwise drawn from Python's `random`.
        fill_value: what `"constant"` fills with.
        data_format: see `ImageLayer`.
        kwargs: see `Layer`.

    Raises:
        ValueError: an option is unknown.
    """

    def __init__(
        self,
        fill_mode: str,
        interpolation: str,
        seed: int | None,
        fill_value: float,
        data_format: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if fill_mode not in FILL_MODES:
            raise unknown_name("`fill_mode`", fill_mode, FILL_MODES)
        if interpolation not in INTERPOLATIONS:
            raise unknown_name("`interpolation`", interpolation, INTERPOLATIONS)
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value
        self.seed = seed
        self._make_stream(seed)

    def transforms(self, shape: tuple[int, ...]) -> Array:
        """Draw the maps for a batch of this shape: a0, a1, a2, b0, b1, b2 of each image."""
        raise NotImplementedError

    @on_images
    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute the moved images in training, x otherwise."""
        cache.active = training
        if not training:
            return x
        cache.maps = self.transforms(x.shape)
        return imaging.affine_transform(
            x, cache.maps, self.interpolation, self.fill_mode, self.fill_value
        )

    @on_images
    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Compute dx, exactly; TensorFlow's own derivative is an approximation."""
        if not cache.active or not cache.needs_dx:
            return dy
        return imaging.affine_gradient(dy, cache.maps, self.interpolation, self.fill_mode)


class Bounded:
    """A factor's range: what a number, or a pair of them, stands for.

    Args:
        low: the least value that is allowed.
        high: the largest.
        low_is_allowed: whether `low` itself is.
    """

    def __init__(self, low: float, high: float, low_is_allowed: bool = True) -> None:
        self.low = low
        self.high = high
        self.low_is_allowed = low_is_allowed

    def pair(self, argument: str, factor: Any) -> tuple[float, float]:
        """Return lower and upper bound; a single number f stands for (-f, f), cut at the range.

        Args:
            argument: name of the argument, for the error.
            factor: a number or a pair of them.

        Raises:
            ValueError: it is something else, or out of range.

        >>> Bounded(-1, 1).pair("factor", 0.3), Bounded(0, 1).pair("factor", 0.3)
        ((-0.3, 0.3), (0, 0.3))
        """
        several = isinstance(factor, (tuple, list))
        parts = factor if several else [factor]
        numbers = all(isinstance(f, (int, float)) and not isinstance(f, bool) for f in parts)
        if len(parts) != (2 if several else 1) or not numbers or not all(map(self._fits, parts)):
            start = "[" if self.low_is_allowed else "("
            raise ValueError(
                f"`{argument}` must be a number, or a pair of them, in {start}{self.low}, "
                f"{self.high}]. Received: {argument}={factor!r}"
            )
        if several:
            lower, upper = sorted(factor)
            return lower, upper
        return max(-abs(factor), self.low), abs(factor)

    def _fits(self, value: float) -> bool:
        above = value >= self.low if self.low_is_allowed else value > self.low
        return above and value <= self.high
