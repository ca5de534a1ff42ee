"""Statistics of huge means, gradients tiny and huge, batches of one row, data of one class."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnscratch import Input, Sequential, Variable, layers, losses, optimizers
from nnscratch.errors import NonFiniteError

mpmath = pytest.importorskip("mpmath", reason="arithmetic of any length: pip install mpmath")
mpmath.mp.dps = 60
mpf = mpmath.mpf
GRADIENTS = {
    "float32": [1e-45, 1e-38, 1e-20, 1e-8, 1.0, 1e10, 1e18],
    "float64": [5e-324, 1e-308, 1e-160, 1e-8, 1.0, 1e100, 1e150],
}


def adam(g, steps):
    m = v = w = mpf(0)
    for t in range(1, steps + 1):
        m, v = mpf("0.9") * m + mpf("0.1") * g, mpf("0.999") * v + mpf("0.001") * g * g
        rate = mpf("0.001") * mpmath.sqrt(1 - mpf("0.999") ** t) / (1 - mpf("0.9") ** t)
        w -= rate * m / (mpmath.sqrt(v) + mpf("1e-7"))
    return w


def rmsprop(g, steps):
    v = w = mpf(0)
    for _ in range(steps):
        v = mpf("0.9") * v + mpf("0.1") * g * g
        w -= mpf("0.001") * g / mpmath.sqrt(v + mpf("1e-7"))
    return w


def adagrad(g, steps):
    a, w = mpf("0.1"), mpf(0)
    for _ in range(steps):
        a += g * g
        w -= mpf("0.001") * g / mpmath.sqrt(a + mpf("1e-7"))
    return w


RULES = {"Adam": adam, "RMSprop": rmsprop, "Adagrad": adagrad}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rule", RULES)
def test_updates_by_tiny_and_huge_gradients(rule, dtype):
    for g in GRADIENTS[dtype]:
        variable = Variable(np.zeros(3, dtype), dtype=dtype)
        optimizer = getattr(optimizers, rule)()
        for _ in range(5):
            optimizer.apply([np.full(3, g, dtype)], [variable])
        expected = RULES[rule](mpf(float(np.asarray(g, dtype))), 5)
        limits = np.finfo(dtype)
        # Adam's powers of beta are those of float32 in either type, as in Keras
        relative = 2e-5 if dtype == "float32" or rule == "Adam" else 1e-7
        for w in variable.numpy():
            # where the squares vanish below the smallest number, epsilon decides: the root is off
            assert abs(mpf(float(w)) - expected) <= relative * abs(expected) + limits.tiny


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scale", [0.0, 1e2, 1e4])
def test_batch_statistics_of_huge_means(dtype, scale):
    mean = scale * (1e2 if dtype == "float32" else 1e9)
    x = (mean + np.arange(12.0).reshape(6, 2) ** 2).astype(dtype)
    layer = layers.BatchNormalization(dtype=dtype)
    y = layer(x, training=True)
    for column in range(2):
        values = [mpf(float(v)) for v in x[:, column]]
        true_mean = mpmath.fsum(values) / 6
        variance = mpmath.fsum((v - true_mean) ** 2 for v in values) / 6
        for found, v in zip(y[:, column], values, strict=True):
            expected = (v - true_mean) / mpmath.sqrt(variance + mpf("0.001"))
            # the mean is known to half a unit in its last place
            slack = float(np.spacing(np.asarray(max(mean, 1), dtype))) / float(variance) ** 0.5
            assert abs(float(mpf(float(found)) - expected)) <= 4 * slack + 8 * np.finfo(dtype).eps


def test_one_row_and_one_value_batches():
    layer = layers.BatchNormalization()
    np.testing.assert_array_equal(layer(np.array([[5.0, 1e30]]), training=True), [[0.0, 0.0]])
    constant = layers.BatchNormalization()(np.full((4, 2), 7.0), training=True)
    np.testing.assert_array_equal(constant, np.zeros((4, 2)))
    for norm in (layers.LayerNormalization(), layers.UnitNormalization()):
        assert np.isfinite(norm(np.zeros((2, 3)))).all()


def test_one_class_alone_is_learned_without_nan():
    x = np.random.default_rng(0).normal(size=(40, 3))
    model = Sequential([Input((3,)), layers.Dense(4, "relu"), layers.Dense(2, "softmax")])
    model.compile(optimizers.Adam(0.5), losses.SparseCategoricalCrossentropy())
    history = model.fit(x, np.zeros(40), epochs=60, verbose=0).history["loss"]
    assert 0 <= history[-1] < 1e-3
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_a_prediction_of_exactly_nothing_costs_a_finite_amount():
    """Probabilities are kept 1e-7 from 0 and 1, as in Keras: -log(1e-7) is the most there is."""
    wrong = np.array([[0.0, 1.0]])
    found = float(losses.CategoricalCrossentropy()(np.array([[1.0, 0.0]]), wrong))
    assert found == pytest.approx(-math.log(1e-7), rel=1e-6)
    found = float(losses.BinaryCrossentropy()(np.array([[1.0]]), np.array([[0.0]])))
    assert found == pytest.approx(-math.log(1e-7), rel=1e-2)


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_a_loss_that_overflows_is_told_before_any_weight_changes():
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    with pytest.raises(NonFiniteError, match="No weight was changed"):
        model.fit(np.full((4, 2), 1e30), np.full((4, 1), -1e30), verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value")
def test_an_update_that_overflowed_is_named():
    """The squares in Adam's v overflow float32 where |g| > 1.8e19, as in Keras."""
    model = Sequential([Input((1,)), layers.Dense(1, use_bias=False, name="last")])
    model.compile(optimizers.Adam(), losses.MeanAbsoluteError())
    with pytest.raises(NonFiniteError, match=r"overflowed: '.*last/kernel' holds NaN"):
        model.fit(np.full((4, 1), 1e25), np.zeros((4, 1)), epochs=9, verbose=0)
