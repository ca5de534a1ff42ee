"""Record metrics over several batches from Keras on TensorFlow; writes tests/golden/metrics.npz."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import metrics

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "metrics.npz"
N, C, T = 7, 4, 3
NAMES = [
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Hinge",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
]


def inputs() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    arrays: dict[str, np.ndarray] = {}
    for batch, rows in enumerate((N, N, 3)):
        scores = rng.normal(size=(rows, C))
        probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        labels = rng.integers(0, C, rows)
        real = rng.normal(size=(rows, C))
        awkward = scores.copy()
        awkward[0] = [0.5, 0.5, 0.5, 0.5]
        awkward[1] = [-0.0, 0.0, -1.0, 0.0]
        awkward[2] = [np.nan, 1.0, -1.0, np.inf]
        if rows == N:
            awkward[3] = [0.0, -0.0, -0.0, -0.0]
            awkward[4] = [np.nan, np.nan, np.nan, np.nan]
            awkward[5] = [-np.inf, -1.0, -2.0, -np.inf]
            awkward[6] = [0.0, 1e-42, -1e-42, 0.0]
        ids = np.argsort(-scores, axis=1)
        arrays |= {
            f"scores/{batch}": scores,
            f"probabilities/{batch}": probabilities,
            f"awkward/{batch}": awkward,
            f"ids/{batch}": ids.astype(float),
            f"labels/{batch}": labels,
            f"first_labels/{batch}": np.arange(rows) % 2,
            f"float_labels/{batch}": labels.astype(float),
            f"labels_column/{batch}": labels[:, np.newaxis],
            f"labels_ignored/{batch}": np.where(np.arange(rows) % 3 == 1, -1, labels),
            f"one_hot/{batch}": np.eye(C)[labels],
            f"first_one_hot/{batch}": np.eye(C)[np.arange(rows) % 2],
            f"int_one_hot/{batch}": np.eye(C, dtype=np.int64)[labels],
            f"yes/{batch}": (rng.random((rows, C)) < 0.5).astype(float),
            f"yes_vector/{batch}": (rng.random(rows) < 0.5).astype(np.int64),
            f"chance/{batch}": np.round(rng.random((rows, C)), 1),
            f"chance_column/{batch}": np.round(rng.random((rows, 1)), 1),
            f"chance_vector/{batch}": np.round(rng.random(rows), 1),
            f"signs/{batch}": np.sign(rng.normal(size=(rows, C))),
            f"real/{batch}": real,
            f"near/{batch}": real + rng.normal(size=(rows, C)),
            f"positive/{batch}": np.abs(real) + 0.1,
            f"counts/{batch}": rng.poisson(2.0, size=(rows, C)).astype(float),
            f"digits/{batch}": rng.integers(0, 2, size=(rows, C)),
            f"values_vector/{batch}": rng.normal(size=rows),
            f"values_3d/{batch}": rng.normal(size=(rows, T, 2)),
            f"value/{batch}": np.array(rng.normal()),
            f"batch_size/{batch}": np.array(float(rows)),
            f"scores_3d/{batch}": rng.normal(size=(rows, T, C)),
            f"labels_3d/{batch}": rng.integers(0, C, size=(rows, T)),
            f"one_hot_3d/{batch}": np.eye(C)[rng.integers(0, C, size=(rows, T))],
            f"weight_vector/{batch}": rng.random(rows),
            f"weight_column/{batch}": rng.random((rows, 1)),
            f"weight_values/{batch}": rng.random((rows, C)),
            f"weight_steps/{batch}": rng.random((rows, T)),
            f"weight_zero/{batch}": np.zeros(rows),
        }
    return arrays


def cases() -> list[dict[str, Any]]:
    plain: list[tuple[str, str, str, dict[str, Any]]] = [
        ("Accuracy", "digits", "digits", {}),
        ("Accuracy", "yes", "chance", {}),
        ("Accuracy", "yes_vector", "chance_column", {}),
        ("BinaryAccuracy", "yes", "chance", {}),
        ("BinaryAccuracy", "yes", "chance", {"threshold": 0.7}),
        ("BinaryAccuracy", "yes_vector", "chance_column", {}),
        ("BinaryAccuracy", "yes_vector", "chance_vector", {}),
        ("CategoricalAccuracy", "one_hot", "scores", {}),
        ("CategoricalAccuracy", "int_one_hot", "probabilities", {}),
        ("CategoricalAccuracy", "first_one_hot", "awkward", {}),
        ("SparseCategoricalAccuracy", "labels", "scores", {}),
        ("SparseCategoricalAccuracy", "float_labels", "scores", {}),
        ("SparseCategoricalAccuracy", "labels_column", "probabilities", {}),
        ("SparseCategoricalAccuracy", "first_labels", "awkward", {}),
        ("TopKCategoricalAccuracy", "one_hot", "scores", {"k": 2}),
        ("TopKCategoricalAccuracy", "first_one_hot", "awkward", {"k": 2}),
        ("SparseTopKCategoricalAccuracy", "labels", "scores", {"k": 2}),
        ("SparseTopKCategoricalAccuracy", "labels_column", "scores", {"k": 1}),
        ("SparseTopKCategoricalAccuracy", "labels", "ids", {"k": 2, "from_sorted_ids": True}),
        ("MeanSquaredError", "real", "near", {}),
        ("RootMeanSquaredError", "real", "near", {}),
        ("MeanAbsoluteError", "real", "near", {}),
        ("MeanAbsolutePercentageError", "real", "near", {}),
        ("MeanSquaredLogarithmicError", "positive", "near", {}),
        ("CosineSimilarity", "real", "near", {}),
        ("LogCoshError", "real", "near", {}),
        ("BinaryCrossentropy", "yes", "probabilities", {}),
        ("BinaryCrossentropy", "yes", "scores", {"from_logits": True, "label_smoothing": 0.1}),
        ("CategoricalCrossentropy", "one_hot", "probabilities", {}),
        ("CategoricalCrossentropy", "one_hot", "scores", {"from_logits": True}),
        ("SparseCategoricalCrossentropy", "labels", "probabilities", {}),
        ("SparseCategoricalCrossentropy", "labels_ignored", "scores", {"ignore_class": -1}),
        ("KLDivergence", "probabilities", "positive", {}),
        ("Poisson", "counts", "positive", {}),
        ("Hinge", "signs", "near", {}),
        ("SquaredHinge", "signs", "near", {}),
        ("CategoricalHinge", "one_hot", "near", {}),
        ("Mean", "value", "", {}),
        ("Mean", "values_vector", "", {}),
        ("Mean", "real", "", {}),
        ("Mean", "values_3d", "", {}),
        ("Sum", "value", "", {}),
        ("Sum", "real", "", {}),
    ]
    wanted = []
    for name, y_true, y_pred, options in plain:
        weights = ["", "weight_vector"] if y_true != "value" else ["", "batch_size"]
        if name in ("RootMeanSquaredError", "BinaryAccuracy", "Mean", "Sum") and y_true in (
            "real",
            "yes",
        ):
            weights += ["weight_column", "weight_values", "weight_zero"]
        if y_true == "values_3d":
            weights += ["weight_steps"]
        wanted += [(name, y_true, y_pred, weight, options) for weight in weights]
    wanted += [
        ("SparseCategoricalAccuracy", "labels_3d", "scores_3d", weight, {})
        for weight in ("", "weight_vector", "weight_steps")
    ]
    wanted += [
        ("CategoricalAccuracy", "one_hot_3d", "scores_3d", weight, {})
        for weight in ("", "weight_steps")
    ]
    wanted += [
        ("SparseTopKCategoricalAccuracy", "labels_3d", "scores_3d", "", {"k": 2}),
        ("MeanSquaredError", "yes_vector", "chance_column", "weight_vector", {}),
    ]
    keys = ("class", "y_true", "y_pred", "weight", "options")
    return [dict(zip(keys, values, strict=True)) for values in wanted]


def run(arrays: dict[str, np.ndarray], wanted: dict[str, Any], dtype: str) -> dict[str, Any]:
    metric = getattr(metrics, wanted["class"])(dtype=dtype, **wanted["options"])

    def batch_of(name: str, batch: int) -> np.ndarray:
        array = arrays[f"{name}/{batch}"]
        return array.astype(dtype) if array.dtype.kind == "f" else array

    results = []
    for batch in range(3):
        batches = [batch_of(wanted["y_true"], batch)]
        if wanted["y_pred"]:
            batches.append(batch_of(wanted["y_pred"], batch))
        if wanted["weight"]:
            batches.append(batch_of(wanted["weight"], batch))
        metric.update_state(*batches)
        results.append(np.asarray(metric.result()))
    state = [np.asarray(variable) for variable in metric.variables]
    return {"results": np.array(results), "state": np.array(state)}


def main() -> None:
    arrays = inputs()
    wanted = [
        case | {"dtype": dtype}
        for dtype in ("float32", "float64")
        for case in cases()
        if dtype == "float32" or "TopK" not in case["class"]  # TensorFlow has in_top_k in float32
    ]
    recorded = {f"input/{name}": array for name, array in arrays.items()}
    for number, case in enumerate(wanted):
        keras.config.set_floatx(case["dtype"])
        for name, array in run(arrays, case, case["dtype"]).items():
            recorded[f"{number}/{name}"] = array
    keras.config.set_floatx("float32")
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "cases": wanted,
        "configs": {name: getattr(metrics, name)().get_config() for name in NAMES},
        "directions": {
            name: getattr(getattr(metrics, name)(), "_direction", None) for name in NAMES
        },
        "paths": [v.path for v in metrics.Mean(name="val/loss").variables],
        "serialized": metrics.serialize(metrics.MeanMetricWrapper(metrics.mean_squared_error)),
    }
    np.savez_compressed(GOLDEN, about=np.array(json.dumps(about)), **recorded)


if __name__ == "__main__":
    main()
