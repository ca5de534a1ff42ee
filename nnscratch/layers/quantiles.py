"""Quantiles of data that comes in batches: what Discretization's `adapt` learns."""

from __future__ import annotations

import numpy as np

from nnscratch.typing import Array

EMPTY: Array = np.zeros((2, 0), np.float32)
"""The summary of no data."""


def summary(values: Array, epsilon: float) -> Array:
    """Return about 1/ε of the values in their order, each with the number it stands for.

    Args:
        values: the values, of any shape.
        epsilon: the part of the values that one of them stands for.

    Shapes: (2, K): values and weights, float32.

    >>> summary(np.arange(10.0), 0.2).tolist()
    [[1.0, 3.0, 5.0, 7.0, 9.0], [2.0, 2.0, 2.0, 2.0, 2.0]]
    """
    ordered = np.sort(np.asarray(values).astype(np.float32), axis=None)
    step = max(ordered.size / (1.0 / epsilon), 1.0)
    kept = ordered[int(step - 1.0) :: int(step)]
    return np.stack([kept, np.full_like(kept, step)])


def merged(first: Array, second: Array, epsilon: float) -> Array:
    """Return the summary of the data of two summaries.

    Convention: equal values come in the order in which NumPy's sort leaves them, as in Keras. It is
    not the same in all versions of NumPy, and moves a boundary by a part in a thousand at most.

    >>> merged(summary(np.arange(2.0), 0.5), summary(np.arange(2.0, 4.0), 0.5), 0.5).tolist()
    [[1.0, 3.0], [2.0, 2.0]]
    """
    both = np.concatenate((first, second), axis=1)
    return compressed(both[:, np.argsort(both[0])], epsilon)


def compressed(summarized: Array, epsilon: float) -> Array:
    """Return a summary of 1/ε values at equal steps of the cumulated weight, between its values.

    A summary that has fewer values already is returned as it is.
    """
    if summarized.shape[1] * epsilon < 1:
        return summarized
    total = summarized[1].cumsum()
    parts, wanted = total / total[-1], epsilon + np.arange(0.0, 1.0, epsilon)
    reached = np.interp(wanted, parts, total)
    values = np.interp(wanted, parts, summarized[0])
    return np.stack([values, np.diff(reached, prepend=0.0)]).astype(np.float32)


def boundaries(summarized: Array, num_bins: int) -> list[float]:
    """Return the boundaries between bins that hold about as much data each.

    >>> boundaries(summary(np.arange(100.0), 0.01), 4)
    [24.0, 49.0, 74.0]
    """
    found: list[float] = compressed(summarized, 1.0 / num_bins)[0, :-1].tolist()
    return found
