"""`tf.data.Dataset` in its basic forms: a pipeline that is run anew by every loop over it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

import numpy as np

from nnscratch.compat import seeds
from nnscratch.compat.tensor import Tensor, tensor
from nnscratch.random.philox import PhiloxStream

INFINITE = -1
UNKNOWN = -2


class _Peeking:
    """Whether elements are only looked at; then nothing is shuffled."""

    now = False


class Dataset:
    """A sequence of elements: arrays, or tuples or dicts of arrays.

    Args:
        start: makes an iterator over the elements.
        length: their number, `INFINITE` or `UNKNOWN`.

    >>> dataset = Dataset.range(5).map(lambda x: x * 2).batch(2)
    >>> [batch.numpy().tolist() for batch in dataset], len(dataset)
    ([[0, 2], [4, 6], [8]], 3)
    """

    def __init__(self, start: Callable[[], Iterator[Any]], length: int) -> None:
        self._start = start
        self._length = length

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """Make one element of each row: of an array, or of a tuple or dict of arrays."""
        arrays = _mapped(tensor, tensors)
        lengths = {len(array) for array in _leaves(arrays)}
        if len(lengths) != 1:
            raise ValueError(f"All arrays must have the same number of rows. Received: {lengths}")
        (length,) = lengths
        rows = range(length)
        return Dataset(lambda: (_mapped(itemgetter(row), arrays) for row in rows), length)

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """Make a single element."""
        return Dataset(lambda: iter([_mapped(tensor, tensors)]), 1)

    @staticmethod
    def range(*arguments: int, name: str | None = None) -> Dataset:
        """Count, as Python's `range` does."""
        numbers = range(*arguments)
        return Dataset(lambda: (tensor(i, "int64") for i in numbers), len(numbers))

    @staticmethod
    def zip(*datasets: Any, name: str | None = None) -> Dataset:
        """Make tuples of the elements of several datasets."""
        parts = datasets[0] if isinstance(datasets[0], tuple) else datasets
        lengths = [part._length for part in parts]
        finite = [length for length in lengths if length != INFINITE]
        length = UNKNOWN if UNKNOWN in lengths else min(finite, default=INFINITE)
        return Dataset(lambda: zip(*parts), length)  # noqa: B905 (the shortest ends it)

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool = True,
        name: str | None = None,
    ) -> Dataset:
        """Put the elements in random order: TensorFlow's, to the bit, where a seed is set.

        Each element is drawn from a buffer that the coming elements refill.

        Args:
            buffer_size: how many elements to draw from.
            seed: the seed of this dataset; `tf.random.set_seed` sets the global one.
            reshuffle_each_iteration: a new order for every loop.
            name: accepted for compatibility.

        Source: TensorFlow's `ShuffleDatasetOp`.
        """
        pair = seeds.pair_for(seed)
        parent = _words(*pair)

        def start() -> Iterator[Any]:
            if _Peeking.now:
                return self._start()
            own = (next(parent), next(parent)) if reshuffle_each_iteration else pair
            return _drawn(self._start(), buffer_size, _words(*own))

        return Dataset(start, self._length)

    def batch(
        self, batch_size: int, drop_remainder: bool = False, *args: Any, **kwargs: Any
    ) -> Dataset:
        """Stack so many elements into one; the last may hold fewer, or is dropped."""
        full, rest = divmod(max(self._length, 0), batch_size)
        length = full + (rest > 0 and not drop_remainder)
        return Dataset(
            lambda: _batched(self._start(), batch_size, drop_remainder),
            length if self._length >= 0 else self._length,
        )

    def repeat(self, count: int | None = None, name: str | None = None) -> Dataset:
        """Run through the elements `count` times; without end by default."""
        if count is None or count < 0:
            return Dataset(lambda: itertools.chain.from_iterable(itertools.repeat(self)), INFINITE)
        if count == 0:
            return self.take(0)

        def start() -> Iterator[Any]:
            rest = itertools.chain.from_iterable(itertools.repeat(self, count - 1))
            return itertools.chain(self._start(), rest)

        return Dataset(start, self._length * count if self._length >= 0 else self._length)

    def map(self, map_func: Callable[..., Any], *args: Any, **kwargs: Any) -> Dataset:
        """Apply a function to every element; a tuple gives it several arguments."""
        return Dataset(lambda: (_called(map_func, e) for e in self._start()), self._length)

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keep the elements for which a function holds."""
        return Dataset(lambda: (e for e in self._start() if _called(predicate, e)), UNKNOWN)

    def take(self, count: int, name: str | None = None) -> Dataset:
        """Keep the first `count` elements; all of them where it is -1."""
        if count < 0:
            return self
        length = count if self._length == INFINITE else min(count, self._length)
        return Dataset(lambda: itertools.islice(self._start(), count), length)

    def skip(self, count: int, name: str | None = None) -> Dataset:
        """Leave out the first `count` elements; all of them where it is -1."""
        if count < 0:
            return self.take(0)
        length = max(self._length - count, 0) if self._length >= 0 else self._length
        return Dataset(lambda: itertools.islice(self._start(), count, None), length)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Put another dataset behind."""
        lengths = (self._length, dataset._length)
        length = sum(lengths) if min(lengths) >= 0 else max(x for x in lengths if x < 0)

        def start() -> Iterator[Any]:
            return itertools.chain(self._start(), itertools.chain.from_iterable([dataset]))

        return Dataset(start, length)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Make pairs of a count and an element."""
        numbers = Dataset(lambda: (tensor(i, "int64") for i in itertools.count(start)), INFINITE)
        return Dataset.zip(numbers, self)

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Compute the elements in the first loop and keep them for the next."""
        kept: list[Any] = []

        def start() -> Iterator[Any]:
            if kept:
                return iter(kept[0])
            return itertools.chain(_keeping(self._start(), kept))

        return Dataset(start, self._length)

    def prefetch(self, buffer_size: int, name: str | None = None) -> Dataset:
        """Return the dataset itself: the elements are in memory."""
        return self

    def peek(self) -> Any:
        """Return an element like the first, leaving the random orders to come as they are."""
        _Peeking.now = True
        try:
            return next(self._start())
        finally:
            _Peeking.now = False

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Go through the elements as plain arrays."""
        return (_mapped(lambda a: a.numpy(), element) for element in self._start())

    def cardinality(self) -> Tensor:
        """Return the number of elements, -1 where there is no end, -2 where it is not known."""
        return tensor(self._length, "int64")

    def __iter__(self) -> Iterator[Any]:
        return self._start()

    def __len__(self) -> int:
        if self._length < 0:
            what = "has no end" if self._length == INFINITE else "is not known"
            raise TypeError(f"The length of this dataset {what}.")
        return self._length


def _drawn(elements: Iterator[Any], size: int, words: Iterator[int]) -> Iterator[Any]:
    """Swap a random element of the buffer to its front, give it out, and let the next one in."""
    buffer = list(itertools.islice(elements, size))
    front = 0
    while front < len(buffer):
        chosen = front + next(words) % (len(buffer) - front)
        buffer[front], buffer[chosen] = buffer[chosen], buffer[front]
        yield buffer[front]
        buffer[front] = None
        front += 1
        buffer.extend(itertools.islice(elements, 1))
        if front > size:
            del buffer[:front]
            front = 0


def _batched(elements: Iterator[Any], size: int, drop_remainder: bool) -> Iterator[Any]:
    while rows := list(itertools.islice(elements, size)):
        if len(rows) == size or not drop_remainder:
            yield _stacked(rows)


def _words(key: int, high: int) -> Iterator[int]:
    stream = PhiloxStream(key=key, high=high)
    for block in itertools.count(0, 256):
        yield from stream.words(1024, block).tolist()


def _keeping(elements: Iterator[Any], kept: list[Any]) -> Iterator[Any]:
    seen = []
    for element in elements:
        seen.append(element)
        yield element
    kept.append(seen)


def _mapped(function: Callable[[Any], Any], element: Any) -> Any:
    """Apply a function to each array of an element."""
    if isinstance(element, dict):
        return {key: _mapped(function, part) for key, part in element.items()}
    if isinstance(element, tuple):
        return tuple(_mapped(function, part) for part in element)
    return function(element)


def _leaves(element: Any) -> Iterable[Any]:
    found: list[Any] = []
    _mapped(found.append, element)
    return found


def _stacked(rows: list[Any]) -> Any:
    first = rows[0]
    if isinstance(first, dict):
        return {key: _stacked([row[key] for row in rows]) for key in first}
    if isinstance(first, tuple):
        return tuple(_stacked(list(parts)) for parts in zip(*rows, strict=True))
    return tensor(np.stack([np.asarray(row) for row in rows]))


def _called(function: Callable[..., Any], element: Any) -> Any:
    result = function(*element) if isinstance(element, tuple) else function(element)
    return _mapped(tensor, result)
