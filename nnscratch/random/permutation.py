"""The order in which `fit` visits samples: Fisher and Yates's shuffle, in Keras's bits."""

from __future__ import annotations

import functools
import os

import numpy as np

from nnscratch.random.philox import PhiloxStream
from nnscratch.random.stream import State, next_draw
from nnscratch.typing import Array

_MODULUS = 2**31 - 1


def epoch_permutation(n: int, seed: int | None) -> Array:
    """Return the order of n samples for one epoch of `fit(shuffle=True)`.

    With a seed it is the same in every epoch of every `fit`, as in Keras on TensorFlow; without
    one it is new each time.

    Args:
        n: the number of samples.
        seed: what `last_seed()` was when `fit` was called, or None.

    Shapes: (n,), read-only: row j of the epoch is sample `order[j]`.

    Source: Keras's `ArrayDataAdapter` over TensorFlow's `RandomShuffle`, to the bit.

    >>> epoch_permutation(10, 777).tolist()
    [2, 4, 1, 0, 9, 5, 8, 3, 7, 6]
    """
    pair = next_draw("fit", "permutation", (n,), lambda: shuffle_pair(seed)).state
    return _permutation(n, pair) if seed is None else _cached_permutation(n, pair)


def batch_permutation(n: int, batch_size: int, seed: int | None) -> Array:
    """Return the order of n samples for one epoch of `fit(shuffle="batch")`.

    Batches stay where they are; the rows inside each are put in random order. The words of an
    epoch form one stream, of which a batch of m rows takes whole blocks, `ceil((m - 1) / 4)`.

    Args:
        n: the number of samples.
        batch_size: rows in each batch but a shorter last one.
        seed: what `last_seed()` was when `fit` was called, or None for a new order.

    Shapes: (n,): row j of the epoch is sample `order[j]`.

    >>> batch_permutation(6, 3, 777).tolist()
    [1, 2, 0, 5, 3, 4]
    """
    draw = next_draw("fit", "batch_permutation", (n, batch_size), lambda: shuffle_pair(seed))
    stream = _stream(draw.state)
    order = np.arange(n)
    full = n // batch_size
    blocks = -(-(batch_size - 1) // 4)
    words = stream.words(4 * blocks * full).reshape(full, 4 * blocks)
    _swap_all(order[: full * batch_size].reshape(full, batch_size), words)
    last = order[full * batch_size :]
    _swap_all(last[None, :], stream.words(len(last), blocks * full)[None, :])
    return order


def shuffle_pair(seed: int | None) -> State:
    """Return the pair of seeds of the shuffle, from the system's entropy if there is no seed.

    >>> shuffle_pair(777), shuffle_pair(0) == (0, 2**31 - 1)
    ((777, 0), True)
    """
    if seed is None:
        return int.from_bytes(os.urandom(8), "little"), int.from_bytes(os.urandom(8), "little")
    reduced = seed % _MODULUS
    return reduced, 0 if reduced else _MODULUS


def permutation_by_swaps(n: int, words: Array) -> Array:
    """Shuffle `0 .. n-1` the plain way; the readable twin of `permutation_at_once`.

    For i = 0, 1, …, n - 2: swap position i with position `i + words[i] % (n - i)`.

    Source: Fisher and Yates 1938; Durstenfeld, Algorithm 235, CACM 1964.

    >>> permutation_by_swaps(4, np.array([3, 0, 1], np.uint32)).tolist()
    [3, 1, 0, 2]
    """
    order = list(range(n))
    for i in range(n - 1):
        j = i + int(words[i]) % (n - i)
        order[i], order[j] = order[j], order[i]
    return np.array(order, np.int64)


def permutation_at_once(n: int, words: Array) -> Array:
    """Shuffle `0 .. n-1` with array operations only.

    Step i swaps position i with its target t_i >= i, and position i is never touched again. So
    what ends in i is what stood in t_i before step i: either what the last earlier step with the
    same target brought there, or t_i itself. A step brings to its target what stood in its own
    position, which in turn came there by the last earlier step that had this position as target;
    following such steps back to one whose position was untouched is done for all at once, by
    doubling.

    >>> permutation_at_once(4, np.array([3, 0, 1], np.uint32)).tolist()
    [3, 1, 0, 2]
    """
    step = np.arange(n)
    target = step.copy()
    target[:-1] += words[: n - 1] % np.arange(n, 1, -1, dtype=np.uint32)
    keys = target * n + step  # sorted by target, then by step: a plain sort is the fastest
    keys.sort()
    by_target = keys % n
    same = target[by_target[1:]] == target[by_target[:-1]]
    previous = np.full(n, -1)
    previous[by_target[1:][same]] = by_target[:-1][same]

    # The steps are in order, so of several with the same target the last stays.
    moved = step[target != step]
    giver = step.copy()
    giver[target[moved]] = moved
    while not np.array_equal(further := giver[giver], giver):
        giver = further
    untouched = np.where(target != step, target, giver)
    order: Array = np.where(previous >= 0, giver[previous], untouched)
    return order


def _swap_all(batches: Array, words: Array) -> None:
    """Shuffle each row of `batches` in place, one swap of all rows at a time."""
    rows = np.arange(len(batches))
    size = batches.shape[1]
    for i in range(size - 1):
        j = i + words[:, i] % np.uint32(size - i)
        batches[rows, i], batches[rows, j] = batches[rows, j], batches[rows, i]


def _stream(pair: State) -> PhiloxStream:
    return PhiloxStream(key=pair[0], high=pair[1])


def _permutation(n: int, pair: State) -> Array:
    order = permutation_at_once(n, _stream(pair).words(max(n - 1, 0)))
    order.flags.writeable = False
    return order


_cached_permutation = functools.lru_cache(maxsize=8)(_permutation)
