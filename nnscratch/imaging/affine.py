"""Images seen through an affine map: turned, moved, zoomed; and the derivative of doing so."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from nnscratch.typing import Array

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
INTERPOLATIONS = ("nearest", "bilinear")


def affine_transform(
    images: Array,
    transforms: Array,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0.0,
) -> Array:
    """Return images whose pixel (x, y) is what the given ones show at (x', y').

    x' = a0·x + a1·y + a2 and y' = b0·x + b1·y + b2, in pixels from the centre of the top left one,
    computed in float32. Convention: float64 pixels are mixed in float64, where TensorFlow rounds to
    float32.

    Args:
        images: the images.
        transforms: a0, a1, a2, b0, b1, b2 of each image.
        interpolation: `"nearest"` or `"bilinear"`.
        fill_mode: what is beyond the border: the image mirrored at its edge (`"reflect"`), itself
            again (`"wrap"`), its edge (`"nearest"`), or `fill_value` (`"constant"`).
        fill_value: the value of `"constant"`.

    Shapes: images (N, H, W, C), transforms (N, 6) or (N, 8) of which the last two are zero;
        (N, H, W, C).

    Source: TensorFlow's `ImageProjectiveTransformV3`, which Keras uses.

    >>> row = np.arange(4.0).reshape(1, 1, 4, 1)
    >>> one_left = np.array([[1, 0, 1, 0, 1, 0]], np.float32)
    >>> affine_transform(row, one_left, fill_value=9.0)[0, 0, :, 0].tolist()
    [1.0, 2.0, 3.0, 9.0]
    """
    N, H, W, C = images.shape
    flat = images.reshape(N * H * W, C)
    corners = list(_corners(transforms, (N, H, W), interpolation, fill_mode))
    values = []
    for places, inside, _ in corners:
        value = flat[places]
        value[~inside] = fill_value
        values.append(value)
    if interpolation == "nearest":
        return values[0].reshape(images.shape)
    dtype = np.result_type(images.dtype, np.float32)
    shares = [share.astype(dtype)[:, None] for _, _, share in corners]
    left, right, top, bottom = (shares[i] for i in range(4))
    upper = left * values[0] + right * values[1]
    lower = left * values[2] + right * values[3]
    return np.asarray(top * upper + bottom * lower).astype(images.dtype).reshape(images.shape)


def affine_gradient(
    dy: Array, transforms: Array, interpolation: str = "bilinear", fill_mode: str = "constant"
) -> Array:
    """Return dL/dx of `affine_transform`: a pixel's gradient goes to those it was made of.

    Convention: this is the exact derivative. TensorFlow moves dy by the inverse map instead, which
    is near it where the map hardly changes the scale.

    Args:
        dy: the gradient with respect to the moved images.
        transforms: as in `affine_transform`.
        interpolation: as there.
        fill_mode: as there.

    Shapes: dy (N, H, W, C) to (N, H, W, C).
    """
    N, H, W, C = dy.shape
    flat = dy.reshape(N * H * W, C)
    dx = np.zeros_like(flat)
    corners = list(_corners(transforms, (N, H, W), interpolation, fill_mode))
    shares = [share.astype(dy.dtype) for _, _, share in corners]
    for i, (places, inside, _) in enumerate(corners):
        weight = np.ones(len(flat), dy.dtype)
        if interpolation == "bilinear":
            weight = shares[i % 2] * shares[2 + i // 2]
        np.add.at(dx, places[inside], flat[inside] * weight[inside, None])
    return dx.reshape(dy.shape)


def _corners(
    transforms: Array, sizes: tuple[int, int, int], interpolation: str, fill_mode: str
) -> Iterator[tuple[Array, Array, Array]]:
    """Yield, for each pixel that one is made of, its place, whether it is inside, and a share.

    For `"bilinear"` the pixels come as top left, top right, bottom left, bottom right, and the
    shares as those of left, right, top and bottom.
    """
    N, H, W = sizes
    x, y = _coordinates(transforms, H, W, fill_mode)
    if interpolation == "nearest":
        columns, rows = [_rounded(x)], [_rounded(y)]
        shares = [np.ones(x.size, np.float32)]
    else:
        left, top = np.floor(x), np.floor(y)
        columns, rows = [left, left + 1], [top, top + 1]
        shares = [left + 1 - x, x - left, top + 1 - y, y - top]
    image = np.arange(N)[:, None, None]
    for (row, column), share in zip(itertools.product(rows, columns), shares, strict=True):
        inside = (row >= 0) & (row < H) & (column >= 0) & (column < W)
        down = np.clip(row, 0, H - 1).astype(np.int64)
        across = np.clip(column, 0, W - 1).astype(np.int64)
        places = (image * H + down) * W + across
        yield places.ravel(), inside.ravel(), share.ravel()


def _coordinates(transforms: Array, H: int, W: int, fill_mode: str) -> tuple[Array, Array]:
    a = transforms.astype(np.float32)[:, :, None, None]
    x = np.arange(W, dtype=np.float32)[None, None, :]
    y = np.arange(H, dtype=np.float32)[None, :, None]
    seen_x = a[:, 0] * x + a[:, 1] * y + a[:, 2]
    seen_y = a[:, 3] * x + a[:, 4] * y + a[:, 5]
    return _mapped(seen_x, W, fill_mode), _mapped(seen_y, H, fill_mode)


def _mapped(at: Array, size: int, fill_mode: str) -> Array:
    """Bring coordinates beyond the border back inside, all but those of `"constant"`."""
    if fill_mode == "constant":
        return at
    last = np.float32(size - 1)
    if fill_mode == "reflect":
        at = _reflected(at, size) if size > 1 else np.zeros_like(at)
    elif fill_mode == "wrap":
        at = _wrapped(at, size) if size > 1 else np.zeros_like(at)
    return np.clip(at, np.float32(0), last)


def _reflected(at: Array, size: int) -> Array:
    period = np.float32(2 * size)
    below = at + period * np.trunc(-at / period)
    below = np.where(below < -size, below + period, -below - 1)
    above = at - period * np.trunc(at / period)
    above = np.where(above >= size, period - above - 1, above)
    return np.where(at < 0, below, np.where(at > size - 1, above, at)).astype(np.float32)


def _wrapped(at: Array, size: int) -> Array:
    span = np.float32(size - 1)
    below = at + np.float32(size) * (np.trunc(-at / span) + 1)
    above = at - np.float32(size) * np.trunc(at / span)
    return np.where(at < 0, below, np.where(at > span, above, at)).astype(np.float32)


def _rounded(at: Array) -> Array:
    """Round halves away from zero."""
    return np.asarray(np.copysign(np.floor(np.abs(at) + np.float32(0.5)), at))
