"""The tape: what it follows, what it refuses, and that it gives the numbers of plain training."""

from __future__ import annotations

import numpy as np
import pytest

import nnscratch as nn
from nnscratch import layers, ops

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = np.random.default_rng(1).integers(0, 3, 12)


def network():
    model = nn.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(5, "relu", kernel_regularizer="l2", activity_regularizer="l1"),
            layers.Dense(3, "softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def test_the_gradients_are_those_of_training_bit_by_bit():
    model = network()
    loss, gradients = model.compute_gradients(X, Y)
    with nn.GradientTape() as tape:
        found = nn.losses.SparseCategoricalCrossentropy()(Y, model(X, training=True))
        found = found + sum(model.losses)
    assert float(found) == pytest.approx(float(loss), rel=1e-6)
    taped = tape.gradient(found, model.trainable_variables)
    for variable, gradient in zip(model.trainable_variables, taped, strict=True):
        np.testing.assert_array_equal(gradient, gradients[variable.path])


def test_what_was_not_used_has_no_gradient():
    w, v = nn.Variable([1.0, 2.0]), nn.Variable([3.0])
    with nn.GradientTape(persistent=True) as tape:
        loss = ops.sum(w * 2.0)
    assert tape.gradient(loss, {"w": w, "v": v})["v"] is None
    assert tape.gradient(loss, v, unconnected_gradients="zero").tolist() == [0.0]
    assert tape.gradient(loss, w).tolist() == [2.0, 2.0]


def test_a_second_gradient_needs_a_persistent_tape():
    w = nn.Variable(2.0)
    with nn.GradientTape() as tape:
        loss = w * w
    tape.gradient(loss, w)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(loss, w)


def test_a_function_without_a_derivative_raises_instead_of_losing_the_gradient():
    w = nn.Variable([1.0, 2.0])
    with nn.GradientTape():
        y = w * 1.0
        with pytest.raises(TypeError, match=r"ops\.stop_gradient"):
            np.hypot(y, 1.0)
        with pytest.raises(TypeError, match=r"ops\.stop_gradient"):
            np.cumsum(y)
    assert np.cumsum(y).tolist() == [1.0, 3.0]


def test_two_tapes_at_once_each_have_their_gradient():
    w = nn.Variable([1.0, -2.0])
    with nn.GradientTape() as one, nn.GradientTape() as two:
        first, second = ops.sum(w * w), ops.sum(3.0 * w)
    assert one.gradient(first, w).tolist() == [2.0, -4.0]
    assert two.gradient(second, w).tolist() == [3.0, 3.0]


def test_losses_without_reduction_weigh_each_row():
    w = nn.Variable(np.ones((4, 1), "float32"))
    y, weights = np.zeros((12, 1), "float32"), np.arange(12, dtype="float32")
    with nn.GradientTape() as tape:
        values = nn.losses.MeanSquaredError(reduction="none")(y, ops.matmul(X, w))
        loss = ops.sum(values * weights)
    expected = 2.0 * X.T @ (weights[:, None] * (X @ w.numpy()))
    np.testing.assert_allclose(tape.gradient(loss, w), expected, rtol=1e-5)


def test_stop_recording_and_frozen_variables():
    w, frozen = nn.Variable(3.0), nn.Variable(4.0, trainable=False)
    with nn.GradientTape() as tape:
        with tape.stop_recording():
            constant = w * 10.0
        loss = w * frozen + constant
    assert [float(tape.gradient(loss, [w, frozen])[0])] == [4.0]


def test_a_penalty_used_twice_with_different_factors_is_refused():
    class Two(layers.Layer):
        def call(self, x):
            self.add_loss(ops.mean(x))
            self.add_loss(ops.sum(x))
            return x

    layer, w = Two(), nn.Variable(np.ones((2, 2), "float32"))
    with nn.GradientTape() as tape:
        layer(w * 1.0)
        loss = layer.losses[0] + 2.0 * layer.losses[1]
    with pytest.raises(ValueError, match=r"sum\(model.losses\)"):
        tape.gradient(loss, w)
