"""Several batches of inference computed at once, where nobody can tell."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nnscratch import crew
from nnscratch.cache import Cache
from nnscratch.layers.graph import Graph
from nnscratch.training.batches import Batches
from nnscratch.training.data import Data
from nnscratch.training.streams import Source
from nnscratch.typing import Array

ELEMENTS = 1 << 20
"""Elements that a lot's widest tensor may have: 4 MiB of float32."""


@dataclass(frozen=True)
class Lot:
    """Rows of some whole batches that follow each other, or of a short one.

    Attributes:
        data: the rows; views of the data where these have the model's dtype.
        batches: how many batches they are.
    """

    data: Data
    batches: int


def batches_per_lot(model: Any, source: Source) -> int:
    """Return how many batches of inference can be computed at once, 1 if they must come one by one.

    In inference most layers treat every row by itself, so that batches are only a matter of
    memory: the same sums are made for every number, and one product of 640 rows takes less time
    than twenty of 32. `compile(run_eagerly=True)` computes batch by batch.

    Convention: the last bits of a product may depend on its number of rows, as BLAS has functions
    of their own for products of few rows.

    Args:
        model: the model.
        source: where its batches come from.
    """
    if model.run_eagerly or not isinstance(source, Batches) or source.shuffle is not False:
        return 1
    run = model.run
    if type(run) is not Graph or not run.is_rowwise:
        return 1
    widest = _widest(run)
    return 1 if widest is None else max(1, ELEMENTS // (widest * source.batch_size))


def rows_per_lot(model: Any, source: Source) -> int | None:
    """Return how many rows are multiplied at once, None if it is not known."""
    size = source.batch_size
    return None if size is None else size * batches_per_lot(model, source)


def _widest(run: Graph) -> int | None:
    """Return the most elements that a row has in any tensor; None where a shape is not known."""
    tensors = run.inputs + [tensor for node in run.nodes for tensor in node.outputs]
    rows = [tensor.shape[1:] for tensor in tensors]
    if any(None in row for row in rows):
        return None
    return max(math.prod(size or 1 for size in row) for row in rows)


def forward_lots(
    run: Any, source: Batches, batches: int, cache: Cache
) -> Iterator[tuple[Lot, list[Array], Cache]]:
    """Run a network over the next epoch in inference, each thread on a lot of its own.

    Args:
        run: the network.
        source: batches that are not shuffled.
        batches: how many whole batches make up a lot.
        cache: memory of the runs; each thread has a child of its own in it.

    Yields:
        Each lot, its outputs, and the cache of its run; valid until the next one.
    """
    caches = [cache, *(cache.child(f"thread {i}") for i in range(1, crew.size()))]
    coming = lots(source, batches)
    while group := list(itertools.islice(coming, len(caches))):
        found: dict[int, list[Array]] = {}

        def forward(i: int, lot: Lot, found: dict[int, list[Array]] = found) -> None:
            found[i] = run.forward(lot.data.inputs, caches[i], False)

        crew.together([functools.partial(forward, i, lot) for i, lot in enumerate(group)])
        for i, lot in enumerate(group):
            yield lot, found[i], caches[i]


def lots(source: Batches, batches: int) -> Iterator[Lot]:
    """Yield the rows of the next epoch, so many batches at a time.

    Args:
        source: batches that are not shuffled.
        batches: how many whole batches make up a lot.
    """
    rows = source.rows_of_epoch()
    while group := list(itertools.islice(rows, batches)):
        whole = [part for part in group if part.stop - part.start == source.batch_size]
        if whole:
            yield Lot(source.view(slice(whole[0].start, whole[-1].stop)), len(whole))
        for part in group[len(whole) :]:
            yield Lot(source.view(part), 1)
