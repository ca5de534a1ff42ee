"""Record losses and their gradients from Keras on TensorFlow; writes tests/golden/losses.npz."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import losses

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "losses.npz"
N, C, T = 6, 4, 3
EPSILON = 1e-7


def inputs() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    logits = 3.0 * rng.normal(size=(N, C))
    logits[0] = [20.0, -20.0, 0.0, 0.0]
    logits[1] = 0.0
    logits[2] = [-1e4, 1e4, 3.0, 0.0]
    probabilities = np.exp(rng.normal(size=(N, C)))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    probabilities[0] = [0.0, 1.0, 0.0, 0.0]
    probabilities[1] = [EPSILON, 1.0 - EPSILON, 0.0, 0.0]
    probabilities[2] = [0.2, 0.3, 0.1, 0.2]
    labels = np.array([1, 0, 1, 3, 2, 2])
    soft = rng.dirichlet(np.ones(C), size=N)
    yes = (rng.random((N, C)) < 0.5).astype(float)
    real = rng.normal(size=(N, C))
    near = real + rng.normal(size=(N, C))
    near[0] = real[0] + [1.0, -1.0, 0.0, 3.0]
    return {
        "logits": logits,
        "probabilities": probabilities,
        "labels": labels,
        "labels_column": labels[:, np.newaxis],
        "labels_ignored": np.array([1, -1, 1, 3, -1, 2]),
        "one_hot": np.eye(C)[labels],
        "soft": soft,
        "yes": yes,
        "signs": 2.0 * yes - 1.0,
        "real": real,
        "near": near,
        "near_column": near[:, :1],
        "real_vector": real[:, 0],
        "positive": np.abs(real) + 0.1,
        "positive_near": np.concatenate([np.abs(near[:, :3]), -np.abs(near[:, 3:])], axis=1),
        "rates": np.abs(near) + 0.05,
        "counts": rng.poisson(2.0, size=(N, C)).astype(float),
        "real_3d": rng.normal(size=(N, T, C)),
        "near_3d": rng.normal(size=(N, T, C)),
        "logits_3d": 3.0 * rng.normal(size=(N, T, C)),
        "labels_3d": rng.integers(0, C, size=(N, T)),
        "one_hot_3d": np.eye(C)[rng.integers(0, C, size=(N, T))],
        "weight_number": np.array(2.0),
        "weight_vector": np.array([1.0, 0.0, 2.0, 0.5, 3.0, 0.25]),
        "weight_column": np.array([[1.0], [0.0], [2.0], [0.5], [3.0], [0.25]]),
        "weight_values": rng.random((N, T)),
        "weight_column_3d": rng.random((N, 1)),
        "weight_zero": np.zeros(N),
    }


def case(name: str, y_true: str, y_pred: str, weight: str = "", source: str = "", **options: Any):
    return {
        "class": name,
        "y_true": y_true,
        "y_pred": y_pred,
        "weight": weight,
        "source": source,
        "options": options,
    }


def crossentropies() -> list[dict[str, Any]]:
    cases = []
    weights = ("", "weight_number", "weight_vector", "weight_column")
    for weight in weights:
        for target in ("one_hot", "soft"):
            name = "CategoricalCrossentropy"
            cases += [
                case(name, target, "probabilities", weight),
                case(name, target, "logits", weight, from_logits=True),
            ]
        cases += [
            case("SparseCategoricalCrossentropy", "labels", "probabilities", weight),
            case("SparseCategoricalCrossentropy", "labels", "logits", weight, from_logits=True),
            case("BinaryCrossentropy", "yes", "probabilities", weight),
            case("BinaryCrossentropy", "soft", "logits", weight, from_logits=True),
        ]
        for ignore in (-1, 3):
            cases.append(
                case(
                    "SparseCategoricalCrossentropy",
                    "labels_ignored" if ignore == -1 else "labels",
                    "probabilities",
                    weight,
                    ignore_class=ignore,
                )
            )
    for source in ("softmax", "sigmoid"):
        cases += [
            case("CategoricalCrossentropy", "one_hot", "logits", "weight_vector", source),
            case("SparseCategoricalCrossentropy", "labels", "logits", "weight_vector", source),
            case("BinaryCrossentropy", "yes", "logits", "weight_vector", source),
            case("CategoricalCrossentropy", "one_hot", "logits", "", source, from_logits=True),
        ]
    sparse = "SparseCategoricalCrossentropy"
    cases += [
        case(sparse, "labels_ignored", "logits", "", "softmax", ignore_class=-1),
        case(sparse, "labels_ignored", "logits", from_logits=True, ignore_class=-1),
        case(sparse, "labels_column", "logits", from_logits=True),
        case(sparse, "labels_3d", "logits_3d", "weight_values", from_logits=True),
        case("CategoricalCrossentropy", "one_hot_3d", "logits_3d", from_logits=True, axis=1),
    ]
    for smoothing in (0.1, 0.37):
        for source, prediction in ((False, "probabilities"), (True, "logits")):
            options = {"from_logits": source, "label_smoothing": smoothing}
            cases += [
                case("CategoricalCrossentropy", "one_hot", prediction, **options),
                case("BinaryCrossentropy", "yes", prediction, **options),
            ]
    return cases


def others() -> list[dict[str, Any]]:
    cases = []
    plain = [
        ("MeanSquaredError", "real", "near", {}),
        ("MeanAbsoluteError", "real", "near", {}),
        ("MeanAbsolutePercentageError", "real", "near", {}),
        ("MeanSquaredLogarithmicError", "positive", "positive_near", {}),
        ("Huber", "real", "near", {}),
        ("Huber", "real", "near", {"delta": 0.7}),
        ("LogCosh", "real", "near", {}),
        ("CosineSimilarity", "real", "near", {}),
        ("CosineSimilarity", "real_3d", "near_3d", {"axis": 1}),
        ("KLDivergence", "soft", "probabilities", {}),
        ("Poisson", "counts", "rates", {}),
        ("Hinge", "signs", "near", {}),
        ("Hinge", "yes", "near", {}),
        ("SquaredHinge", "signs", "near", {}),
        ("CategoricalHinge", "one_hot", "near", {}),
        ("CategoricalHinge", "one_hot", "probabilities", {}),
    ]
    for name, y_true, y_pred, options in plain:
        for weight in ("", "weight_vector", "weight_column"):
            if "3d" in y_true and weight == "weight_vector":
                continue
            cases.append(case(name, y_true, y_pred, weight, **options))
    for reduction in ("sum", "mean", "mean_with_sample_weight", "none", None):
        for weight in ("", "weight_number", "weight_vector", "weight_column", "weight_zero"):
            cases.append(case("MeanSquaredError", "real", "near", weight, reduction=reduction))
        for weight in ("", "weight_values", "weight_column_3d"):
            cases.append(
                case("MeanSquaredError", "real_3d", "near_3d", weight, reduction=reduction)
            )
    sparse = "SparseCategoricalCrossentropy"
    for reduction in ("sum", "mean", "mean_with_sample_weight", "none"):
        options = {"reduction": reduction, "ignore_class": -1, "from_logits": True}
        for weight in ("", "weight_vector"):
            cases.append(case(sparse, "labels_ignored", "logits", weight, **options))
    cases += [
        case("MeanSquaredError", "real_vector", "near_column"),
        case("MeanSquaredError", "real_vector", "near_column", "weight_vector"),
        case("MeanSquaredError", "near_column", "real_vector"),
        case("MeanSquaredError", "near_column", "real"),
    ]
    return cases


def run(values: dict[str, np.ndarray], wanted: dict[str, Any], dtype: str) -> dict[str, np.ndarray]:
    y_true = values[wanted["y_true"]]
    y_pred = tf.constant(values[wanted["y_pred"]].astype(dtype))
    weight = values[wanted["weight"]].astype(dtype) if wanted["weight"] else None
    loss = getattr(losses, wanted["class"])(dtype=dtype, **wanted["options"])
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        output = y_pred
        if wanted["source"]:
            output = getattr(keras.activations, wanted["source"])(y_pred)
        value = loss(y_true, output, sample_weight=weight)
    return {"loss": value.numpy(), "gradient": tape.gradient(value, y_pred).numpy()}


def main() -> None:
    values = inputs()
    cases = [
        wanted | {"dtype": dtype}
        for dtype in ("float32", "float64")
        for wanted in crossentropies() + others()
    ]
    arrays = {f"input/{name}": array for name, array in values.items()}
    for number, wanted in enumerate(cases):
        for name, array in run(values, wanted, wanted["dtype"]).items():
            arrays[f"{number}/{name}"] = array
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "cases": cases,
        "configs": {
            name: getattr(losses, name)().get_config()
            for name in sorted({wanted["class"] for wanted in cases})
        },
        "serialized": losses.serialize(losses.CategoricalCrossentropy(label_smoothing=0.1)),
        "serialized_function": losses.serialize(losses.mean_squared_error),
    }
    np.savez_compressed(GOLDEN, about=np.array(json.dumps(about)), **arrays)


if __name__ == "__main__":
    main()
