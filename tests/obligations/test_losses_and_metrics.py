"""The notes' losses, penalties and metrics, by the notes' names and by hand."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

P = np.array([[0.9, 0.1], [0.3, 0.7], [0.6, 0.4]], dtype="float32")
Y = np.array([[1, 0], [0, 1], [0, 1]], dtype="float32")
CROSS = -(math.log(0.9) + math.log(0.7) + math.log(0.4)) / 3


def of(tf, loss, y, p):
    """Return the loss that a network reports whose output is `p`."""
    model = tf.keras.Sequential([tf.keras.Input(p.shape[1:]), tf.keras.layers.Activation("linear")])
    model.compile("sgd", loss)
    return model.evaluate(p, y, verbose=0)


def test_a038_binary_crossentropy(tf):
    y, p = np.array([[1.0], [0.0]]), np.array([[0.8], [0.3]], dtype="float32")
    by_hand = -(math.log(0.8) + math.log(0.7)) / 2
    assert of(tf, "binary_crossentropy", y, p) == pytest.approx(by_hand, rel=1e-5)


def test_a039_categorical_crossentropy_as_function_and_as_string(tf):
    from tensorflow.keras.losses import categorical_crossentropy

    assert of(tf, categorical_crossentropy, Y, P) == pytest.approx(CROSS, rel=1e-5)
    assert of(tf, "categorical_crossentropy", Y, P) == pytest.approx(CROSS, rel=1e-5)


def test_a040_sparse_categorical_crossentropy_and_from_logits(tf):
    labels = Y.argmax(axis=1)
    assert of(tf, "sparse_categorical_crossentropy", labels, P) == pytest.approx(CROSS, rel=1e-5)
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert of(tf, loss_fn, labels, np.log(P)) == pytest.approx(CROSS, rel=1e-5)


def test_t06_from_logits_on_a_softmax_output_warns_and_uses_the_logits(tf):
    """What Keras does on TensorFlow; on torch it would apply softmax twice."""
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Activation("softmax")])
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss_fn)
    with pytest.warns(UserWarning, match="from_logits"):
        value = model.evaluate(np.log(P), Y.argmax(axis=1), verbose=0)
    assert value == pytest.approx(CROSS, rel=1e-5)


def test_a041_mse_mae_huber(tf):
    y, p = np.array([[0.0], [0.0]]), np.array([[0.5], [3.0]], dtype="float32")
    assert of(tf, "mse", y, p) == pytest.approx((0.25 + 9) / 2)
    assert of(tf, "mae", y, p) == pytest.approx(1.75)
    assert of(tf, tf.keras.losses.Huber(), y, p) == pytest.approx((0.125 + 2.5) / 2)


def test_a042_kl_divergence(tf):
    q = np.array([[0.5, 0.5]], dtype="float32")
    p = np.array([[0.25, 0.75]], dtype="float32")
    by_hand = 0.25 * math.log(0.5) + 0.75 * math.log(1.5)
    assert of(tf, "kl_divergence", p, q) == pytest.approx(by_hand, rel=1e-5)
    assert of(tf, tf.keras.losses.KLDivergence(), p, q) == pytest.approx(by_hand, rel=1e-5)


def test_a043_weight_decay_by_l2_and_by_string(tf):
    from tensorflow.keras.regularizers import l2

    for penalty in (l2(0.01), "l2"):
        layer = tf.keras.layers.Dense(1, kernel_regularizer=penalty, use_bias=False)
        model = tf.keras.Sequential([tf.keras.Input((2,)), layer])
        model.set_weights([np.array([[3.0], [4.0]])])
        model.compile(tf.keras.optimizers.SGD(1.0), "mse")
        x, y = np.zeros((1, 2)), np.zeros((1, 1))
        assert model.evaluate(x, y, verbose=0) == pytest.approx(0.01 * (9 + 16))
        model.fit(x, y, verbose=0)
        np.testing.assert_allclose(model.get_weights()[0], [[3 * 0.98], [4 * 0.98]], rtol=1e-6)


def test_a044_t03_a_misspelt_argument_is_named_with_the_right_one(tf):
    with pytest.raises(ValueError, match="Did you mean 'kernel_regularizer'"):
        tf.keras.layers.Dense(4, kernel_regular="l2")


def few_digits(tf, written_digits, dropout):
    x, y, x_test, y_test = written_digits
    tf.keras.utils.set_random_seed(11)
    model = tf.keras.Sequential()
    for _ in range(2):
        model.add(tf.keras.layers.Dense(64, activation="relu"))
        if dropout:
            model.add(tf.keras.layers.Dropout(dropout))
    model.add(tf.keras.layers.Dense(10, activation="softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:100], y[:100], epochs=100, batch_size=20, verbose=0)
    return [model.evaluate(*part, verbose=0) for part in ((x[:100], y[:100]), (x_test, y_test))]


def test_a045_dropout_narrows_the_gap_and_too_much_of_it_underfits(tf, written_digits):
    (without, learned), (without_test, _) = few_digits(tf, written_digits, 0.0)
    (some, _), (some_test, _) = few_digits(tf, written_digits, 0.5)
    (_, too_much), _ = few_digits(tf, written_digits, 0.9)
    assert some_test - some < without_test - without
    assert (learned, too_much < 0.6) == (1.0, True)


def test_a046_the_weight_decay_network_of_the_notes(tf, written_digits):
    from tensorflow.keras.layers import Activation, BatchNormalization, Dense, Dropout, Flatten
    from tensorflow.keras.regularizers import l2

    x, y, x_test, y_test = written_digits
    model = tf.keras.Sequential([tf.keras.Input((8, 8)), Flatten()])
    for units in (64, 32):
        model.add(Dense(units, kernel_initializer="he_normal", kernel_regularizer=l2(0.01)))
        model.add(BatchNormalization())
        model.add(Activation("relu"))
        model.add(Dropout(0.2))
    model.add(Dense(10, activation="softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    images, test_images = x.reshape(-1, 8, 8), x_test.reshape(-1, 8, 8)
    history = model.fit(
        images, y, epochs=12, batch_size=50, validation_data=(test_images, y_test), verbose=0
    ).history
    assert history["val_accuracy"][-1] > 0.9
    penalty = sum(0.01 * float((w.numpy() ** 2).sum()) for w in model.weights if w.regularizer)
    assert history["loss"][-1] > penalty


def test_a047_accuracy_and_acc_name_their_keys(tf, two_classes):
    x, y = two_classes
    for name in ("accuracy", "acc"):
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
        model.compile("adam", "binary_crossentropy", metrics=[name])
        history = model.fit(x, y, validation_split=0.2, verbose=0).history
        assert {name, f"val_{name}"} < set(history)


def test_a048_t04_the_notes_import_of_accuracy_works_and_is_warned_of(tf, two_classes):
    x, y = two_classes
    from nnscratch.compat import OutdatedWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", OutdatedWarning)
        from keras.metrics import accuracy
    assert any("accuracy" in str(warning.message) for warning in caught)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=[accuracy])
    _, accuracy = model.evaluate(x, y, verbose=0)
    by_hand = ((model.predict(x, verbose=0)[:, 0] > 0.5) == y).mean()
    assert accuracy == pytest.approx(by_hand)


def test_a049_precision_recall_f1_and_area(tf):
    y = np.array([[1.0], [1.0], [0.0], [0.0]], dtype="float32")
    p = np.array([[0.9], [0.4], [0.6], [0.2]], dtype="float32")
    metrics = tf.keras.metrics
    expected = {
        metrics.Precision(): 0.5,
        metrics.Recall(): 0.5,
        metrics.F1Score(threshold=0.5): 0.5,
        metrics.AUC(): 0.75,  # three of the four pairs are in the right order
    }
    for metric, value in expected.items():
        metric.update_state(y, p)
        assert float(np.ravel(metric.result())[0]) == pytest.approx(value, abs=0.01), metric.name


def test_a050_r2_score(tf):
    y = np.array([[1.0], [2.0], [3.0]], dtype="float32")
    metric = tf.keras.metrics.R2Score()
    metric.update_state(y, y + np.array([[0.5], [0.0], [-0.5]]))
    assert float(metric.result()) == pytest.approx(1 - 0.5 / 2)
    metric.reset_state()
    metric.update_state(y, y)
    assert float(metric.result()) == pytest.approx(1.0)


def test_a051_mse_and_mae_as_metrics(tf):
    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Activation("linear")])
    model.compile("sgd", "mse", metrics=["mse", "mae"])
    x = np.array([[1.0], [3.0]])
    assert model.evaluate(x, x * 0, verbose=0) == pytest.approx([5.0, 5.0, 2.0])


def test_a052_mase_is_the_error_beside_that_of_the_naive_forecast(tf):
    import nnscratch

    history = np.array([1.0, 2.0, 4.0, 3.0])  # naive errors 1, 2, 1
    metric = nnscratch.metrics.MeanAbsoluteScaledError(training_series=history)
    metric.update_state(np.array([[5.0], [6.0]]), np.array([[4.0], [4.0]]))
    assert float(metric.result()) == pytest.approx(1.5 / (4 / 3))
