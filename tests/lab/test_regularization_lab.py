"""The notes' experiments on over- and underfitting, as numbers, with small settings."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnscratch import lab
from nnscratch.lab.experiments.batchnorm import epochs_to
from nnscratch.lab.experiments.data import load
from nnscratch.lab.experiments.early_stopping import crossings
from nnscratch.lab.experiments.sweep import Sweep
from nnscratch.lab.experiments.training import Curves

pytest.importorskip("matplotlib")


def draws_everything(result: object) -> None:
    for name in result.drawings():  # type: ignore[attr-defined]
        assert result.plot(name).axes  # type: ignore[attr-defined]


def test_data_is_scaled_spread_and_one_hot() -> None:
    data = load("digits")
    assert data.x_train.shape == (1437, 64)
    assert data.x_train.dtype == np.float32
    assert (float(data.x_train.min()), float(data.x_train.max())) == (0.0, 1.0)
    assert (data.y_test.sum(axis=1) == 1).all()
    few = data.some(100)
    assert len(few.x_train) == 100
    np.testing.assert_array_equal(few.x_train[1], data.x_train[14])
    assert data.some(5000) is data
    with pytest.raises(ValueError, match="Did you mean 'digits'"):
        load("digit")


def test_wrong_labels() -> None:
    data = load("digits")
    wrong = data.with_wrong_labels(0.5, seed=1)
    changed = np.mean((wrong.y_train != data.y_train).any(axis=1))
    assert changed == pytest.approx(0.5 * 0.9, abs=0.04)
    assert (wrong.y_train.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(wrong.y_test, data.y_test)


def test_dropout_turns_overfitting_into_underfitting() -> None:
    result = lab.dropout_sweep([0.0, 0.5, 0.95], rows=400, hidden=(128, 64), epochs=40, seeds=2)
    verdicts = result.verdicts()
    assert [verdicts[rate] for rate in (0.0, 0.5, 0.95)] == [
        "overfitting",
        "balanced",
        "underfitting",
    ]
    assert result.best == 0.5
    train, test = result.accuracies()
    assert train.mean[0] > train.mean[1] > train.mean[2]
    assert test.mean[1] > test.mean[0]
    draws_everything(result)


def test_weight_decay_shrinks_weights() -> None:
    result = lab.weight_decay_sweep([0.0, 0.01, 0.3], rows=300, hidden=(60,), epochs=20, seeds=2)
    stds = [result.weights[strength].std for strength in (0.0, 0.01, 0.3)]
    assert stds[0] > 2 * stds[1] > 4 * stds[2]
    assert result.verdicts()[0.3] == "underfitting"
    bars = [row for row in result.tables()["weight-decay-histograms"] if row["λ"] == 0.01]
    assert sum(row["share"] for row in bars) == pytest.approx(1, abs=0.02)
    draws_everything(result)


def test_verdicts_by_hand() -> None:
    def curves(train: float, test: float) -> list[Curves]:
        one = np.array([1.0])
        return [Curves(one, one, np.array([train]), one, np.array([test]))]

    class Made(Sweep):
        name, title, parameter, figure_name = "made", "Made", "p", "made"

        def text(self) -> str:
            return self.table_text()

    made = Made(
        runs={1: curves(1.0, 0.8), 2: curves(0.95, 0.9), 3: curves(0.9, 0.88), 4: curves(0.5, 0.5)},
        settings={"seeds": [0]},
    )
    assert list(made.verdicts().values()) == [
        "overfitting",
        "balanced",
        "balanced",
        "underfitting",
    ]
    assert made.best == 2
    assert "p 1: train 100.0%, test 80.0%: overfitting" in made.text()


def test_batchnorm_learns_from_starts_that_nothing_else_does() -> None:
    result = lab.batchnorm([1.0, 0.01], epochs=6, seeds=2)
    for std in (1.0, 0.01):
        with_it, without = (np.nan_to_num(result.scales[std][on].accuracy[-1]) for on in (1, 0))
        assert with_it > 0.6
        assert without < 0.2
    quick, slow = (np.mean([run.loss[-1] for run in result.notes[on]]) for on in (True, False))
    assert quick < slow
    assert "with BatchNormalization" in result.text()
    draws_everything(result)


def test_epochs_to() -> None:
    one = np.ones(3)
    assert epochs_to(Curves(one, one, np.array([0.5, 0.9, 0.99]), one, one), 0.9) == 2
    assert epochs_to(Curves(one, one, np.array([0.5, np.nan, np.nan]), one, one), 0.9) == np.inf


def test_early_stopping_is_the_same_run_cut_short() -> None:
    result = lab.early_stopping(epochs=45, patience=6)
    stopped = len(result.stopped["loss"])
    assert stopped == result.last_epoch == result.best_epoch + 6
    for name, values in result.stopped.items():
        np.testing.assert_array_equal(values, result.history[name][:stopped])
    assert result.best_epoch == int(np.argmin(result.stopped["val_loss"])) + 1
    assert [row.decision for row in result.trace][-1] == "stop"
    just_to_the_best = lab.early_stopping(epochs=result.best_epoch, patience=99)
    assert result.restored == just_to_the_best.at_the_end
    assert result.history["val_loss"][-1] > result.history["val_loss"].min() * 1.1
    assert result.crossings
    assert f"stops after epoch {stopped}" in result.text()
    draws_everything(result)


def test_crossings_by_hand() -> None:
    assert crossings(np.array([0.0, 1.0]), np.array([1.0, 0.0])) == [1.5]
    assert crossings(np.array([0.0, 0.5, 1.0]), np.array([0.5, 0.5, 0.5])) == [2.0]
    assert crossings(np.array([0.0, 0.1]), np.array([1.0, 1.0])) == []


@given(arrays(np.float64, 12, elements=st.floats(-1, 1)))
def test_between_crossings_one_curve_stays_ahead(ahead: np.ndarray) -> None:
    found = crossings(ahead, np.zeros_like(ahead))
    borders = [0.0, *found, 13.0]
    for low, high in pairwise(borders):
        inside = [ahead[i] for i in range(12) if low < i + 1 < high]
        assert all(value > 0 for value in inside) or all(value < 0 for value in inside)


def test_more_rows_close_the_gap() -> None:
    result = lab.few_rows([40, 1000], updates=200, seeds=2, hidden=(100, 100))
    few, many = result.findings()["40"], result.findings()["1000"]
    assert few["train_accuracy"] > 0.99
    assert few["gap"] > many["gap"] + 0.08
    assert result.runs[40][0].epochs[-1] == 200
    assert len(result.runs[40][0].loss) <= 40
    draws_everything(result)


def test_the_sweeps_figure_shows_the_numbers() -> None:
    result = lab.dropout_sweep([0.0, 0.5], rows=60, hidden=(16,), epochs=2, seeds=2)
    train, test = result.accuracies()
    panel = result.plot("dropout").axes[0]
    drawn = [line.get_ydata() for line in panel.get_lines()[:2]]
    np.testing.assert_allclose(drawn, [100 * train.mean, 100 * test.mean])
    assert [text.get_text() for text in panel.get_xticklabels()] == ["0", "0.5"]
    assert panel.get_xlabel() == "dropout rate"
    assert "(%)" in panel.get_ylabel()
