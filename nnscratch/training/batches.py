"""Which rows make up which batch, and the rows themselves, gathered into one buffer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch import config, random
from nnscratch.errors import DataError
from nnscratch.training.data import Data
from nnscratch.typing import Array


@dataclass
class _Place:
    """Memory for batches of one size.

    Attributes:
        batch: the arrays that a batch comes in.
        moves: from where to where rows are copied.
        casts: from where to where they are cast then.
    """

    batch: Data
    moves: list[tuple[Array, Array]]
    casts: list[tuple[Array, Array]]


class Batches:
    """Batches of rows, in order or shuffled, epoch after epoch.

    Each epoch is a permutation of all rows, cut into batches of which the last may be short. Once
    a seed is set (`nnscratch.utils.set_random_seed`), Keras on TensorFlow repeats the *same*
    permutation in every epoch of every `fit`; so does this, unless `reshuffle` is true.

    Args:
        data: the rows.
        batch_size: rows per batch; by default 32, or, where `steps` is given, as many as make so
            many steps of all rows.
        shuffle: True, False, `"batch"` to permute rows within batches that stay in place, or
            `"with_replacement"` to draw every row of a batch from all rows.
        steps: batches per epoch; an epoch then goes on where the last one stopped.
        reshuffle: draw a new permutation for every epoch even under a seed.
        dtypes: type to cast each of the inputs to; floatx by default.

    Attributes:
        order: the rows in the order of the pass under way; None where they are in their own.
        passes: how many passes have begun.
        index: number of the present batch in its pass, counted from 0.
    """

    def __init__(
        self,
        data: Data,
        batch_size: int | None = None,
        shuffle: bool | str = False,
        steps: int | None = None,
        reshuffle: bool = False,
        dtypes: Sequence[str] | None = None,
    ) -> None:
        self.data = data
        if steps is not None:
            _check_count("steps_per_epoch", steps)
        if batch_size is None:
            batch_size = 32 if steps is None else -(-len(data) // steps)
        _check_count("batch_size", batch_size)
        self._batch_size = batch_size
        if shuffle not in (True, False, "batch", "with_replacement"):
            raise ValueError(f"`shuffle` must be True, False or 'batch'. Received: {shuffle!r}")
        self.shuffle = shuffle
        self.reshuffle = reshuffle
        self.seed = random.last_seed()
        self.in_pass = -(-len(data) // self.batch_size)
        self.steps = steps
        self.dtypes = [np.dtype(d) for d in dtypes or [config.floatx()] * len(data.inputs)]
        self.passes = 0
        self.order: Array | None = None
        self.index = 0
        self._going: Iterator[Any] | None = None
        self._seen = 0
        self._places: dict[int, _Place] = {}

    @property
    def batch_size(self) -> int:
        """Rows of a batch; the last one may have fewer."""
        return self._batch_size

    @property
    def per_epoch(self) -> int:
        """Number of batches that an epoch runs through, as far as it is known beforehand."""
        return self.in_pass if self.steps is None else self.steps

    def epoch(self) -> Iterator[Data]:
        """Yield the batches of the next epoch; arrays are valid until the next batch."""
        return map(self.gather, self.rows_of_epoch())

    def pass_over(self) -> None:
        """Draw the next epoch without gathering its rows."""
        for _ in self.rows_of_epoch():
            pass

    def rows_of_epoch(self) -> Iterator[Any]:
        """Yield the rows of each batch of the next epoch: a slice, or indices if shuffled."""
        if self.steps is None:
            yield from self._one_pass()
            return
        if self._going is None:
            self._going, self._seen = self._one_pass(), 0
        for _ in range(min(self.steps, self.in_pass - self._seen)):
            self._seen += 1
            yield next(self._going)
        if self._seen == self.in_pass:
            self._going = None

    def restart(self) -> None:
        """Start the next epoch at the first batch, wherever the last one stopped."""
        self._going = None

    def _one_pass(self) -> Iterator[Any]:
        order = self.order = self.next_order()
        if order is not None and not order.flags.writeable:
            order = order.copy()  # `take` copies indices that cannot be written to, every time
        N = len(self.data)
        for index in range(self.in_pass):
            self.index, start = index, index * self.batch_size
            stop = min(start + self.batch_size, N)
            yield slice(start, stop) if order is None else order[start:stop]

    def next_order(self) -> Array | None:
        """Return the order of the rows in the next pass; None where they keep their own."""
        seed, epoch = self.seed, self.passes
        self.passes += 1
        if self.shuffle is False:
            return None
        if self.shuffle == "with_replacement":
            generator = np.random.default_rng(None if seed is None else (seed, epoch))
            return generator.integers(len(self.data), size=len(self.data))
        if self.reshuffle and seed is not None:
            seed += epoch
        if self.shuffle == "batch":
            return random.batch_permutation(len(self.data), self.batch_size, seed)
        return random.epoch_permutation(len(self.data), seed)

    def gather(self, rows: Any) -> Data:
        """Return these rows as a batch; its arrays are valid until the next one."""
        size = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        place = self._places.get(size) or self._make_place(size)
        for source, target in place.moves:
            if isinstance(rows, slice):
                np.copyto(target, source[rows])
            else:
                source.take(rows, 0, target, "clip")
        for source, target in place.casts:
            np.copyto(target, source, casting="unsafe")
        return place.batch

    def _make_place(self, size: int) -> _Place:
        """Make room for batches of so many rows."""
        moves: list[tuple[Array, Array]] = []
        casts: list[tuple[Array, Array]] = []

        def room(source: Array) -> Array:
            moves.append((source, np.empty((size, *source.shape[1:]), source.dtype)))
            return moves[-1][1]

        batch = self.data.transform(room)
        for i, (x, dtype) in enumerate(zip(batch.inputs, self.dtypes, strict=True)):
            if x.dtype != dtype:
                batch.inputs[i] = np.empty(x.shape, dtype)
                casts.append((x, batch.inputs[i]))
        self._places[size] = place = _Place(batch, moves, casts)
        return place

    def view(self, rows: slice) -> Data:
        """Return these rows where they are; only inputs of another type than wanted are copied."""
        part = self.data[rows]
        inputs = [x.astype(d, copy=False) for x, d in zip(part.inputs, self.dtypes, strict=True)]
        return Data(inputs, part.targets, part.weights)


def _check_count(argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise DataError(f"`{argument}` must be a positive integer. Received: {value!r}")
