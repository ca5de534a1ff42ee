"""Philox 4x32-10, the counter-based generator behind every random number, and its keys."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from nnscratch.typing import Array

PIECE = 8192
"""Blocks worked on at a time: few enough that all intermediate arrays stay in cache."""

IN_PLACE = sys.byteorder == "little"
"""Whether the rounds can write two words as one number of 64 bits."""

KNOWN = 1 << 15
"""Blocks whose first products are kept: draws of up to 131,072 words."""

Word = TypeVar("Word", int, Array)

_MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
_KEY_STEPS = 0x9E3779B9, 0xBB67AE85
_LOW = 0xFFFFFFFF
_KEY_SUMS = tuple(
    np.array([n * step & 0xFFFFFFFF for n in range(10)], np.uint64).reshape(10, 1, 1)
    for step in _KEY_STEPS
)
_PAIR = np.dtype(np.uint64)
_SCRAMBLER_KEY = 0x02461E293EC8F720


def split(value: int) -> tuple[int, int]:
    """Return the low and the high 32 bits of an integer, taken modulo 2**64.

    >>> split(-1) == (0xFFFFFFFF, 0xFFFFFFFF)
    True
    """
    return value & 0xFFFFFFFF, (value >> 32) & 0xFFFFFFFF


def ten_rounds(counter: tuple[Word, Word, Word, Word], key: int) -> tuple[Word, ...]:
    """Encrypt counters: ten rounds of multiply, exchange and xor.

    With hi and lo the halves of a 64-bit product, one round is

        p = 0xD2511F53 c0,  q = 0xCD9E8D57 c2
        c0, c1, c2, c3 = hi(q) ^ c1 ^ k0,  lo(q),  hi(p) ^ c3 ^ k1,  lo(p)

    and the key words grow by 0x9E3779B9 and 0xBB67AE85 (modulo 2**32) between rounds.

    Args:
        counter: the four words, lowest first: uint64 arrays for many counters, ints for one.
        key: the two key words as one number, the low word first.

    Source: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = split(key)
    for _ in range(10):
        p = c0 * _MULTIPLIERS[0]
        q = c2 * _MULTIPLIERS[1]
        c0 = (q >> 32) ^ c1 ^ k0
        c2 = (p >> 32) ^ c3 ^ k1
        c1 = q & _LOW
        c3 = p & _LOW
        k0, k1 = (k0 + _KEY_STEPS[0]) & _LOW, (k1 + _KEY_STEPS[1]) & _LOW
    return c0, c1, c2, c3


