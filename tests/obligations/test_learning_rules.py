"""The notes' optimizers: their formulas on paper, and how they move."""

from __future__ import annotations

import math

import numpy as np
import pytest


def steps(optimizer, gradient, start=0.0, count=1):
    """Return the places that an optimizer visits; `gradient` is a function of the place."""
    import keras

    w = keras.Variable(np.array([start], dtype="float32"))
    places = []
    for _ in range(count):
        optimizer.apply([np.array([gradient(float(w[0]))], dtype="float32")], [w])
        places.append(float(w[0]))
    return places


def test_a030_sgd(tf):
    from tensorflow.keras.optimizers import SGD

    assert steps(SGD(), lambda w: 3.0) == pytest.approx([-0.01 * 3.0])


def two_valleys(w):
    """Return the slope of w⁴ − 2w² + w/2: the deeper valley is near −1.06, the other near 0.93."""
    return 4 * w**3 - 4 * w + 0.5


def test_a032_gradient_descent_stays_in_the_valley_it_starts_in_and_is_slow(tf):
    from tensorflow.keras.optimizers import SGD

    places = steps(SGD(0.01), two_valleys, start=2.0, count=300)
    assert places[-1] == pytest.approx(0.93, abs=0.01)
    long_valley = steps(SGD(0.01), lambda w: 0.2 * w, start=1.0, count=100)
    assert long_valley[-1] > 0.8


def test_a033_momentum_adds_up_and_rolls_out_of_a_valley(tf):
    from tensorflow.keras.optimizers import SGD

    v, w, by_hand = 0.0, 0.0, []
    for _ in range(3):
        v = 0.9 * v - 0.1 * 2.0
        w += v
        by_hand.append(w)
    assert steps(SGD(0.1, momentum=0.9), lambda w: 2.0, count=3) == pytest.approx(by_hand)
    places = steps(SGD(0.01, momentum=0.9), two_valleys, start=2.0, count=300)
    assert places[-1] == pytest.approx(-1.06, abs=0.01)


def test_a034_adagrad_slows_down_and_serves_rare_features(tf):
    from tensorflow.keras.optimizers import Adagrad

    places = steps(Adagrad(1.0, initial_accumulator_value=0.0, epsilon=0.0), lambda w: 2.0, count=4)
    by_hand = -np.cumsum([1 / math.sqrt(n) for n in (1, 2, 3, 4)])  # g/√(n·g²)
    assert places == pytest.approx(by_hand.tolist(), rel=1e-6)

    x = np.zeros((100, 2), dtype="float32")
    x[:, 0] = 1.0
    x[::50] = (0.0, 1.0)  # the second feature is there in one row of fifty
    y = 3 * x[:, :1] + 3 * x[:, 1:]
    moved = {}
    for name, rate in (("sgd", 0.01), ("adagrad", 0.5)):
        model = tf.keras.Sequential(
            [tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")]
        )
        optimizer = tf.keras.optimizers.get(name)
        optimizer.learning_rate = rate
        model.compile(optimizer, "mse")
        model.fit(x, y, batch_size=1, shuffle=False, verbose=0)
        common, rare = model.get_weights()[0][:, 0]
        moved[name] = rare / common
    assert moved["adagrad"] > 2 * moved["sgd"]


def test_a035_rmsprop_by_object_and_by_string(tf):
    from tensorflow.keras.optimizers import RMSprop

    v, w, by_hand = 0.0, 0.0, []
    for g in (2.0, 2.0, 2.0):
        v = 0.9 * v + 0.1 * g * g
        w -= 0.001 * g / math.sqrt(v + 1e-7)
        by_hand.append(w)
    assert steps(RMSprop(), lambda w: 2.0, count=3) == pytest.approx(by_hand, rel=1e-5)
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
    model.compile(optimizer="RMSprop", loss="mse")
    assert isinstance(model.optimizer, RMSprop)
    zigzag = np.diff(steps(RMSprop(0.1), lambda w: w, start=1.0, count=60))
    assert (np.sign(zigzag[1:]) != np.sign(zigzag[:-1])).sum() > 10


def test_a036_adam_by_string_and_with_its_rate(tf):
    from tensorflow.keras.optimizers import Adam

    m = v = w = 0.0
    by_hand = []
    for t in (1, 2, 3):
        g = 0.5 * t
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.01 * (m / (1 - 0.9**t)) / math.sqrt(v / (1 - 0.999**t))
        by_hand.append(w)
    gradients = iter((0.5, 1.0, 1.5))
    places = steps(Adam(learning_rate=0.01), lambda w: next(gradients), count=3)
    assert places == pytest.approx(by_hand, rel=1e-4)
    for given in ("adam", Adam()):
        model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
        model.compile(optimizer=given, loss="mse")
        assert float(model.optimizer.learning_rate) == pytest.approx(0.001)


def test_a037_one_network_under_each_optimizer(tf, written_digits):
    x, y, _, _ = written_digits
    reached = {}
    for name in ("sgd", "adagrad", "RMSprop", "adam"):
        tf.keras.utils.set_random_seed(5)
        model = tf.keras.Sequential(
            [tf.keras.layers.Dense(32, "relu"), tf.keras.layers.Dense(10, "softmax")]
        )
        model.compile(name, "categorical_crossentropy", metrics=["accuracy"])
        start = model.evaluate(x, y, verbose=0)[0]
        history = model.fit(x, y, epochs=5, batch_size=50, verbose=0).history
        reached[name] = start - history["loss"][-1]
    assert all(gain > 0 for gain in reached.values())
    assert reached["adam"] > reached["sgd"] > 0
    assert reached["RMSprop"] > reached["adagrad"]


def test_a031_each_row_comes_once_an_epoch_unless_rows_are_drawn_with_replacement(tf):
    """Keras permutes the rows; the notes' sampling with replacement has to be asked for."""
    seen: dict[str, list[int]] = {}
    for sampling in ("permutation", "with_replacement"):
        rows: list[int] = []

        class Keeps(tf.keras.layers.Layer):
            def forward(self, x, cache, training=False):
                if training:
                    rows.extend(int(v) for v in x[:, 0])  # noqa: B023
                return x

            def backward(self, dy, cache):
                return dy

            def compute_output_shape(self, input_shape):
                return input_shape

        model = tf.keras.Sequential([tf.keras.Input((1,)), Keeps(), tf.keras.layers.Dense(1)])
        model.compile(tf.keras.optimizers.SGD(1e-9), "mse")
        x = np.arange(1000.0).reshape(-1, 1)
        model.fit(x, x * 0, epochs=1, verbose=0, sampling=sampling)
        seen[sampling] = rows
    assert sorted(seen["permutation"]) == list(range(1000))
    drawn = seen["with_replacement"]
    assert len(drawn) == 1000
    assert 590 < len(set(drawn)) < 680  # 1 − 1/e of them, give or take
