"""Sums, means and extremes over axes, with their derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.ops.operands import as_array, as_float
from nnscratch.ops.operation import Operation, apply
from nnscratch.typing import Array


class Reduction(Operation):
    """y = f(x) over some axes, or all. Options: `axis` and `keepdims`."""

    config_names = ("axis", "keepdims")
    axis: Any
    keepdims: bool

    @property
    def _axes(self) -> Any:
        return tuple(self.axis) if isinstance(self.axis, list) else self.axis

    def _wide(self, y: Any, x: Array) -> Any:
        """Give an output, or its gradient, the axes of x again, of size 1."""
        if self.keepdims or self.axis is None:
            return np.asarray(y) if self.keepdims else np.reshape(y, (1,) * x.ndim)
        return np.expand_dims(y, self._axes)

    def _count(self, x: Array) -> int:
        axes = range(x.ndim) if self.axis is None else np.atleast_1d(self._axes)
        return math.prod(x.shape[axis] for axis in axes)


class Sum(Reduction):
    """y = Σ x. Backward: dx = dy."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the sum, in x's type."""
        x = as_array(operands[0])
        dtype = "int32" if x.dtype.kind == "b" else x.dtype
        return np.asarray(np.sum(x, axis=self._axes, keepdims=self.keepdims, dtype=dtype))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy for every element."""
        return [np.broadcast_to(self._wide(dy, operands[0]), operands[0].shape)]


class Mean(Reduction):
    """y = Σ x / n. Backward: dx = dy/n."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the mean; of integers, as floatx."""
        x = as_float(operands[0])
        total = np.sum(x, axis=self._axes, keepdims=self.keepdims, dtype=x.dtype)
        return np.asarray(total / x.dtype.type(self._count(x)))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy/n for every element."""
        x = operands[0]
        wide = self._wide(dy, x) / dy.dtype.type(self._count(x))
        return [np.broadcast_to(wide, x.shape)]


class Prod(Reduction):
    """y = Π x. Backward: dx_i = dy·Π_{j≠i} x_j."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the product."""
        x = as_array(operands[0])
        product: Any = np.prod
        cache.y = np.asarray(product(x, axis=self._axes, keepdims=self.keepdims, dtype=x.dtype))
        return cache.y

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy·y/x; an element that is 0 takes the product of the others."""
        x = operands[0]
        zeros = np.count_nonzero(x == 0, axis=self._axes, keepdims=True)
        filled = np.where(x == 0, x.dtype.type(1), x)
        others = np.prod(filled, axis=self._axes, keepdims=True) / filled
        alone = np.where(x == 0, zeros == 1, zeros == 0)
        return [self._wide(dy, x) * np.where(alone, others, x.dtype.type(0))]


class Max(Reduction):
    """y = max x. Backward: dx = dy/k where x is one of the k largest elements."""

    pick: Any = staticmethod(np.max)

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the extreme."""
        x = as_array(operands[0])
        cache.y = np.asarray(type(self).pick(x, axis=self._axes, keepdims=self.keepdims))
        return cache.y

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy, shared evenly among equal elements, as in TensorFlow."""
        x = operands[0]
        chosen = (x == self._wide(cache.y, x)).astype(dy.dtype)
        count = np.sum(chosen, axis=self._axes, keepdims=True)
        return [chosen * (self._wide(dy, x) / count)]


class Min(Max):
    """y = min x. Backward: dx = dy/k where x is one of the k smallest elements."""

    pick: Any = staticmethod(np.min)


class Var(Reduction):
    """y = Σ (x - mean)²/n. Backward: dx = 2·(x - mean)/n·dy."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the variance."""
        x = as_float(operands[0])
        cache.centred = x - np.mean(x, axis=self._axes, keepdims=True)
        squares = np.square(cache.centred)
        return np.asarray(np.mean(squares, axis=self._axes, keepdims=self.keepdims))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return 2·(x - mean)/n·dy; what rounding left of the mean is taken away first."""
        x = operands[0]
        rest = np.mean(cache.centred, axis=self._axes, keepdims=True)
        scaled = self._wide(dy, x) * dy.dtype.type(2.0 / self._count(x))
        return [(cache.centred - rest) * scaled]


class Std(Var):
    """y = √variance. Backward: that of the variance, divided by 2y; 0 where dy is."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the standard deviation."""
        cache.y = np.sqrt(super().compute(cache, *operands))
        return np.asarray(cache.y)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return (x - mean)/(n·y)·dy."""
        dvar = np.divide(dy, cache.y + cache.y, out=np.zeros_like(dy), where=dy != 0)
        return super().gradients(dvar, cache, *operands)


class Logsumexp(Reduction):
    """y = log Σ e^x. Backward: dx = softmax(x)·dy."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the logarithm; a finite maximum is taken out first, so nothing overflows."""
        x = as_float(operands[0])
        highest = np.max(x, axis=self._axes, keepdims=True)
        highest = np.where(np.isfinite(highest), highest, np.zeros_like(highest))
        powers = np.exp(x - highest)
        total = np.sum(powers, axis=self._axes, keepdims=True)
        with np.errstate(invalid="ignore"):  # sums of 0 and of infinity have no shares
            cache.shares = powers / total
        y = np.log(total) + highest
        return np.asarray(y if self.keepdims else np.squeeze(y, self._axes))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return softmax(x)·dy."""
        return [cache.shares * self._wide(dy, operands[0])]


class Compared(Reduction):
    """A reduction that no gradient passes: truth values, or places."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the result."""
        x = np.asarray(operands[0])
        found = np.asarray(type(self).find(x, axis=self._axes, keepdims=self.keepdims))
        return found if found.dtype.kind == "b" else found.astype("int32")

    find: Any


