"""The accuracy family: what `"accuracy"` resolves to, thresholds, ties and weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry
from parity.units import Golden


def _value(lib: Any, metric: Any, y: Array, y_pred: Array, weight: Array | None = None) -> Array:
    metric.update_state(y, y_pred, sample_weight=weight)
    return np.asarray(lib.numpy(metric.result()))


def _model(lib: Any, units: int, activation: str, loss: str, metric: str) -> Any:
    """Return a model that puts out its input through an activation."""
    model = lib.Sequential(
        [
            lib.layers.Input(shape=(units,)),
            lib.layers.Dense(units, activation, kernel_initializer="identity"),
        ]
    )
    model.compile(optimizer="sgd", loss=loss, metrics=[metric])
    return model


@registry.check("accuracy-by-shapes", "metrics", "D24", quick=True)
def resolution(lib: Any) -> dict[str, Any]:
    """`"accuracy"` becomes binary, sparse or categorical by the shapes of target and output."""
    rng = np.random.default_rng(31)
    x3 = rng.normal(size=(40, 3)).astype(lib.dtype)
    x1 = rng.normal(size=(40, 1)).astype(lib.dtype)
    labels = rng.integers(0, 3, 40)
    one_hot = np.eye(3, dtype=lib.dtype)[labels]
    several = (rng.uniform(size=(40, 3)) > 0.5).astype(lib.dtype)
    bits = (labels > 0).astype(lib.dtype)
    cases = {
        "one-hot": (x3, one_hot, "softmax", "categorical_crossentropy"),
        "integers (n,)": (x3, labels, "softmax", "sparse_categorical_crossentropy"),
        "integers (n, 1)": (x3, labels[:, None], "softmax", "sparse_categorical_crossentropy"),
        "one sigmoid": (x1, bits[:, None], "sigmoid", "binary_crossentropy"),
        "three sigmoids": (x3, several, "sigmoid", "binary_crossentropy"),
    }
    found = {}
    for name, (x, y, activation, loss) in cases.items():
        for metric in ("accuracy", "acc"):
            model = _model(lib, x.shape[1], activation, loss, metric)
            logs = model.evaluate(x, y, verbose=0, return_dict=True)
            found[f"{name}/{metric}"] = np.asarray(logs[metric], lib.dtype)
    return found


METRICS: dict[str, tuple[str, str]] = {
    "accuracy": ("Accuracy", "s"),
    "binary_accuracy": ("BinaryAccuracy", "b"),
    "categorical_accuracy": ("CategoricalAccuracy", "c"),
    "sparse_categorical_accuracy": ("SparseCategoricalAccuracy", "i"),
    "top_k": ("TopKCategoricalAccuracy", "c"),
    "sparse_top_k": ("SparseTopKCategoricalAccuracy", "i"),
}


def _register(name: str, kind: str, data: str) -> None:
    only_float32: dict[str, Any] = {"dtypes": ("float32",)}  # TensorFlow's in_top_k takes no other

    @registry.check(
        f"metric/{name}",
        "metrics",
        quick=name == "binary_accuracy",
        **(only_float32 if "top_k" in name else {}),
    )
    def values(lib: Any) -> dict[str, Any]:
        rng = np.random.default_rng(32)
        labels = rng.integers(0, 6, 50)
        scores = np.round(rng.uniform(size=(50, 6)), 1).astype(lib.dtype)  # with ties
        y, y_pred = {
            "s": (labels, rng.integers(0, 2, 50) + labels),
            "b": ((scores[:, ::-1] > 0.5).astype(lib.dtype), scores),
            "c": (np.eye(6, dtype=lib.dtype)[labels], scores),
            "i": (labels, scores),
        }[data]
        options = {"k": 2} if "top_k" in name else {}
        weight = (np.arange(50) % 4 / 2).astype(lib.dtype)
        make = getattr(lib.metrics, kind)
        metric = make(**options)
        found = {"weighted": _value(lib, make(**options), y, y_pred, weight)}
        for start in (0, 30):
            part = slice(start, start + 30)
            found[f"after row {start + 30}"] = _value(lib, metric, y[part], y_pred[part])
        metric.reset_state()
        found["after reset"] = _value(lib, metric, y[:7], y_pred[:7])
        return found


for _name, (_kind, _data) in METRICS.items():
    _register(_name, _kind, _data)


BEYOND: dict[str, tuple[str, dict[str, Any], str]] = {
    "precision": ("Precision", {}, "b"),
    "recall": ("Recall", {"thresholds": 0.3}, "b"),
    "auc": ("AUC", {}, "b"),
    "auc-pr": ("AUC", {"curve": "PR", "num_thresholds": 50}, "b"),
    "f1": ("F1Score", {"average": "macro"}, "c"),
    "r2": ("R2Score", {}, "r"),
    "mse": ("MeanSquaredError", {}, "r"),
    "rmse": ("RootMeanSquaredError", {}, "r"),
}


def _register_beyond(name: str, kind: str, options: dict[str, Any], data: str) -> None:
    @registry.check(f"metric/{name}", "metrics", "D24", quick=name == "f1")
    def values(lib: Any) -> dict[str, Any]:
        rng = np.random.default_rng(33)
        scores = rng.uniform(size=(60, 3)).astype(lib.dtype)
        y, y_pred = {
            "b": ((scores[:, :1] + 0.3 * rng.normal(size=(60, 1)) > 0.5), scores[:, :1]),
            "c": (np.eye(3)[rng.integers(0, 3, 60)], scores),
            "r": (scores + 0.1 * rng.normal(size=(60, 3)), scores),
        }[data]
        y = y.astype(lib.dtype)
        metric = getattr(lib.metrics, kind)(**options)
        found = {
            f"rows {start}": _value(lib, metric, y[start : start + 30], y_pred[start : start + 30])
            for start in (0, 30)
        }
        weight = (np.arange(60) % 4 / 2).astype(lib.dtype)
        weighted = getattr(lib.metrics, kind)(**options)
        return found | {"weighted": _value(lib, weighted, y, y_pred, weight)}


for _name, (_kind, _options, _data) in BEYOND.items():
    _register_beyond(_name, _kind, _options, _data)


@registry.check(
    "accuracy-is-not-Accuracy",
    "metrics",
    "D24",
    golden={"Accuracy()": Golden(0.0), '"accuracy"': Golden(1.0), "at one half": Golden(0.0)},
    quick=True,
)
def traps(lib: Any) -> dict[str, Any]:
    """`Accuracy()` wants equality, `"accuracy"` the larger score; one half is not above 0.5."""
    one_hot = np.eye(2, dtype=lib.dtype)
    scores = np.array([[0.9, 0.1], [0.2, 0.8]], lib.dtype)
    model = _model(lib, 2, "linear", "mse", "accuracy")
    by_name = model.evaluate(scores, one_hot, verbose=0, return_dict=True)["accuracy"]
    half = np.full((1, 1), 0.5, lib.dtype)
    metrics = lib.metrics
    return {
        "Accuracy()": _value(lib, metrics.Accuracy(), one_hot, scores),
        '"accuracy"': np.asarray(by_name, lib.dtype),
        "at one half": _value(lib, metrics.BinaryAccuracy(), half * 0 + 1, half),
    }


@registry.check("mean-of-nothing", "metrics")
def empty_mean(lib: Any) -> dict[str, Any]:
    """A mean is 0 before its first value, and counts weights, not calls."""
    metric = lib.metrics.Mean()
    before = np.asarray(lib.numpy(metric.result()))
    metric.update_state(3.0, sample_weight=2.0)
    metric.update_state(0.0, sample_weight=4.0)
    return {"before": before, "after": np.asarray(lib.numpy(metric.result()))}
