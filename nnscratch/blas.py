"""Who computes: small matrix products on one thread, large ones in parts on several."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from nnscratch.typing import Array
from nnscratch.variable import Variable

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

SMALL_PRODUCT = 1 << 24
"""Multiplications below which a product is done sooner by one thread than by several."""

SMALLEST_PART = 1 << 22
"""Multiplications that make it worth while to wake a thread."""

ROWS = 16
"""A part of a product begins at a multiple of so many rows: BLAS works on tiles of them."""


class _Crew:
    """The threads that help at present; one instance per process."""

    def __init__(self) -> None:
        self.pool: ThreadPoolExecutor | None = None
        self.size = 1


_crew = _Crew()


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def threads_for(weights: Sequence[Variable], rows: int | None) -> Iterator[None]:
    """Keep BLAS on one thread; where products with these weights are large, let threads help.

    A product of a few million multiplications takes less time than waking a second thread and
    waiting for it, and BLAS's own threads wait by spinning: on a machine that has other work to do
    they slow small products down by five to twenty times, and large ones too. So BLAS gets one
    thread, and `product` hands the parts of a large product to threads that sleep when idle.

    Args:
        weights: the weights that batches are multiplied by.
        rows: rows of a batch, None if not known.
    """
    largest = max((w.value.size for w in weights if w.ndim > 1), default=0)
    large = largest * (rows or 32) >= SMALL_PRODUCT
    size = min(_cores(), _threads_of_blas()) if large else 1
    with _controller().limit(limits=1, user_api="blas"):
        if size < 2 or _crew.pool is not None:
            yield
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(size - 1, "nnscratch") as _crew.pool:
            _crew.size = size
            try:
                yield
            finally:
                _crew.pool, _crew.size = None, 1


def _cores() -> int:
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _threads_of_blas() -> int:
    """Return how many threads BLAS may have, such as `OPENBLAS_NUM_THREADS`."""
    counts = [lib["num_threads"] for lib in _controller().info() if lib["user_api"] == "blas"]
    return max(counts, default=1)


def together(tasks: Sequence[Callable[[], Any]]) -> None:
    """Run all tasks, at once as far as there are threads to help, and return when all are done."""
    pool = _crew.pool
    others = [] if pool is None else [pool.submit(task) for task in tasks[1:]]
    for task in tasks[:1] if others else tasks:
        task()
    for other in others:
        other.result()


def product(a: Array, b: Array, out: Array) -> Array:
    """Write a·b into `out` and return it: `np.matmul`, a large product by rows on several threads.

    Every number of the result is the sum of the same products in the same order, however many
    threads there are.

    Shapes:
        a (N, D), b (D, M), out (N, M); others are left to `np.matmul`.

    >>> product(np.eye(2), np.array([[1.0, 2.0], [3.0, 4.0]]), np.empty((2, 2))).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if _crew.size == 1 or a.ndim != 2 or len(a) * b.size < SMALL_PRODUCT:
        return np.matmul(a, b, out=out)
    parts = min(_crew.size, len(a) * b.size // SMALLEST_PART)
    ends = [len(a) * i // parts // ROWS * ROWS for i in range(parts)] + [len(a)]
    together(
        [
            functools.partial(np.matmul, a[start:stop], b, out=out[start:stop])
            for start, stop in itertools.pairwise(ends)
        ]
    )
    return out