class All(Compared):
    """Whether all elements are true."""

    find = staticmethod(np.all)


class OneTrue(Compared):
    """Whether one element is true."""

    find = staticmethod(np.any)


class Argmax(Compared):
    """Where the largest element is."""

    find = staticmethod(np.argmax)


class Argmin(Compared):
    """Where the smallest element is."""

    find = staticmethod(np.argmin)


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the sum over axes; over all by default."""
    x = _stacked(x)
    return apply(Sum(axis=axis, keepdims=keepdims), x)


def _stacked(x: Any) -> Any:
    """Make one tensor of a list that holds tensors, as people write `ops.sum(self.losses)`."""
    if isinstance(x, (list, tuple)) and any(np.ndim(part) or hasattr(part, "dtype") for part in x):
        from nnscratch.ops.shapes import stack

        return stack(x)
    return x


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the mean over axes; over all by default."""
    return apply(Mean(axis=axis, keepdims=keepdims), _stacked(x))


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the product over axes; over all by default."""
    return apply(Prod(axis=axis, keepdims=keepdims), x)


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the largest element over axes; over all by default."""
    return apply(Max(axis=axis, keepdims=keepdims), x)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the smallest element over axes; over all by default."""
    return apply(Min(axis=axis, keepdims=keepdims), x)


def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the variance over axes; over all by default."""
    return apply(Var(axis=axis, keepdims=keepdims), x)


def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the standard deviation over axes; over all by default."""
    return apply(Std(axis=axis, keepdims=keepdims), x)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return log Σ e^x over axes; over all by default."""
    return apply(Logsumexp(axis=axis, keepdims=keepdims), x)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return whether all elements are true."""
    return apply(All(axis=axis, keepdims=keepdims), x)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return whether one element is true."""
    return apply(OneTrue(axis=axis, keepdims=keepdims), x)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Return where the largest element is; among all, counted row by row, by default."""
    return apply(Argmax(axis=axis, keepdims=keepdims), x)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """Return where the smallest element is; among all, counted row by row, by default."""
    return apply(Argmin(axis=axis, keepdims=keepdims), x)


CLASSES: dict[str, type[Operation]] = {
    cls.__name__: cls
    for cls in (Sum, Mean, Prod, Max, Min, Var, Std, Logsumexp, All, Argmax, Argmin)
}
CLASSES["Any"] = OneTrue
"""The operations of this module, by the names that Keras gives them in files."""
