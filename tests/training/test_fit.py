"""fit, evaluate and their one-batch forms, by hand arithmetic and Keras's recorded behaviours."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from nnscratch import Input, Sequential, callbacks, layers, losses, optimizers, regularizers, utils
from nnscratch.errors import NonFiniteError


def line(weight=0.0, bias=0.0, **compile_options):
    """One weight, one bias: everything about it can be computed on paper."""
    model = Sequential([layers.Input((1,)), layers.Dense(1)])
    model.set_weights([np.array([[weight]]), np.array([bias])])
    model.compile(**{"optimizer": optimizers.SGD(0.1), "loss": "mse", **compile_options})
    return model


def column(*values):
    return np.array(values, "float32")[:, None]


def test_one_step_of_sgd_on_paper():
    model = line(weight=2.0, bias=1.0)
    loss = model.train_on_batch(column(1.0, 3.0), column(0.0, 0.0))
    # errors 3 and 7: loss (9 + 49)/2; dw = 2·(3·1 + 7·3)/2, db = 2·(3 + 7)/2
    assert loss == 29.0
    w, b = model.get_weights()
    np.testing.assert_allclose([w.item(), b.item()], [2 - 0.1 * 24, 1 - 0.1 * 10], rtol=1e-6)


def test_epoch_loss_weighs_batches_by_their_rows():
    """D13: squared errors 1, 1, 1, 1 | 9 in batches of four and one give 2.6, not 5."""
    model = line(optimizer=optimizers.SGD(0.0))
    history = model.fit(
        column(0, 0, 0, 0, 0), column(1, 1, 1, 1, 3), batch_size=4, shuffle=False, verbose=0
    )
    assert history.history["loss"] == [pytest.approx(2.6)]


def test_epoch_loss_is_measured_before_each_update():
    model = line()
    history = model.fit(column(1.0), column(1.0), epochs=2, verbose=0)
    # w = b = 0: loss 1; then w = b = 0.2, prediction 0.4
    np.testing.assert_allclose(history.history["loss"], [1.0, 0.36], rtol=1e-6)


def test_sample_weights_divide_by_the_number_of_rows():
    """D12: squared errors 1, 1, 1, 1 with weights 1, 0, 0, 2 give 0.75."""
    model = line()
    value = model.evaluate(
        column(0, 0, 0, 0), column(1, 1, 1, 1), sample_weight=[1, 0, 0, 2], verbose=0
    )
    assert value == pytest.approx(0.75)


def test_class_weights_are_sample_weights_and_a_missing_class_weighs_one():
    model = line()
    x, y = column(0, 0, 0, 0), column(0, 1, 2, 1)
    one = model.fit(x, y, class_weight={1: 3.0}, epochs=1, verbose=0)
    two = line().fit(x, y, sample_weight=np.array([1, 3, 1, 3]), epochs=1, verbose=0)
    assert one.history == two.history


def test_l2_is_in_the_loss_of_fit_and_of_evaluate():
    """D8: w = 1, λ = 0.01: evaluate gives 0.01, one SGD(1.0) step goes to 0.98."""
    model = Sequential(
        [
            layers.Input((1,)),
            layers.Dense(
                1,
                use_bias=False,
                kernel_initializer="ones",
                kernel_regularizer=regularizers.L2(0.01),
            ),
        ]
    )
    model.compile(optimizers.SGD(1.0), "mse")
    x = column(0.0)
    assert model.evaluate(x, x, verbose=0) == pytest.approx(0.01)
    model.fit(x, x, verbose=0)
    assert model.get_weights()[0].item() == pytest.approx(0.98)


def test_activity_penalty_is_averaged_over_the_batch_and_reaches_the_weights():
    model = Sequential(
        [
            layers.Input((1,)),
            layers.Dense(
                1,
                use_bias=False,
                kernel_initializer="ones",
                activity_regularizer=regularizers.L2(0.5),
            ),
        ]
    )
    model.compile(optimizers.SGD(1.0), "mse", loss_weights=0.0)
    x = column(1.0, 2.0)
    # penalty 0.5·(1 + 4)/2; its gradient 0.5·2·(1·1 + 2·2)/2
    assert model.train_on_batch(x, x) == pytest.approx(1.25)
    assert model.get_weights()[0].item() == pytest.approx(1.0 - 2.5)


def test_validation_split_takes_the_last_rows_before_shuffling():
    """D20: floor(1000·(1 - 0.9)) is 99 in floating point."""
    seen = []

    class Look(callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(self.params["steps"])

    model = line()
    x = np.arange(1000.0)[:, None] / 1000
    model.fit(x, x, batch_size=1, validation_split=0.9, epochs=0, callbacks=[Look()], verbose=0)
    assert seen == [99]
    with pytest.raises(ValueError, match=r"10 rows cannot be split"):
        model.fit(x[:10], x[:10], validation_split=0.9999, verbose=0)


def test_validation_comes_at_the_epochs_asked_for():
    model = line()
    x = column(1.0, 2.0)
    every_other = model.fit(x, x, epochs=5, validation_data=(x, x), validation_freq=2, verbose=0)
    assert len(every_other.history["val_loss"]) == 2
    listed = model.fit(x, x, epochs=5, validation_data=(x, x), validation_freq=[1, 5], verbose=0)
    assert len(listed.history["val_loss"]) == 2


def test_stopping_in_mid_epoch_still_validates_and_ends_the_epoch():
    """D21."""
    ended = []

    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

        def on_epoch_end(self, epoch, logs=None):
            ended.append((epoch, sorted(logs)))

    x = column(*range(8))
    line(optimizer="adam").fit(
        x, x, batch_size=2, epochs=3, validation_data=(x, x), callbacks=[Stop()], verbose=0
    )
    assert ended == [(0, ["loss", "val_loss"])]


def test_train_on_batch_starts_metrics_anew():
    model = line(metrics=["mae"])
    first = model.train_on_batch(column(1.0), column(10.0))
    again = model.test_on_batch(column(1.0), column(10.0), return_dict=True)
    assert first == [100.0, 10.0]
    assert set(again) == {"loss", "mae"}
    assert again["loss"] < 100.0


def test_evaluate_returns_a_number_a_list_or_a_dict():
    x = column(0.0, 1.0)
    assert isinstance(line().evaluate(x, x, verbose=0), float)
    assert len(line(metrics=["mae"]).evaluate(x, x, verbose=0)) == 2
    assert set(line(metrics=["mae"]).evaluate(x, x, verbose=0, return_dict=True)) == {"loss", "mae"}


def test_history_keys_are_sorted_as_keras_sorts_them():
    x = column(0.0, 1.0)
    history = line(metrics=["mae"]).fit(x, x, validation_data=(x, x), verbose=0)
    assert list(history.history) == ["loss", "mae", "val_loss", "val_mae"]


@pytest.mark.parametrize(
    ("units", "y", "name"),
    [
        (1, column(0, 1, 1), "BinaryAccuracy"),
        (3, np.array([0, 1, 2]), "SparseCategoricalAccuracy"),
        (3, column(0, 1, 2), "SparseCategoricalAccuracy"),
        (3, np.eye(3), "CategoricalAccuracy"),
    ],
)
@pytest.mark.parametrize("word", ["accuracy", "acc"])
def test_accuracy_is_chosen_by_the_shapes(units, y, name, word):
    """D24."""
    model = Sequential(
        [layers.Input((2,)), layers.Dense(units, "softmax" if units > 1 else "sigmoid")]
    )
    model.compile("sgd", "crossentropy", metrics=[word])
    history = model.fit(np.ones((3, 2)), y, verbose=0)
    assert type(model.metrics[1].metrics[0]).__name__ == name
    assert word in history.history


def test_compiling_again_without_metrics_keeps_them():
    model = line(metrics=["mae"])
    model.compile("sgd", "mse")
    assert len(model.evaluate(column(1.0), column(1.0), verbose=0)) == 2


def test_a_metric_named_twice_is_numbered():
    x = column(0.0, 1.0)
    history = line(metrics=["mae", "mae"], weighted_metrics=["mae"]).fit(x, x, verbose=0)
    assert set(history.history) == {"loss", "mae", "mae_1", "weighted_mae"}


def test_frozen_weights_do_not_move():
    model = Sequential([layers.Input((2,)), layers.Dense(3, "tanh"), layers.Dense(1)])
    model.layers[0].trainable = False
    model.compile("adam", "mse")
    frozen = model.layers[0].get_weights()
    free = model.layers[1].get_weights()
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    np.testing.assert_array_equal(model.layers[0].get_weights()[0], frozen[0])
    assert not np.array_equal(model.layers[1].get_weights()[0], free[0])


def test_the_same_seed_gives_the_same_run_and_one_permutation_for_all_epochs():
    def run(**options):
        utils.set_random_seed(5)
        model = Sequential(
            [layers.Input((4,)), layers.Dense(8, "relu"), layers.Dropout(0.3), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        x = np.random.default_rng(0).normal(size=(50, 4))
        return model.fit(x, x[:, :1], epochs=3, batch_size=8, verbose=0, **options).history["loss"]

    assert run() == run()
    assert run(reshuffle_each_epoch=True)[0] == run()[0]
    assert run(reshuffle_each_epoch=True)[1:] != run()[1:]


@pytest.mark.parametrize("shuffle", [True, False, "batch"])
def test_every_row_is_used_once_per_epoch(shuffle):
    rows = []

    class Keep(layers.Layer):
        def forward(self, x, cache, training=False):
            if training:
                rows.extend(x[:, 0].tolist())
            return x.copy()

        def backward(self, dy, cache):
            return dy

    model = Sequential([layers.Input((1,)), Keep(), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.arange(23.0)[:, None]
    model.fit(x, x / 23, batch_size=5, shuffle=shuffle, epochs=2, verbose=0)
    assert sorted(rows[:23]) == sorted(rows[23:]) == list(range(23))
    if shuffle == "batch":
        assert sorted(rows[:5]) == [0, 1, 2, 3, 4]
    assert (rows[:23] == list(range(23))) == (shuffle is False)


def test_steps_per_epoch_goes_on_where_the_last_epoch_stopped():
    rows = []

    class Keep(layers.Layer):
        def forward(self, x, cache, training=False):
            rows.append(x[:, 0].tolist())
            return x.copy()

        def backward(self, dy, cache):
            return dy

    model = Sequential([layers.Input((1,)), Keep(), layers.Dense(1)])
    rows.clear()
    model.compile("sgd", "mse")
    x = np.arange(8.0)[:, None]
    model.fit(x, x / 8, batch_size=2, shuffle=False, steps_per_epoch=2, epochs=2, verbose=0)
    assert [row for batch in rows for row in batch] == list(range(8))


def test_steps_without_a_batch_size_divide_all_rows():
    """As in Keras: 10 rows in 3 steps make batches of 4."""
    sizes = []

    class Look(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            sizes.append(self.model.node_outputs()["dense"].shape[0])

    line().fit(
        column(*range(10)) / 10,
        column(*range(10)),
        steps_per_epoch=3,
        verbose=0,
        callbacks=[Look()],
    )
    assert sizes == [4, 4, 2]


def test_x_is_never_written_to():
    x = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
    kept = x.copy()
    model = Sequential(
        [
            layers.Input((4,)),
            layers.Activation("relu"),
            layers.BatchNormalization(),
            layers.Dense(4),
        ]
    )
    model.compile("adam", "mse")
    model.fit(x, x, epochs=2, batch_size=16, shuffle=False, verbose=0)
    np.testing.assert_array_equal(x, kept)


def test_unsigned_pixels_are_cast_before_any_arithmetic():
    x = np.array([[0, 255], [255, 0]], "uint8")
    one, two = (
        Sequential([layers.Input((2,)), layers.Dense(1, kernel_initializer="ones")]) for _ in "ab"
    )
    for model, data in ((one, x), (two, x.astype("float32"))):
        model.compile(optimizers.SGD(1e-6), "mse")
        model.fit(data, np.array([[0], [1]], data.dtype), epochs=3, verbose=0)
    np.testing.assert_array_equal(one.get_weights()[0], two.get_weights()[0])


def test_a_loss_that_is_not_finite_stops_before_any_weight_changes():
    model = Sequential(
        [layers.Input((1,)), layers.Dense(1, "exponential", name="boom"), layers.Dense(1)]
    )
    model.compile(optimizers.SGD(1.0), "mse")
    model.layers[0].set_weights([np.array([[1000.0]]), np.zeros(1)])
    before = model.get_weights()
    with np.errstate(over="ignore"), pytest.raises(NonFiniteError, match="layer 'boom'") as caught:
        model.fit(column(1.0), column(1.0), verbose=0)
    assert caught.value.step == 0
    assert caught.value.layer == "boom"
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_keras_policy_carries_on():
    model = line(loss=losses.MeanSquaredError(), nan_policy="keras")
    with np.errstate(over="ignore", invalid="ignore"):
        history = model.fit(column(1e30), column(1.0), epochs=2, verbose=0)
    assert not np.isfinite(history.history["loss"][-1])


def test_gradients_of_a_batch_can_be_had_without_an_update():
    model = line(weight=2.0, bias=1.0)
    before = model.get_weights()
    loss, grads = model.compute_gradients(column(1.0, 3.0), column(0.0, 0.0))
    assert float(loss) == 29.0
    assert {path: g.item() for path, g in grads.items()} == {
        "sequential/dense/kernel": 24.0,
        "sequential/dense/bias": 10.0,
    }
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_float64_throughout():
    from nnscratch import config

    config.set_floatx("float64")
    model = line(weight=1 / 3)
    model.fit(column(1.0), column(1.0), verbose=0)
    assert model.get_weights()[0].dtype == np.float64
    assert model.predict(column(1.0), verbose=0).dtype == np.float64


@pytest.mark.parametrize(("regularizer", "moves"), [("l1l2", False), ("l1", True), (None, False)])
def test_a_penalty_without_factors_gives_no_gradient(regularizer, moves):
    """As in Keras: behind Dropout(1.0) no gradient comes, so that weight decay has no say."""
    model = Sequential(
        [
            *(Input((3,)), layers.Dense(2, kernel_regularizer=regularizer, name="first")),
            *(layers.Dropout(1.0), layers.Dense(1)),
        ]
    )
    model.compile(optimizers.SGD(0.1, weight_decay=0.1), "mse")
    before = model.layers[0].kernel.numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    assert (model.layers[0].kernel.numpy() != before).any() == moves


@pytest.mark.parametrize("at_once", [2, 3, 100])
@pytest.mark.parametrize("shuffle", [True, False])
def test_steps_per_execution_changes_no_number(at_once: int, shuffle: bool) -> None:
    x = np.random.default_rng(0).normal(size=(50, 3)).astype("float32")
    found = []
    for steps in (1, at_once):
        utils.set_random_seed(1)
        model = Sequential([Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)])
        model.compile("adam", "mse", steps_per_execution=steps)
        fitted = model.fit(x, x.sum(1), batch_size=8, epochs=3, shuffle=shuffle, verbose=0)
        looked = model.evaluate(x, x.sum(1), batch_size=8, verbose=0)
        predicted = model.predict(x, batch_size=8, verbose=0)
        found.append((fitted.history["loss"], looked, predicted.tolist(), model.get_weights()))
    for one, several in zip(*(f[:3] for f in found), strict=True):
        assert several == one
    for one, several in zip(found[0][3], found[1][3], strict=True):
        np.testing.assert_array_equal(several, one)
