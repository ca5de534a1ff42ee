"""True and false positives and negatives at many thresholds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.config import epsilon
from nnscratch.errors import ShapeError
from nnscratch.losses.reduction import same_rank
from nnscratch.typing import Array, ArrayLike

NEVER = -1e10
"""What top_k sets all other predictions to, and its default threshold."""


@dataclass(frozen=True)
class Counts:
    """Weights of the four outcomes, one entry per threshold (and per label)."""

    true_positives: Array
    false_positives: Array
    true_negatives: Array
    false_negatives: Array


def threshold_list(thresholds: Any, default: float = 0.5) -> list[float]:
    """Return the thresholds as a list, or the default one.

    Args:
        thresholds: a number in [0, 1], several, or None.
        default: used for None, and not checked.

    Raises:
        ValueError: a threshold outside [0, 1], or none at all.

    >>> threshold_list(None), threshold_list(0.3), threshold_list((0.1, 0.9))
    ([0.5], [0.3], [0.1, 0.9])
    """
    if thresholds is None:
        return [default]
    several = list(thresholds) if np.ndim(thresholds) else [thresholds]
    wrong = [t for t in several if t is None or not 0 <= t <= 1]
    if wrong or not several:
        raise ValueError(
            "`thresholds` must be a number in [0, 1] or a list of such numbers. "
            f"Received: {thresholds!r}"
        )
    return [float(t) for t in several]


def evenly_spaced(thresholds: Sequence[float]) -> bool:
    """Tell whether thresholds divide [0, 1] evenly; fewer than three never do.

    >>> evenly_spaced([0.0, 0.5, 1.0]), evenly_spaced([0.0, 0.4, 1.0])
    (True, False)
    """
    if len(thresholds) < 3:
        return False
    even = np.arange(len(thresholds), dtype=np.float32) / np.float32(len(thresholds) - 1)
    return np.allclose(thresholds, even, atol=epsilon())


def even_thresholds(number: int) -> list[float]:
    """Return that many thresholds between 0 and 1, the ends left out.

    >>> even_thresholds(3)
    [0.25, 0.5, 0.75]
    """
    return [(i + 1) * 1.0 / (number + 1) for i in range(number)]


def count(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    thresholds: Sequence[float],
    dtype: np.dtype[Any],
    sample_weight: Any = None,
    *,
    evenly: bool = False,
    top_k: int | None = None,
    class_id: int | None = None,
    label_weights: Any = None,
    by_label: bool = False,
) -> Counts:
    r"""Count a batch: a prediction is positive at threshold t if p > t.

    For every prediction the number of thresholds below it is found; sums over the predictions
    with at least so many give the counts at all T thresholds together, in O(N + T).

    Args:
        y_true: targets; any but 0 is a yes.
        y_pred: predictions.
        thresholds: what to compare with.
        dtype: float type to compute in.
        sample_weight: one weight per sample, or per prediction.
        evenly: the thresholds are i/(T - 1), with the ends perhaps moved outwards by ε; the number
            of those below p is then ⌈p (T - 1)⌉, p being cut to [0, 1].
        top_k: of the last axis, only the k largest predictions may be positive.
        class_id: count this entry of the last axis alone.
        label_weights: weight of each entry of the last axis.
        by_label: count each entry of the last axis for itself; results are (T, labels).

    Raises:
        ShapeError: shapes that do not fit, or that the options cannot be applied to.

    Source: Keras 3, `keras/src/metrics/metrics_utils.py`.

    >>> c = count([0, 1, 1], [0.2, 0.6, 0.4], [0.5], np.dtype("float32"))
    >>> c.true_positives.tolist(), c.false_negatives.tolist(), c.true_negatives.tolist()
    ([1.0], [1.0], [1.0])
    """
    y = as_numeric(y_true, "y_true")
    p = as_numeric(y_pred, "y_pred").astype(dtype, copy=False)
    p, y = same_rank(p, y)
    if p.shape != y.shape:
        raise ShapeError(
            f"`y_true` and `y_pred` must have one shape. Received y_true.shape={y.shape}, "
            f"y_pred.shape={p.shape}."
        )
    weights = _sample_weights(sample_weight, y.ndim, dtype)
    if top_k is not None:
        p = _only_largest(p, top_k)
    if class_id is not None:
        _check_class(class_id, p)
        y, p = y[..., class_id : class_id + 1], p[..., class_id : class_id + 1]
    if label_weights is not None:
        own = np.asarray(label_weights, dtype=dtype)
        weights = own if weights is None else _fitted(weights, p, "sample_weight") * own
    if weights is not None:
        weights = _fitted(weights, p, "sample_weight" if label_weights is None else "label_weights")
    below, order = _thresholds_below(p, np.asarray(thresholds, dtype=dtype), evenly)
    yes = y != 0
    labels = p.shape[-1] if by_label else 1
    return _tally(below, order, yes, weights, labels, dtype)


def _tally(
    below: Array, order: Array, yes: Array, weights: Array | None, labels: int, dtype: np.dtype[Any]
) -> Counts:
    bins = len(order) + 1
    cells = below.reshape(-1, labels) + bins * np.arange(labels)
    cells = 2 * cells + yes.reshape(-1, labels)
    flat_weights = None if weights is None else weights.reshape(-1)
    sums = np.bincount(cells.reshape(-1), flat_weights, minlength=2 * bins * labels)
    sums = sums.reshape(labels, bins, 2).transpose(2, 1, 0)
    if labels == 1:
        sums = sums[..., 0]
    found: Array = np.cumsum(sums[:, ::-1], axis=1)[:, ::-1].astype(np.float64)
    all_of, positive = found[:, :1], np.empty_like(found[:, 1:])
    positive[:, order] = found[:, 1:]
    negative = all_of - positive
    return Counts(*(part.astype(dtype) for part in (*positive[::-1], *negative)))


def _thresholds_below(p: Array, thresholds: Array, evenly: bool) -> tuple[Array, Array]:
    """Return for every p the number of thresholds below it, and the thresholds' rising order."""
    missing = np.isnan(p)
    if missing.any():
        p = np.where(missing, p.dtype.type(-np.inf), p)
    if not evenly:
        order = np.argsort(thresholds, kind="stable")
        return np.searchsorted(thresholds[order], p, side="left"), order
    low = 1 if thresholds[0] < 0 or thresholds[-1] > 1 else 0
    cut = np.clip(p, p.dtype.type(0), p.dtype.type(1))
    below = np.ceil(cut * p.dtype.type(len(thresholds) - 1)).astype(np.int64)
    below = np.where(missing, 0, np.maximum(below, low))
    return below, np.arange(len(thresholds))


