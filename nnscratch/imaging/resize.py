"""Bring images to another size, with TensorFlow's numbers, and the derivative of doing so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnscratch.errors import ShapeError, unknown_name
from nnscratch.imaging import taps
from nnscratch.typing import Array

METHODS = (
    *("bilinear", "nearest", "bicubic", "area"),
    *("lanczos3", "lanczos5", "gaussian", "mitchellcubic"),
)


def resize(
    images: Array, size: Sequence[int], method: str = "bilinear", antialias: bool = False
) -> Array:
    """Resize images; the centres of the pixels keep their places.

    The centre of pixel o of H' lies at (o + ½)·H/H' - ½ of the image of height H.

    Args:
        images: a batch of images, or one.
        size: height and width wanted.
        method: `"bilinear"`, `"nearest"`, `"bicubic"`, `"area"`, `"lanczos3"`, `"lanczos5"`,
            `"gaussian"` or `"mitchellcubic"`.
        antialias: smooth an image that is made smaller; without effect on `"nearest"` and
            `"area"`.

    Shapes:
        (N, H, W, C) to (N, H', W', C), or (H, W, C) to (H', W', C). `"nearest"` keeps the type;
        otherwise float64 stays float64, where TensorFlow computes in float32, and everything else
        becomes float32.

    Raises:
        ShapeError: `images` has another number of axes, or a size is not positive.
        ValueError: the method is unknown.

    Source: TensorFlow's `tf.image.resize` with half-pixel centres; R. Keys (1981), "Cubic
    convolution interpolation for digital image processing".

    >>> resize(np.array([[[0.0], [4.0]]]), (1, 4))[0, :, 0].tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    checked(images, size, method)
    antialias = antialias and method not in ("nearest", "area")
    if method == "nearest":
        rows, columns = (_indices(*pair) for pair in zip(images.shape[-3:-1], size, strict=True))
        return images[..., rows[:, None], columns[None, :], :]
    x = images if images.dtype == np.float64 else images.astype(np.float32)
    down, across = _pair_of_taps(x, size, method, antialias)
    if method == "bilinear" and not antialias:
        return _lerp(_lerp(x, across, x.ndim - 2), down, x.ndim - 3)
    if method == "bicubic" and not antialias:
        return _gathered(_gathered(x, across, x.ndim - 2), down, x.ndim - 3)
    return _gathered(_gathered(x, down, x.ndim - 3), across, x.ndim - 2)


def resize_gradient(
    dy: Array, size: Sequence[int], method: str = "bilinear", antialias: bool = False
) -> Array:
    """Return dL/dx of `resize`: each pixel's gradient goes back to the pixels it was made of.

    Resizing is linear, y = R_h·x·R_wᵀ, so dx = R_hᵀ·dy·R_w.

    Args:
        dy: the gradient with respect to the resized images.
        size: height and width of the images before.
        method: as in `resize`.
        antialias: as in `resize`.

    Shapes: (N, H', W', C) to (N, H, W, C).

    >>> resize_gradient(np.ones((1, 1, 4, 1)), (1, 2))[0, 0, :, 0].tolist()
    [2.0, 2.0]
    """
    down, across = (
        _matrix(method, n, out, antialias) for n, out in zip(size, dy.shape[-3:-1], strict=True)
    )
    dx: Array = np.einsum("oh,...owc->...hwc", down.astype(dy.dtype), dy)
    return np.asarray(np.einsum("ow,...hoc->...hwc", across.astype(dy.dtype), dx))


def checked(images: Array, size: Sequence[int], method: str) -> tuple[int, int]:
    """Return height and width wanted.

    Raises:
        ShapeError: `images` is not one image or a batch, or a size is not positive.
        ValueError: the method is unknown.
    """
    if method not in METHODS:
        raise unknown_name("interpolation", method, METHODS)
    if images.ndim not in (3, 4):
        raise ShapeError(
            "Images have the shape (N, height, width, channels), or (height, width, channels) for "
            f"one. Received: shape={images.shape}"
        )
    if len(size) != 2 or min(size) < 1:
        raise ShapeError(f"A size is a positive height and width. Received: {tuple(size)}")
    return int(size[0]), int(size[1])


def _indices(size: int, out: int) -> Array:
    return taps.nearest(size, out).indices[:, 0]


def _taps(method: str, size: int, out: int, antialias: bool) -> taps.Taps:
    plain = {
        "nearest": taps.nearest,
        "bilinear": taps.bilinear,
        "bicubic": taps.bicubic,
        "area": taps.area,
    }
    if method in ("nearest", "area") or (method in plain and not antialias):
        return plain[method](size, out)
    return taps.by_kernel(method, size, out, antialias)


def _pair_of_taps(
    x: Array, size: Sequence[int], method: str, antialias: bool
) -> tuple[taps.Taps, taps.Taps]:
    down, across = (
        _taps(method, n, out, antialias) for n, out in zip(x.shape[-3:-1], size, strict=True)
    )
    return down, across


def _matrix(method: str, size: int, out: int, antialias: bool) -> Array:
    indices, weights = _taps(method, size, out, antialias)
    matrix = np.zeros((out, size))
    np.add.at(matrix, (np.arange(out)[:, None], indices), weights)
    return matrix


def _lerp(x: Array, row: taps.Taps, axis: int) -> Array:
    """Go from the lower to the upper neighbour by the share of the way."""
    lower = np.take(x, row.indices[:, 0], axis)
    upper = np.take(x, row.indices[:, 1], axis)
    upper -= lower
    upper *= _along(row.weights[:, 1], axis, x)
    lower += upper
    return lower


def _gathered(x: Array, row: taps.Taps, axis: int) -> Array:
    total = np.take(x, row.indices[:, 0], axis) * _along(row.weights[:, 0], axis, x)
    for k in range(1, row.indices.shape[1]):
        total += np.take(x, row.indices[:, k], axis) * _along(row.weights[:, k], axis, x)
    return np.asarray(total)


def _along(values: Array, axis: int, x: Array) -> Array:
    shape = [1] * x.ndim
    shape[axis] = len(values)
    return values.reshape(shape).astype(x.dtype)
