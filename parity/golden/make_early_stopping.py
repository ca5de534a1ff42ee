"""Feed scripted epochs to Keras's EarlyStopping; writes tests/golden/early_stopping.json."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "early_stopping.json"
NAN, INF = float("nan"), float("inf")

SEQUENCES: dict[str, list[float]] = {
    "falling": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5],
    "rising": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    "flat": [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    "valley": [1.0, 0.6, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3],
    "hill": [0.1, 0.5, 0.9, 0.7, 0.6, 0.5, 0.4, 0.3],
    "saw": [0.9, 0.8, 0.85, 0.7, 0.75, 0.65, 0.7, 0.72],
    "nan_first": [NAN, 0.5, 0.4, 0.3, 0.2],
    "nan_later": [0.9, 0.8, NAN, 0.7, NAN, NAN, 0.6],
    "inf_first": [INF, 0.5, 0.4, 0.6, 0.7],
    "inf_later": [0.5, INF, -INF, 0.4, 0.3],
    "below_float32": [0.3, 0.30000000001, 0.29999999999, 0.3, 0.2999999],
    "tiny_steps": [0.5, 0.4995, 0.499, 0.4985, 0.498, 0.4975],
}

OPTIONS: list[dict[str, Any]] = [
    {"mode": mode, "patience": patience, "restore_best_weights": restore}
    for mode, patience, restore in itertools.product(("min", "max"), (0, 1, 3), (False, True))
] + [
    {"mode": "min", "min_delta": 0.001, "patience": 2, "restore_best_weights": True},
    {"mode": "min", "min_delta": -0.001, "patience": 2},
    {"mode": "max", "min_delta": 0.1, "patience": 1, "restore_best_weights": True},
    {"mode": "min", "baseline": 0.65, "patience": 2, "restore_best_weights": True},
    {"mode": "min", "baseline": 0.1, "patience": 3, "restore_best_weights": True},
    {"mode": "max", "baseline": 0.45, "patience": 2},
    {"mode": "max", "baseline": 5.0, "patience": 3, "min_delta": 0.05},
    {"mode": "min", "start_from_epoch": 3, "patience": 0, "restore_best_weights": True},
    {"mode": "max", "start_from_epoch": 1, "patience": 2, "verbose": 1},
    {"mode": "min", "start_from_epoch": 50, "restore_best_weights": True, "verbose": 1},
    {"mode": "min", "patience": 1, "restore_best_weights": True, "verbose": 1},
]

AUTO: list[tuple[str, dict[str, Any]]] = [
    (monitor, {"monitor": monitor, "mode": mode, "patience": 1, "restore_best_weights": True})
    for monitor in ("loss", "val_loss", "accuracy", "val_accuracy", "mae", "val_mae", "auc")
    for mode in ("auto",)
] + [
    ("loss", {"monitor": "loss", "mode": "nonsense", "patience": 1}),
    ("other", {"monitor": "other", "mode": "auto"}),
    ("other", {"monitor": "other", "mode": "max", "patience": 1}),
    ("loss", {"monitor": "val_loss", "mode": "auto", "verbose": 1}),
    ("loss", {"monitor": "accuracy", "mode": "max", "restore_best_weights": True}),
]


class Stub:
    """What EarlyStopping needs of a model; its only weight is the number of the epoch."""

    def __init__(self, metrics: list[Any]) -> None:
        self.metrics = metrics
        self.weights = [np.array(-1)]
        self.stop_training = False

    def get_weights(self) -> list[np.ndarray]:
        """Return the weights."""
        return [w.copy() for w in self.weights]

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Set the weights."""
        self.weights = [w.copy() for w in weights]


def compiled_metrics() -> list[Any]:
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "mse", metrics=["accuracy", "mae", "auc"])
    model.fit(np.ones((2, 1)), np.array([[0.0], [1.0]]), verbose=0)
    return model.metrics


def run(name: str, values: list[float], options: dict[str, Any], metrics: list[Any]) -> dict:
    """Return what EarlyStopping did, epoch by epoch and in the end."""
    caught: list[str] = []
    rows = []
    error = None
    with (
        warnings.catch_warnings(record=True) as seen,
        contextlib.redirect_stdout(io.StringIO()) as stream,
    ):
        warnings.simplefilter("always")
        callback = keras.callbacks.EarlyStopping(**options)
        model = Stub(metrics)
        callback.set_model(model)
        callback.on_train_begin()
        try:
            for epoch, value in enumerate(values):
                model.weights = [np.array(epoch)]
                callback.on_epoch_end(epoch, {name: value})
                rows.append([callback.best, callback.wait, callback.best_epoch])
                if model.stop_training:
                    break
            callback.on_train_end()
        except ValueError as raised:
            error = type(raised).__name__
        caught = [warning.category.__name__ for warning in seen]
    return {
        "logs_name": name,
        "values": values,
        "options": options,
        "rows": rows,
        "stopped": model.stop_training,
        "stopped_epoch": callback.stopped_epoch,
        "weights": int(model.weights[0]),
        "printed": stream.getvalue(),
        "warnings": caught,
        "error": error,
    }


def main() -> None:
    metrics = compiled_metrics()
    cases = [
        run("val_loss", values, options, metrics)
        for values, options in itertools.product(SEQUENCES.values(), OPTIONS)
    ]
    cases += [
        run(name, SEQUENCES[sequence], options, metrics)
        for (name, options), sequence in itertools.product(AUTO, ("valley", "hill"))
    ]
    golden = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "cases": cases,
    }
    GOLDEN.write_text(json.dumps(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
