"""Single images changed at random, with numbers from NumPy's legacy generator `np.random`.

They are drawn in Keras's order, so that a seed gives Keras's images.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnscratch.preprocessing.image.transforms import (
    apply_affine_transform,
    apply_brightness_shift,
    apply_channel_shift,
    checked_range,
)
from nnscratch.typing import Array


def random_rotation(
    x: Array,
    rg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """Turn an image by an angle that is uniform in [-rg, rg].

    Args:
        x: the image.
        rg: largest angle, in degrees.
        row_axis: see `apply_affine_transform`, also for what follows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is beyond the border.
        cval: what `"constant"` fills with.
        interpolation_order: degree of the splines.
    """
    theta = np.random.uniform(-rg, rg)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, theta, 0, 0, 0, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_shift(
    x: Array,
    wrg: float,
    hrg: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """Shift an image both ways, by parts of its size that are uniform in their ranges.

    Args:
        x: the image.
        wrg: largest shift as a part of the width; up and down, see `ImageDataGenerator`.
        hrg: largest shift as a part of the height; to the side.
        row_axis: see `apply_affine_transform`, also for what follows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is beyond the border.
        cval: what `"constant"` fills with.
        interpolation_order: degree of the splines.
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, 0, tx, ty, 0, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_shear(
    x: Array,
    intensity: float,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """Shear an image by an angle that is uniform in [-intensity, intensity].

    Args:
        x: the image.
        intensity: largest angle, in degrees.
        row_axis: see `apply_affine_transform`, also for what follows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is beyond the border.
        cval: what `"constant"` fills with.
        interpolation_order: degree of the splines.
    """
    shear = np.random.uniform(-intensity, intensity)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, 0, 0, 0, shear, 1, 1, *axes, fill_mode, cval, interpolation_order
    )


def random_zoom(
    x: Array,
    zoom_range: Sequence[float],
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    interpolation_order: int = 1,
) -> Array:
    """Zoom an image along both axes, each by a factor that is uniform in the range.

    Args:
        x: the image.
        zoom_range: least and largest factor.
        row_axis: see `apply_affine_transform`, also for what follows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels.
        fill_mode: what is beyond the border.
        cval: what `"constant"` fills with.
        interpolation_order: degree of the splines.

    Raises:
        ValueError: the range is no pair.
    """
    low, high = checked_range("zoom_range", zoom_range)
    zx, zy = (1, 1) if low == high == 1 else np.random.uniform(low, high, 2)
    axes = (row_axis, col_axis, channel_axis)
    return apply_affine_transform(
        x, 0, 0, 0, 0, zx, zy, *axes, fill_mode, cval, interpolation_order
    )


def random_channel_shift(x: Array, intensity_range: float, channel_axis: int = 0) -> Array:
    """Add a number that is uniform in [-range, range]; see `apply_channel_shift`."""
    return apply_channel_shift(
        x, np.random.uniform(-intensity_range, intensity_range), channel_axis
    )


def random_brightness(x: Array, brightness_range: Sequence[float], scale: bool = True) -> Array:
    """Multiply the brightness by a factor from a range; see `apply_brightness_shift`.

    Raises:
        ValueError: the range is no pair.
    """
    low, high = checked_range("brightness_range", brightness_range)
    return apply_brightness_shift(x, np.random.uniform(low, high), scale)
