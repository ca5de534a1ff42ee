"""Laws that hold for every seed and shape, and twins that must agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import random
from nnscratch.random import philox
from nnscratch.random.normals import box_muller, standard_normal, standard_truncated_normal
from nnscratch.random.permutation import permutation_at_once, permutation_by_swaps
from nnscratch.random.philox import PhiloxStream, derive

SEEDS = st.integers(0, 2**32 - 1)
WORDS = st.lists(st.integers(0, 2**32 - 1), min_size=0, max_size=300)
DTYPES = st.sampled_from(["float32", "float64"])


@settings(deadline=None)
@given(words=WORDS)
def test_shuffle_at_once_equals_swap_by_swap(words):
    words = np.array(words, np.uint32)
    n = len(words) + 1
    np.testing.assert_array_equal(permutation_at_once(n, words), permutation_by_swaps(n, words))


@pytest.mark.parametrize("word", [0, 2**32 - 1])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 50])
def test_shuffle_at_once_equals_swap_by_swap_at_the_extremes(n, word):
    words = np.full(n - 1, word, np.uint32)
    np.testing.assert_array_equal(permutation_at_once(n, words), permutation_by_swaps(n, words))


@settings(deadline=None)
@given(n=st.integers(0, 500), seed=st.none() | SEEDS)
def test_epoch_permutation_holds_each_sample_once(n, seed):
    assert sorted(random.epoch_permutation(n, seed).tolist()) == list(range(n))


@settings(deadline=None)
@given(n=st.integers(1, 200), batch_size=st.integers(1, 40), seed=st.none() | SEEDS)
def test_batch_permutation_stays_inside_the_batches(n, batch_size, seed):
    order = random.batch_permutation(n, batch_size, seed)
    for start in range(0, n, batch_size):
        stop = min(start + batch_size, n)
        assert sorted(order[start:stop].tolist()) == list(range(start, stop))


@settings(deadline=None)
@given(n=st.integers(1, 120), batch_size=st.integers(1, 40), seed=SEEDS)
def test_batch_permutation_equals_one_shuffle_for_each_batch(n, batch_size, seed):
    stream = PhiloxStream(key=seed % (2**31 - 1), high=0 if seed % (2**31 - 1) else 2**31 - 1)
    expected, block = [], 0
    for start in range(0, n, batch_size):
        size = min(batch_size, n - start)
        words = stream.words(size, first_block=block)
        expected += (start + permutation_by_swaps(size, words)).tolist()
        block += -(-(size - 1) // 4)
    assert random.batch_permutation(n, batch_size, seed).tolist() == expected


def test_all_orders_are_about_equally_frequent():
    counts = {}
    for seed in range(1, 2401):
        order = tuple(random.epoch_permutation(4, seed).tolist())
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 24
    # Chi-square with 23 degrees of freedom: above 49.7 once in a thousand.
    assert sum((count - 100) ** 2 / 100 for count in counts.values()) < 49.7


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(0, 40), more=st.integers(0, 40), dtype=DTYPES)
def test_a_shorter_draw_is_the_beginning_of_a_longer_one(seed, count, more, dtype):
    stream = derive((seed, 0))
    for draw in (standard_normal, standard_truncated_normal):
        long = draw(stream, count + more, dtype)
        np.testing.assert_array_equal(draw(stream, count, dtype), long[:count])


def test_the_size_of_the_pieces_does_not_matter(monkeypatch):
    whole = [random.normal((999,), seed=3), random.truncated_normal((999,), seed=3)]
    monkeypatch.setattr(philox, "PIECE", 7)
    np.testing.assert_array_equal(random.normal((999,), seed=3), whole[0])
    np.testing.assert_array_equal(random.truncated_normal((999,), seed=3), whole[1])


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, dtype=DTYPES)
def test_truncated_normals_against_group_by_group(seed, dtype):
    """The definition: read blocks of a group's own stretch until it is full."""
    stream, size = derive((seed, 0)), {"float32": 4, "float64": 2}[dtype]
    expected = []
    for group in range(25):
        kept, block = [], group * 256 * size // 4
        while len(kept) < size:
            numbers = box_muller(stream.blocks(np.array([block], np.uint64)), dtype)[0]
            kept += [z for z in numbers.tolist() if abs(z) < 2]
            block += 1
        expected += kept[:size]
    drawn = standard_truncated_normal(stream, 25 * size, dtype)
    assert drawn.tolist() == expected


