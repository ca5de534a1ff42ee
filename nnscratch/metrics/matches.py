"""Which predictions hit their target: the questions behind the accuracies."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import as_numeric, through_float32
from nnscratch.losses.reduction import same_rank
from nnscratch.losses.sparse import row_starts
from nnscratch.routine import perform
from nnscratch.typing import Array, ArrayLike, Shape

SMALLEST_NORMAL = {np.dtype(name): float(np.finfo(name).tiny) for name in ("float32", "float64")}


def target_kind(target_shape: Shape, output_shape: Shape) -> str:
    """Tell which crossentropy and accuracy fit: binary, sparse or categorical.

    Keras's rule: binary if the output's last axis is 1; sparse if the targets have fewer axes
    than the output or a last axis of 1; otherwise categorical.

    >>> target_kind((None,), (None, 10)), target_kind((None, 1), (None, 1))
    ('sparse', 'binary')
    """
    if output_shape[-1] == 1:
        return "binary"
    if len(target_shape) < len(output_shape) or target_shape[-1] == 1:
        return "sparse"
    return "categorical"


def equal(y_true: ArrayLike, y_pred: ArrayLike, cache: Cache | None = None) -> Array:
    """Tell where targets and predictions are the same number, after giving them one rank.

    Here and below, a cache lends the memory for the answer, which its next use overwrites.
    """
    predictions = as_numeric(y_pred, "y_pred")
    targets = as_numeric(y_true, "y_true").astype(predictions.dtype, copy=False)
    targets, predictions = same_rank(targets, predictions)
    return _equal(targets, predictions, cache or Cache())


def _equal(a: Array, b: Array, cache: Cache) -> Array:
    out = cache.buffer("hits", a.shape, np.bool_) if a.shape == b.shape else None
    return np.asarray(np.equal(a, b, out=out))


def same_side(
    y_true: ArrayLike, y_pred: ArrayLike, threshold: float = 0.5, cache: Cache | None = None
) -> Array:
    """Tell where a prediction above the threshold meets a target 1, or one not above it a 0.

    A prediction equal to the threshold counts as 0. The threshold is a float32 number, as in
    Keras, even for float64 predictions.
    """
    targets, predictions = same_rank(as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred"))
    limit = predictions.dtype.type(through_float32(threshold))
    cache = cache or Cache()
    above = np.greater(predictions, limit, out=cache.buffer("above", predictions.shape, np.bool_))
    return _equal(targets, above, cache)


def same_class(y_true: ArrayLike, y_pred: ArrayLike, cache: Cache | None = None) -> Array:
    """Tell for which samples the largest target and the largest prediction have one place."""
    targets, predictions = as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred")
    cache = cache or Cache()
    true, guessed = (place_of_largest(x, cache.child(x is targets)) for x in (targets, predictions))
    return _equal(true, guessed, cache)


def right_class(y_true: ArrayLike, y_pred: ArrayLike, cache: Cache | None = None) -> Array:
    """Tell for which samples the place of the largest prediction is the target's number."""
    targets, predictions = as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred")
    cache = cache or Cache()
    guessed = place_of_largest(predictions, cache)
    if targets.ndim == predictions.ndim and targets.shape[-1] == 1:
        return _equal(targets[..., 0], guessed, cache)
    hits = _equal(targets, guessed, cache)
    return hits[..., 0] if hits.ndim > 1 and hits.shape[-1] == 1 else hits


def place_of_largest(x: Array, cache: Cache | None = None) -> Array:
    """Return the place of the largest number on the last axis, of the first if several tie.

    As in Keras on TensorFlow, -0.0 is smaller than 0.0, NaN is smaller than any number, and
    numbers too small to be normal count as 0. These only matter in a row whose largest number is
    none of the positive normal ones, so the common case is a plain argmax.

    >>> place_of_largest(np.array([[1.0, 3.0, 3.0], [-0.0, 0.0, -1.0]])).tolist()
    [1, 1]
    """
    cache = cache or Cache()
    places: Array = x.argmax(axis=-1, out=cache.buffer("places", x.shape[:-1], np.intp))
    if x.dtype.kind == "f" and x.ndim > 1:
        tiny = SMALLEST_NORMAL.get(x.dtype) or float(np.finfo(x.dtype).tiny)
        starts = row_starts(places.size, x.shape[-1])
        index = cache.buffer("index", starts.shape, np.int64)
        np.add(places.reshape(-1), starts, out=index)
        highest = cache.buffer("highest", starts.shape, x.dtype)
        x.reshape(-1).take(index, out=highest, mode="clip")
        perform(_order_if_needed, highest, x, tiny, places)
    return places


def _order_if_needed(highest: Array, x: Array, tiny: float, places: Array) -> None:
    if not np.minimum.reduce(highest, axis=None) >= tiny:
        places[...] = _ordered(x, tiny).argmax(axis=-1)


def _ordered(x: Array, tiny: Any) -> Array:
    x = np.where(np.abs(x) < tiny, np.where(np.signbit(x), -tiny, x.dtype.type(0)), x)
    return np.where(np.isnan(x), -np.inf, x)


def among_highest(classes: Array, y_pred: Array, k: int) -> Array:
    """Tell for which rows fewer than k predictions are larger than that of the row's class.

    Ties count for the class, and numbers too small to be normal tie with 0. A row that holds NaN
    or infinity, or whose class does not exist, is a miss, as in TensorFlow's `in_top_k`.

    Args:
        classes: class numbers (N,).
        y_pred: predictions (N, C).
        k: how many guesses are allowed.
    """
    if y_pred.dtype.kind == "f":
        tiny = np.finfo(y_pred.dtype).tiny
        y_pred = np.where(np.abs(y_pred) < tiny, y_pred.dtype.type(0), y_pred)
    count = y_pred.shape[-1]
    exists = (classes >= 0) & (classes < count)
    own = y_pred[np.arange(len(y_pred)), np.where(exists, classes, 0)]
    with np.errstate(invalid="ignore"):
        larger = np.count_nonzero(y_pred > own[:, np.newaxis], axis=-1)
    return np.asarray((larger < k) & exists & np.isfinite(y_pred).all(axis=-1))
