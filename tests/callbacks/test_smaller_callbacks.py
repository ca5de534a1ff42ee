"""ReduceLROnPlateau, LearningRateScheduler, CSVLogger, TerminateOnNaN, SwapEMAWeights vs Keras."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import Sequential, callbacks, layers, optimizers

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "callbacks.json").read_text("utf-8"))
X = np.array([[0.5]])


class Scripted(callbacks.Callback):
    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["val_loss"] = self.values[epoch]


def model(**options):
    net = Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False)])
    net.set_weights([np.array([[2.0]])])
    net.compile(optimizers.SGD(1.0, **options), "mse")
    return net


def check(net, history, printed, golden):
    assert set(history) == set(golden["history"])
    for name, values in golden["history"].items():
        np.testing.assert_allclose(history[name], values, rtol=1e-6)
    assert printed == golden["printed"]
    assert net.get_weights()[0].item() == pytest.approx(golden["weight"], rel=1e-6)


@pytest.mark.parametrize("row", GOLDEN["plateau"], ids=lambda r: f"{r['values']}-{r['options']}")
def test_plateau_reduces_when_keras_does(row, capsys):
    values = GOLDEN["sequences"][row["values"]]
    plateau = callbacks.ReduceLROnPlateau(**row["options"])
    net = model()
    history = net.fit(
        X, X, epochs=len(values), verbose=0, callbacks=[Scripted(values), plateau]
    ).history
    check(net, history, capsys.readouterr().out, row)
    assert len(plateau.trace()) == len(values)
    reduced = sum(r.decision == "reduced" for r in plateau.trace())
    assert reduced == row["printed"].count("reducing")


def test_scheduler_sets_the_rate_before_each_epoch(capsys):
    schedule = callbacks.LearningRateScheduler(lambda e, lr: lr * 0.5 if e else lr, verbose=1)
    net = model()
    history = net.fit(X, X, epochs=4, verbose=0, callbacks=[schedule]).history
    check(net, history, capsys.readouterr().out, GOLDEN["scheduler"])


def test_scheduler_takes_functions_of_the_epoch_alone():
    net = model()
    schedule = callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    history = net.fit(X, X, epochs=2, verbose=0, callbacks=[schedule]).history
    np.testing.assert_allclose(history["learning_rate"], [0.1, 0.05], rtol=1e-6)


def test_scheduler_must_return_a_float():
    schedule = callbacks.LearningRateScheduler(lambda epoch: "0.1")
    with pytest.raises(ValueError, match=r"must return a float.*'0\.1' for epoch 0"):
        model().fit(X, X, verbose=0, callbacks=[schedule])


@pytest.mark.parametrize("row", GOLDEN["csv"])
def test_csv_files_are_those_of_keras(row, tmp_path):
    path = tmp_path / "log.csv"
    for _ in range(2):
        logger = callbacks.CSVLogger(path, row["separator"], row["append"])
        options = {"validation_data": (X, X)} if row["validate"] else {}
        model().fit(X, X, epochs=2, verbose=0, callbacks=[logger], **options)
    assert path.read_bytes().decode() == row["text"]


@pytest.mark.parametrize("row", GOLDEN["averages"], ids=["on test", "on epoch"])
def test_averages_are_swapped_as_in_keras(row):
    net = model(use_ema=True, ema_momentum=0.75)
    swap = callbacks.SwapEMAWeights(row["swap_on_epoch"])
    history = net.fit(X, X, epochs=3, verbose=0, validation_data=(X, X), callbacks=[swap]).history
    check(net, history, "", row)


def test_swapping_needs_averages():
    with pytest.raises(ValueError, match="use_ema=True"):
        model().fit(X, X, validation_data=(X, X), verbose=0, callbacks=[callbacks.SwapEMAWeights()])


def diverging():
    net = model()
    net.compile(optimizers.SGD(1e30), "mse", nan_policy="keras")
    return net


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_training_ends_with_the_batch_that_is_not_finite(capsys):
    x = np.full((8, 1), 1e10)
    history = diverging().fit(
        x, x, batch_size=1, epochs=3, verbose=0, callbacks=[callbacks.TerminateOnNaN()]
    )
    assert len(history.history["loss"]) == 1
    assert "Invalid loss, terminating training" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_or_raises():
    x = np.full((8, 1), 1e10)
    with pytest.raises(RuntimeError, match="training is stopped"):
        diverging().fit(
            x, x, batch_size=1, verbose=0, callbacks=[callbacks.TerminateOnNaN(raise_error=True)]
        )


@pytest.mark.parametrize("factor", [1.0, 2.0, -0.5])
def test_a_factor_that_does_not_reduce(factor):
    with pytest.raises(ValueError, match="`factor` must be a number in"):
        callbacks.ReduceLROnPlateau(factor=factor)