@settings(deadline=None)
@given(
    seed=SEEDS,
    low=st.floats(-100, 100, width=32),
    width=st.floats(0.125, 100, width=32),
    dtype=DTYPES,
)
def test_uniform_keeps_to_its_bounds(seed, low, width, dtype):
    values = random.uniform((50,), low, low + width, dtype, seed=seed)
    assert values.dtype == dtype
    assert low <= values.min()
    assert values.max() <= np.float32(low + width)


@settings(deadline=None)
@given(seed=SEEDS, low=st.integers(-(2**31), 2**31 - 2), width=st.integers(1, 1000))
def test_randint_keeps_to_its_bounds(seed, low, width):
    high = min(low + width, 2**31 - 1)
    values = random.randint((50,), low, high, seed=seed).astype(np.int64)
    assert low <= values.min()
    assert values.max() < high


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_means_and_variances(dtype):
    """Standard errors at n = 40000 are below 0.005 for means, 0.007 for variances; six of them."""
    n = (200, 200)
    z = random.normal(n, 1.0, 2.0, dtype, seed=5)
    assert abs(z.mean() - 1) < 6 * 0.01
    assert abs(z.var() - 4) < 6 * 0.0283
    u = random.uniform(n, dtype=dtype, seed=5)
    assert abs(u.mean() - 0.5) < 6 * 0.0015
    assert abs(u.var() - 1 / 12) < 6 * 0.0004
    t = random.truncated_normal(n, dtype=dtype, seed=5)
    assert abs(t).max() < 2
    assert abs(t.mean()) < 6 * 0.0044
    assert abs(t.std() - 0.87962566103423978) < 6 * 0.003


@settings(deadline=None)
@given(seed=SEEDS, rate=st.floats(0, 0.99), dtype=DTYPES)
def test_mask_equals_the_comparison_of_floats(seed, rate, dtype):
    u = random.uniform((64,), dtype=dtype, seed=seed)
    expected = u >= np.dtype(dtype).type(rate)
    np.testing.assert_array_equal(random.dropout_mask((64,), rate, seed, dtype), expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_mask_at_the_threshold(dtype, steps):
    """A rate that is itself a uniform number drawn, and its neighbours."""
    u = random.uniform((8,), dtype=dtype, seed=2)
    rate = u[3] if steps == 0 else np.nextafter(u[3], u.dtype.type(steps))
    mask = random.dropout_mask((8,), float(rate), 2, dtype)
    assert mask[3] == (steps <= 0)


@settings(deadline=None)
@given(seed=SEEDS, n=st.integers(0, 60))
def test_shuffle_keeps_all_rows(seed, n):
    x = np.arange(2 * n).reshape(n, 2)
    shuffled = random.shuffle(x, seed=seed)
    assert sorted(map(tuple, shuffled.tolist())) == list(map(tuple, x.tolist()))
    np.testing.assert_array_equal(random.shuffle(x.T, axis=1, seed=seed), shuffled.T)
    np.testing.assert_array_equal(random.shuffle(x.T, axis=-1, seed=seed), shuffled.T)


def test_streams_do_not_resemble_each_other():
    draws = np.stack([random.normal((4000,), seed=(777, k)) for k in range(6)])
    correlation = np.corrcoef(draws) - np.eye(6)
    assert abs(correlation).max() < 6 / np.sqrt(4000)
