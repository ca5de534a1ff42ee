"""Activations along an axis that make probabilities: softmax, its logarithm and sparsemax."""

from __future__ import annotations

import functools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.activations.base import Activation
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.typing import Array

SHORT = 64


def _size_along(z: Array, axis: int) -> int:
    try:
        return int(z.shape[axis])
    except IndexError:
        raise ShapeError(
            f"`axis` must name an axis of the array, which has {z.ndim} (shape {z.shape}). "
            f"Received: axis={axis}"
        ) from None


@functools.lru_cache(maxsize=64)
def _kept_shape(shape: tuple[int, ...], axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    axes = range(len(shape)) if axis is None else np.atleast_1d(axis) % max(len(shape), 1)
    return tuple(1 if i in axes else size for i, size in enumerate(shape))


def largest(z: Array, axis: int | tuple[int, ...] | None, out: Array, cache: Cache) -> Array:
    """Write the maximum of z along the axis, which is kept, into `out` and return it.

    NumPy reduces short rows one by one; the columns of their transpose go in parallel.
    """
    if z.ndim == 2 and axis in (-1, 1) and z.shape[1] <= SHORT:
        columns = cache.buffer("columns", z.shape[::-1], z.dtype)
        np.copyto(columns, z.T)
        np.maximum.reduce(columns, axis=0, out=out[:, 0])
        return out
    return np.maximum.reduce(z, axis=axis, keepdims=True, out=out)


@dataclass(frozen=True)
class _AlongAxis(Activation):
    axis: int | tuple[int, ...] | None = -1

    def __post_init__(self) -> None:
        if isinstance(self.axis, list):
            object.__setattr__(self, "axis", tuple(self.axis))

    def _reduced(self, name: str, z: Array, cache: Cache) -> Array:
        """Return a buffer of z's shape with size 1 along the axis."""
        return cache.buffer(name, _kept_shape(z.shape, self.axis), z.dtype)

    def _max(self, z: Array, cache: Cache) -> Array:
        """Return the maximum along the axis, keeping it."""
        return largest(z, self.axis, self._reduced("max", z, cache), cache)

    def _sum(self, values: Array, cache: Cache) -> Array:
        """Return the sum along the axis, keeping it."""
        out = self._reduced("sum", values, cache)
        return np.add.reduce(values, axis=self.axis, keepdims=True, out=out)


@dataclass(frozen=True)
class Softmax(_AlongAxis):
    """Softmax a_i = e^{z_i}/Σ_j e^{z_j}; backward dz = a·(da - Σ_j a_j·da_j).

    The maximum is subtracted first, so nothing overflows. Along an axis of size 1 the output is
    always 1; that is warned of, as in Keras.

    Args:
        axis: the axis, or axes, along which the outputs sum to 1; None means all of them.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs",
    1990.

    >>> import numpy as np
    >>> softmax(np.array([[1.0, 2.0, 1001.0], [0.0, 0.0, 0.0]])).round(4).tolist()
    [[0.0, 0.0, 1.0], [0.3333, 0.3333, 0.3333]]
    """

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = softmax(z)."""
        if isinstance(self.axis, int) and _size_along(z, self.axis) == 1:
            warnings.warn(
                f"softmax over axis {self.axis} of an array of shape {z.shape}: an axis of size 1 "
                "makes every output 1. For one output unit use sigmoid.",
                stacklevel=2,
            )
        cache.z = z
        shifted = cache.buffer("shifted", z.shape, z.dtype)
        np.subtract(z, self._max(z, cache), out=shifted)
        a = cache.a = np.exp(shifted, out=cache.buffer("a", z.shape, z.dtype))
        total = self._sum(a, cache)
        a /= total
        cache.softmax = z, shifted, total, a  # what a crossentropy of z would compute again
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = a·(da - Σ a·da)."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        np.multiply(da, cache.a, out=dz)
        np.subtract(da, self._sum(dz, cache), out=dz)
        dz *= cache.a
        return dz

    @property
    def is_probability(self) -> bool:
        """True: categorical crossentropy is computed from z."""
        return True


@dataclass(frozen=True)
class LogSoftmax(_AlongAxis):
    """Logarithm of the softmax a_i = z_i - log Σ_j e^{z_j}; dz = da - softmax(z)·Σ_j da_j.

    Args:
        axis: as in `Softmax`.

    >>> import numpy as np
    >>> log_softmax(np.array([[0.0, 0.0], [0.0, 1000.0]])).round(4).tolist()
    [[-0.6931, -0.6931], [-1000.0, 0.0]]
    """

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = log(softmax(z))."""
        a = cache.a = cache.buffer("a", z.shape, z.dtype)
        np.subtract(z, self._max(z, cache), out=a)
        total = self._sum(np.exp(a), cache)
        a -= np.log(total, out=total)
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = da - e^a·Σ da."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        np.exp(cache.a, out=dz)
        dz *= self._sum(da, cache)
        np.subtract(da, dz, out=dz)
        return dz


@dataclass(frozen=True)
class Sparsemax(Activation):
    r"""Sparsemax a_i = max(z_i - τ, 0): the point of the probability simplex nearest to z.

    With z sorted in descending order, k is the largest rank with 1 + k·z_(k) > Σ_{j≤k} z_(j), and
    τ = (Σ_{j≤k} z_(j) - 1)/k. Backward: dz = da - mean of da over the support {i: a_i > 0} there,
    0 elsewhere.

    Args:
        axis: the axis along which the outputs sum to 1.

    Source: Martins, Astudillo, "From softmax to sparsemax", 2016, algorithm 1. This is the
    definition; Keras up to 3.15.1 adds up partial sums instead of values for τ and returns outputs
    that do not sum to 1 as soon as the support has two elements
    (https://github.com/keras-team/keras/issues/23425, corrected there since).

    >>> import numpy as np
    >>> sparsemax(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 0.25, 0.75]
    """

    axis: int = -1

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = max(z - τ, 0)."""
        rows = np.moveaxis(z, self.axis, -1)
        shifted = rows - rows.max(axis=-1, keepdims=True)
        ordered = -np.sort(-shifted, axis=-1)
        sums = np.cumsum(ordered, axis=-1)
        ranks = np.arange(1, rows.shape[-1] + 1, dtype=z.dtype)
        k = np.count_nonzero(1.0 + ranks * ordered > sums, axis=-1, keepdims=True)
        tau = (np.take_along_axis(sums, k - 1, axis=-1) - 1.0) / k.astype(z.dtype)
        a = cache.buffer("a", z.shape, z.dtype)
        np.maximum(shifted - tau, 0.0, out=np.moveaxis(a, self.axis, -1))
        cache.support = a > 0.0
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = da minus its mean over the support, on the support."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        np.multiply(da, cache.support, out=dz)
        size: Any = np.count_nonzero(cache.support, axis=self.axis, keepdims=True)
        dz -= dz.sum(axis=self.axis, keepdims=True) / size.astype(da.dtype)
        dz *= cache.support
        return dz


softmax = Softmax()
log_softmax = LogSoftmax()
sparsemax = Sparsemax()
