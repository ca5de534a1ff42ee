"""The ten rounds done in place give the words of their readable twin."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from nnscratch import random
from nnscratch.random.philox import PIECE, PhiloxStream, block_numbers


def by_blocks(stream, count, first_block):
    rows = -(-count // 4)
    return stream.blocks(block_numbers(slice(0, rows), first_block)).reshape(-1)[:count]


@pytest.mark.parametrize("count", [0, 1, 4, 7, 6400, 4 * PIECE - 1, 4 * PIECE + 5, 9 * PIECE])
@pytest.mark.parametrize(
    ("low", "first_block"), [(0, 0), (0, 256), (2**32 - 3, 0), (2**64 - 2, 0), (5, 2**32)]
)
def test_words_are_the_blocks_in_order(count, low, first_block):
    stream = PhiloxStream(key=0x243F6A8885A308D3, low=low, high=0x13198A2E03707344)
    words = stream.words(count, first_block)
    assert np.array_equal(words, by_blocks(stream, count, first_block))


def test_words_go_where_they_are_wanted():
    stream, room = PhiloxStream(key=3), np.empty(12, np.uint32)
    words = stream.words(9, out=room)
    assert np.shares_memory(words, room)
    assert np.array_equal(words, by_blocks(stream, 9, 0))


def test_threads_do_not_share_memory():
    streams = [PhiloxStream(key=number) for number in range(4)]
    expected = [by_blocks(stream, 40_000, 0) for stream in streams]
    found = {}

    def draw(number):
        for _ in range(20):
            found[number] = streams[number].words(40_000)

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[number], expected[number]) for number in range(4))


@pytest.mark.parametrize("count", [1, 5, 640, 6400, 80_000])
def test_draws_made_ahead_are_those_made_alone(count):
    generator = random.SeedGenerator(2**40 + 11)
    ks = [*range(40), 3, 4, 5, 2**31 - 4, 2**31 - 3, 2**31 - 2, 2**31 - 1]
    for k in ks:
        generator.state = np.array([2**40 + 11, k], np.int64)
        alone = random.dropout_mask((count,), 0.3, (2**40 + 11, k), "float32")
        assert np.array_equal(random.dropout_mask((count,), 0.3, generator, "float32"), alone), k


def test_other_sizes_and_repetitions_in_between_change_nothing():
    generator = random.SeedGenerator(5)
    for k in range(30):
        shape = (7,) if k % 7 == 6 else (64,)
        with random.record() as draws:
            mask = random.dropout_mask(shape, 0.5, generator, "float32")
        with random.replay(draws):
            again = random.dropout_mask(shape, 0.5, generator, "float32")
        assert draws[0].state == (5, k)
        assert np.array_equal(mask, again)
        assert np.array_equal(mask, random.dropout_mask(shape, 0.5, (5, k), "float32"))
