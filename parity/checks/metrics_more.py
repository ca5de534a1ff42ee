"""The confusion, F, IoU, correlation and R² metrics: batch after batch, weighted, and at edges."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nnscratch.typing import Array
from parity import registry
from parity.units import Golden

CLASSES = 4
ROWS = 60

METRICS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "true-positives": ("TruePositives", {}, "yes", "chance"),
    "true-negatives": ("TrueNegatives", {"thresholds": [0.2, 0.7]}, "yes", "ties"),
    "false-positives": ("FalsePositives", {"thresholds": [0.0, 0.5, 1.0]}, "yes", "ties"),
    "false-negatives": ("FalseNegatives", {"thresholds": 0.3}, "yes", "ties"),
    "precision": ("Precision", {}, "yes", "chance"),
    "precision-top-2": ("Precision", {"top_k": 2}, "one_hot", "ties"),
    "precision-of-a-class": ("Precision", {"class_id": 1, "thresholds": [0.2, 0.6]}, "yes", "ties"),
    "recall": ("Recall", {}, "yes", "chance"),
    "recall-top-1-of-a-class": ("Recall", {"top_k": 1, "class_id": 2}, "one_hot", "ties"),
    "sensitivity-at-specificity": ("SensitivityAtSpecificity", {"specificity": 0.6}, "yes", "ties"),
    "specificity-at-sensitivity": (
        "SpecificityAtSensitivity",
        {"sensitivity": 0.6, "num_thresholds": 11, "class_id": 0},
        "yes",
        "ties",
    ),
    "precision-at-recall": ("PrecisionAtRecall", {"recall": 0.7}, "yes", "chance"),
    "recall-at-precision": ("RecallAtPrecision", {"precision": 0.5}, "yes", "chance"),
    "auc": ("AUC", {}, "yes", "chance"),
    "auc-ties": ("AUC", {"num_thresholds": 11}, "yes", "ties"),
    "auc-pr": ("AUC", {"curve": "PR"}, "yes", "chance"),
    "auc-pr-majoring": ("AUC", {"curve": "PR", "summation_method": "majoring"}, "yes", "chance"),
    "auc-pr-gain": ("AUC", {"curve": "PRGAIN", "num_thresholds": 21}, "yes", "chance"),
    "auc-own-thresholds": ("AUC", {"thresholds": [0.1, 0.3, 0.35, 0.8]}, "yes", "ties"),
    "auc-by-label": ("AUC", {"multi_label": True, "num_labels": CLASSES}, "yes", "chance"),
    "auc-weighted-labels": (
        "AUC",
        {"multi_label": True, "label_weights": [1.0, 0.5, 0.0, 2.0], "curve": "PR"},
        "yes",
        "chance",
    ),
    "auc-logits": ("AUC", {"from_logits": True}, "yes", "real"),
    "f1": ("F1Score", {}, "one_hot", "ties"),
    "f1-micro": ("F1Score", {"average": "micro", "threshold": 0.5}, "yes", "ties"),
    "fbeta-weighted": ("FBetaScore", {"average": "weighted", "beta": 2.0}, "one_hot", "chance"),
    "fbeta-macro": ("FBetaScore", {"average": "macro", "beta": 0.5}, "one_hot", "chance"),
    "iou": ("IoU", {"num_classes": 4, "target_class_ids": [0, 3]}, "labels", "found"),
    "mean-iou": ("MeanIoU", {"num_classes": 4, "ignore_class": 1}, "labels", "found"),
    "binary-iou": ("BinaryIoU", {"threshold": 0.3}, "yes_vector", "ties_vector"),
    "one-hot-iou": ("OneHotIoU", {"num_classes": 4, "target_class_ids": [2]}, "one_hot", "ties"),
    "one-hot-mean-iou": ("OneHotMeanIoU", {"num_classes": 4}, "one_hot", "chance"),
    "pearson": ("PearsonCorrelation", {}, "real", "near"),
    "concordance": ("ConcordanceCorrelation", {}, "real", "near"),
    "r2": ("R2Score", {}, "real", "near"),
    "r2-by-variance": (
        "R2Score",
        {"class_aggregation": "variance_weighted_average", "num_regressors": 3},
        "real",
        "near",
    ),
    "r2-by-output": ("R2Score", {"class_aggregation": None}, "real", "near"),
}
QUICK = {"precision", "auc", "f1", "mean-iou", "r2"}


def _data(dtype: str) -> dict[str, Array]:
    rng = np.random.default_rng(51)
    chance = rng.random((ROWS, CLASSES))
    labels = rng.integers(0, CLASSES, ROWS)
    real = rng.normal(size=(ROWS, CLASSES))
    data = {
        "chance": chance,
        "ties": np.round(chance, 1),
        "yes": (rng.random((ROWS, CLASSES)) < chance).astype(float),
        "one_hot": np.eye(CLASSES)[labels],
        "real": real,
        "near": real + 0.4 * rng.normal(size=(ROWS, CLASSES)),
        "ties_vector": np.round(chance[:, 0], 1),
    }
    whole = {
        "labels": labels,
        "found": np.where(rng.random(ROWS) < 0.5, labels, rng.integers(0, CLASSES, ROWS)),
        "yes_vector": (rng.random(ROWS) < chance[:, 0]).astype(np.int64),
    }
    return {name: array.astype(dtype) for name, array in data.items()} | whole


def _register(name: str, kind: str, options: dict[str, Any], target: str, output: str) -> None:
    @registry.check(f"metric/{name}/batches", "metrics", quick=name in QUICK)
    def values(lib: Any) -> dict[str, Any]:
        data = _data(lib.dtype)
        y, y_pred = data[target], data[output]
        metric, weighted = (getattr(lib.metrics, kind)(**options) for _ in range(2))
        weight = np.arange(ROWS) % 4
        found = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            weighted.update_state(y, y_pred, sample_weight=_cast(weight, kind, lib))
            found["weighted"] = np.asarray(lib.numpy(weighted.result()))
            for start in (0, 25):
                part = slice(start, start + 25)
                metric.update_state(y[part], y_pred[part])
                found[f"after row {start + 25}"] = np.asarray(lib.numpy(metric.result()))
            metric.reset_state()
            metric.update_state(y[:9], y_pred[:9])
            found["after reset"] = np.asarray(lib.numpy(metric.result()))
        return found


def _cast(weight: Array, kind: str, lib: Any) -> Array:
    return weight if "IoU" in kind else (weight / 2).astype(lib.dtype)


for _name, (_kind, _options, _target, _output) in METRICS.items():
    _register(_name, _kind, _options, _target, _output)


@registry.check(
    "f1-auc-r2",
    "metrics",
    "D24",
    golden={"f1": Golden([2 / 3, 0.5, 0.0]), "auc": Golden(0.75), "r2": Golden(0.5)},
    quick=True,
)
def three_by_hand(lib: Any) -> dict[str, Any]:
    """F1 by class, three right pairs of four, and half of the variance explained."""
    one_hot, guess = np.eye(3)[[0, 0, 1, 2]], np.eye(3)[[0, 1, 1, 1]]
    line = np.array([[1.0], [2.0], [3.0]])
    cases = {
        "f1": (lib.metrics.F1Score(), one_hot, guess),
        "auc": (lib.metrics.AUC(), np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])),
        "r2": (lib.metrics.R2Score(), line, np.array([[1.0], [2.0], [4.0]])),
    }
    found = {}
    for name, (metric, y, y_pred) in cases.items():
        metric.update_state(y.astype(lib.dtype), y_pred.astype(lib.dtype))
        found[name] = np.asarray(lib.numpy(metric.result()))
    return found


@registry.check("metrics-in-fit", "metrics", "D24")
def in_fit(lib: Any) -> dict[str, Any]:
    """Strings, objects and several numbers from one metric, in the logs of training."""
    rng = np.random.default_rng(52)
    x = rng.normal(size=(40, CLASSES)).astype(lib.dtype)
    y = np.eye(CLASSES, dtype=lib.dtype)[rng.integers(0, CLASSES, 40)]
    model = lib.Sequential(
        [
            lib.layers.Input(shape=(CLASSES,)),
            lib.layers.Dense(CLASSES, "softmax", kernel_initializer="identity"),
        ]
    )
    chosen = ["AUC", "precision", lib.metrics.Recall(top_k=2), lib.metrics.F1Score()]
    weighted = [lib.metrics.AUC(name="area", curve="PR")]
    model.compile("sgd", "categorical_crossentropy", metrics=chosen, weighted_metrics=weighted)
    weight = (np.arange(40) % 3 + 0.5).astype(lib.dtype)
    history = model.fit(
        x, y, epochs=2, batch_size=16, shuffle=False, verbose=0, sample_weight=weight,
        validation_split=0.25,
    )  # fmt: skip
    return {key: np.asarray(lib.numpy(values[-1])) for key, values in history.history.items()}
