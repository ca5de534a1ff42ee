"""Let Keras save models in every format; writes tests/golden/saving/.

Each model is trained two steps, saved, and trained three more; `saving.npz` holds what it
predicts where it was saved and what became of it, and `saving.json` how Keras's ModelCheckpoint
behaves.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "golden" / "saving"
X = np.sin(np.arange(32.0)).reshape(8, 4)
Y = np.cos(np.arange(16.0)).reshape(8, 2)


def stack() -> keras.Model:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,), name="rows"),
            layers.Dense(3, "relu", kernel_regularizer="l2", name="first"),
            layers.BatchNormalization(),
            layers.Dense(2, "softmax"),
        ],
        name="stack",
    )
    model.compile(keras.optimizers.Adam(0.01, amsgrad=True), "mse", metrics=["mae"])
    return model


def branches() -> keras.Model:
    layers = keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(4, "tanh", name="shared")
    h, g = shared(a), shared(shared(b))
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, "elu")], name="inner")
    i, j = keras.Input((4,)), keras.Input((4,))
    outer = keras.Model([i, j], [layers.Add()([i, j]), layers.Subtract()([i, j])], name="outer")
    p, q = outer([inner(h), g])
    joined = layers.Concatenate()([p, q, h])
    outputs = {
        "up": layers.Dense(2, name="up")(joined),
        "down": layers.Dense(2, "sigmoid", name="down")(layers.Multiply()([p, g])),
    }
    model = keras.Model({"a": a, "b": b}, outputs, name="branches")
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
    model.compile(
        keras.optimizers.SGD(schedule, momentum=0.9),
        {"up": "mse", "down": keras.losses.Huber()},
        loss_weights={"up": 0.5, "down": 1.0},
    )
    return model


def checkpoints() -> dict[str, Any]:
    """Return which files ModelCheckpoint writes and what it says."""
    found = {}
    runs = {
        "every epoch": ("{epoch:02d}.keras", {}),
        "best": ("{epoch:02d}-{val_loss:.2f}.keras", {"save_best_only": True}),
        "best from": (
            "{epoch}.weights.h5",
            {"save_best_only": True, "save_weights_only": True, "initial_value_threshold": 0.55},
        ),
        "most": ("{epoch}.keras", {"save_best_only": True, "mode": "max"}),
        "missing": ("{epoch}.keras", {"save_best_only": True, "monitor": "nothing", "mode": "min"}),
        "batches": ("{epoch}-{batch}.keras", {"save_freq": 3}),
    }
    for name, (pattern, options) in runs.items():
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            callback = keras.callbacks.ModelCheckpoint(
                str(Path(folder, "sub", pattern)), verbose=1, **options
            )
            net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
            net.compile("sgd", "mse")
            callback.set_model(net)
            with contextlib.redirect_stdout(io.StringIO()) as stream:
                drive(callback, pattern)
            found[name] = {
                "pattern": pattern,
                "options": options,
                "files": sorted(p.name for p in Path(folder, "sub").iterdir()),
                "printed": stream.getvalue().replace(str(Path(folder, "sub")), "FOLDER"),
                "warns": any("available" in str(w.message) for w in said),
            }
    return found


def drive(callback: Any, pattern: str) -> None:
    """Send the events of four epochs of four batches."""
    callback.on_train_begin()
    for epoch, value in enumerate([0.5, 0.6, 0.5, 0.25]):
        callback.on_epoch_begin(epoch)
        for batch in range(4):
            callback.on_train_batch_end(batch, {"loss": 1.0})
        callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": value})
    callback.on_train_end()


def main() -> None:
    keras.backend.set_floatx("float64")
    logging.disable()
    FOLDER.mkdir(exist_ok=True)
    arrays: dict[str, Any] = {}
    configs: dict[str, Any] = {}
    inputs = {"stack": X, "branches": {"a": X, "b": X[::-1].copy()}}
    targets = {"stack": Y, "branches": {"up": Y, "down": Y[::-1].copy()}}
    for make in (stack, branches):
        keras.utils.set_random_seed(5)
        name = make.__name__
        model, x, y = make(), inputs[name], targets[name]
        for _ in range(2):
            model.train_on_batch(x, y)
        configs[name] = json.loads(model.to_json())  # saving as .h5 drops the optimizer from it
        model.save(FOLDER / f"{name}.keras")
        model.save(FOLDER / f"{name}.h5")
        model.save_weights(FOLDER / f"{name}.weights.h5")
        for when in ("saved", "later"):
            outputs = model.predict(x, verbose=0)
            for key, value in (outputs if isinstance(outputs, dict) else {"y": outputs}).items():
                arrays[f"{name}/{when}/output/{key}"] = value
            for i, value in enumerate(model.get_weights()):
                arrays[f"{name}/{when}/weight/{i}"] = value
            for i, value in enumerate(model.optimizer.variables):
                arrays[f"{name}/{when}/optimizer/{i}"] = np.asarray(value)
            if when == "saved":
                losses = [model.train_on_batch(x, y, return_dict=True)["loss"] for _ in range(3)]
                arrays[f"{name}/losses"] = np.asarray(losses)
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    np.savez_compressed(FOLDER / "saving.npz", **arrays)
    text = json.dumps({"versions": versions, "configs": configs, "checkpoints": checkpoints()})
    (FOLDER / "saving.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
