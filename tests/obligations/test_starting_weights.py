"""How weights start, and what that does to the numbers within and to learning."""

from __future__ import annotations

import math

import numpy as np
import pytest


def kernel(tf, initializer, shape=(784, 100)):
    layer = tf.keras.layers.Dense(shape[1], kernel_initializer=initializer)
    layer.build((None, shape[0]))
    return np.asarray(layer.kernel.numpy(), dtype=np.float64)


def test_a017_he_normal(tf):
    weights = kernel(tf, "he_normal")
    assert weights.std() == pytest.approx(math.sqrt(2 / 784), rel=0.02)
    limit = 2 * math.sqrt(2 / 784) / 0.87962566103423978  # cut at two deviations
    assert np.abs(weights).max() <= limit


def test_a018_glorot_uniform_is_the_default(tf):
    limit = math.sqrt(6 / (784 + 100))
    for initializer in ("glorot_uniform", tf.keras.layers.Dense(1).kernel_initializer):
        weights = kernel(tf, initializer)
        assert 0.99 * limit < np.abs(weights).max() <= limit
        assert weights.std() == pytest.approx(limit / math.sqrt(3), rel=0.02)


def test_a019_random_normal(tf):
    from tensorflow.keras import initializers

    weights = kernel(tf, initializers.RandomNormal(mean=0.0, stddev=0.05))
    assert weights.mean() == pytest.approx(0.0, abs=1e-3)
    assert weights.std() == pytest.approx(0.05, rel=0.02)
    assert np.abs(weights).max() > 0.15  # not cut


def test_a020_weights_of_zero_never_differ(tf, two_classes):
    x, y = two_classes
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Dense(5, activation="sigmoid", kernel_initializer="zeros"),
            tf.keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y, epochs=3, verbose=0)
    first, _, second, _ = model.get_weights()
    assert np.abs(first).max() > 0
    np.testing.assert_array_equal(first, np.repeat(first[:, :1], 5, axis=1))
    np.testing.assert_array_equal(second, np.repeat(second[:1], 5, axis=0))


def test_a025_numbers_and_shapes_of_the_weights(tf):
    model = tf.keras.Sequential(
        [
            tf.keras.Input((768,)),
            tf.keras.layers.Dense(100, use_bias=False),
            tf.keras.layers.Dense(10, use_bias=False),
        ]
    )
    w1, w2 = model.weights
    assert (w1.shape, w2.shape) == ((768, 100), (100, 10))
    assert (w1.numpy().size, w2.numpy().size) == (76_800, 1_000)


def test_t13_of_the_notes_two_numbers_the_code_is_right(tf):
    """The notes say 768 inputs in words and 784 in code: an image of MNIST has 784 pixels."""
    model = tf.keras.Sequential([tf.keras.Input((28, 28)), tf.keras.layers.Flatten()])
    assert model.output_shape == (None, 784)


def small_net(tf, *layers):
    model = tf.keras.Sequential([tf.keras.Input((64,)), *layers])
    model.add(tf.keras.layers.Dense(10, activation="softmax"))
    model.compile(tf.keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a026_he_normal_and_relu_learn_the_training_digits_by_heart(tf, written_digits):
    x, y, _, _ = written_digits
    dense = tf.keras.layers.Dense
    model = small_net(tf, *(dense(64, "relu", kernel_initializer="he_normal") for _ in range(3)))
    model.optimizer.learning_rate = 0.5
    history = model.fit(x, y, epochs=60, batch_size=100, verbose=0).history
    assert history["accuracy"][-1] > 0.99
    assert model.evaluate(x, y, verbose=0)[1] == 1.0


def test_a027_he_suits_relu_and_xavier_suits_sigmoid(tf):
    """The spread of what comes out of five layers, for each start under each activation."""

    def spread(activation, initializer):
        layers = [
            tf.keras.layers.Dense(100, activation, kernel_initializer=initializer) for _ in range(5)
        ]
        model = tf.keras.Sequential([tf.keras.Input((100,)), *layers])
        x = np.random.default_rng(0).normal(size=(500, 100))
        return float(model.predict(x, verbose=0).std())

    assert spread("relu", "he_normal") > 3 * spread("relu", "glorot_normal")
    narrow = tf.keras.initializers.RandomNormal(stddev=0.01)
    assert spread("relu", narrow) < 1e-4
    assert spread("sigmoid", "glorot_normal") > 5 * spread("sigmoid", narrow)


def test_t15_xavier_rather_than_a_narrow_normal_suits_sigmoid(tf, written_digits):
    x, y, _, _ = written_digits
    reached = {}
    for name in ("glorot_normal", "random_normal"):
        tf.keras.utils.set_random_seed(1)
        dense = tf.keras.layers.Dense
        layers = [dense(64, "sigmoid", kernel_initializer=name) for _ in range(2)]
        model = small_net(tf, *layers)
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        reached[name] = model.fit(x, y, epochs=6, batch_size=50, verbose=0).history["accuracy"][-1]
    assert reached["glorot_normal"] > reached["random_normal"]


def test_a028_activations_drift_with_depth_and_batch_normalization_brings_them_back(tf):
    x = np.random.default_rng(0).normal(size=(400, 64)).astype("float32")
    spreads = {}
    for normalized in (False, True):
        layers = []
        for _ in range(5):
            layers.append(tf.keras.layers.Dense(64, kernel_initializer="random_normal"))
            if normalized:
                layers.append(tf.keras.layers.BatchNormalization())
            layers.append(tf.keras.layers.Activation("tanh"))
        model = small_net(tf, *layers)
        model.train_on_batch(x, np.eye(10)[np.arange(400) % 10])
        outputs = model.node_outputs()
        spreads[normalized] = [v.std() for k, v in outputs.items() if k.startswith("activation")]
    assert spreads[False][-1] < 0.05 * spreads[False][0]
    assert all(0.4 < spread < 0.8 for spread in spreads[True])


def test_a029_batch_normalization_learns_in_fewer_epochs(tf, written_digits):
    x, y, _, _ = written_digits
    epochs = {}
    for normalized in (False, True):
        tf.keras.utils.set_random_seed(3)
        layers = []
        for _ in range(2):
            layers.append(tf.keras.layers.Dense(64, kernel_initializer="he_normal"))
            if normalized:
                layers.append(tf.keras.layers.BatchNormalization())
            layers.append(tf.keras.layers.Activation("relu"))
        accuracy = small_net(tf, *layers).fit(x, y, epochs=30, batch_size=100, verbose=0)
        reached = np.array(accuracy.history["accuracy"]) > 0.98
        epochs[normalized] = int(np.argmax(reached)) if reached.any() else 30
    assert epochs[True] < epochs[False]
