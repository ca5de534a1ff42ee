"""The order that `tf.data`'s shuffle gives: drawn from a buffer, in TensorFlow's bits."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Iterator
from typing import Any

from nnscratch.random.philox import PhiloxStream

DEFAULT_GLOBAL_SEED = 87654321
_MODULUS = 2**31 - 1


def seed_pair(global_seed: int | None, seed: int | None) -> tuple[int, int]:
    """Return the pair of seeds of TensorFlow's random operations, from entropy where both are None.

    Args:
        global_seed: the seed of the process, or None.
        seed: that of the operation, or None: one that the global seed gives.

    >>> seed_pair(5, 3), seed_pair(None, 3)
    ((5, 3), (87654321, 3))
    """
    if global_seed is None and seed is None:
        return secrets.randbits(64), secrets.randbits(64)
    first = DEFAULT_GLOBAL_SEED if global_seed is None else global_seed
    second = random.Random(global_seed).randint(0, _MODULUS) if seed is None else seed
    pair = first % _MODULUS, second % _MODULUS
    return pair if pair != (0, 0) else (0, _MODULUS)


def words(key: int, high: int) -> Iterator[int]:
    """Yield the words of 32 bits of the stream that belongs to a pair of seeds, without end.

    Args:
        key: the first seed.
        high: the second.
    """
    stream = PhiloxStream(key=key, high=high)
    for block in itertools.count(0, 256):
        yield from stream.words(1024, block).tolist()


def drawn(elements: Iterator[Any], size: int, words: Iterator[int]) -> Iterator[Any]:
    """Yield elements in random order, each drawn from a buffer that the coming ones refill.

    A random element of the buffer is swapped to its front and given out.

    Args:
        elements: the elements in their order.
        size: how many the buffer holds.
        words: random words of 32 bits.

    Source: TensorFlow's `ShuffleDatasetOp`, to the bit.

    >>> list(drawn(iter("abc"), 2, iter([1, 0, 0])))
    ['b', 'a', 'c']
    """
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
