"""TensorFlow's own random streams: which seeds an operation gets, and where it goes on reading.

An operation of `tf.random` has two seeds, the global one and its own. Without one of its own it
draws one from a generator that `tf.random.set_seed` starts. With one of its own it goes on where
the last call with the same seeds stopped, until `set_seed` is called again.

Source: TensorFlow's `random_seed.get_seed` and `GuardedPhiloxRandom`, to the bit.
"""

from __future__ import annotations

import random
from typing import Any

from nnscratch.random.buffered import seed_pair
from nnscratch.random.philox import PhiloxStream

_MODULUS = 2**31 - 1


class _Seeds:
    """What `tf.random.set_seed` sets; one instance per process."""

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed
        self.generator = random.Random(seed)
        self.blocks_used: dict[tuple[Any, ...], int] = {}


class _Process:
    seeds = _Seeds()


def set_seed(seed: int) -> None:
    """Start TensorFlow's streams anew from a global seed."""
    _Process.seeds = _Seeds(seed)


def pair_for(seed: int | None) -> tuple[int, int]:
    """Return the two seeds of an operation: the global one and its own.

    >>> set_seed(5)
    >>> pair_for(3), pair_for(None)
    ((5, 3), (5, 1097127993))
    """
    seeds = _Process.seeds
    if seeds.seed is not None and seed is None:
        seed = seeds.generator.randint(0, _MODULUS)
    return seed_pair(seeds.seed, seed)


def open_stream(operation: tuple[Any, ...], seed: int | None, blocks: int) -> PhiloxStream:
    """Return the stream of one operation from where it goes on.

    Args:
        operation: what tells operations with the same seeds apart.
        seed: the operation's own seed.
        blocks: how many blocks of four words this call sets aside.
    """
    first, second = pair_for(seed)
    used = _Process.seeds.blocks_used
    kernel = (*operation, first, second)
    start = used.get(kernel, 0)
    used[kernel] = start + blocks
    return PhiloxStream(key=first, low=start, high=second)
