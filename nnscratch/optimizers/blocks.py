"""Running a rule over long vectors in pieces that stay in the processor's cache."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from nnscratch.crew import together
from nnscratch.typing import Array

BLOCK = 1 << 16
"""Elements of a piece: with four vectors and two scratch vectors of float32, 1.5 MiB."""

SHARED = 4 * BLOCK
"""Elements from which on two threads share the pieces, where there are two.

Each piece is twice as long then: after each call of NumPy two threads may wait for each other, so
that fewer calls win more than the processor's cache loses.
"""

LINE = 16
"""Pieces begin at a multiple of so many elements: a line of the processor's cache."""

Scratch: TypeAlias = tuple[Array, Array]
"""Two vectors that a rule may overwrite, as long as the vectors it works on."""

Piece: TypeAlias = tuple[tuple[Array, ...], Scratch]
"""Equally long views of some vectors, and scratch of that length."""

Rule: TypeAlias = Callable[..., None]
"""An update rule: `rule(w, g, *slots, scratch=…, **scalars)` changes `w` and the slots in place."""


def make_scratch(size: int, dtype: Any) -> Scratch:
    """Return two scratch vectors for vectors of up to `size` elements."""
    size = max(1, min(size, BLOCK if size < SHARED else 2 * BLOCK))
    return np.empty(size, dtype), np.empty(size, dtype)


@functools.lru_cache(maxsize=256)
def scalar(value: float, dtype: Any) -> Array:
    """Return a number as a 0-d array of a dtype: NumPy's fastest and least surprising operand.

    The same number gives the same array, which cannot be written to.

    >>> (np.ones(2, "float32") * scalar(0.1, "float32")).dtype.name
    'float32'
    """
    array = np.array(value, dtype=dtype)
    array.setflags(write=False)
    return array


FADED = 1e5
"""How far above the smallest normal number a fading average is dropped."""


def drop_subnormals(*vectors: Array, scratch: Scratch, factor: float = 1.0) -> None:
    """Set numbers too small to be normal (below 1.2e-38 in float32) to 0.

    A moving average of gradients that have become 0 shrinks until it sticks there, and arithmetic
    on such numbers takes a processor ten to a hundred times as long. Source: Intel 64 and IA-32
    Architectures Optimization Reference Manual, on denormals; Keras on TensorFlow computes
    without them from the start.

    Args:
        vectors: the vectors.
        scratch: two vectors of their length.
        factor: drop what is smaller than so many times the smallest normal number. A rule's
            products with such numbers are subnormal too: Adam's η·m, for one.

    >>> m = np.array([1e-40, -1.0, 1e-30], "float32")
    >>> drop_subnormals(m, scratch=make_scratch(3, "float32"))
    >>> (m == np.array([0, -1, 1e-30], "float32")).tolist()
    [True, True, True]
    """
    a, normal = scratch
    for vector in vectors:
        np.abs(vector, a)
        np.greater_equal(a, factor * float(np.finfo(vector.dtype).tiny), normal)
        np.multiply(vector, normal, vector)


class Blocks:
    """Parallel flat vectors, cut into pieces once and for all.

    Args:
        vectors: flat vectors of one length and dtype; the pieces are views of them.
        scratch: two vectors of that dtype; their length is the longest piece's.
        ranges: the (start, stop) parts to work on; everything by default.

    Attributes:
        pieces: for each piece, the views of all vectors and the scratch of equal length. The two
            halves of long vectors have scratch of their own, for two threads.

    >>> def halve(x, *, scratch):
    ...     np.multiply(x, 0.5, scratch[0])
    ...     x[...] = scratch[0]
    >>> x = np.arange(5.0)
    >>> Blocks([x], make_scratch(2, x.dtype)).run(halve)
    >>> x.tolist()
    [0.0, 0.5, 1.0, 1.5, 2.0]
    """

    def __init__(
        self,
        vectors: Sequence[Array],
        scratch: Scratch,
        ranges: Iterable[tuple[int, int]] | None = None,
    ) -> None:
        size, longest = len(vectors[0]), len(scratch[0])
        shares = 2 if size >= SHARED else 1
        whole = [(0, size)] if ranges is None else ranges
        bounds = [part for first, last in whole for part in _cut(first, last, longest, shares)]
        half = len(bounds) // 2 if shares > 1 else 0
        twin = (np.empty_like(scratch[0]), np.empty_like(scratch[1])) if half else scratch
        first = [_piece(vectors, part, twin) for part in bounds[:half]]
        second = [_piece(vectors, part, scratch) for part in bounds[half:]]
        self.pieces = first + second
        self._shares = [share for share in (second, first) if share]

    def run(self, rule: Rule, **scalars: Any) -> None:
        """Apply an elementwise rule to every piece."""
        if len(self._shares) == 1:
            _run(rule, self.pieces, scalars)
        else:
            together([functools.partial(_run, rule, pieces, scalars) for pieces in self._shares])


def _cut(first: int, last: int, longest: int, shares: int) -> list[tuple[int, int]]:
    """Return (start, stop) of pieces of about equal length, as many for each share."""
    size = last - first
    count = -(-size // (longest * shares)) * shares or 1
    length = min(-(-size // (count * LINE)) * LINE, longest)
    starts = range(first, last, length or 1)
    return [(start, min(start + length, last)) for start in starts]


def _piece(vectors: Sequence[Array], part: tuple[int, int], scratch: Scratch) -> Piece:
    start, stop = part
    a, b = scratch
    views = tuple(vector[start:stop] for vector in vectors)
    return views, (a[: stop - start], b[: stop - start])


def _run(rule: Rule, pieces: Sequence[Piece], scalars: dict[str, Any]) -> None:
    for views, scratch in pieces:
        rule(*views, scratch=scratch, **scalars)
