"""A softmax output that is reached twice: by the loss through its logits, and by a penalty."""

from __future__ import annotations

import numpy as np
import pytest

import nnscratch
from nnscratch import layers, regularizers


@pytest.fixture(autouse=True)
def _float64():
    nnscratch.config.set_floatx("float64")
    yield
    nnscratch.config.set_floatx("float32")


def _penalized_loss(weights, x, y, factor):
    """Return crossentropy + factor·Σp²/N, with a hidden tanh layer, by hand."""
    W, b, V, c = weights
    h = np.tanh(x @ W + b)
    z = h @ V + c
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return -np.log(p[y == 1]).mean() + factor * np.square(p).sum() / len(x)


def test_gradients_of_loss_and_penalty_add_up_in_the_layers_before():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(5, 3)), np.eye(4)[rng.integers(0, 4, 5)]
    model = nnscratch.Sequential(
        [
            layers.Input((3,)),
            layers.Dense(6, "tanh"),
            layers.Dense(4, "softmax", activity_regularizer=regularizers.L2(0.25)),
        ]
    )
    model.compile("sgd", "categorical_crossentropy")
    weights = [rng.normal(size=w.shape) for w in model.get_weights()]
    model.set_weights(weights)
    loss, gradients = model.compute_gradients(x, y)
    assert float(loss) == pytest.approx(_penalized_loss(weights, x, y, 0.25), rel=1e-12)
    for i, gradient in enumerate(gradients.values()):
        for index in np.ndindex(gradient.shape):
            values = []
            for step in (1e-6, -1e-6):
                moved = [w.copy() for w in weights]
                moved[i][index] += step
                values.append(_penalized_loss(moved, x, y, 0.25))
            assert gradient[index] == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-8)


@pytest.mark.parametrize(("kind", "option"), [("Activation", "linear"), ("Dropout", 0.0)])
def test_a_layer_that_hands_on_its_input_hands_on_the_logits(kind, option):
    """The sure and wrong answer costs 40 nats; a clipped probability would cost 16."""
    first = layers.Dense(2, "softmax", kernel_initializer="identity")
    model = nnscratch.Sequential([layers.Input((2,)), first, getattr(layers, kind)(option)])
    model.compile(nnscratch.optimizers.SGD(1.0), "categorical_crossentropy")
    loss = model.train_on_batch(np.array([[20.0, -20.0]]), np.array([[0.0, 1.0]]))
    assert loss == pytest.approx(40.0, rel=1e-12)
    np.testing.assert_allclose(first.bias.value, [-1.0, 1.0], rtol=1e-12)


def test_a_dropout_behind_a_softmax_hides_the_logits_in_training_only():
    model = nnscratch.Sequential(
        [
            layers.Input((2,)),
            layers.Dense(2, "softmax", kernel_initializer="identity"),
            layers.Dropout(0.5, seed=1),
        ]
    )
    model.compile(nnscratch.optimizers.SGD(0.0), "categorical_crossentropy")
    x, y = np.array([[20.0, -20.0]]), np.array([[0.0, 1.0]])
    assert model.test_on_batch(x, y) == pytest.approx(40.0, rel=1e-12)
    assert model.train_on_batch(x, y) <= -np.log(1e-7)  # a probability, clipped
