"""Small products stay on one thread, large ones keep theirs, and all is put back afterwards."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from nnscratch import Sequential, Variable, callbacks, layers
from nnscratch.blas import threads_for


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        yield


@pytest.mark.parametrize(
    ("shape", "rows", "expected"),
    [((784, 64), 32, {1}), ((784, 512), 128, {2}), ((784, 64), None, {1}), ((4000,), 10**6, {1})],
)
def test_the_size_of_the_products_decides(shape, rows, expected):
    with threads_for([Variable(np.zeros(shape))], rows):
        assert blas_threads() == expected
    assert blas_threads() == {2}


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
