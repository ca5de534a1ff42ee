"""ModelCheckpoint: which files appear and what is said, as recorded from Keras."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import Input, Sequential, callbacks, layers, saving

pytest.importorskip("h5py", reason="model files need the extra `files`")
FOLDER = Path(__file__).parents[1] / "golden" / "saving"
GOLDEN = json.loads((FOLDER / "saving.json").read_text("utf-8"))["checkpoints"]
X = np.linspace(-1, 1, 8)[:, None]


def model():
    net = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    net.compile("sgd", "mse")
    return net


def drive(callback):
    callback.set_model(model())
    callback.on_train_begin()
    for epoch, value in enumerate([0.5, 0.6, 0.5, 0.25]):
        callback.on_epoch_begin(epoch)
        for batch in range(4):
            callback.on_train_batch_end(batch, {"loss": 1.0})
        callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": value})
    callback.on_train_end()


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_files_and_words(name, tmp_path, capsys):
    row = GOLDEN[name]
    folder = tmp_path / "sub"
    callback = callbacks.ModelCheckpoint(folder / row["pattern"], verbose=1, **row["options"])
    drive(callback)
    assert sorted(p.name for p in folder.iterdir()) == row["files"]
    assert capsys.readouterr().out.replace(str(folder), "FOLDER") == row["printed"]


def test_a_missing_metric_warns_and_is_saved(tmp_path):
    callback = callbacks.ModelCheckpoint(
        tmp_path / "m.keras", "val_acuracy", save_best_only=True, mode="max"
    )
    with pytest.warns(UserWarning, match="val_acuracy"):
        drive(callback)
    assert {row.decision for row in callback.trace()} == {"missing, saved"}
    assert (tmp_path / "m.keras").exists()


def test_the_trace(tmp_path):
    callback = callbacks.ModelCheckpoint(tmp_path / "m.keras", save_best_only=True)
    drive(callback)
    assert [tuple(row) for row in callback.trace()] == [
        (0, 0.5, 0.5, 0, "improved, saved"),
        (1, 0.6, 0.5, 0, "not improved"),
        (2, 0.5, 0.5, 0, "not improved"),
        (3, 0.25, 0.25, 0, "improved, saved"),
    ]


def test_only_the_latest_are_kept(tmp_path):
    drive(
        callbacks.ModelCheckpoint(
            tmp_path / "{epoch}.weights.h5", save_weights_only=True, max_to_keep=2
        )
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["3.weights.h5", "4.weights.h5"]


@pytest.mark.filterwarnings("ignore:.*older format:UserWarning")
@pytest.mark.parametrize("ending", ["keras", "h5", "hdf5"])
def test_in_fit_the_best_model_is_on_the_disk(ending, tmp_path):
    net = model()
    path = tmp_path / "runs" / f"best.{ending}"
    best = callbacks.ModelCheckpoint(path, monitor="loss", save_best_only=True)
    history = net.fit(X, X * 3, epochs=4, verbose=0, callbacks=[best])
    assert best.best == min(history.history["loss"])
    np.testing.assert_array_equal(saving.load_model(path)(X), net(X))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"filepath": "m.pkl"}, r"\.keras"),
        ({"filepath": "m.keras", "save_weights_only": True}, r"\.weights\.h5"),
        ({"filepath": "m.keras", "save_freq": "batch"}, "save_freq"),
        ({"filepath": "m.keras", "save_freq": 0}, "save_freq"),
        ({"filepath": "m.keras", "max_to_keep": 0}, "max_to_keep"),
    ],
)
def test_bad_arguments(options, words):
    with pytest.raises(ValueError, match=words):
        callbacks.ModelCheckpoint(**options)


def test_a_place_without_a_metric(tmp_path):
    with pytest.raises(KeyError, match="val_mae"):
        drive(callbacks.ModelCheckpoint(tmp_path / "{val_mae}.keras"))
