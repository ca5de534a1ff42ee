"""From one value per sample to one number: reductions, sample weights, and their derivative."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.typing import Array

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)

MEANS = ("sum_over_batch_size", "mean")
"""Those that divide by the number of values."""


def standardize_reduction(reduction: Any) -> str | None:
    """Return the reduction if it is one.

    Raises:
        ValueError: it is not, with the nearest name that is.

    >>> standardize_reduction("sum")
    'sum'
    """
    if reduction not in REDUCTIONS:
        raise unknown_name("reduction", reduction, [str(name) for name in REDUCTIONS])
    return None if reduction is None else str(reduction)


def same_rank(a: Array, b: Array) -> tuple[Array, Array]:
    """Give two arrays one rank, if they differ by a last axis of length 1.

    The vector (n,) becomes a column (n, 1) to meet a column; of two higher ranks, the one with
    the extra last axis loses it. Any other pair is returned as it is. This is how labels (n,) meet
    outputs (n, 1), and sample weights meet losses; without it, NumPy would broadcast to (n, n).

    >>> a, b = same_rank(np.zeros(3), np.zeros((3, 1)))
    >>> a.shape, b.shape
    ((3, 1), (3, 1))
    """
    if a.ndim == b.ndim + 1 and a.shape[-1] == 1:
        return (a, b[:, np.newaxis]) if b.ndim == 1 else (a[..., 0], b)
    if b.ndim == a.ndim + 1 and b.shape[-1] == 1:
        return (a[:, np.newaxis], b) if a.ndim == 1 else (a, b[..., 0])
    return a, b


def together(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Broadcast targets and predictions against each other.

    Raises:
        ShapeError: they do not fit.

    >>> [a.shape for a in together(np.zeros((2, 1)), np.zeros((2, 3)))]
    [(2, 3), (2, 3)]
    """
    try:
        a, b = np.broadcast_arrays(y_true, y_pred)
    except ValueError:
        raise ShapeError(
            "Targets and predictions do not fit each other. Received "
            f"y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}"
        ) from None
    return a, b


def fold(d: Array, shape: tuple[int, ...]) -> Array:
    """Sum a gradient over the axes that broadcasting repeated, back to the original shape.

    >>> fold(np.ones((2, 3)), (2, 1)).tolist()
    [[3.0], [3.0]]
    """
    if d.size == math.prod(shape):
        return d.reshape(shape)
    extra = d.ndim - len(shape)
    d = d.sum(axis=tuple(range(extra)))
    repeated = tuple(i for i, size in enumerate(shape) if size == 1 and d.shape[i] != 1)
    folded: Array = d.sum(axis=repeated, keepdims=True)
    return folded.reshape(shape)


def spread(dy: Array, dvalues: float | Array, axis: int = -1) -> Array:
    """Multiply in place each sample's slopes by the derivative of the loss by that sample's value.

    Args:
        dy: the derivative of each value by the predictions it was computed from.
        dvalues: the derivative of the loss by each value, or one number if all are equal.
        axis: the axis of `dy` that the values no longer have.
    """
    if isinstance(dvalues, float):
        dy *= dvalues
    else:
        dy *= np.expand_dims(dvalues, axis)
    return dy


def reduce_values(
    values: Array, sample_weight: Any, mask: Array | None, reduction: str | None, cache: Cache
) -> Array:
    r"""Weight the values and reduce them, to an array of shape () that the cache owns.

    L = Σ w_i v_i / n, where n is the number of values for `"sum_over_batch_size"` and `"mean"`,
    1 for `"sum"`, Σ w_i for `"mean_with_sample_weight"`; no sum at all for None and `"none"`.
    The number of values is counted as it is, not weighted: weights (1, 0, 0, 2) on four values
    still divide by 4. Values that a mask leaves out are not counted.

    Args:
        values: one value per sample, or more (N, ...).
        sample_weight: number, or array that meets the values after `same_rank`.
        mask: which values count, or None if all do.
        reduction: one of `REDUCTIONS`.
        cache: where `dvalues` finds what it needs.

    Raises:
        ShapeError: weights and values cannot be multiplied.

    Source: Keras 3, `keras/src/losses/loss.py`; a divisor of 0 gives 0.

    >>> v, w = np.ones(4), np.array([1.0, 0.0, 0.0, 2.0])
    >>> float(reduce_values(v, w, None, "sum_over_batch_size", Cache()))
    0.75
    """
    cache.values_shape = values.shape
    cache.weights = None
    weights = None
    if sample_weight is not None or mask is not None:
        weights = _merge(sample_weight, mask, reduction, values.dtype)
        values, weights = same_rank(values, weights)
        cache.weights = weights
        values = _multiply(values, weights)
        cache.weighted_shape = values.shape
    if reduction is None or reduction == "none" or values.shape in ((), (0,)):
        cache.divisor = 1.0
        return values
    total: Array = cache.buffer("reduced", (), values.dtype)
    np.add.reduce(values, axis=None, out=total)
    if reduction == "sum":
        cache.divisor = 1.0
        return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        divisor = np.add.reduce(weights, axis=None)
    else:
        divisor = values.dtype.type(values.size)
    cache.divisor = float(divisor)
    if divisor:
        np.divide(total, divisor, out=total)
    else:
        total.fill(0)
    return total


def derivative_by_values(cache: Cache, scale: float) -> float | Array:
    """Return dL/dvalues of the last `reduce_values`: one float, or an array where weights differ.

    Args:
        cache: the cache that was given to `reduce_values`.
        scale: factor to multiply in.
    """
    each = float(scale) / cache.divisor if cache.divisor else 0.0
    if cache.weights is None:
        return each
    weights = cache.weights * each
    if weights.shape != cache.weighted_shape:
        weights = np.broadcast_to(weights, cache.weighted_shape)
    return fold(weights, cache.values_shape)


def _merge(sample_weight: Any, mask: Array | None, reduction: str | None, dtype: Any) -> Array:
    if mask is None:
        return np.asarray(sample_weight, dtype=dtype)
    kept = mask.astype(dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        count = np.count_nonzero(mask)
        kept *= dtype.type(mask.size) / dtype.type(count) if count else 0.0
    if sample_weight is None:
        return kept
    kept, weights = same_rank(kept, np.asarray(sample_weight, dtype=dtype))
    return _multiply(weights, kept)


def _multiply(values: Array, weights: Array) -> Array:
    try:
        return values * weights
    except ValueError as error:
        raise ShapeError(
            f"`sample_weight` of shape {weights.shape} does not fit the losses of shape "
            f"{values.shape}. Give one weight per sample, shape {values.shape[:1]}, or one per "
            f"value, shape {values.shape}."
        ) from error
