"""Inference of several batches at once gives the numbers of one batch after another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nnscratch as ns
from nnscratch import callbacks, crew, layers, losses
from nnscratch.errors import NonFiniteError
from nnscratch.layers.graph import Graph
from nnscratch.training import loop
from nnscratch.training.lots import batches_per_lot

ROWS, BATCH = 1003, 32
RNG = np.random.default_rng(5)
X = RNG.normal(size=(ROWS, 12)).astype("float32")
Y = RNG.integers(0, 4, ROWS)


def network(*within: Any, last: Any = None, **options: Any) -> Any:
    model = ns.Sequential([layers.Input((12,)), *within, last or layers.Dense(4, "softmax")])
    options = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], **options}
    model.compile("sgd", **options)
    return model


@pytest.fixture
def forwards(monkeypatch: Any) -> list[int]:
    """Note the rows of every forward pass."""
    rows: list[int] = []
    forward = Graph.forward

    def noted(self: Any, inputs: Any, cache: Any, training: bool) -> Any:
        rows.append(len(inputs[0]))
        return forward(self, inputs, cache, training)

    monkeypatch.setattr(Graph, "forward", noted)
    return rows


@pytest.fixture(autouse=True)
def seeded() -> None:
    ns.utils.set_random_seed(1)


class Watch(callbacks.Callback):
    """Wants to know of every batch."""

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None: ...

    def on_predict_batch_begin(self, batch: int, logs: Any = None) -> None: ...


@pytest.mark.parametrize("steps", [None, 7])
@pytest.mark.parametrize(
    "within",
    [
        lambda: [layers.Dense(9, "sigmoid")],
        lambda: [layers.Dense(9, "relu", kernel_regularizer="l2"), layers.BatchNormalization()],
        lambda: [layers.Reshape((3, 4, 1)), layers.Conv2D(2, 2), layers.Flatten()],
        lambda: [layers.Dropout(0.5), layers.GaussianNoise(1.0)],
    ],
)
def test_lots_give_the_numbers_of_batches(within, steps, forwards):
    model = network(*within())
    watched: dict[str, Any] = {"verbose": 0, "callbacks": [Watch()], "steps": steps}
    expected = model.evaluate(X, Y, BATCH, **watched), model.predict(X, BATCH, **watched)
    forwards.clear()
    watched["callbacks"] = []
    received = model.evaluate(X, Y, BATCH, **watched), model.predict(X, BATCH, **watched)
    assert max(forwards) > BATCH
    assert len(forwards) <= 4
    np.testing.assert_allclose(received[0], expected[0], rtol=1e-6)
    np.testing.assert_allclose(received[1], expected[1], rtol=1e-5, atol=1e-7)


def test_the_loss_of_a_lot_is_the_sum_over_its_batches_as_it_grows(monkeypatch):
    """Float32 sums have the bits that come of adding up batch after batch, as Keras does."""
    model = network()
    z = X @ model.layers[0].kernel.value + model.layers[0].bias.value
    e = np.exp(z - z.max(-1, keepdims=True))
    rows = np.log(e.sum(-1)) - (z - z.max(-1, keepdims=True))[np.arange(ROWS), Y]
    total = np.float32(0)
    for start in range(0, ROWS, BATCH):
        part = rows[start : start + BATCH]
        total = total + part.mean(dtype=np.float32) * np.float32(len(part))
    expected = total / np.float32(ROWS)
    assert model.evaluate(X, Y, BATCH, verbose=0)[0] == pytest.approx(expected, rel=3e-7)


def test_threads_share_the_lots(monkeypatch, forwards):
    model = network(layers.Dense(64, "sigmoid", kernel_regularizer="l2"))
    options: dict[str, Any] = {"batch_size": BATCH, "verbose": 0}
    expected = model.evaluate(X, Y, **options), model.predict(X, **options)
    monkeypatch.setattr("nnscratch.training.lots.ELEMENTS", 64 * BATCH * 3)
    forwards.clear()
    with crew.crew_of(3):
        received = model.evaluate(X, Y, **options), model.predict(X, **options)
    assert forwards.count(3 * BATCH) == 2 * (ROWS // (3 * BATCH))
    np.testing.assert_allclose(received[0], expected[0], rtol=1e-6)
    np.testing.assert_allclose(received[1], expected[1], rtol=1e-5, atol=1e-7)


def test_an_error_in_a_thread_is_raised():
    model = network(layers.Dense(64))
    kept = layers.Dense.forward

    def fails(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
        if x.shape[-1] == 12 and (x == X[-1]).all(axis=-1).any():
            raise ZeroDivisionError
        return kept(self, x, cache, training)

    with pytest.MonkeyPatch.context() as patch, crew.crew_of(2):
        patch.setattr("nnscratch.training.lots.ELEMENTS", 64 * BATCH * 3)
        patch.setattr(layers.Dense, "forward", fails)
        with pytest.raises(ZeroDivisionError):
            model.predict(X, BATCH, verbose=0)


def test_memory_bounds_a_lot(monkeypatch):
    model = network(layers.Dense(64))
    monkeypatch.setattr("nnscratch.training.lots.ELEMENTS", 64 * 100)
    source = model._input_source(X, BATCH, None)
    assert batches_per_lot(model, source) == 3
    monkeypatch.setattr("nnscratch.training.lots.ELEMENTS", 1)
    assert batches_per_lot(model, source) == 1


class Centred(layers.Layer):
    """Looks at all the rows of a batch."""

    def forward(self, x: Any, cache: Any, training: bool = False) -> Any:
        return x - x.mean(axis=0)


class Shifted(layers.Dense):
    """Does not say that it is rowwise, though its base does."""


@pytest.mark.parametrize(
    "make",
    [
        lambda: network(Centred()),
        lambda: network(Shifted(5)),
        lambda: network(layers.Dense(5, activity_regularizer="l2")),
        lambda: network(layers.Dense(5, lambda x: x - ns.ops.mean(x, axis=0))),
        lambda: network(layers.Reshape((4, 3)), layers.Softmax(axis=-3), layers.Flatten()),
        lambda: network(ns.Sequential([layers.Input((12,)), layers.Dense(5)])),
        lambda: network(run_eagerly=True),
    ],
    ids=["own", "subclass", "activity", "function", "softmax", "nested", "eager"],
)
def test_what_may_look_at_other_rows_goes_batch_by_batch(make, forwards):
    model = make()
    model.evaluate(X, Y, BATCH, verbose=0)
    model.predict(X, BATCH, verbose=0)
    assert max(forwards, default=0) <= BATCH


@pytest.mark.parametrize(
    "options",
    [
        {"loss": losses.SparseCategoricalCrossentropy(reduction="sum")},
        {"loss": lambda y, p: np.abs(p - y.reshape(-1, 1)).mean(axis=-1)},
        {"metrics": [lambda y, p: p.mean()]},
    ],
    ids=["sum", "own loss", "own metric"],
)
def test_what_may_count_batches_goes_batch_by_batch(options, forwards):
    model = network(**options)
    model.evaluate(X, Y, BATCH, verbose=0)
    assert max(forwards, default=0) <= BATCH


def test_sample_weights_go_batch_by_batch(forwards):
    model = network()
    model.evaluate(X, Y, BATCH, sample_weight=np.ones(ROWS), verbose=0)
    assert max(forwards, default=0) <= BATCH


def test_a_fixed_batch_size_is_kept(forwards):
    model = ns.Sequential([layers.Input(batch_shape=(BATCH, 12)), layers.Dense(2)])
    model.predict(X[: 4 * BATCH], BATCH, verbose=0)
    assert max(forwards, default=0) <= BATCH


def test_a_loss_that_overflows_names_its_batch():
    model = network(last=layers.Dense(1), loss="mse", metrics=None)
    x = X.copy()
    x[5 * BATCH] = 3e38
    with np.errstate(over="ignore"), pytest.raises(NonFiniteError, match="in step 5"):
        model.evaluate(x, Y, BATCH, verbose=0)


def test_validation_within_fit_uses_lots(forwards):
    model = network()
    model.fit(X[:64], Y[:64], BATCH, validation_data=(X, Y), verbose=0)
    assert max(forwards) > BATCH


def test_fit_with_a_watcher_still_tells_it_of_every_validation_batch():
    seen = []

    class Count(callbacks.Callback):
        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append(batch)

    network().fit(X[:64], Y[:64], validation_data=(X, Y), verbose=0, callbacks=[Count()])
    assert seen == list(range(-(-ROWS // 32)))


def test_integers_are_cast_as_in_batches():
    model = network()
    x = (10 * X).astype("int16")
    expected = model.predict(x, BATCH, verbose=0, callbacks=[Watch()])
    np.testing.assert_allclose(model.predict(x, BATCH, verbose=0), expected, rtol=1e-6)


def test_the_loop_asks_for_lots(monkeypatch, forwards):
    """Sabotage: were lots never used, the tests above would compare batches with batches."""
    monkeypatch.setattr(loop, "batches_per_lot", lambda model, source: 1)
    network().predict(X, BATCH, verbose=0)
    assert max(forwards, default=0) <= BATCH


def test_what_a_training_step_keeps_is_not_overwritten():
    model = network(layers.Dense(9, "sigmoid"))
    model.fit(X[:64], Y[:64], BATCH, verbose=0)
    stepper = model._trainer.step
    kept = {name: y.copy() for name, y in stepper.run.outputs_of_calls(stepper.cache)}
    model.evaluate(X, Y, BATCH, verbose=0)
    for name, y in stepper.run.outputs_of_calls(stepper.cache):
        np.testing.assert_array_equal(y, kept[name])
    assert {len(y) for y in model.node_outputs().values()} == {ROWS % BATCH}


def test_training_goes_on_after_lots_as_after_batches(monkeypatch):
    def trained() -> Any:
        ns.utils.set_random_seed(2)
        model = network(layers.Dense(9, "sigmoid"), layers.Dropout(0.3, seed=4))
        history = model.fit(
            X[:384], Y[:384], BATCH, epochs=4, validation_data=(X, Y), shuffle=False, verbose=0
        )
        return history.history["loss"], model.get_weights()

    losses_of_lots, weights_of_lots = trained()
    monkeypatch.setattr(loop, "batches_per_lot", lambda model, source: 1)
    losses_of_batches, weights_of_batches = trained()
    assert losses_of_lots == losses_of_batches
    for mine, other in zip(weights_of_lots, weights_of_batches, strict=True):
        np.testing.assert_array_equal(mine, other)
