from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch import config
from nnscratch.callbacks import EarlyStopping

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "early_stopping.json").read_text("utf-8")
)


class Model:
    """A model whose only weight is the number of the epoch."""

    def __init__(self, metrics=()):
        self.metrics = list(metrics)
        self.weights = [np.array(-1)]
        self.stop_training = False

    def get_weights(self):
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        self.weights = [weight.copy() for weight in weights]


def compiled_metrics():
    """Return what a model compiled with accuracy, MAE and AUC has for metrics."""
    inside = [
        SimpleNamespace(name="accuracy", _direction="up"),
        SimpleNamespace(name="mae", _direction="down"),
        SimpleNamespace(name="auc", _direction="up"),
    ]
    return [SimpleNamespace(name="loss"), SimpleNamespace(name="compile_metrics", metrics=inside)]


def run(callback, values, name="val_loss", model=None):
    """Feed values to the callback until it stops; return its state after each epoch."""
    model = model or Model()
    callback.set_model(model)
    callback.on_train_begin()
    rows = []
    for epoch, value in enumerate(values):
        model.weights = [np.array(epoch)]
        callback.on_epoch_end(epoch, {name: value})
        rows.append([callback.best, callback.wait, callback.best_epoch])
        if model.stop_training:
            break
    callback.on_train_end()
    return rows


def same(one, other):
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


@pytest.mark.parametrize(
    "case", GOLDEN["cases"], ids=[str(number) for number in range(len(GOLDEN["cases"]))]
)
def test_as_keras(case, capsys):
    model = Model(compiled_metrics())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        callback = EarlyStopping(**case["options"])
        if case["error"]:
            with pytest.raises(ValueError, match="mode='min'"):
                run(callback, case["values"], case["logs_name"], model)
            return
        rows = run(callback, case["values"], case["logs_name"], model)
    assert len(rows) == len(case["rows"])
    for row, expected in zip(rows, case["rows"], strict=True):
        assert all(map(same, row, expected))
    assert model.stop_training == case["stopped"]
    assert callback.stopped_epoch == case["stopped_epoch"]
    assert int(model.weights[0]) == case["weights"]
    assert capsys.readouterr().out == case["printed"]
    assert [warning.category.__name__ for warning in caught] == case["warnings"]


def test_trace_tells_every_decision():
    callback = EarlyStopping(
        monitor="loss", mode="min", patience=2, baseline=0.5, start_from_epoch=1
    )
    run(callback, [0.1, 0.8, 0.4, 0.6, 0.7], name="loss")
    assert [tuple(row) for row in callback.trace()] == [
        (0, 0.1, None, 0, "warm-up"),
        (1, 0.8, 0.8, 1, "improved, short of the baseline"),
        (2, 0.4, 0.4, 0, "improved"),
        (3, 0.6, 0.4, 1, "waiting"),
        (4, 0.7, 0.4, 2, "stop"),
    ]
    assert callback.trace()[-1].decision == "stop"


def test_trace_of_a_missing_metric_and_of_the_last_run_only():
    callback = EarlyStopping(monitor="val_loss")
    with pytest.warns(UserWarning, match=r"`val_loss`.*Available: loss"):
        run(callback, [0.5], name="loss")
    assert [tuple(row) for row in callback.trace()] == [(0, None, None, 0, "missing")]
    run(callback, [0.5])
    assert [row.decision for row in callback.trace()] == ["improved"]


def test_no_weights_are_fetched_unless_they_are_wanted():
    model = Model()
    model.get_weights = lambda: pytest.fail("weights were fetched")
    run(EarlyStopping(mode="min", patience=2), [0.5, 0.4, 0.6], model=model)


def test_comparison_is_in_the_default_float_type():
    values = [0.3, 0.3 - 1e-10]
    assert [row[1] for row in run(EarlyStopping(mode="min", patience=5), values)] == [0, 1]
    config.set_floatx("float64")
    try:
        assert [row[1] for row in run(EarlyStopping(mode="min", patience=5), values)] == [0, 0]
    finally:
        config.set_floatx("float32")


@pytest.mark.filterwarnings("error")
def test_values_beyond_float32_are_infinite():
    rows = run(EarlyStopping(mode="min", patience=5), [1e300, 1e299, 1.0])
    assert [row[1] for row in rows] == [0, 1, 0]


def test_metrics_in_containers_inside_containers():
    inner = SimpleNamespace(metrics=[SimpleNamespace(name="top", _direction="up")])
    model = Model([SimpleNamespace(metrics=[inner])])
    callback = EarlyStopping(monitor="val_top", patience=1)
    assert run(callback, [0.1, 0.2, 0.1], name="val_top", model=model)[-1] == [0.2, 1, 1]


VALUES = st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=30)


@given(values=VALUES, patience=st.integers(0, 5), delta=st.floats(0, 1))
def test_max_is_min_upside_down(values, patience, delta):
    low = EarlyStopping(mode="min", patience=patience, min_delta=delta)
    high = EarlyStopping(mode="max", patience=patience, min_delta=delta)
    rows = run(low, values)
    mirrored = run(high, [-value for value in values])
    assert [[-best, *rest] for best, *rest in rows] == mirrored


@given(values=VALUES, patience=st.integers(0, 5))
def test_best_weights_are_those_of_the_first_least_value_seen(values, patience):
    callback, model = (
        EarlyStopping(mode="min", patience=patience, restore_best_weights=True),
        Model(),
    )
    seen = values[: len(run(callback, values, model=model))]
    assert callback.best == min(seen)
    assert int(model.weights[0]) == seen.index(min(seen)) == callback.best_epoch


@given(values=VALUES, patience=st.integers(0, 5))
def test_stops_at_the_first_epoch_that_ends_a_wait_of_patience(values, patience):
    epochs = len(run(EarlyStopping(mode="min", patience=patience), values))
    expected = len(values)
    for epoch in range(1, len(values)):
        least_at = values.index(min(values[: epoch + 1]))
        if epoch - least_at >= max(patience, 1):
            expected = epoch + 1
            break
    assert epochs == expected
