"""Run Keras's smaller callbacks on a network of one weight; writes tests/golden/callbacks.json."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "callbacks.json"

PLATEAU: list[dict[str, Any]] = [
    {"patience": patience, "cooldown": cooldown, "factor": 0.5, "min_lr": least, "verbose": 1}
    for patience, cooldown, least in itertools.product((0, 1, 2), (0, 1, 2), (0.0, 0.2))
]
SEQUENCES = {
    "flat": [0.5] * 8,
    "falling": [1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1],
    "saw": [0.9, 0.8, 0.85, 0.7, 0.75, 0.65, 0.7, 0.72],
    "small": [0.5, 0.49995, 0.4999, 0.49985, 0.4, 0.39995, 0.3999, 0.3998],
}


class Scripted(keras.callbacks.Callback):
    """Replaces the validation loss by the next number of a sequence."""

    def __init__(self, values: list[float]) -> None:
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the next number into the logs."""
        logs["val_loss"] = self.values[epoch]


def model(**options: Any) -> keras.Model:
    net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    net.set_weights([np.array([[2.0]])])
    net.compile(keras.optimizers.SGD(1.0, **options), "mse")
    return net


def fit(net: keras.Model, callbacks: list[Any], epochs: int, **options: Any) -> dict[str, Any]:
    x = np.array([[0.5]])
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        history = net.fit(x, x, epochs=epochs, verbose=0, callbacks=callbacks, **options)
    return {
        "history": history.history,
        "printed": stream.getvalue(),
        "weight": net.get_weights()[0].item(),
    }


def plateau() -> list[dict[str, Any]]:
    rows = []
    for (name, values), options in itertools.product(SEQUENCES.items(), PLATEAU):
        callbacks = [Scripted(values), keras.callbacks.ReduceLROnPlateau(**options)]
        rows.append({"values": name, "options": options, **fit(model(), callbacks, len(values))})
    return rows


def csv() -> list[dict[str, Any]]:
    rows = []
    x = np.array([[0.5]])
    for separator, validate, append in itertools.product((",", ";"), (False, True), (False, True)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.csv"
            for _ in range(2):
                logger = keras.callbacks.CSVLogger(path, separator, append)
                options = {"validation_data": (x, x)} if validate else {}
                fit(model(), [logger], 2, **options)
            text = path.read_bytes().decode()
        rows.append({"separator": separator, "validate": validate, "append": append, "text": text})
    return rows


def averages() -> list[dict[str, Any]]:
    rows = []
    x = np.array([[0.5]])
    for on_epoch in (False, True):
        net = model(use_ema=True, ema_momentum=0.75)
        swap = keras.callbacks.SwapEMAWeights(on_epoch)
        seen = fit(net, [swap], 3, validation_data=(x, x))
        rows.append({"swap_on_epoch": on_epoch, **seen})
    return rows


def main() -> None:
    golden = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "sequences": SEQUENCES,
        "plateau": plateau(),
        "scheduler": fit(
            model(),
            [keras.callbacks.LearningRateScheduler(lambda e, lr: lr * 0.5 if e else lr, verbose=1)],
            4,
        ),
        "csv": csv(),
        "averages": averages(),
    }
    GOLDEN.write_text(json.dumps(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
