"""Which elements of a row a resized row is made of, and with what weights, method by method.

All of it is computed in float32, as TensorFlow does, so that the choice of elements is the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nnscratch.typing import Array

TABLE_SIZE = 1024


class Taps(NamedTuple):
    """Element `o` of the resized row is the sum over k of weights[o, k]·x[indices[o, k]].

    Attributes:
        indices: int64 (out, taps).
        weights: float32 (out, taps).
    """

    indices: Array
    weights: Array


def _zero_outside(x: Array, radius: float, values: Array) -> Array:
    return np.asarray(np.where(x < np.float32(radius), values, np.float32(0)))


def _triangle(x: Array) -> Array:
    return np.asarray(np.maximum(np.float32(0), np.float32(1) - x))


def _keys(x: Array) -> Array:
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return _zero_outside(x, 2, np.where(x >= 1, far, near))


def _mitchell(x: Array) -> Array:
    near = ((7.0 / 6.0 * x - 2.0) * x) * x + 8.0 / 9.0
    far = ((-7.0 / 18.0 * x + 2.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0
    return _zero_outside(x, 2, np.where(x >= 1, far, near))


def _gaussian(x: Array) -> Array:
    return _zero_outside(x, 1.5, np.exp(-x * x / (2 * 0.5**2)))


def _lanczos(radius: float) -> Callable[[Array], Array]:
    def kernel(x: Array) -> Array:
        inside = np.where(x <= np.float32(1e-3), np.float32(1), x)
        bump = radius * np.sin(math.pi * inside) * np.sin(math.pi * inside / radius)
        values = np.where(x <= np.float32(1e-3), np.float32(1), bump / (math.pi * inside) ** 2)
        return np.where(x > radius, np.float32(0), values)

    return kernel


KERNELS: dict[str, tuple[float, Callable[[Array], Array]]] = {
    "lanczos3": (3.0, _lanczos(3.0)),
    "lanczos5": (5.0, _lanczos(5.0)),
    "gaussian": (1.5, _gaussian),
    "mitchellcubic": (2.0, _mitchell),
    "bilinear": (1.0, _triangle),
    "bicubic": (2.0, _keys),
}
"""Radius and function of each kernel; the last two are used where the result is antialiased."""


def nearest(size: int, out: int) -> Taps:
    """Return the element at the centre of each resized one."""
    places = (_steps(out) + np.float32(0.5)) * _scale(size, out)
    indices = np.minimum(np.floor(places).astype(np.int64), size - 1)
    return Taps(indices[:, None], np.ones((out, 1), np.float32))


def bilinear(size: int, out: int) -> Taps:
    """Return the two neighbours of each centre; at the border both are the same element."""
    places = _centres(size, out)
    floor = np.floor(places)
    lower = np.maximum(floor, 0).astype(np.int64)
    upper = np.minimum(np.ceil(places), size - 1).astype(np.int64)
    share = (places - floor).astype(np.float32)
    weights = np.stack([np.float32(1) - share, share], axis=1)
    return Taps(np.stack([lower, upper], axis=1), weights)


def bicubic(size: int, out: int) -> Taps:
    """Return four neighbours with the weights of Keys's cubic, read from a table of 1024 steps."""
    places = _centres(size, out)
    floor = np.floor(places)
    step = np.rint((places - floor) * np.float32(TABLE_SIZE)).astype(np.int64)
    distances = np.stack([TABLE_SIZE + step, step, TABLE_SIZE - step, 2 * TABLE_SIZE - step], 1)
    weights = _keys_exactly(distances / TABLE_SIZE).astype(np.float32)
    wanted = floor[:, None].astype(np.int64) + np.arange(-1, 3)
    indices = np.clip(wanted, 0, size - 1)
    return _normalized(indices, np.where(indices == wanted, weights, np.float32(0)))


def _keys_exactly(x: Array) -> Array:
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x >= 1, far, near)


def area(size: int, out: int) -> Taps:
    """Return all elements that a resized one covers, weighted by how much of them it covers."""
    scale = _scale(size, out)
    start = _steps(out) * scale
    end = (_steps(out) + np.float32(1)) * scale
    first = np.floor(start).astype(np.int64)
    count = int((np.ceil(end).astype(np.int64) - first).max())
    wanted = first[:, None] + np.arange(count)
    covered = np.minimum(wanted + 1, end[:, None]) - np.maximum(wanted, start[:, None])
    weights = (np.maximum(covered, 0) / scale).astype(np.float32)
    return Taps(np.minimum(wanted, size - 1), weights)


def by_kernel(method: str, size: int, out: int, antialias: bool) -> Taps:
    """Return the elements within a kernel's radius; antialiased, the radius grows with the step."""
    radius, kernel = KERNELS[method]
    scale = np.float32(1) / np.float32(np.float32(out) / np.float32(size))
    stretch = max(scale, np.float32(1)) if antialias else np.float32(1)
    places = (_steps(out) + np.float32(0.5)) * scale
    reach = np.float32(radius) * stretch
    first = np.clip(np.ceil(places - reach - np.float32(0.5)), 0, size - 1).astype(np.int64)
    last = np.clip(np.floor(places + reach - np.float32(0.5)), 0, size - 1).astype(np.int64)
    wanted = first[:, None] + np.arange(int((last - first).max()) + 1)
    distances = np.abs(wanted.astype(np.float32) + np.float32(0.5) - places[:, None])
    weights = kernel(distances * (np.float32(1) / stretch)).astype(np.float32)
    inside = wanted <= last[:, None]
    return _normalized(np.minimum(wanted, size - 1), np.where(inside, weights, np.float32(0)))


def _normalized(indices: Array, weights: Array) -> Taps:
    total = weights.sum(axis=1, keepdims=True)
    return Taps(indices, weights * (np.float32(1) / total))


def _steps(out: int) -> Array:
    return np.arange(out, dtype=np.float32)


def _scale(size: int, out: int) -> Array:
    return np.divide(size, out, dtype=np.float32)  # type: ignore[no-any-return]


def _centres(size: int, out: int) -> Array:
    places = (_steps(out) + np.float32(0.5)) * _scale(size, out)
    return np.asarray(places - np.float32(0.5))
