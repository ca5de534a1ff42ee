"""The notes' callbacks, checkpoints and saved models."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from nnscratch.callbacks import StopWhenCurvesMeet


def model(tf):
    net = tf.keras.Sequential(
        [tf.keras.Input((8,)), tf.keras.layers.Dense(1, activation="sigmoid")]
    )
    net.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return net


class Scripted:
    """Puts given values into the logs, so that what a callback sees is known."""

    def __new__(cls, tf, name, values):
        class Script(tf.keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs[name] = values[epoch]

        return Script()


def run(tf, data, name, values, callbacks, **arguments):
    net = model(tf)
    script = Scripted(tf, name, values)
    net.fit(*data, epochs=len(values), verbose=0, callbacks=[script, *callbacks], **arguments)
    return net


def test_a072_early_stopping_by_the_least_validation_loss(tf, two_classes):
    from tensorflow.keras.callbacks import EarlyStopping

    kept = []

    class Keeps(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept.append(self.model.get_weights()[0].copy())

    stop = EarlyStopping(monitor="val_loss", patience=3, mode="min", restore_best_weights=True)
    values = [0.5, 0.4, 0.6, 0.45, 0.41, 0.3, 0.2]
    net = run(tf, two_classes, "val_loss", values, [Keeps(), stop])
    assert len(kept) == 5  # three epochs after the second none was better
    np.testing.assert_array_equal(net.get_weights()[0], kept[1])


def test_a073_early_stopping_takes_the_greatest_accuracy_by_itself(tf, two_classes):
    from tensorflow.keras.callbacks import EarlyStopping

    stop = EarlyStopping(monitor="val_accuracy", patience=10, restore_best_weights=True)
    run(tf, two_classes, "val_accuracy", [0.5, 0.9] + [0.8] * 15, [stop])
    assert stop.stopped_epoch == 11
    assert stop.best == pytest.approx(0.9)


@pytest.mark.parametrize(("mode", "best"), [("min", 0.1), ("max", 0.9)])
def test_a074_what_mode_means(tf, two_classes, mode, best):
    stop = tf.keras.callbacks.EarlyStopping(monitor="val_loss", mode=mode, patience=9)
    run(tf, two_classes, "val_loss", [0.5, 0.9, 0.1, 0.4], [stop])
    assert stop.best == pytest.approx(best)


def test_a076_a077_t05_checkpoint_to_hdf5_in_a_folder_that_is_made(
    tf, two_classes, tmp_path, monkeypatch, capsys
):
    pytest.importorskip("h5py")
    from tensorflow.keras.callbacks import ModelCheckpoint

    monkeypatch.chdir(tmp_path)
    mcp = ModelCheckpoint(
        monitor="val_loss",
        mode="auto",
        verbose=1,
        save_best_only=True,
        filepath="./_mcp/tf18_cali.hdf5",
    )
    x, y = two_classes
    run(tf, (x, y), "val_loss", [0.5, 0.3, 0.4], [mcp])
    assert os.listdir("_mcp") == ["tf18_cali.hdf5"]
    printed = capsys.readouterr().out
    assert "Epoch 2: val_loss improved from 0.50000 to 0.30000" in printed
    assert "Epoch 3: val_loss did not improve from 0.30000" in printed
    loaded = tf.keras.models.load_model("./_mcp/tf18_cali.hdf5")
    assert loaded.optimizer.iterations == 2 * 7


def test_a078_t08_weights_only_and_names_with_the_epoch(tf, two_classes, tmp_path):
    """Files of other names stay, best only or not; `max_to_keep` is what deletes them."""
    pytest.importorskip("h5py")
    from tensorflow.keras.callbacks import ModelCheckpoint

    path = str(tmp_path / "{epoch:02d}-{val_loss:.2f}.weights.h5")
    values = [0.5, 0.3, 0.4, 0.2]
    best = ModelCheckpoint(path, save_best_only=True, save_weights_only=True)
    net = run(tf, two_classes, "val_loss", values, [best])
    names = ["01-0.50.weights.h5", "02-0.30.weights.h5", "04-0.20.weights.h5"]
    assert sorted(os.listdir(tmp_path)) == names
    other = model(tf)
    other.load_weights(tmp_path / names[-1])
    np.testing.assert_array_equal(other.get_weights()[0], net.get_weights()[0])
    few = ModelCheckpoint(str(tmp_path / "few-{epoch}.keras"), max_to_keep=2)
    run(tf, two_classes, "val_loss", values, [few])
    kept = sorted(name for name in os.listdir(tmp_path) if name.startswith("few"))
    assert kept == ["few-3.keras", "few-4.keras"]


def test_a079_reduce_lr_on_plateau(tf, two_classes):
    from tensorflow.keras.callbacks import ReduceLROnPlateau

    reduce = ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2)
    net = run(tf, two_classes, "val_loss", [0.5, 0.5, 0.5, 0.5, 0.5], [reduce])
    assert float(net.optimizer.learning_rate) == pytest.approx(0.001 * 0.25)


@pytest.mark.parametrize("update_freq", ["epoch", "batch"])
def test_a080_tensorboard(tf, two_classes, tmp_path, update_freq):
    pytest.importorskip("tensorboard")
    from tensorflow.keras.callbacks import TensorBoard

    x, y = two_classes
    board = TensorBoard(log_dir=str(tmp_path), update_freq=update_freq)
    model(tf).fit(x, y, epochs=2, validation_split=0.2, verbose=0, callbacks=[board])
    assert sorted(os.listdir(tmp_path)) == ["train", "validation"]
    [name] = os.listdir(tmp_path / "train")
    content = (tmp_path / "train" / name).read_bytes()
    assert (b"batch_loss" in content) == (update_freq == "batch")
    assert b"epoch_loss" in content


def test_a081_a_callback_of_ones_own(tf, two_classes, capsys):
    class MyCallback(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            keys = list(logs.keys())
            print(f"epoch {epoch}: {keys}")

        def on_train_end(self, logs=None):
            print("train", sorted(logs.keys()))

        def on_predict_end(self, logs=None):
            print("predict")

    x, y = two_classes
    net = model(tf)
    net.fit(x, y, epochs=2, verbose=0, callbacks=[MyCallback()])
    net.predict(x, verbose=0, callbacks=[MyCallback()])
    keys = ["accuracy", "loss"]
    lines = [f"epoch 0: {keys}", f"epoch 1: {keys}", f"train {keys}", "predict"]
    assert capsys.readouterr().out.splitlines() == lines


def test_a082_a_callback_reads_the_logs_and_ends_training(tf, two_classes):
    class StopsAtOnce(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.seen = (logs.get("accuracy"), logs.get("val_accuracy"), logs.get("nothing"))
            self.model.stop_training = True

    x, y = two_classes
    stops = StopsAtOnce()
    history = model(tf).fit(x, y, epochs=9, validation_split=0.2, verbose=0, callbacks=[stops])
    assert len(history.epoch) == 1
    assert stops.seen[:2] == (history.history["accuracy"][0], history.history["val_accuracy"][0])
    assert stops.seen[2] is None


def test_a083_callbacks_are_told_of_each_event_in_order(tf, two_classes):
    told = []

    class Tells(tf.keras.callbacks.Callback):
        pass

    def teller(name):
        return lambda self, *args, logs=None, **kwargs: told.append(name)

    for event in ("train", "epoch", "train_batch", "test", "test_batch"):
        for moment in ("begin", "end"):
            setattr(Tells, f"on_{event}_{moment}", teller(f"{event} {moment}"))
    x, y = two_classes
    net = model(tf)
    net.fit(x, y, batch_size=200, validation_data=(x, y), validation_batch_size=200, verbose=0,
            callbacks=[Tells()])  # fmt: skip
    inner = ["train_batch", "test"]
    assert told == [
        "train begin", "epoch begin", f"{inner[0]} begin", f"{inner[0]} end", f"{inner[1]} begin",
        "test_batch begin", "test_batch end", f"{inner[1]} end", "epoch end", "train end",
    ]  # fmt: skip


def test_t12_curves_that_meet_within_a_tolerance_or_cross(tf, two_classes):
    """The notes wait for two accuracies to be equal, which may never come."""
    values = {"accuracy": [0.80, 0.88, 0.93], "val_accuracy": [0.85, 0.90, 0.91]}

    class Script(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs.update({name: numbers[epoch] for name, numbers in values.items()})

    def epochs(callback):
        x, y = two_classes
        return len(model(tf).fit(x, y, epochs=3, verbose=0, callbacks=[Script(), callback]).epoch)

    class AsInTheNotes(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if logs.get("accuracy") == logs.get("val_accuracy"):
                self.model.stop_training = True

    assert epochs(AsInTheNotes()) == 3
    meet = StopWhenCurvesMeet(tol=0.025)
    assert epochs(meet) == 2
    assert [row.decision for row in meet.trace()] == ["waiting", "stop"]
    assert epochs(StopWhenCurvesMeet(tol=0.0)) == 3  # they cross in the last epoch
    assert StopWhenCurvesMeet(tol=0.0, crossing=False).meets(0.9, 0.9)
    with pytest.raises(ValueError, match="val_f1"):
        epochs(StopWhenCurvesMeet("f1"))


def test_a089_save_and_load_the_older_format(tf, two_classes, tmp_path):
    pytest.importorskip("h5py")
    from tensorflow.keras.models import load_model

    x, y = two_classes
    net = model(tf)
    net.fit(x, y, epochs=2, verbose=0)
    path = str(tmp_path / "model7.h5")
    net.save(path)
    new_model = load_model(path)
    assert new_model.evaluate(x, y, verbose=0) == net.evaluate(x, y, verbose=0)


def test_a090_the_saved_model_is_that_of_the_best_epoch(tf, two_classes, tmp_path):
    pytest.importorskip("h5py")
    x, y = two_classes
    rng = np.random.default_rng(4)
    noisy = np.where(rng.random(200) < 0.3, 1 - y, y)
    net = tf.keras.Sequential(
        [tf.keras.layers.Dense(64, "relu"), tf.keras.layers.Dense(1, "sigmoid")]
    )
    net.compile(tf.keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    stop = tf.keras.callbacks.EarlyStopping("val_loss", patience=5, restore_best_weights=True)
    history = net.fit(
        x[:100], noisy[:100], validation_data=(x[100:], noisy[100:]), epochs=50, verbose=0,
        callbacks=[stop],
    ).history  # fmt: skip
    net.save(tmp_path / "best.h5")
    best = tf.keras.models.load_model(tmp_path / "best.h5")
    loss, _ = best.evaluate(x[100:], noisy[100:], verbose=0)
    assert loss == pytest.approx(min(history["val_loss"]), rel=1e-5)
    assert loss < history["val_loss"][-1]


def test_a096_one_extra_for_each_need():
    """The notes install keras-tuner; here `pip install nnscratch[tune]` and its kin do it."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    extras = set(re.findall(r"^(\w+) = \[", text, re.M))
    assert {"figures", "files", "sklearn", "tensorboard", "tune"} <= extras
