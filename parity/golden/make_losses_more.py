"""Record the focal, overlap, circle and generalized losses; writes tests/golden/losses_more.npz."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import losses
from make_losses import GOLDEN, C, N, T, case, inputs, run

MORE = GOLDEN.with_name("losses_more.npz")
WEIGHTS = ("", "weight_number", "weight_vector", "weight_column")


def more_inputs() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(13)
    kept = {
        "logits", "probabilities", "labels", "labels_column", "one_hot", "soft", "yes",
        "weight_number", "weight_vector", "weight_column", "weight_zero",
    }  # fmt: skip
    arrays = {name: array for name, array in inputs().items() if name in kept}
    embeddings = rng.normal(size=(N, 3))
    embeddings[1] = embeddings[0]
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    arrays |= {
        "chance": rng.uniform(0.02, 0.98, size=(N, C)),
        "chance_column": rng.uniform(0.02, 0.98, size=(N, 1)),
        "yes_vector": (rng.random(N) < 0.5).astype(float),
        "masks": (rng.random((N, T, C)) < 0.4).astype(float),
        "chance_3d": rng.random((N, T, C)),
        "no_masks": np.zeros((N, C)),
        "logits_column": rng.normal(size=(N, 1)),
        "gentle": rng.normal(size=(N, C)),
        "sure": 40.0 * rng.normal(size=(N, C)),
        "labels_3d": rng.integers(0, C, size=(N, T)),
        "shares_3d": rng.dirichlet(np.ones(C), size=(N, T)),
        "weight_steps": rng.random((N, T)),
        "pairs": np.array([0, 0, 1, 1, 0, 2]),
        "all_one": np.zeros(N, np.int64),
        "all_other": np.arange(N),
        "embeddings": embeddings,
        "unit": unit,
    }
    return arrays


def focal() -> list[dict[str, Any]]:
    cases = []
    name = "BinaryFocalCrossentropy"
    for weight in WEIGHTS:
        cases += [
            case(name, "yes", "chance", weight),
            case(name, "yes", "gentle", weight, from_logits=True),
            case(name, "yes", "gentle", weight, "sigmoid"),
            case("CategoricalFocalCrossentropy", "one_hot", "probabilities", weight),
            case("CategoricalFocalCrossentropy", "soft", "logits", weight, from_logits=True),
        ]
    for options in (
        {"gamma": 1.0},
        {"gamma": 0.5, "alpha": 0.7, "apply_class_balancing": True},
        {"gamma": 3.5, "label_smoothing": 0.2, "apply_class_balancing": True},
        {"gamma": 0.0},
    ):
        smoothed = "label_smoothing" in options
        cases += [
            case(name, "yes", "chance", "", **options),
            case(name, "yes", "gentle", "", "sigmoid", **options),
            case(name, "yes", "sure" if smoothed else "gentle", "", from_logits=True, **options),
        ]
        rest = {k: v for k, v in options.items() if k != "apply_class_balancing"}
        cases += [
            case("CategoricalFocalCrossentropy", "one_hot", "probabilities", "", **rest),
            case("CategoricalFocalCrossentropy", "one_hot", "gentle", "", "softmax", **rest),
            case("CategoricalFocalCrossentropy", "one_hot", "gentle", from_logits=True, **rest),
        ]
    cases += [
        case(name, "yes", "sure", "", "sigmoid"),
        case(name, "yes", "probabilities"),
        case(name, "soft", "chance"),
        case(name, "yes", "gentle", "", "softmax"),
        case(name, "yes", "gentle", "", "sigmoid", from_logits=True),
        case(name, "yes_vector", "chance_column", "weight_vector"),
        case(name, "yes_vector", "logits_column", "weight_vector", "sigmoid"),
        case(name, "masks", "chance_3d", axis=1),
        case("CategoricalFocalCrossentropy", "masks", "chance_3d", axis=1),
        case("CategoricalFocalCrossentropy", "one_hot", "probabilities", alpha=[0.1, 0.2, 0.3, 1]),
        case("CategoricalFocalCrossentropy", "one_hot", "logits", "", "softmax"),
    ]
    return cases


def sets() -> list[dict[str, Any]]:
    cases = []
    for name, options in (
        ("Dice", {}),
        ("Tversky", {}),
        ("Tversky", {"alpha": 0.3, "beta": 0.9}),
    ):
        for weight in WEIGHTS:
            cases.append(case(name, "yes", "chance", weight, **options))
        for axis in (-1, 0, (1, 2), [0, 2]):
            cases.append(case(name, "masks", "chance_3d", axis=axis, **options))
        for reduction in ("sum", "none", "mean_with_sample_weight"):
            reduced = {"reduction": reduction, "axis": (1, 2), **options}
            cases.append(case(name, "masks", "chance_3d", "weight_vector", **reduced))
        cases.append(case(name, "no_masks", "chance", **options))
        cases.append(case(name, "no_masks", "no_masks", axis=-1, **options))
    for reduction in ("sum_over_batch_size", "sum", "none", "mean_with_sample_weight"):
        for weight in ("", "weight_vector", "weight_column", "weight_zero"):
            cases.append(case("Circle", "pairs", "unit", weight, reduction=reduction, gamma=5.0))
    cases += [
        case("Circle", "pairs", "unit"),
        case("Circle", "pairs", "embeddings", gamma=2.0),
        case("Circle", "pairs", "unit", gamma=10.0, margin=0.25, remove_diagonal=False),
        case("Circle", "labels_column", "unit", gamma=8.0),
        case("Circle", "all_one", "unit", gamma=8.0),
        case("Circle", "all_other", "unit", gamma=8.0),
    ]
    generalized = "CategoricalGeneralizedCrossEntropy"
    for q in (0.1, 0.5, 0.9):
        for weight in WEIGHTS:
            cases.append(case(generalized, "labels", "chance", weight, q=q))
    cases.append(case(generalized, "labels_3d", "shares_3d", "weight_steps"))
    cases.append(case(generalized, "labels", "gentle", "weight_vector", "softmax"))
    return cases


def main() -> None:
    values = more_inputs()
    cases = [
        wanted | {"dtype": dtype} for dtype in ("float32", "float64") for wanted in focal() + sets()
    ]
    arrays = {f"input/{name}": array for name, array in values.items()}
    for number, wanted in enumerate(cases):
        for name, array in run(values, wanted, wanted["dtype"]).items():
            arrays[f"{number}/{name}"] = array
    functions = {
        "circle_with_references": losses.circle(
            values["pairs"][:3],
            tf.constant(values["unit"][:3]),
            values["pairs"][2:],
            values["unit"][2:],
            remove_diagonal=False,
            gamma=4,
        ).numpy()
    }
    arrays |= {f"function/{name}": array for name, array in functions.items()}
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
        "exported": sorted(name for name in dir(losses) if not name.startswith("_")),
    }
    np.savez_compressed(MORE, about=np.array(json.dumps(about)), **arrays)


if __name__ == "__main__":
    main()
