"""Arrays or a dataset cut in two."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from nnscratch.errors import DataError
from nnscratch.utils.dataset import Dataset

Size = int | float | None


def split_dataset(
    dataset: Any,
    left_size: Size = None,
    right_size: Size = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Dataset, Dataset]:
    """Cut a dataset in two: the first rows, and the last.

    Everything is read into memory, so this is for data that fits there.

    Args:
        dataset: an array, a list or tuple of arrays, or a `Dataset`.
        left_size: rows of the first part, as a number or as a share; None for the rest.
        right_size: rows of the second, likewise. Where both together are fewer than all, the rows
            between belong to neither.
        shuffle: put the rows into random order first.
        seed: seed of that order. As in Keras, Python's `random` is seeded with it, so that seeds
            drawn later depend on it.
        preferred_backend: accepted for compatibility.

    Returns:
        Two datasets of single rows; call `.batch(n)` before `fit`. Where `dataset` came in
        batches, so do they.

    Raises:
        ValueError: no size is given, or one is out of range.
        TypeError: `dataset` or a size is something else.

    >>> left, right = split_dataset((np.arange(5), np.arange(5) ** 2), left_size=0.6)
    >>> [(int(x), int(y)) for x, y in right], len(left)
    ([(3, 9), (4, 16)], 3)
    """
    if left_size is None and right_size is None:
        raise ValueError("Give `left_size`, `right_size` or both: numbers of rows, or shares.")
    rows = _rows(dataset)
    if shuffle:
        random.seed(random.randint(0, 1_000_000) if seed is None else seed)
        random.shuffle(rows)
    left, right = _sizes(left_size, right_size, len(rows))
    batch_size = dataset.batch_size if isinstance(dataset, Dataset) else None
    parts = (_dataset_of(rows[:left], dataset), _dataset_of(rows[-right:], dataset))
    if batch_size is None:
        return parts
    return parts[0].batch(batch_size), parts[1].batch(batch_size)


def _rows(dataset: Any) -> list[Any]:
    """Return the rows: arrays, or tuples or dicts of them."""
    if isinstance(dataset, Dataset):
        rows = list(dataset.unbatch() if dataset.batch_size is not None else dataset)
    elif isinstance(dataset, np.ndarray):
        rows = list(dataset)
    elif isinstance(dataset, (list, tuple)):
        if not all(isinstance(part, np.ndarray) for part in dataset):
            kinds = ", ".join(type(part).__name__ for part in dataset)
            raise TypeError(f"A list or tuple must hold arrays only. Received: {kinds}")
        lengths = {len(part) for part in dataset}
        if len(lengths) > 1:
            raise DataError(f"All arrays must have the same number of rows. Received: {lengths}")
        rows = list(zip(*dataset, strict=True))
    else:
        raise TypeError(
            "`dataset` must be an array, a list or tuple of arrays, or a Dataset. Received: "
            f"{type(dataset).__name__}"
        )
    if not rows:
        raise DataError("`dataset` is empty: there is nothing to split.")
    return rows


def _dataset_of(rows: list[Any], original: Any) -> Dataset:
    kind = type(original) if isinstance(original, Dataset) else Dataset
    return kind.from_tensor_slices(_stacked(rows))


def _stacked(rows: list[Any]) -> Any:
    first = rows[0]
    if isinstance(first, dict):
        return {key: _stacked([row[key] for row in rows]) for key in first}
    if isinstance(first, tuple):
        return tuple(_stacked(list(parts)) for parts in zip(*rows, strict=True))
    return np.array(rows)


def _sizes(left: Size, right: Size, total: int) -> tuple[int, int]:
    """Return the rows of both parts.

    Raises:
        ValueError: a size is out of range, both are more than all rows, or a part is empty.
        TypeError: a size is no number.
    """
    counts = [_count(name, size, total) for name, size in (("left", left), ("right", right))]
    both = [total - counts[1 - i] if count < 0 else count for i, count in enumerate(counts)]
    if sum(both) > total:
        raise ValueError(
            f"The sizes add up to {sum(both)}, more than the {total} rows there are. Received: "
            f"left_size={left!r}, right_size={right!r}"
        )
    if min(both) < 1:
        raise ValueError(
            f"One part of the {total} rows would be empty. Received: left_size={left!r}, "
            f"right_size={right!r}"
        )
    return both[0], both[1]


def _count(name: str, size: Size, total: int) -> int:
    """Return a number of rows, -1 for what the other part leaves."""
    if size is None:
        return -1
    if type(size) not in (int, float):
        raise TypeError(
            f"`{name}_size` must be an int, a float or None. Received: {type(size).__name__}"
        )
    if not 0 < size < (1 if isinstance(size, float) else total):
        raise ValueError(
            f"`{name}_size` must be a number of rows from 1 to {total - 1}, or a share between 0 "
            f"and 1 as a float. Received: {size!r}"
        )
    return round(size * total) if isinstance(size, float) else size