def _sample_weights(sample_weight: Any, rank: int, dtype: np.dtype[Any]) -> Array | None:
    if sample_weight is None:
        return None
    weights = as_numeric(sample_weight, "sample_weight").astype(dtype, copy=False)[..., np.newaxis]
    return weights[..., 0] if weights.ndim == rank + 1 else weights


def _fitted(weights: Array, p: Array, argument: str) -> Array:
    try:
        return np.broadcast_to(weights, p.shape)
    except ValueError as error:
        raise ShapeError(
            f"`{argument}` does not fit predictions of shape {p.shape}. Give one weight per "
            f"{'sample, or one per prediction' if argument == 'sample_weight' else 'label'}."
        ) from error


def _only_largest(p: Array, k: int) -> Array:
    if p.ndim == 0 or p.shape[-1] < k:
        raise ShapeError(
            f"`top_k`={k} asks for more classes than the predictions have, of shape {p.shape}."
        )
    places = np.argsort(-p, axis=-1, kind="stable")[..., :k]
    kept = np.full_like(p, NEVER)
    np.put_along_axis(kept, places, np.take_along_axis(p, places, -1), -1)
    return kept


def _check_class(class_id: int, p: Array) -> None:
    if p.ndim < 2 or not 0 <= class_id < p.shape[-1]:
        raise ShapeError(
            f"`class_id`={class_id} needs predictions (n, classes) that have this class. Received "
            f"shape {p.shape}."
        )


def ratio(a: Array, b: Array) -> Array:
    """Return a/b, and 0 where b is 0.

    >>> ratio(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.5, 0.0]
    """
    return np.asarray(np.divide(a, b, out=np.zeros_like(a), where=b != 0))
