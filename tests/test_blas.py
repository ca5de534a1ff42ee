"""Small products stay on one thread, threads help with large ones, and all is put back."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from nnscratch import Sequential, Variable, blas, callbacks, crew, layers
from nnscratch.blas import threads_for
from nnscratch.optimizers import Adam
from nnscratch.optimizers.adam import adam
from nnscratch.optimizers.blocks import SHARED, Blocks, make_scratch


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        yield


@pytest.mark.parametrize(
    ("shape", "rows", "expected"),
    [
        ((784, 64), 32, 1),
        ((784, 512), 128, 2),
        ((784, 64), None, 1),
        ((4000,), 10**6, 1),
    ],
)
def test_the_size_of_the_products_decides_who_helps(shape, rows, expected, monkeypatch):
    monkeypatch.setattr(crew, "cores", lambda: 2)
    with threads_for([Variable(np.zeros(shape))], rows):
        assert crew.size() == expected
        assert blas_threads() == {1}
    assert crew.size() == 1
    assert blas_threads() == {2}


@pytest.mark.parametrize("shape", [(128, 784, 512), (1000, 200, 300), (100, 784, 300)])
@pytest.mark.parametrize("threads", [2, 3])
def test_a_product_in_parts_has_the_bits_of_the_whole(shape, threads, monkeypatch):
    N, D, M = shape
    generator = np.random.default_rng(0)
    x, w, dz = (
        generator.standard_normal(size).astype(np.float32) for size in ((N, D), (D, M), (N, M))
    )
    monkeypatch.setattr(crew, "cores", lambda: threads)
    monkeypatch.setattr(blas, "_threads_of_blas", lambda: threads)
    with threads_for([Variable(np.zeros((5000, 5000)))], 128):
        for a, b in ((x, w), (x.T, dz), (dz, w.T)):
            parts = blas.product(a, b, np.empty((len(a), b.shape[1]), np.float32))
            assert np.array_equal(parts, np.matmul(a, b))


def test_long_vectors_are_updated_by_two_threads_with_the_same_bits(monkeypatch):
    generator = np.random.default_rng(0)
    size = SHARED + 5
    start = [np.abs(generator.standard_normal(size)).astype(np.float32) for _ in range(4)]
    alone, shared = ([vector.copy() for vector in start] for _ in range(2))
    scalars = Adam().scalars(np.dtype(np.float32), 0.001)
    adam(*alone, scratch=(np.empty(size, np.float32), np.empty(size, np.float32)), **scalars)
    monkeypatch.setattr(crew, "cores", lambda: 2)
    with threads_for([Variable(np.zeros((5000, 5000)))], 128):
        Blocks(shared, make_scratch(size, np.float32)).run(adam, **scalars)
    assert all(np.array_equal(a, b) for a, b in zip(alone, shared, strict=True))


def test_an_error_in_a_helper_is_raised(monkeypatch):
    monkeypatch.setattr(crew, "cores", lambda: 2)
    with threads_for([Variable(np.zeros((5000, 5000)))], 128), pytest.raises(ZeroDivisionError):
        crew.together([lambda: None, lambda: 1 / 0])


def test_fit_trains_on_one_thread_and_puts_the_threads_back():
    seen = []

    class Look(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(blas_threads())

    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((8, 4)), np.ones((8, 1)), verbose=0, callbacks=[Look()])
    assert seen == [{1}]
    assert blas_threads() == {2}


def test_an_error_puts_the_threads_back():
    with pytest.raises(KeyError), threads_for([], 1):
        raise KeyError
    assert blas_threads() == {2}


def test_what_no_helper_has_begun_is_done_here():
    with crew.crew_of(2):
        gate = threading.Event()
        crew._crew.helpers[0].give(crew._Job(gate.wait))  # the only helper has other things to do
        done = []
        crew.together([lambda name=name: done.append(name) for name in "abc"])
        assert sorted(done) == ["a", "b", "c"]
        gate.set()


def test_a_helper_that_fails_does_not_keep_the_others_from_ending():
    done = []
    with crew.crew_of(3):
        with pytest.raises(ZeroDivisionError):
            crew.together([lambda: None, lambda: 1 / 0, lambda: done.append("second")])
        crew.together([lambda: None, lambda: done.append("later")])
    assert sorted(done) == ["later", "second"]


def test_an_error_of_ones_own_is_raised_when_the_helpers_are_done():
    done = []
    with crew.crew_of(2), pytest.raises(KeyError):
        crew.together([lambda: {}["a"], lambda: done.append("helper")])
    assert done == ["helper"]


def test_helpers_end_with_the_block():
    with crew.crew_of(3):
        assert len([t for t in threading.enumerate() if t.name == "nnscratch"]) == 2
    assert not [t for t in threading.enumerate() if t.name == "nnscratch"]


def test_many_short_tasks_all_come_back():
    counts = [0, 0, 0]

    def count(i):
        counts[i] += 1

    with crew.crew_of(3):
        for _ in range(2000):
            crew.together([lambda i=i: count(i) for i in range(3)])
    assert counts == [2000, 2000, 2000]
