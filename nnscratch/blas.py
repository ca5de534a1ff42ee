"""Who computes: small matrix products on one thread, large ones in parts on several."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np

from nnscratch import crew
from nnscratch.routine import perform
from nnscratch.typing import Array
from nnscratch.variable import Variable

SMALL_PRODUCT = 1 << 24
"""Multiplications below which a product is done sooner by one thread than by several."""

SMALLEST_PART = 1 << 22
"""Multiplications that make it worth while to wake a thread."""

HEAD_START = 5 << 19
"""Multiplications that are done while a thread wakes and, later, reports."""

TILE = 16
"""A part begins at a multiple of so many rows or columns: BLAS works on tiles of them."""


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def threads_for(weights: Sequence[Variable], rows: int | None) -> Iterator[None]:
    """Keep BLAS on one thread; where products are large, let threads of our own help.

    A product of a few million multiplications takes less time than waking a second thread and
    waiting for it, and BLAS's own threads wait by spinning: on a machine that has other work to do
    they slow small products down by five to twenty times, and large ones too. So BLAS gets one
    thread, and the parts of a large product or a long update go to `nnscratch.crew`.

    Args:
        weights: the weights that batches are multiplied by.
        rows: rows of a batch, None if not known.
    """
    largest = max((w.value.size for w in weights if w.ndim > 1), default=0)
    large = largest * (rows or 32) >= SMALL_PRODUCT
    allowed = min(crew.cores(), _threads_of_blas())
    threads = allowed if large else 1
    with (
        _controller().limit(limits=1, user_api="blas"),
        crew.crew_of(threads),
        crew.spare_cores(allowed - threads),
    ):
        yield


def _threads_of_blas() -> int:
    """Return how many threads BLAS may have, such as `OPENBLAS_NUM_THREADS`."""
    counts = [lib["num_threads"] for lib in _controller().info() if lib["user_api"] == "blas"]
    return max(counts, default=1)


Product: TypeAlias = tuple[Array, Array, Array]
"""a, b and where to write a·b."""


def product(a: Array, b: Array, out: Array, beside: Product | None = None) -> Array:
    """Write a·b into `out` and return it: `np.matmul`, a large product in parts on several threads.

    Every number of the result is the sum of the same products in the same order, however many
    threads there are.

    Args:
        a: the left factor.
        b: the right factor.
        out: where the product goes.
        beside: another product to make at the same time, one of about as much work: of two
            threads each makes one as a whole, which takes less time than halves of both.

    Shapes:
        a (N, D), b (D, M), out (N, M); others are left to `np.matmul`.

    >>> product(np.eye(2), np.array([[1.0, 2.0], [3.0, 4.0]]), np.empty((2, 2))).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if beside is not None:
        if crew.size() == 2 and _is_large(a, b) and _is_large(*beside[:2]):
            perform(_multiply, [beside, (a, b, out)])
            return out
        product(*beside)
    if crew.size() == 1 or not _is_large(a, b):
        return np.matmul(a, b, out=out)
    perform(_multiply, _parts(a, b, out))
    return out


def _is_large(a: Array, b: Array) -> bool:
    return a.ndim == 2 and len(a) * b.size >= SMALL_PRODUCT


def _parts(a: Array, b: Array, out: Array) -> list[Product]:
    """Divide the rows of a product, or the columns where there are more of these.

    The first part is the asking thread's: larger by what it can do while the others wake.
    """
    longer = max(out.shape)
    each = len(a) * b.size // longer
    parts = min(crew.size(), len(a) * b.size // SMALLEST_PART)
    head = HEAD_START // each
    ends = [head + (longer - head) * i // parts for i in range(1, parts)]
    ranges = itertools.pairwise([0, *(-(-end // TILE) * TILE for end in ends), longer])
    parts_of = [slice(start, stop) for start, stop in ranges]
    if len(out) == longer:
        return [(a[part], b, out[part]) for part in parts_of]
    return [(a, b[:, part], out[:, part]) for part in parts_of]


def _multiply(parts: Sequence[Product]) -> None:
    crew.together([functools.partial(np.matmul, *part) for part in parts])
