"""Data that arrives batch by batch: generators, `PyDataset`s and any other iterable."""

from __future__ import annotations

import itertools
import random
import types
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from nnscratch.errors import DataError
from nnscratch.training.data import Data
from nnscratch.utils.py_dataset import PyDataset

if TYPE_CHECKING:
    from concurrent.futures import Future


def is_stream(x: Any) -> bool:
    """Tell whether this yields batches, rather than being an array or a nest of arrays."""
    if isinstance(x, (PyDataset, types.GeneratorType)):
        return True
    is_data = isinstance(x, (list, tuple, dict, str, bytes)) or hasattr(x, "__array__")
    return hasattr(x, "__iter__") and not is_data


class Source(Protocol):
    """Where the loop gets its batches from: arrays cut up, or a stream."""

    @property
    def per_epoch(self) -> int | None:
        """Number of batches of an epoch, None while it is not known."""

    @property
    def batch_size(self) -> int | None:
        """Rows of a batch, None where that is not known."""

    def epoch(self) -> Iterator[Data]:
        """Yield the batches of the next epoch."""

    def restart(self) -> None:
        """Start the next epoch at the first batch, wherever the last one stopped."""

    def pass_over(self) -> None:
        """Draw the next epoch without using it, as if a run had been through it."""


class Stream:
    """Batches from a source that yields them.

    A generator goes on from epoch to epoch; any other source starts anew for every epoch, unless
    the number of steps is given, when it starts anew only once it has ended.

    Args:
        source: what yields (inputs,), (inputs, targets) or (inputs, targets, sample_weights).
        prepare: checks and casts one batch.
        steps: batches per epoch.
        shuffle: draw the batches of a `PyDataset` in random order.
    """

    def __init__(
        self,
        source: Any,
        prepare: Callable[[Any, Any, Any], Data],
        steps: int | None = None,
        shuffle: bool | str = False,
    ) -> None:
        self.source = source
        self.prepare = prepare
        self.steps = steps
        self.shuffle = bool(shuffle)
        self._count = _known_length(source)
        self._once: Iterator[Any] | None = (
            source if isinstance(source, types.GeneratorType) else None
        )
        self._current: Iterator[Any] | None = None

    @property
    def batch_size(self) -> int | None:
        """Rows of a batch: not known."""
        return None

    @property
    def per_epoch(self) -> int | None:
        """Number of batches of an epoch, None while it is not known."""
        return self.steps or self._count

    def first(self) -> Data:
        """Return the first batch without losing it, so that the model can be built for it."""
        if isinstance(self.source, PyDataset):
            return self._prepared(self.source[0])
        if hasattr(self.source, "peek"):
            return self._prepared(self.source.peek())
        iterator = iter(self.source) if self._once is None else self._once
        batch = next(iterator, None)
        if batch is None:
            raise DataError("The data ended before its first batch: at least one is needed.")
        if self._once is not None:
            self._once = itertools.chain([batch], self._once)
        return self._prepared(batch)

    def epoch(self) -> Iterator[Data]:
        """Yield the batches of the next epoch."""
        return map(self._prepared, self._batches_of_epoch())

    def pass_over(self) -> None:
        """Draw the next epoch without using it, as if a run had been through it."""
        for _ in self._batches_of_epoch():
            pass

    def _batches_of_epoch(self) -> Iterator[Any]:
        dataset = self.source if isinstance(self.source, PyDataset) else None
        if dataset is not None:
            dataset.on_epoch_begin()
        limit = self.per_epoch
        if self._current is None or self.steps is None:
            self._current = self._open()
        done = 0
        while limit is None or done < limit:
            batch = next(self._current, None)
            if batch is None:
                self._ended(done, limit)
                break
            done += 1
            yield batch
        if self.steps is None and hasattr(self.source, "peek"):
            iter(self.source)  # Keras opens a tf.data.Dataset once more: its shuffle moves on
        if dataset is not None:
            dataset.on_epoch_end()

    def restart(self) -> None:
        """Start the next epoch at the first batch, unless the source is a generator."""
        self._current = None

    def _open(self) -> Iterator[Any]:
        if self._once is not None:
            return self._once
        if isinstance(self.source, PyDataset):
            return _batches_of(self.source, self._order())
        return iter(self.source)

    def _order(self) -> Iterator[int]:
        if self._count is None:
            return itertools.count()
        order = list(range(self._count))
        if self.shuffle:
            random.shuffle(order)
        return iter(order)

    def _ended(self, done: int, limit: int | None) -> None:
        self._current = None
        if limit is None and done > 0:
            self._count = done if self._once is None else None
            return
        warnings.warn(
            f"The data ended after {done} of {limit or 'at least 1'} batches; the epoch is cut "
            "short. A source must yield at least `steps_per_epoch * epochs` batches.",
            stacklevel=4,
        )

    def _prepared(self, batch: Any) -> Data:
        parts = (batch,) if not isinstance(batch, (tuple, list)) else tuple(batch)
        if not 1 <= len(parts) <= 3:
            raise DataError(
                "Each batch must be (inputs,), (inputs, targets) or (inputs, targets, "
                f"sample_weights). Received {len(parts)} parts."
            )
        return self.prepare(*parts, *[None] * (3 - len(parts)))


def _known_length(source: Any) -> int | None:
    if isinstance(source, PyDataset):
        return source.num_batches
    try:
        length = len(source)
    except TypeError:
        return None
    return int(length)


def _batches_of(dataset: PyDataset, order: Iterator[int]) -> Iterator[Any]:
    """Yield the batches in this order, made ahead by threads where there are several workers."""
    if getattr(dataset, "workers", 1) <= 1:
        for index in order:
            yield dataset[index]
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(dataset.workers) as pool:
        waiting: list[Future[Any]] = [
            pool.submit(dataset.__getitem__, index)
            for index in itertools.islice(order, dataset.max_queue_size)
        ]
        while waiting:
            batch = waiting.pop(0).result()
            waiting += [pool.submit(dataset.__getitem__, i) for i in itertools.islice(order, 1)]
            yield batch
