"""Images brought to a size without distortion: cut to its proportions, or padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.imaging.resize import checked, resize
from nnscratch.typing import Array

Window = tuple[slice, slice]


def center_window(height: int, width: int, size: Sequence[int]) -> Window:
    """Return the largest window in the middle of an image that has the proportions of a size.

    Args:
        height: height of the image.
        width: its width.
        size: height and width whose proportions are wanted.

    >>> center_window(100, 50, (10, 10))
    (slice(25, 75, None), slice(0, 50, None))
    """
    rows = max(min(height, int(float(width * size[0]) / size[1])), 1)
    columns = max(min(width, int(float(height * size[1]) / size[0])), 1)
    top, left = int(float(height - rows) / 2), int(float(width - columns) / 2)
    return slice(top, top + rows), slice(left, left + columns)


def smart_resize(
    x: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    data_format: str = "channels_last",
) -> Array:
    """Resize images without distortion, cutting off what does not fit the proportions.

    Args:
        x: one image or a batch.
        size: height and width wanted.
        interpolation: see `nnscratch.imaging.resize`.
        data_format: `"channels_last"` or `"channels_first"`.

    Shapes: (N, H, W, C) to (N, H', W', C), or (H, W, C) to (H', W', C); channels first likewise.

    Raises:
        ShapeError: the images have another number of axes.
        ValueError: the interpolation is unknown.

    >>> smart_resize(np.ones((4, 8, 3), np.float32), (2, 2)).shape
    (2, 2, 3)
    """
    images: Array = np.asarray(x)
    if data_format == "channels_first":
        images = np.moveaxis(images, -3, -1)
    checked(images, size, interpolation)
    rows, columns = center_window(images.shape[-3], images.shape[-2], size)
    resized = resize(images[..., rows, columns, :], size, interpolation)
    return np.moveaxis(resized, -1, -3) if data_format == "channels_first" else resized


def resize_with_pad(images: Array, size: Sequence[int], method: str = "bilinear") -> Array:
    """Resize images without distortion, with zeros on the two sides where they are too narrow.

    Args:
        images: one image or a batch.
        size: height and width wanted.
        method: see `nnscratch.imaging.resize`.

    Shapes: (N, H, W, C) to (N, H', W', C), or (H, W, C) to (H', W', C).

    Source: TensorFlow's `tf.image.resize_with_pad`.

    >>> resize_with_pad(np.ones((2, 2, 1)), (2, 4))[0, :, 0].tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    height, width = checked(images, size, method)
    ratio = max(images.shape[-2] / width, images.shape[-3] / height)
    free = [(height - images.shape[-3] / ratio) / 2, (width - images.shape[-2] / ratio) / 2]
    top, left = (max(0, int(np.floor(part))) for part in free)
    rows, columns = (int(np.floor(images.shape[axis] / ratio)) for axis in (-3, -2))
    resized = resize(images, (rows, columns), method)
    after = (height - top - rows, width - left - columns)
    edges = ((top, after[0]), (left, after[1]), (0, 0))
    return np.pad(resized, ((0, 0), *edges) if images.ndim == 4 else edges)
