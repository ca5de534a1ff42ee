"""Record the tables that Keras prints for `model.summary()`; writes tests/golden/summary.json."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "summary.json"


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def notes_net() -> keras.Sequential:
    return keras.Sequential(
        [
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="dense"),
            layers.Dense(32, activation="relu", name="dense_1"),
            layers.Dense(64, activation="relu", name="dense_2"),
            layers.Dense(10, activation="softmax", name="dense_3"),
        ],
        name="sequential",
    )


def regularized_net() -> keras.Sequential:
    model = keras.Sequential(
        [
            layers.Dense(20, name="dense"),
            layers.BatchNormalization(name="batch_normalization"),
            layers.Activation("relu", name="activation"),
            layers.Dropout(0.2, name="dropout"),
            layers.Dense(3, activation="softmax", name="dense_1"),
        ],
        name="regularized",
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    rng = np.random.default_rng(0)
    model.fit(rng.normal(size=(8, 5)), rng.integers(0, 3, 8), verbose=0)
    return model


def compiled_only() -> keras.Sequential:
    model = notes_net()
    model.build((None, 784))
    model.compile("sgd", "categorical_crossentropy")
    return model


def frozen_net() -> keras.Sequential:
    model = keras.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(1000, name="a_dense_layer_whose_name_is_far_too_long_for_its_column"),
            layers.Dense(1500, name="odd[red]name", dtype="float64"),
            layers.ReLU(name="re_lu"),
            layers.Dense(2, name="dense_out"),
        ],
        name="model[bold]with_brackets",
    )
    model.layers[1].trainable = False
    return model


def nested_net() -> keras.Sequential:
    inner = keras.Sequential([layers.Dense(5, name="d1"), layers.Dense(4, name="d2")], name="inner")
    model = keras.Sequential([inner, layers.Dense(1, name="top")], name="outer")
    model.build((None, 3))
    return model


def empty_net() -> keras.Sequential:
    return keras.Sequential(name="empty")


def describe_layer(layer: Any) -> dict[str, Any]:
    shape = list(layer.output.shape) if layer._inbound_nodes else None
    described = {
        "name": layer.name,
        "class": type(layer).__name__,
        "built": layer.built,
        "params": layer.count_params() if layer.built else None,
        "trainable": layer.trainable,
        "weights": [[list(w.shape), str(w.dtype)] for w in layer.weights],
        "output_shape": shape,
    }
    if getattr(layer, "layers", None):
        described["layers"] = [describe_layer(inner) for inner in layer.layers]
    return described


def describe(model: keras.Sequential) -> dict[str, Any]:
    def plain(weights: list[Any]) -> list[Any]:
        return [[list(w.shape), str(w.dtype)] for w in weights]

    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None:
        optimizer = {
            "built": bool(optimizer.built),
            "variables": plain(optimizer.variables),
        }
    return {
        "name": model.name,
        "compiled": bool(model.compiled),
        "layers": [describe_layer(layer) for layer in model.layers],
        "trainable_weights": plain(model.trainable_weights),
        "non_trainable_weights": plain(model.non_trainable_weights),
        "optimizer": optimizer,
    }


def printed(model: keras.Sequential, columns: int, terminal: bool, options: dict[str, Any]) -> str:
    os.environ.update(COLUMNS=str(columns), TERM="xterm-256color")
    os.environ.pop("COLORTERM", None)
    stream = Terminal() if terminal else io.StringIO()
    with contextlib.redirect_stdout(stream):
        model.summary(**options)
    return stream.getvalue()


def handed_to_print_fn(model: keras.Sequential, columns: int) -> list[str]:
    os.environ["COLUMNS"] = str(columns)
    calls: list[str] = []
    model.summary(print_fn=calls.append)
    return calls


def windows(key: str, option: dict[str, Any]) -> list[tuple[int, bool]]:
    if option or key in ("compiled_only", "empty"):
        return [(80, False)]
    return [(60, False), (80, False), (100, False), (200, False), (80, True)]


def main() -> None:
    built = notes_net()
    built.build((None, 784))
    models = {
        "notes_unbuilt": notes_net(),
        "notes_built": built,
        "compiled_only": compiled_only(),
        "regularized": regularized_net(),
        "frozen": frozen_net(),
        "nested": nested_net(),
        "empty": empty_net(),
    }
    cases = []
    for key, model in models.items():
        options: list[dict[str, Any]] = [{}, {"show_trainable": True}]
        if key == "notes_built":
            options += [
                {"layer_range": ["dense_1", "dense_3"]},
                {"layer_range": ["dense_3", "dense_1"]},
                {"layer_range": ["dense_[12]", "dense_[12]"]},
                {"line_length": 70},
                {"positions": [0.3, 0.7, 1.0]},
                {"line_length": 120, "positions": [0.5, 0.75, 1.0], "show_trainable": True},
            ]
        if key == "nested":
            options += [{"expand_nested": True}, {"expand_nested": True, "show_trainable": True}]
        for option in options:
            for columns, terminal in windows(key, option):
                case = {"model": key, "columns": columns, "terminal": terminal, "options": option}
                cases.append(case | {"text": printed(model, columns, terminal, option)})
    golden = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "models": {key: describe(model) for key, model in models.items()},
        "print_fn": {key: handed_to_print_fn(models[key], 80) for key in ("empty", "regularized")},
        "cases": cases,
    }
    GOLDEN.write_text(json.dumps(golden, ensure_ascii=False, indent=0), encoding="utf-8")


if __name__ == "__main__":
    main()
