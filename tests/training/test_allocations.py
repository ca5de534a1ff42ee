"""A steady training step makes no arrays: whatever is written in every step has its memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from nnscratch import Sequential, callbacks, layers

ROWS = 1 << 17
SMALLEST_ARRAY = ROWS
"""Bytes of the smallest array that a step could make: a bool for each row of the batch. NumPy's
own iterators take up to 64 KiB for as long as an operation with broadcasting or casts runs."""


class Watch(callbacks.Callback):
    """Notes how much memory each step has held beyond what it began with."""

    def __init__(self):
        super().__init__()
        self.growth = []

    def on_train_batch_begin(self, batch, logs=None):
        tracemalloc.reset_peak()
        self._before = tracemalloc.get_traced_memory()[0]

    def on_train_batch_end(self, batch, logs=None):
        self.growth.append(tracemalloc.get_traced_memory()[1] - self._before)


def plain(activation):
    return [layers.Dense(8, activation), layers.Dense(4, activation), layers.Dense(3, "softmax")]


def regularized():
    hidden = [layers.Dense(8, "sigmoid", kernel_regularizer="l2"), layers.BatchNormalization()]
    return [*hidden, layers.Dropout(0.2), layers.Dense(3, "softmax")]


@pytest.fixture
def traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()


def growth_of(stack, optimizer, loss, targets):
    model = Sequential([layers.Input((6,)), *stack])
    model.compile(optimizer, loss, metrics=["accuracy"])
    x = np.random.default_rng(0).random((2 * ROWS, 6), dtype=np.float32)
    y = targets(np.argmax(x[:, :3], axis=1))
    watch = Watch()
    model.fit(x, y, batch_size=ROWS, epochs=3, verbose=0, callbacks=[watch])
    return max(watch.growth[3:])


def one_hot(labels):
    return np.eye(3, dtype=np.float32)[labels]


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize(
    ("stack", "loss", "targets"),
    [
        (plain("sigmoid"), "sparse_categorical_crossentropy", np.asarray),
        (plain("relu"), "sparse_categorical_crossentropy", np.asarray),
        (plain("tanh"), "categorical_crossentropy", one_hot),
        (regularized(), "sparse_categorical_crossentropy", np.asarray),
        (
            [layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")],
            "binary_crossentropy",
            lambda labels: (labels > 0).astype(np.float32),
        ),
    ],
    ids=["sigmoid", "relu", "one-hot", "regularized", "binary"],
)
def test_a_steady_step_makes_no_array(stack, loss, targets, optimizer):
    stack = [type(layer).from_config(layer.get_config()) for layer in stack]
    assert growth_of(stack, optimizer, loss, targets) < SMALLEST_ARRAY


@pytest.mark.usefixtures("traced")
def test_a_layer_that_makes_an_array_is_seen():
    class Wasteful(layers.Layer):
        def forward(self, x, cache, training=False):
            return x + 0.0

        def backward(self, dy, cache):
            return dy

    stack = [Wasteful(), *plain("relu")]
    assert growth_of(stack, "sgd", "sparse_categorical_crossentropy", np.asarray) > SMALLEST_ARRAY
