"""Which predictions hit their target: the questions behind the accuracies."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import as_numeric, through_float32
from nnscratch.losses.reduction import same_rank
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


def equal(y_true: ArrayLike, y_pred: ArrayLike) -> Array:
    """Tell where targets and predictions are the same number, after giving them one rank."""
    predictions = as_numeric(y_pred, "y_pred")
    targets = as_numeric(y_true, "y_true").astype(predictions.dtype, copy=False)
    targets, predictions = same_rank(targets, predictions)
    return np.asarray(np.equal(targets, predictions))


def same_side(y_true: ArrayLike, y_pred: ArrayLike, threshold: float = 0.5) -> Array:
    """Tell where a prediction above the threshold meets a target 1, or one not above it a 0.

    A prediction equal to the threshold counts as 0. The threshold is a float32 number, as in
    Keras, even for float64 predictions.
    """
    targets, predictions = same_rank(as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred"))
    limit = predictions.dtype.type(through_float32(threshold))
    return np.asarray(np.equal(targets, np.greater(predictions, limit)))


def same_class(y_true: ArrayLike, y_pred: ArrayLike) -> Array:
    """Tell for which samples the largest target and the largest prediction have one place."""
    targets, predictions = as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred")
    return np.asarray(np.equal(place_of_largest(targets), place_of_largest(predictions)))


def right_class(y_true: ArrayLike, y_pred: ArrayLike) -> Array:
    """Tell for which samples the place of the largest prediction is the target's number."""
    targets, predictions = as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred")
    if targets.ndim == predictions.ndim and targets.shape[-1] == 1:
        return np.asarray(np.equal(targets[..., 0], place_of_largest(predictions)))
    hits = np.asarray(np.equal(targets, place_of_largest(predictions)))
    return hits[..., 0] if hits.ndim > 1 and hits.shape[-1] == 1 else hits


def place_of_largest(x: Array) -> Array:
    """Return the place of the largest number on the last axis, of the first if several tie.

    As in Keras on TensorFlow, -0.0 is smaller than 0.0, NaN is smaller than any number, and
    numbers too small to be normal count as 0. These only matter in a row whose largest number is
    none of the positive normal ones, so the common case is a plain argmax.

    >>> place_of_largest(np.array([[1.0, 3.0, 3.0], [-0.0, 0.0, -1.0]])).tolist()
    [1, 1]
    """
    places: Array = np.asarray(x.argmax(axis=-1))
    if x.dtype.kind == "f" and x.ndim > 1:
        tiny = SMALLEST_NORMAL.get(x.dtype) or float(np.finfo(x.dtype).tiny)
        starts = np.arange(0, x.size, x.shape[-1])
        highest = x.reshape(-1).take(places.reshape(-1) + starts)
        if not np.minimum.reduce(highest, axis=None) >= tiny:
            places = _ordered(x, tiny).argmax(axis=-1)
    return places


def _ordered(x: Array, tiny: Any) -> Array:
    x = np.where(np.abs(x) < tiny, np.where(np.signbit(x), -tiny, x.dtype.type(0)), x)
    return np.where(np.isnan(x), -np.inf, x)


def among_highest(classes: Array, y_pred: Array, k: int) -> Array:
    """Tell for which rows fewer than k predictions are larger than that of the row's class.

    Ties count for the class. A row that holds NaN or infinity, or whose class does not exist,
    is a miss, as in TensorFlow's `in_top_k`.

    Args:
        classes: class numbers (N,).
        y_pred: predictions (N, C).
        k: how many guesses are allowed.
    """
    count = y_pred.shape[-1]
    exists = (classes >= 0) & (classes < count)
    own = y_pred[np.arange(len(y_pred)), np.where(exists, classes, 0)]
    with np.errstate(invalid="ignore"):
        larger = np.count_nonzero(y_pred > own[:, np.newaxis], axis=-1)
    return np.asarray((larger < k) & exists & np.isfinite(y_pred).all(axis=-1))
