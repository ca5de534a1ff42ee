"""A dataset in batches by number, read ahead by worker threads where that helps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


class PyDataset:
    """Batches that are made on demand: subclass it with `__len__` and `__getitem__`.

    Args:
        workers: threads that make batches ahead of time; with 1 the training thread makes them.
        use_multiprocessing: accepted for compatibility; threads are used, since NumPy releases
            the interpreter lock in its long operations.
        max_queue_size: how many batches may wait ready.

    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         return index**2
    >>> list(Squares())
    [0, 1, 4]
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        if workers < 0 or max_queue_size < 1:
            raise ValueError(
                "`workers` must not be negative and `max_queue_size` must be positive. "
                f"Received: workers={workers}, max_queue_size={max_queue_size}"
            )
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        """Return batch number `index`: (inputs, targets) or (inputs, targets, sample_weights)."""
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__(index).")

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        index = 0
        while count is None or index < count:
            yield self[index]
            index += 1

    @property
    def num_batches(self) -> int | None:
        """Number of batches, None for no end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(f"{type(self).__name__} must define __len__ or num_batches.")

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch; the place to shuffle."""
