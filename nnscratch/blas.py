"""How many threads the matrix products use: one where they are small."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nnscratch.variable import Variable

SMALL_PRODUCT = 1 << 24
"""Multiplications below which a product is done sooner by one thread than by several."""


@functools.cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def threads_for(weights: Sequence[Variable], rows: int | None) -> Iterator[None]:
    """Keep BLAS on one thread while all products with these weights are small.

    A product of a few million multiplications takes less time than waking a second thread and
    waiting for it; on a machine that has other work to do, the waiting threads slow it down by
    five to twenty times. Larger products keep the threads that BLAS was given.

    Args:
        weights: the weights that batches are multiplied by.
        rows: rows of a batch, None if not known.
    """
    largest = max((w.value.size for w in weights if w.ndim > 1), default=0)
    if largest * (rows or 32) >= SMALL_PRODUCT:
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield
