"""The order of an image's axes: layers compute with channels last, whichever order comes in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from nnscratch.cache import Cache
from nnscratch.layers.base import check_rank
from nnscratch.typing import Array, Shape

Method = TypeVar("Method", bound=Callable[..., Any])

AXES = {
    "channels_last": "N, height, width, channels",
    "channels_first": "N, channels, height, width",
}
"""The axes of a batch of images, by `data_format`."""


def on_images(method: Method) -> Method:
    """Make a method that is written for images (N, H, W, C) take and return those of its layer.

    Args:
        method: a forward or backward pass, from one array and a cache to one array. An array
            without four axes, such as what global pooling leaves, has no order to change.
    """

    @functools.wraps(method)
    def turned(self: Any, x: Array, cache: Cache, *args: Any, **kwargs: Any) -> Any:
        if self.data_format == "channels_last":
            return method(self, x, cache, *args, **kwargs)
        given = x.transpose(0, 2, 3, 1) if x.ndim == 4 else x
        y = method(self, given, cache, *args, **kwargs)
        if y is given:
            return x
        if y is None or y.ndim != 4:
            return y
        return cache.copied(f"{method.__name__}_channels_first", y.transpose(0, 3, 1, 2))

    return turned  # type: ignore[return-value]


def of_images(method: Method) -> Method:
    """Make a method from shape to shape, written for (N, H, W, C), work on those of its layer."""

    @functools.wraps(method)
    def turned(self: Any, input_shape: Shape) -> Shape:
        if self.data_format == "channels_last" or len(input_shape) != 4:
            shape: Shape = method(self, input_shape)
            return shape
        N, C, H, W = input_shape
        found: Shape = method(self, (N, H, W, C))
        return found if len(found) != 4 else (found[0], found[3], *found[1:3])

    return turned  # type: ignore[return-value]


def channel_axis(layer: Any) -> int:
    """Return the axis of the channels in the images of a layer."""
    return 1 if layer.data_format == "channels_first" else -1


def check_images(layer: Any, input_shape: Shape) -> None:
    """Raise unless the input is a batch of images."""
    check_rank(layer, input_shape, AXES[layer.data_format])
