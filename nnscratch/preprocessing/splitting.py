"""Rows split into training, validation and test data, so that none of them knows of another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.errors import DataError, ShapeError
from nnscratch.typing import Array, IntArray

Size = int | float


def train_validation_test_split(
    *arrays: Any,
    validation_size: Size = 0.1,
    test_size: Size = 0.2,
    shuffle: bool = True,
    seed: int | None = None,
    stratify: Any = None,
    groups: Any = None,
    gap: int = 0,
) -> tuple[Any, ...]:
    """Split arrays by rows into training, validation and test parts.

    The training part is learned from; the validation part chooses (when to stop, which weights,
    which hyper-parameters); the test part is used once, for the final score. With
    `validation_size=0` there are two parts, 8:2 by default; `test_size=0.1` makes it 9:1.

    Args:
        arrays: arrays of equal length, such as x and y.
        validation_size: rows for validation: a number, or a share of all rows.
        test_size: rows for the test, likewise, rounded up.
        shuffle: take the parts at random. With False they keep the order of time: the first rows
            for training, then validation, the last for the test; so it must be where rows are
            moments of one series.
        seed: seed of the order; None draws a new one.
        stratify: labels (N,), of which each part gets the same shares, as near as whole rows go.
        groups: group of each row (N,), such as the patient that it comes from: no group is in two
            parts. The sizes are then met as near as whole groups go, from above.
        gap: rows to leave out between the parts where `shuffle` is False; as many as a window is
            long less one, so that no window reaches into the next part.

    Returns:
        `(x_train, y_train), (x_val, y_val), (x_test, y_test)`, without the middle one where
        `validation_size` is 0; for a single array, the arrays themselves.

    Raises:
        ValueError: a size is out of range, or two arguments do not go together.
        ShapeError: lengths differ.
        DataError: a part would be empty, or a label is too rare to be in every part.

    Source: without `stratify` and `groups`, two parts are those of scikit-learn's
    `train_test_split` with `random_state=seed`.

    >>> x = np.arange(10)
    >>> (x_train, y_train), (x_val, y_val), (x_test, y_test) = train_validation_test_split(
    ...     x, x % 2, shuffle=False)
    >>> x_train.tolist(), x_val.tolist(), x_test.tolist()
    ([0, 1, 2, 3, 4, 5, 6], [7], [8, 9])
    """
    parts = _arrays(arrays)
    count = len(parts[0])
    tests = _rows("test_size", test_size, count, math.ceil)
    validations = 0
    if validation_size:
        validations = _rows("validation_size", validation_size, count, round)
    sizes = (validations, tests)
    if sum(sizes) >= count:
        raise DataError(f"{count} rows leave none for training beside {sizes}.")
    if stratify is not None and groups is not None:
        raise ValueError("Give one of `stratify` and `groups`, not both.")
    if gap and shuffle:
        raise ValueError("`gap` goes only with shuffle=False.")
    if not shuffle and (stratify is not None or groups is not None):
        raise ValueError("`stratify` and `groups` go only with shuffle=True.")
    rng = np.random.RandomState(seed)
    if not shuffle:
        chosen = _in_time(count, sizes, gap)
    elif stratify is not None:
        chosen = _stratified(_column("stratify", stratify, count), sizes, rng)
    elif groups is not None:
        chosen = _grouped(_column("groups", groups, count), sizes, rng)
    else:
        order = rng.permutation(count)
        ends = np.cumsum([tests, validations])
        chosen = (order[ends[1] :], order[ends[0] : ends[1]], order[: ends[0]])
    wanted = chosen if validations else (chosen[0], chosen[2])
    cut = [tuple(part[rows] for part in parts) for rows in wanted]
    return tuple(part[0] for part in cut) if len(parts) == 1 else tuple(cut)


Rows = tuple[IntArray, IntArray, IntArray]


def _arrays(arrays: Sequence[Any]) -> list[Array]:
    if not arrays:
        raise ValueError("Give at least one array to split.")
    parts: list[Array] = [np.asarray(array) for array in arrays]
    lengths = [len(part) for part in parts]
    if len(set(lengths)) > 1:
        raise ShapeError(f"All arrays must have the same number of rows. Received: {lengths}")
    return parts


def _rows(argument: str, size: Size, count: int, rounding: Any) -> int:
    whole = isinstance(size, (int, np.integer)) and not isinstance(size, bool)
    if not (whole or isinstance(size, float)) or not 0 < size < (count if whole else 1):
        raise ValueError(
            f"`{argument}` must be a number of rows from 1 to {count - 1}, or a share between 0 "
            f"and 1 as a float. Received: {size!r}"
        )
    rows = int(size) if whole else int(rounding(size * count))
    if rows == 0:
        raise DataError(f"`{argument}`={size} of {count} rows is none.")
    return rows


def _column(argument: str, values: Any, count: int) -> Array:
    column: Array = np.asarray(values)
    if column.shape != (count,):
        raise ShapeError(
            f"`{argument}` must have one entry per row, shape ({count},). Received: "
            f"shape={column.shape}"
        )
    return column


def _in_time(count: int, sizes: tuple[int, int], gap: int) -> Rows:
    validations, tests = sizes
    first_test = count - tests
    end = first_test - gap
    first_validation = end - validations
    last = first_validation - gap if validations else end
    if last < 1:
        raise DataError(f"{count} rows leave none for training with gap={gap}.")
    rows = np.arange(count)
    return rows[:last], rows[first_validation:end], rows[first_test:]


def _stratified(labels: Array, sizes: tuple[int, int], rng: np.random.RandomState) -> Rows:
    """Give each part its share of every label; the largest remainders get the rows left over."""
    kinds, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
    left = counts.copy()
    shares = []
    for size in sizes:
        share = _apportioned(size, left)
        left = left - share
        shares.append(share)
    wanted = 2 + (sizes[0] > 0)
    if counts.min() < wanted:
        rare = kinds[counts < wanted].tolist()
        raise DataError(f"Labels {rare} have fewer than {wanted} rows: one for each part.")
    chosen: list[list[IntArray]] = [[], [], []]
    for label, (validations, tests) in enumerate(zip(*shares, strict=True)):
        rows = rng.permutation(np.flatnonzero(numbers.ravel() == label))
        chosen[2].append(rows[:tests])
        chosen[1].append(rows[tests : tests + validations])
        chosen[0].append(rows[tests + validations :])
    train, validation, test = (rng.permutation(np.concatenate(rows)) for rows in chosen)
    return train, validation, test


def _apportioned(size: int, counts: IntArray) -> IntArray:
    """Return whole numbers in proportion to the counts that add up to a size."""
    shares, remainders = np.divmod(size * counts, counts.sum())
    missing = size - int(shares.sum())
    shares[np.argsort(-remainders, kind="stable")[:missing]] += 1
    return np.asarray(shares)


def _grouped(groups: Array, sizes: tuple[int, int], rng: np.random.RandomState) -> Rows:
    """Fill the test part, then the validation part, with whole groups in random order."""
    kinds, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
    part_of = np.zeros(len(kinds), int)
    filled = {2: sizes[1], 1: sizes[0]}
    for group in rng.permutation(len(kinds)):
        part = next((p for p in (2, 1) if filled[p] > 0), 0)
        part_of[group] = part
        if part:
            filled[part] -= counts[group]
    rows = part_of[numbers.ravel()]
    train, validation, test = (np.flatnonzero(rows == part) for part in (0, 1, 2))
    if not len(train) or (sizes[0] and not len(validation)):
        raise DataError(
            f"{len(kinds)} groups are too few, or too large, for the parts asked for: one part "
            "would be empty."
        )
    return train, validation, test
