"""Elements one after the other, from a pipeline that every loop over it runs anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from typing import Any

import numpy as np

from nnscratch.casting import handed_out
from nnscratch.random import last_seed
from nnscratch.random.buffered import drawn, seed_pair, words

INFINITE = -1
UNKNOWN = -2


class _Peeking:
    """Whether elements are only looked at; then nothing is shuffled."""

    now = False


class Dataset:
    """A sequence of elements: arrays, or tuples or dicts of arrays.

    The methods are those of `tf.data.Dataset`, and so are the orders of `shuffle`, to the bit.
    `fit`, `evaluate` and `predict` take a dataset whose elements are batches.

    Args:
        start: makes an iterator over the elements.
        length: their number, `INFINITE` or `UNKNOWN`.

    Attributes:
        class_names: names of the classes, where the elements come from a folder of images.
        file_paths: the files, likewise.
        batch_size: rows of each element that `batch` made, None where it made none.

    >>> dataset = Dataset.range(5).map(lambda x: x * 2).batch(2)
    >>> [batch.tolist() for batch in dataset], len(dataset)
    ([[0, 2], [4, 6], [8]], 3)
    """

    class_names: list[str] | None
    file_paths: list[str]
    batch_size: int | None = None

    def __init__(self, start: Callable[[], Iterator[Any]], length: int) -> None:
        self._start = start
        self._length = length

    @staticmethod
    def _array(value: Any) -> Any:
        """Make an array of what a function returned or a program gave."""
        return handed_out(np.asarray(value))

    @staticmethod
    def _pair(seed: int | None) -> tuple[int, int]:
        """Return the two seeds of a shuffle: the global one and its own."""
        return seed_pair(last_seed(), seed)

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: str | None = None) -> Dataset:
        """Make one element of each row: of an array, or of a tuple or dict of arrays."""
        arrays = _mapped(cls._array, tensors)
        lengths = {len(array) for array in _leaves(arrays)}
        if len(lengths) != 1:
            raise ValueError(f"All arrays must have the same number of rows. Received: {lengths}")
        (length,) = lengths
        rows = range(length)
        return cls(lambda: (_mapped(itemgetter(row), arrays) for row in rows), length)

    @classmethod
    def from_tensors(cls, tensors: Any, name: str | None = None) -> Dataset:
        """Make a single element."""
        return cls(lambda: iter([_mapped(cls._array, tensors)]), 1)

    @classmethod
    def range(cls, *arguments: int, name: str | None = None) -> Dataset:
        """Count, as Python's `range` does."""
        numbers = range(*arguments)
        return cls(lambda: (cls._array(np.int64(i)) for i in numbers), len(numbers))

    @classmethod
    def zip(cls, *datasets: Any, name: str | None = None) -> Dataset:
        """Make tuples of the elements of several datasets."""
        parts = datasets[0] if isinstance(datasets[0], tuple) else datasets
        lengths = [part._length for part in parts]
        finite = [length for length in lengths if length != INFINITE]
        length = UNKNOWN if UNKNOWN in lengths else min(finite, default=INFINITE)
        return cls(lambda: zip(*parts), length)  # noqa: B905 (the shortest ends it)

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
        pair = self._pair(seed)
        parent = words(*pair)

        def start() -> Iterator[Any]:
            if _Peeking.now:
                return self._start()
            own = (next(parent), next(parent)) if reshuffle_each_iteration else pair
            return drawn(self._start(), buffer_size, words(*own))

        return type(self)(start, self._length)

    def batch(
        self, batch_size: int, drop_remainder: bool = False, *args: Any, **kwargs: Any
    ) -> Dataset:
        """Stack so many elements into one; the last may hold fewer, or is dropped."""
        full, rest = divmod(max(self._length, 0), batch_size)
        length = full + (rest > 0 and not drop_remainder)
        batched = type(self)(
            lambda: self._batched(self._start(), batch_size, drop_remainder),
            length if self._length >= 0 else self._length,
        )
        batched.batch_size = batch_size
        return batched

    def unbatch(self, name: str | None = None) -> Dataset:
        """Make one element of each row of every element."""

        def start() -> Iterator[Any]:
            for element in self._start():
                for row in range(len(next(iter(_leaves(element))))):
                    yield _mapped(itemgetter(row), element)

        return type(self)(start, UNKNOWN)

    def repeat(self, count: int | None = None, name: str | None = None) -> Dataset:
        """Run through the elements `count` times; without end by default."""
        if count is None or count < 0:
            return type(self)(
                lambda: itertools.chain.from_iterable(itertools.repeat(self)), INFINITE
            )
        if count == 0:
            return self.take(0)

        def start() -> Iterator[Any]:
            rest = itertools.chain.from_iterable(itertools.repeat(self, count - 1))
            return itertools.chain(self._start(), rest)

        return type(self)(start, self._length * count if self._length >= 0 else self._length)

    def map(self, map_func: Callable[..., Any], *args: Any, **kwargs: Any) -> Dataset:
        """Apply a function to every element; a tuple gives it several arguments."""
        return type(self)(lambda: (self._called(map_func, e) for e in self._start()), self._length)

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> Dataset:
        """Keep the elements for which a function holds."""
        return type(self)(lambda: (e for e in self._start() if self._called(predicate, e)), UNKNOWN)

    def take(self, count: int, name: str | None = None) -> Dataset:
        """Keep the first `count` elements; all of them where it is -1."""
        if count < 0:
            return self
        length = count if self._length == INFINITE else min(count, self._length)
        return type(self)(lambda: itertools.islice(self._start(), count), length)

    def skip(self, count: int, name: str | None = None) -> Dataset:
        """Leave out the first `count` elements; all of them where it is -1."""
        if count < 0:
            return self.take(0)
        length = max(self._length - count, 0) if self._length >= 0 else self._length
        return type(self)(lambda: itertools.islice(self._start(), count, None), length)

    def concatenate(self, dataset: Dataset, name: str | None = None) -> Dataset:
        """Put another dataset behind."""
        lengths = (self._length, dataset._length)
        length = sum(lengths) if min(lengths) >= 0 else max(x for x in lengths if x < 0)

        def start() -> Iterator[Any]:
            return itertools.chain(self._start(), itertools.chain.from_iterable([dataset]))

        return type(self)(start, length)

    def enumerate(self, start: int = 0, name: str | None = None) -> Dataset:
        """Make pairs of a count and an element."""
        numbers = type(self)(
            lambda: (self._array(np.int64(i)) for i in itertools.count(start)), INFINITE
        )
        return self.zip(numbers, self)

    def cache(self, filename: str = "", name: str | None = None) -> Dataset:
        """Compute the elements in the first loop and keep them for the next."""
        kept: list[Any] = []

        def start() -> Iterator[Any]:
            if kept:
                return iter(kept[0])
            return itertools.chain(_keeping(self._start(), kept))

        return type(self)(start, self._length)

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
        return (_mapped(lambda a: np.array(a)[()], element) for element in self._start())

    def cardinality(self) -> Any:
        """Return the number of elements, -1 where there is no end, -2 where it is not known."""
        return self._array(np.int64(self._length))

    def _batched(self, elements: Iterator[Any], size: int, drop_remainder: bool) -> Iterator[Any]:
        while rows := list(itertools.islice(elements, size)):
            if len(rows) == size or not drop_remainder:
                yield self._stacked(rows)

    def _stacked(self, rows: list[Any]) -> Any:
        first = rows[0]
        if isinstance(first, dict):
            return {key: self._stacked([row[key] for row in rows]) for key in first}
        if isinstance(first, tuple):
            return tuple(self._stacked(list(parts)) for parts in zip(*rows, strict=True))
        return self._array(np.stack([np.asarray(row) for row in rows]))

    def _called(self, function: Callable[..., Any], element: Any) -> Any:
        result = function(*element) if isinstance(element, tuple) else function(element)
        return _mapped(self._array, result)

    def __iter__(self) -> Iterator[Any]:
        return self._start()

    def __len__(self) -> int:
        if self._length < 0:
            what = "has no end" if self._length == INFINITE else "is not known"
            raise TypeError(f"The length of this dataset {what}.")
        return self._length


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
