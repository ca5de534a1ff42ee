"""A long series cut into windows, each with its target."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.typing import Array
from nnscratch.utils.dataset import Dataset


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Dataset:
    """Cut a series into windows of equal length.

    Window i has the rows s·i, s·i + r, …, s·i + (length - 1)·r, with s the stride and r the
    sampling rate, and the target of row s·i: to predict what follows a window, shift the targets,
    `targets=data[sequence_length:]`.

    Args:
        data: the series, one row per time.
        targets: target for each row, counted from `start_index`; None for windows alone.
        sequence_length: rows of a window.
        sequence_stride: rows from one window to the next.
        sampling_rate: rows from one row of a window to the next.
        batch_size: windows of a batch; None gives them one by one.
        shuffle: put the windows in random order, a new one in every loop. Keep it off where later
            windows are to test what earlier ones taught.
        seed: seed of that order.
        start_index: row to begin at.
        end_index: row to end before.
        format: accepted for compatibility.

    Shapes:
        data (T, …): windows (batch, sequence_length, …), targets (batch, …).

    Raises:
        ValueError: an argument is out of range.

    Source: order and values are those of Keras on TensorFlow, also where they are shuffled.

    >>> series = np.arange(6.0)
    >>> windows = timeseries_dataset_from_array(series, series[3:], sequence_length=3)
    >>> [(x.tolist(), y.tolist()) for x, y in windows.unbatch()][1]
    ([1.0, 2.0, 3.0], 4.0)
    """
    if format not in ("tf", "grain"):
        raise unknown_name("`format`", format, ["tf", "grain"])
    data = np.asarray(data)
    start, end = _checked_range(len(data), start_index, end_index)
    for name, value in (("sampling_rate", sampling_rate), ("sequence_stride", sequence_stride)):
        if not 0 < value < len(data):
            raise ValueError(
                f"`{name}` must be from 1 to {len(data) - 1}, below the length of the data. "
                f"Received: {value}"
            )
    count = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        targets = np.asarray(targets)
        count = min(count, len(targets))
    firsts = np.arange(0, count, sequence_stride)
    if shuffle:
        seed = int(np.random.randint(1_000_000)) if seed is None else seed
        np.random.RandomState(seed).shuffle(firsts)
    windows = _windows(
        Dataset.from_tensor_slices(firsts),
        data[start:end],
        None if targets is None else targets[start:end],
        sequence_length * sampling_rate,
        sampling_rate,
    )
    if shuffle:
        windows = windows.shuffle(1024 if batch_size is None else batch_size * 8, seed=seed)
    return windows if batch_size is None else windows.batch(batch_size)


def _windows(
    firsts: Dataset, data: Array, targets: Array | None, length: int, sampling_rate: int
) -> Dataset:
    """Return the windows that begin at these rows, with their targets."""

    def window(first: Any) -> Any:
        part = data[int(first) : int(first) + length : sampling_rate]
        return part if targets is None else (part, targets[int(first)])

    return firsts.map(window)


def _checked_range(length: int, start: int | None, end: int | None) -> tuple[int, int]:
    """Return where to begin and to end.

    Raises:
        ValueError: it is outside of the data.
    """
    begin = start or 0
    if not 0 <= begin < length:
        raise ValueError(
            f"`start_index` must be from 0 to {length - 1}, within the data. Received: {start}"
        )
    if end and not begin < end < length:
        raise ValueError(
            f"`end_index` must be above `start_index` and below the {length} rows of the data. "
            f"Received: start_index={start}, end_index={end}. Leave it out to go to the end."
        )
    return begin, end or length
