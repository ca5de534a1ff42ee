"""Ctrl-C and errors in the middle of training: a whole step, a usable model, the history so far."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

from nnscratch import Input, Sequential, callbacks, layers, optimizers
from nnscratch.layers import Layer
from nnscratch.training.interrupts import whole_steps

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 3)), RNG.normal(size=(12, 1))


@pytest.fixture(autouse=True)
def pythons_own_handler():
    """Where the tests run in the background the shell has switched the signal off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class PressesInStep(Layer):
    """Sends the signal of Ctrl-C in the middle of one forward pass."""

    def __init__(self, step):
        super().__init__()
        self.step, self.seen = step, 0

    def compute_output_shape(self, input_shape):
        return input_shape

    def forward(self, x, cache, training=False):
        if training:
            self.seen += 1
            if self.seen == self.step:
                os.kill(os.getpid(), signal.SIGINT)
        return x

    def backward(self, dy, cache):
        return dy


def model(*extra):
    net = Sequential([Input((3,)), *extra, layers.Dense(2, "tanh"), layers.Dense(1)])
    net.compile(optimizers.Adam(0.01), "mse")
    net.layers[-2].kernel.assign(np.linspace(-1, 1, 6).reshape(3, 2))
    net.layers[-1].kernel.assign(np.array([[1.0], [2.0]]))
    return net


def test_the_step_under_way_is_done_whole():
    net, same = model(PressesInStep(6)), model()
    with pytest.raises(KeyboardInterrupt):
        net.fit(X, Y, batch_size=3, epochs=5, shuffle=False, verbose=0)
    history = same.fit(X, Y, batch_size=3, epochs=1, shuffle=False, verbose=0)
    assert net.history.history == history.history
    same.fit(X[:6], Y[:6], batch_size=3, epochs=1, shuffle=False, verbose=0)
    for a, b in zip(net.weights, same.weights, strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(net.optimizer.iterations) == 6
    net.fit(X, Y, verbose=0)
    assert int(net.optimizer.iterations) == 7


def test_the_signal_is_python_s_own_again_afterwards():
    with pytest.raises(KeyboardInterrupt):
        model(PressesInStep(1)).fit(X, Y, verbose=0)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_between_steps_and_a_second_time_it_stops_at_once():
    with whole_steps() as interrupt, pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    with whole_steps() as interrupt:
        interrupt.busy = True
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupt.step_done()
        interrupt.step_done()


def test_a_program_s_own_handler_stays():
    def handler(number, frame):
        raise AssertionError

    before = signal.signal(signal.SIGINT, handler)
    try:
        with whole_steps():
            assert signal.getsignal(signal.SIGINT) is handler
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_training_in_another_thread_leaves_the_signal_alone():
    losses = []
    thread = threading.Thread(
        target=lambda: losses.extend(model().fit(X, Y, verbose=0).history["loss"])
    )
    thread.start()
    thread.join()
    assert len(losses) == 1


def test_files_are_closed_and_averaged_weights_taken_back(tmp_path):
    class Fails(callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            raise RuntimeError("in the middle of a validation")

    net = model()
    net.compile(optimizers.Adam(0.01, use_ema=True), "mse")
    logger, swap = callbacks.CSVLogger(tmp_path / "log.csv"), callbacks.SwapEMAWeights()
    with pytest.raises(RuntimeError, match="validation"):
        net.fit(X, Y, validation_data=(X, Y), verbose=0, callbacks=[logger, swap, Fails()])
    same = model()
    same.compile(optimizers.Adam(0.01), "mse")
    same.fit(X, Y, verbose=0)
    assert logger._file is None
    for a, b in zip(net.weights, same.weights, strict=True):
        np.testing.assert_array_equal(a, b)
