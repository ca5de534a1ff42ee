from __future__ import annotations

import math
import sys
from types import ModuleType, SimpleNamespace

import pytest

from nnscratch.callbacks import History


def trained(epochs):
    history = History()
    model = SimpleNamespace()
    history.set_model(model)
    history.set_params({"epochs": len(epochs)})
    history.on_train_begin()
    for epoch, logs in enumerate(epochs):
        history.on_epoch_end(epoch, logs)
    return history, model


def test_values_are_listed_by_metric():
    history, model = trained([{"loss": 3.0}, {"loss": 2.0, "val_loss": 4.0}, {"loss": 1.0}])
    assert history.history == {"loss": [3.0, 2.0, 1.0], "val_loss": [4.0]}
    assert history.epoch == [0, 1, 2]
    assert history.params == {"epochs": 3}
    assert model.history is history


def test_second_run_adds_values_and_counts_epochs_anew():
    history, _ = trained([{"loss": 3.0}, {"loss": 2.0}])
    history.on_train_begin()
    history.on_epoch_end(2, {"loss": 1.0})
    assert history.history == {"loss": [3.0, 2.0, 1.0]}
    assert history.epoch == [2]


def test_epoch_without_logs():
    history, _ = trained([None])
    assert (history.history, history.epoch) == ({}, [0])


def test_to_frame_without_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        History().to_frame()


def test_to_frame_hands_pandas_one_row_an_epoch(monkeypatch):
    asked = []

    class DataFrame:
        def __init__(self, rows, columns):
            asked.append((rows, columns))

        def set_index(self, name):
            return name

    pandas = ModuleType("pandas")
    pandas.DataFrame = DataFrame
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    history, _ = trained([{"loss": 3.0}, {"loss": 2.0, "val_loss": 4.0}])
    assert history.to_frame() == "epoch"
    rows = [{"epoch": 0, "loss": 3.0}, {"epoch": 1, "loss": 2.0, "val_loss": 4.0}]
    assert asked == [(rows, ["epoch", "loss", "val_loss"])]


def test_to_frame_with_pandas():
    pytest.importorskip("pandas")
    history, _ = trained([{"loss": 3.0}, {"loss": 2.0, "val_loss": 4.0}])
    frame = history.to_frame()
    assert frame.index.tolist() == [0, 1]
    assert frame.index.name == "epoch"
    assert frame["loss"].tolist() == [3.0, 2.0]
    assert math.isnan(frame["val_loss"][0])
    assert frame["val_loss"][1] == 4.0
