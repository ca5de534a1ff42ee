"""Single images turned, shifted, sheared, zoomed and recoloured, as `ImageDataGenerator` does it.

Affine maps are SciPy's, the library that Keras uses for them (extra `images`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.errors import ShapeError
from nnscratch.imaging import array_to_img, img_to_array
from nnscratch.typing import Array


def apply_affine_transform(
    x: Array,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 1,
    col_axis: int = 2,
    channel_axis: int = 0,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> Array:
    """Turn, shift, shear and zoom an image about its centre.

    Pixel p of the result is what the image shows at M·(p - c) + c, with c the centre and
    M = rotation · shift · shear · zoom.

    Args:
        x: the image; it comes back as it is where all numbers are neutral.
        theta: angle of the rotation.
        tx: shift of the view to the right.
        ty: shift of the view downwards.
        shear: angle of the shear.
        zx: zoom sideways, above 1 for farther.
        zy: zoom up and down.
        row_axis: axis of the rows.
        col_axis: axis of the columns.
        channel_axis: axis of the channels, 0 or 2.
        fill_mode: what is beyond the border: SciPy's `"nearest"`, `"constant"`, `"reflect"`, …
        cval: what `"constant"` fills with.
        order: degree of the splines between the pixels; 1 is bilinear.

    Shapes: x (C, H, W), or as the axes say; the same.

    Units: angles in degrees, shifts in pixels.

    Convention: sideways and up and down change places where the column axis comes before the row
    axis, as in Keras.

    Raises:
        ShapeError: the axes are not those of an image.
        ImportError: SciPy is not installed.
    """
    if x.ndim != 3 or {row_axis, col_axis, channel_axis} != {0, 1, 2} or channel_axis == 1:
        raise ShapeError(
            "An image has three axes: rows, columns, and channels first or last. Received: "
            f"shape={x.shape}, row_axis={row_axis}, col_axis={col_axis}, "
            f"channel_axis={channel_axis}"
        )
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    matrix = _about_centre(matrix, x.shape[row_axis], x.shape[col_axis])
    if col_axis > row_axis:
        matrix[:, [0, 1]] = matrix[:, [1, 0]]
        matrix[[0, 1]] = matrix[[1, 0]]
    transform = _affine_of_scipy()
    moved = [
        transform(channel, matrix[:2, :2], matrix[:2, 2], order=order, mode=fill_mode, cval=cval)
        for channel in np.moveaxis(x, channel_axis, 0)
    ]
    return np.stack(moved, axis=channel_axis)


def _affine_of_scipy() -> Any:
    try:
        from scipy.ndimage import affine_transform
    except ImportError as error:
        raise ImportError(
            "Turning, shifting, shearing and zooming images needs SciPy: "
            "pip install 'nnscratch[images]'."
        ) from error
    return affine_transform


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> Array | None:
    """Return the product of those maps that do something; None where none does."""
    factors: list[list[list[float]]] = []
    if theta != 0:
        c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
        factors.append([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        factors.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        c, s = math.cos(math.radians(shear)), math.sin(math.radians(shear))
        factors.append([[1, -s, 0], [0, c, 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        factors.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    if not factors:
        return None
    product = np.array(factors[0])
    for factor in factors[1:]:
        product = product @ np.array(factor)
    return product


def _about_centre(matrix: Array, rows: int, columns: int) -> Array:
    x, y = rows / 2 - 0.5, columns / 2 - 0.5
    there = np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])
    back = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
    return np.asarray(there @ matrix @ back)


def apply_channel_shift(x: Array, intensity: float, channel_axis: int = 0) -> Array:
    """Add a number to an image, cut off at its own least and largest value.

    Args:
        x: the image.
        intensity: the number.
        channel_axis: accepted for compatibility: all channels get the same number, as in Keras.

    >>> apply_channel_shift(np.array([[[0.0, 5.0, 9.0]]]), 3).tolist()
    [[[3.0, 8.0, 9.0]]]
    """
    return np.asarray(np.clip(x + intensity, np.min(x), np.max(x)))


def apply_brightness_shift(x: Array, brightness: float, scale: bool = True) -> Array:
    """Multiply the brightness of an image, by way of a picture of 256 steps.

    Args:
        x: the image (H, W, C).
        brightness: factor; 0 is black, 1 leaves it as it is.
        scale: stretch the values to 0 … 255 first. Otherwise that is done only where they lie
            outside, and undone afterwards.

    Raises:
        ImportError: Pillow is not installed.
    """
    least, largest = np.min(x), np.max(x)
    stretched = bool(least < 0 or largest > 255)
    picture = array_to_img(x, scale=stretched or scale)
    from PIL import ImageEnhance

    x = img_to_array(ImageEnhance.Brightness(picture).enhance(brightness))
    if stretched and not scale:
        x = x / 255 * (largest - least) + least
    return x


def flip_axis(x: Array, axis: int) -> Array:
    """Mirror an image along an axis.

    >>> flip_axis(np.array([[1, 2], [3, 4]]), 1).tolist()
    [[2, 1], [4, 3]]
    """
    return np.flip(x, axis)


def checked_range(argument: str, pair: Any) -> tuple[float, float]:
    """Return least and largest value.

    Raises:
        ValueError: it is no pair of numbers.
    """
    fits = isinstance(pair, (tuple, list)) and len(pair) == 2
    if not fits or not all(isinstance(value, (int, float)) for value in pair):
        raise ValueError(
            f"`{argument}` must be a pair of numbers, the least and the largest. Received: {pair!r}"
        )
    return pair[0], pair[1]
