"""The notes' arguments of compile, fit, evaluate and predict."""

from __future__ import annotations

import re
import time
import warnings

import numpy as np
import pytest


def model(tf, metrics=("accuracy",), units=4):
    net = tf.keras.Sequential(
        [
            tf.keras.Input((8,)),
            tf.keras.layers.Dense(units, activation="relu"),
            tf.keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    net.compile("adam", "binary_crossentropy", metrics=list(metrics))
    return net


def batches_of(tf, x, y, **arguments):
    """Return how many batches each epoch of a `fit` had."""
    counts: list[int] = []

    class Counts(tf.keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            counts.append(0)

        def on_train_batch_end(self, batch, logs=None):
            counts[-1] += 1

    arguments.setdefault("epochs", 1)
    model(tf).fit(x, y, verbose=0, callbacks=[Counts()], **arguments)
    return counts


def test_a053_compile_by_strings_objects_and_functions(tf, two_classes):
    x, y = two_classes
    keras = tf.keras
    ways = [
        ("sgd", "binary_crossentropy", ["accuracy"]),
        (
            keras.optimizers.SGD(),
            keras.losses.BinaryCrossentropy(),
            [keras.metrics.BinaryAccuracy()],
        ),
        (keras.optimizers.SGD(), keras.losses.binary_crossentropy, [keras.metrics.binary_accuracy]),
    ]
    results = []
    for optimizer, loss, metrics in ways:
        keras.utils.set_random_seed(1)
        net = model(tf)
        net.compile(optimizer=optimizer, loss=loss, metrics=metrics)
        net.fit(x, y, verbose=0)
        results.append(net.evaluate(x, y, verbose=0))
    assert results[0] == pytest.approx(results[1])
    assert results[0] == pytest.approx(results[2])


def test_a054_arrays_lists_and_tensors(tf, two_classes):
    x, y = two_classes
    losses = []
    for convert in (np.array, lambda a: a.tolist(), tf.constant):
        tf.keras.utils.set_random_seed(1)
        given = convert(x)
        if isinstance(given, list):
            given = np.array(given)  # Keras reads a list as several inputs
        losses.append(model(tf).fit(given, convert(y), verbose=0).history["loss"])
    assert losses[0] == losses[2]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_a055_epochs_and_batch_size(tf):
    x, y = np.zeros((6000, 8)), np.zeros(6000)
    assert batches_of(tf, x, y) == [188]  # 32 rows each, the last one short
    assert batches_of(tf, x, y, batch_size=100, epochs=2) == [60, 60]


def test_a056_validation_data_as_a_pair_or_a_generator(tf, two_classes):
    x, y = two_classes

    def batches():
        while True:
            yield x[100:150], y[100:150]
            yield x[150:], y[150:]

    results = []
    for validation in ((x[100:], y[100:]), batches()):
        tf.keras.utils.set_random_seed(1)
        history = model(tf).fit(
            x[:100], y[:100], epochs=2, validation_data=validation, validation_steps=2,
            validation_batch_size=50 if isinstance(validation, tuple) else None, verbose=0,
        )  # fmt: skip
        results.append(history.history["val_loss"])
    assert results[0] == pytest.approx(results[1])


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_a057_validation_split_holds_out_the_last_rows(tf, two_classes, share):
    x, y = two_classes
    net = model(tf)
    net.optimizer.learning_rate = 0.0
    history = net.fit(x, y, validation_split=share, verbose=0).history
    held_out = round(200 * share)
    by_hand = net.evaluate(x[-held_out:], y[-held_out:], verbose=0)
    assert [history["val_loss"][0], history["val_accuracy"][0]] == pytest.approx(by_hand)


def test_a058_steps_per_epoch(tf, two_classes):
    x, y = two_classes
    assert batches_of(tf, x, y, steps_per_epoch=None, batch_size=10) == [20]
    assert batches_of(tf, x, y, steps_per_epoch=5, batch_size=40) == [5]


def test_a059_verbose(tf, two_classes, capsys):
    x, y = two_classes
    printed = []
    for verbose in (0, 1, 2):
        model(tf).fit(x, y, epochs=2, verbose=verbose)
        printed.append(capsys.readouterr().out)
    assert printed[0] == ""
    assert "━" in printed[1]
    assert "━" not in printed[2]
    assert len(re.findall(r"^7/7 - .*accuracy: .* - loss: ", printed[2], re.M)) == 2


def test_a060_validation_freq(tf, two_classes):
    x, y = two_classes
    fitted = model(tf).fit(x, y, epochs=6, validation_split=0.2, validation_freq=3, verbose=0)
    assert [len(fitted.history[name]) for name in ("loss", "val_loss")] == [6, 2]


def rows_seen(tf, n, **arguments):
    """Return the rows of each epoch in the order in which they came."""
    seen: list[list[int]] = []

    class Looks(tf.keras.layers.Layer):
        def forward(self, x, cache, training=False):
            if training:
                seen[-1] += x[:, 0].astype(int).tolist()
            return x

        def backward(self, dy, cache):
            return dy

        def compute_output_shape(self, input_shape):
            return input_shape

    class Begins(tf.keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append([])

    net = tf.keras.Sequential([tf.keras.Input((1,)), Looks(), tf.keras.layers.Dense(1)])
    net.compile(tf.keras.optimizers.SGD(1e-6), "mse")
    x = np.arange(float(n)).reshape(-1, 1)
    net.fit(x, x, epochs=2, verbose=0, callbacks=[Begins()], **arguments)
    return seen


def test_a061_shuffle_touches_the_training_rows_only(tf):
    in_order = list(range(50))
    assert rows_seen(tf, 50, shuffle=False) == [in_order, in_order]
    first, second = rows_seen(tf, 50, shuffle=True)
    assert first == second != in_order  # Keras repeats the order once a seed is set
    first, second = rows_seen(tf, 50, shuffle=True, reshuffle_each_epoch=True)
    assert sorted(first) == sorted(second) == in_order
    assert first != second


def test_a062_size_and_number_of_validation_batches(tf, two_classes):
    x, y = two_classes
    net = model(tf)
    net.optimizer.learning_rate = 0.0
    history = net.fit(
        x, y, validation_data=(x, y), validation_batch_size=25, validation_steps=3, verbose=0
    ).history
    assert history["val_loss"][0] == pytest.approx(net.evaluate(x[:75], y[:75], verbose=0)[0])
    with pytest.raises(TypeError, match="Did you mean 'validation_steps'"):
        net.fit(x, y, validation_step=3)


def test_a063_class_weight(tf):
    net = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Activation("sigmoid")])
    net.compile("sgd", "binary_crossentropy")
    x, y = np.array([[1.0], [2.0]]), np.array([0.0, 1.0])
    history = net.fit(x, y, class_weight={0: 0.5, 1: 1.0}, verbose=0).history
    by_hand = (0.5 * np.log1p(np.exp(1.0)) + 1.0 * np.log1p(np.exp(-2.0))) / 2
    assert history["loss"][0] == pytest.approx(by_hand, rel=1e-5)


def test_a064_t07_workers_are_taken_with_a_warning(tf, two_classes):
    from nnscratch.compat import OutdatedWarning

    x, y = two_classes
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", OutdatedWarning)
        model(tf).fit(x, y, workers=4, use_multiprocessing=True, verbose=0)
    said = " ".join(str(warning.message) for warning in caught)
    assert "`workers`" in said
    assert "`use_multiprocessing`" in said
    assert issubclass(OutdatedWarning, DeprecationWarning)


def test_a065_several_callbacks_in_order(tf, two_classes):
    x, y = two_classes
    told = []

    class Says(tf.keras.callbacks.Callback):
        def __init__(self, name):
            super().__init__()
            self.name = name

        def on_epoch_end(self, epoch, logs=None):
            told.append((self.name, epoch))

    model(tf).fit(x, y, epochs=2, verbose=0, callbacks=[Says("first"), Says("second")])
    assert told == [("first", 0), ("second", 0), ("first", 1), ("second", 1)]


def test_a066_a_generator_that_yields_batches(tf, two_classes):
    x, y = two_classes

    def generator():
        while True:
            for i in range(0, 200, 50):
                yield x[i : i + 50], y[i : i + 50]

    tf.keras.utils.set_random_seed(1)
    streamed = model(tf).fit(generator(), steps_per_epoch=4, epochs=2, verbose=0).history
    tf.keras.utils.set_random_seed(1)
    held = model(tf).fit(x, y, batch_size=50, shuffle=False, epochs=2, verbose=0).history
    assert streamed["loss"] == pytest.approx(held["loss"], rel=1e-6)


def test_a067_the_history_and_its_table(tf, two_classes):
    x, y = two_classes
    history = model(tf).fit(x, y, epochs=3, validation_split=0.2, verbose=0)
    assert {k: len(v) for k, v in history.history.items()} == {
        "accuracy": 3, "loss": 3, "val_accuracy": 3, "val_loss": 3,
    }  # fmt: skip
    pytest.importorskip("pandas")
    frame = history.to_frame()
    assert frame["val_loss"].tolist() == history.history["val_loss"]


def test_a068_the_progress_line(tf, two_classes, capsys):
    x, y = two_classes
    model(tf).fit(x, y, batch_size=20, validation_split=0.5, verbose=1)
    last = capsys.readouterr().out.rstrip().splitlines()[-1]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", last)
    number = r"\d+\.\d+(e-\d+)?"
    assert re.search(
        rf"5/5 ━+ \d+s \d+(ms|us)/step - accuracy: {number} - loss: {number} "
        rf"- val_accuracy: {number} - val_loss: {number}$",
        plain,
    ), plain


def test_a069_training_is_timed_and_may_have_many_epochs(tf, two_classes):
    x, y = two_classes
    start = time.time()
    fitted = model(tf, metrics=()).fit(x, y, epochs=500, batch_size=200, verbose=0)
    assert time.time() > start
    assert len(fitted.epoch) == 500
    assert len(fitted.history["loss"]) == 500


def test_a070_evaluate_gives_loss_and_accuracy(tf, two_classes):
    x, y = two_classes
    net = model(tf)
    loss, accuracy = net.evaluate(x, y, verbose=0)
    p = net.predict(x, verbose=0)[:, 0].astype(np.float64)
    assert loss == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-4)
    assert accuracy == pytest.approx(np.mean((p > 0.5) == y))
    assert f"{accuracy:.4f}" == format(accuracy, ".4f")


def test_a071_predict(tf, two_classes):
    x, _ = two_classes
    net = model(tf)
    prediction = net.predict(x[:5], verbose=0)
    w1, b1, w2, b2 = net.get_weights()
    by_hand = 1 / (1 + np.exp(-(np.maximum(x[:5] @ w1 + b1, 0) @ w2 + b2)))
    np.testing.assert_allclose(prediction, by_hand, rtol=1e-5)


def test_a088_t10_seeding_tensorflow_alone_leaves_the_weights_open(tf):
    from nnscratch.compat import OutdatedWarning

    def weights():
        return tf.keras.layers.Dense(4).kernel_initializer((3, 4))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OutdatedWarning)
        tf.random.set_seed(777)
        first = np.asarray(weights())
        tf.random.set_seed(777)
        assert not np.array_equal(first, weights())
    tf.keras.utils.set_random_seed(777)
    first = np.asarray(weights())
    tf.keras.utils.set_random_seed(777)
    np.testing.assert_array_equal(first, weights())


def test_t02_sampling_of_another_name_or_from_a_stream_is_refused(tf, two_classes):
    x, y = two_classes
    with pytest.raises(ValueError, match="Did you mean 'with_replacement'"):
        model(tf).fit(x, y, sampling="with_replacment")
    with pytest.raises(ValueError, match="stream"):
        model(tf).fit(((x, y) for _ in range(2)), sampling="with_replacement")


def test_t09_one_epoch_sees_every_row_whatever_the_batch_size(tf):
    """The last batch is short, nothing is left out: epochs need not make up for it."""
    seen = rows_seen(tf, 53, batch_size=10)
    assert [sorted(epoch) for epoch in seen] == [list(range(53))] * 2