@dataclass(frozen=True)
class PhiloxStream:
    """An endless sequence of 32-bit words that can be entered at any block of four.

    Attributes:
        key: the 64-bit key.
        low: the low 64 bits of the counter of block 0.
        high: the high 64 bits of the counter of block 0.
        xla: whether its words are read as XLA reads them; the words themselves are the same.
    """

    key: int
    low: int = 0
    high: int = 0
    xla: bool = False

    def blocks(self, numbers: Array) -> Array:
        """Return the words of the given blocks.

        Args:
            numbers: block numbers (n,), uint64.

        Shapes: (n,) -> (n, 4), uint32.

        The known answer for a counter and a key of zero:

        >>> [hex(word) for word in PhiloxStream(0).blocks(np.zeros(1, np.uint64))[0]]
        ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
        """
        low = numbers + np.uint64(self.low)
        high = (low < numbers).astype(np.uint64) + np.uint64(self.high)
        counter = (low & _LOW, low >> 32, high & _LOW, high >> 32)
        words = np.empty((len(numbers), 4), np.uint32)
        for column, word in enumerate(ten_rounds(counter, self.key)):
            words[:, column] = word
        return words

    def words(self, count: int, first_block: int = 0, out: Array | None = None) -> Array:
        """Return `count` words in order, from the start of a block on.

        They are the rows of `blocks` one after the other; here all ten rounds of a piece are done
        in place. A call whose blocks lie on both sides of a multiple of 2**32 is left to `blocks`.

        Args:
            count: how many words.
            first_block: number of the block to begin with.
            out: uint32, room for `count` words rounded up to a multiple of four.

        Shapes: (count,), uint32.
        """
        rows = -(-count // 4)
        words = (np.empty(4 * rows, np.uint32) if out is None else out[: 4 * rows]).reshape(-1, 4)
        start = (self.high << 64) + self.low + first_block
        in_place = IN_PLACE and (start & _LOW) + rows <= _LOW
        for piece in pieces(rows):
            if in_place:
                counter = start + piece.start
                first = (*split(counter), *split(counter >> 64))
                _room.rounds(first, split(self.key), words[np.newaxis, piece])
            else:
                words[piece] = self.blocks(block_numbers(piece, first_block))
        return words.reshape(-1)[:count]


class _Room(threading.local):
    """Memory of one thread for the rounds of one piece, and the rounds done in it.

    Attributes:
        first: high and low words of the first product, for the blocks that most draws begin with.
    """

    def __init__(self) -> None:
        self.even, self.odd, self.products = np.empty((3, 2 * PIECE), np.uint64)
        self.scalars = [np.array(n, np.uint64) for n in (*_MULTIPLIERS, 32, _LOW)]
        self.numbers = np.arange(PIECE, dtype=np.uint64)
        self.first = halves(np.arange(KNOWN, dtype=np.uint64) * self.scalars[0])

    def rounds(self, counter: tuple[Any, ...], key: tuple[Any, ...], out: Array) -> None:
        """Encrypt, for each stream, n counters from its first on: `ten_rounds` in place.

        `even` holds c0 and then c2, `odd` holds c1 and then c3, each in one run of memory, so that
        shift, mask and xor are one operation for both. The low word must not overflow.

        Only the lowest word differs from counter to counter: after the first round c0 and c1 are
        still the same for all, and c3 is after the second.

        Args:
            counter: the four words of the first counter, each a number or one for each stream.
            key: the two words of the key, likewise.
            out: where the words go.

        Shapes: out (streams, n, 4), uint32; words that differ between streams (streams, 1), uint64.
        """
        shape = out.shape[:2]
        size = shape[0] * shape[1]
        even, odd, products = self.even[: 2 * size], self.odd[: 2 * size], self.products[: 2 * size]
        c0, c2 = even[:size].reshape(shape), even[size:].reshape(shape)
        c1, c3 = odd[:size].reshape(shape), odd[size:].reshape(shape)
        q, p = products[:size].reshape(shape), products[size:].reshape(shape)
        first, second, half, low = self.scalars
        k0, k1 = (
            (np.asarray(k, np.uint64) + step) & low for k, step in zip(key, _KEY_SUMS, strict=True)
        )

        start, (b1, b2, b3) = counter[0], (np.asarray(b, np.uint64) for b in counter[1:])
        n = shape[1]
        if start + n <= KNOWN:
            high_p, low_p = (words[start : start + n] for words in self.first)
        else:
            np.add(self.numbers[:n], start, out=p)
            np.multiply(p, first, out=p)
            high_p, low_p = np.right_shift(p, half, out=c2), np.bitwise_and(p, low, out=c3)
        high_q, low_q = halves(b2 * second)
        np.bitwise_xor(high_p, b3 ^ k1[0], c2)
        all_c0, all_c1 = high_q ^ b1 ^ k0[0], low_q

        high_a, all_c3 = halves(all_c0 * first)
        np.multiply(c2, second, q)
        np.right_shift(q, half, c0)
        np.bitwise_xor(c0, all_c1 ^ k0[1], c0)
        np.bitwise_and(q, low, c1)
        np.bitwise_xor(low_p, high_a ^ k1[1], c2)
        c3[...] = all_c3

        for i in range(2, 10):
            np.multiply(c0, first, p)
            np.multiply(c2, second, q)
            np.right_shift(products, half, even)
            np.bitwise_xor(even, odd, even)
            np.bitwise_xor(c0, k0[i], c0)
            np.bitwise_xor(c2, k1[i], c2)
            if i < 9:
                np.bitwise_and(products, low, odd)
        np.left_shift(products, half, products)  # the low words beside the high ones
        pairs = out.view(_PAIR)
        np.bitwise_or(c0, q, pairs[:, :, 0])
        np.bitwise_or(c2, p, pairs[:, :, 1])


def halves(products: Array) -> tuple[Array, Array]:
    """Return the high and the low 32 bits of 64-bit words."""
    return products >> np.uint64(32), products & np.uint64(_LOW)


_room = _Room()


def streams_of(states: Array) -> tuple[Array, ...]:
    """Return, for pairs of seeds, the words of `derive`'s keys and high halves of counters.

    Shapes: (streams, 2) uint64 -> four of (streams, 1) uint64.
    """
    first, second = states[:, :1], states[:, 1:]
    counter = (first & _LOW, first >> 32, second & _LOW, second >> 32)
    return ten_rounds(counter, _SCRAMBLER_KEY)


def words_of_streams(streams: Sequence[Array], count: int, out: Array) -> Array:
    """Return `count` words of each of some streams: `derive(state).words(count)` of all.

    Many short draws made together cost little more than one, as a call of NumPy costs as much as
    a thousand of its multiplications.

    Args:
        streams: what `streams_of` returned, or a part of each.
        count: how many words of each; all of them together in at most `PIECE` blocks.
        out: room for the blocks.

    Shapes: (streams, count) uint32; out (streams, blocks, 4) uint32.

    >>> streams = streams_of(np.array([[7, 0], [7, 1]], np.uint64))
    >>> words = words_of_streams(streams, 6, np.empty((2, 2, 4), np.uint32))
    >>> words[1].tolist() == derive((7, 1)).words(6).tolist()
    True
    """
    m0, m1, m2, m3 = streams
    _room.rounds((0, 0, m2, m3), (m0, m1), out)
    return out.reshape(len(out), -1)[:, :count]


def pieces(count: int) -> Iterator[slice]:
    """Cut `range(count)` evenly into slices of at most `PIECE`.

    >>> [piece.stop - piece.start for piece in pieces(PIECE + 4)] == [PIECE // 2 + 2] * 2
    True
    """
    parts = -(-count // PIECE)
    for i in range(parts):
        yield slice(count * i // parts, count * (i + 1) // parts)


def block_numbers(piece: slice, first: int = 0, stride: int = 1) -> Array:
    """Return `first + stride * i` for every i of a slice, as uint64.

    >>> block_numbers(slice(2, 5), stride=256).tolist()
    [512, 768, 1024]
    """
    numbers: Array = np.arange(piece.start, piece.stop, dtype=np.uint64)
    numbers *= np.uint64(stride)
    numbers += np.uint64(first)
    return numbers


def derive(state: tuple[int, int], xla: bool = False) -> PhiloxStream:
    """Turn a pair of seeds into a stream, as TensorFlow's stateless functions do.

    The pair, as a 128-bit counter, is encrypted once under a fixed key. Of the block that results,
    the first two words are the stream's key and the last two the high half of its counter.

    Args:
        state: the pair of seeds.
        xla: see `PhiloxStream`.

    >>> derive((777, 0)).low
    0
    """
    m0, m1, m2, m3 = ten_rounds((*split(state[0]), *split(state[1])), _SCRAMBLER_KEY)
    return PhiloxStream(key=m0 | m1 << 32, high=m2 | m3 << 32, xla=xla)
