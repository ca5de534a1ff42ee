"""Record confusion, F, IoU, correlation and R² metrics; writes tests/golden/metrics_more.npz."""

from __future__ import annotations

import json
import warnings
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import metrics
from make_metrics import GOLDEN

MORE = GOLDEN.with_name("metrics_more.npz")
N, C, T = 9, 4, 3
SIZES = (N, N, 4)
CONFIGS: dict[str, dict[str, Any]] = {
    "AUC": {},
    "BinaryIoU": {},
    "ConcordanceCorrelation": {},
    "F1Score": {},
    "FBetaScore": {},
    "FalseNegatives": {},
    "FalsePositives": {},
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2]},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [1]},
    "OneHotMeanIoU": {"num_classes": 3},
    "PearsonCorrelation": {},
    "Precision": {},
    "PrecisionAtRecall": {"recall": 0.5},
    "R2Score": {},
    "Recall": {},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "TrueNegatives": {},
    "TruePositives": {},
}


def inputs() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(17)
    arrays: dict[str, np.ndarray] = {}
    for batch, rows in enumerate(SIZES):
        chance = rng.random((rows, C))
        awkward = np.round(chance, 1)
        awkward[0] = [0.0, 1.0, 0.5, 0.25]
        awkward[1] = [-0.5, 1.5, 0.5, 0.75]
        awkward[2] = [np.nan, 0.0, 1.0, 0.5]
        labels = rng.integers(0, C, rows)
        real = rng.normal(size=(rows, C))
        arrays |= {
            f"chance/{batch}": chance,
            f"awkward/{batch}": awkward,
            f"rounded/{batch}": np.round(chance, 1),
            f"yes/{batch}": (rng.random((rows, C)) < chance).astype(float),
            f"never/{batch}": np.zeros((rows, C)),
            f"always/{batch}": np.ones((rows, C)),
            f"chance_vector/{batch}": chance[:, 0],
            f"chance_column/{batch}": chance[:, :1],
            f"yes_vector/{batch}": (rng.random(rows) < chance[:, 0]).astype(np.int64),
            f"yes_column/{batch}": (rng.random((rows, 1)) < chance[:, :1]).astype(np.int64),
            f"scores/{batch}": 3 * real,
            f"one_hot/{batch}": np.eye(C)[labels],
            f"first_class/{batch}": np.eye(C)[np.zeros(rows, int)],
            f"labels/{batch}": labels,
            f"found/{batch}": np.where(rng.random(rows) < 0.6, labels, rng.integers(0, C, rows)),
            f"wild/{batch}": rng.integers(-1, C + 1, rows),
            f"few/{batch}": labels % 2,
            f"map/{batch}": rng.integers(0, C, (rows, T)),
            f"map_found/{batch}": rng.integers(0, C, (rows, T)),
            f"float_labels/{batch}": labels + 0.7,
            f"one_hot_map/{batch}": np.eye(C)[rng.integers(0, C, (rows, T))],
            f"score_map/{batch}": np.round(rng.random((rows, T, C)), 1),
            f"channels/{batch}": np.moveaxis(np.eye(C)[rng.integers(0, C, (rows, T))], -1, 1),
            f"channel_scores/{batch}": rng.random((rows, C, T)),
            f"real/{batch}": real,
            f"near/{batch}": real + 0.5 * rng.normal(size=(rows, C)),
            f"real_vector/{batch}": real[:, 0],
            f"real_column/{batch}": real[:, 1:2],
            f"flat/{batch}": np.full((rows, C), 0.5) * [1, 1, 1, 0] + real * [0, 0, 0, 1],
            f"real_3d/{batch}": rng.normal(size=(rows, T, C)),
            f"near_3d/{batch}": rng.normal(size=(rows, T, C)),
            f"weight_vector/{batch}": rng.random(rows),
            f"weight_column/{batch}": rng.random((rows, 1)),
            f"weight_values/{batch}": rng.random((rows, C)),
            f"weight_map/{batch}": rng.random((rows, T)),
            f"weight_whole/{batch}": rng.integers(0, 4, rows),
            f"weight_zero/{batch}": np.zeros(rows),
        }
    return arrays


Plain = tuple[str, str, str, str, dict[str, Any]]


def outcomes() -> list[Plain]:
    found: list[Plain] = []
    names = ["TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"]
    for name in [*names, "Precision", "Recall"]:
        for y, p in (("yes", "chance"), ("yes", "awkward"), ("yes_vector", "chance_column")):
            found.append((name, y, p, "", {}))
        for thresholds in (0.3, [0.5, 0.1, 0.9], [0.0, 0.5, 1.0], [0.25, 0.5]):
            found.append((name, "yes", "awkward", "", {"thresholds": thresholds}))
            found.append((name, "yes", "chance", "weight_vector", {"thresholds": thresholds}))
        for weight in ("weight_vector", "weight_column", "weight_values", "weight_zero"):
            found.append((name, "yes", "chance", weight, {}))
        found.append((name, "yes_vector", "chance_vector", "weight_vector", {}))
        found.append((name, "yes_column", "chance_column", "weight_column", {}))
        for y in ("never", "always"):
            found.append((name, y, "chance", "", {}))
    for name in ("Precision", "Recall"):
        for options in (
            {"top_k": 2},
            {"top_k": 1, "class_id": 1},
            {"class_id": 2},
            {"class_id": 0, "thresholds": [0.2, 0.6]},
            {"top_k": 3, "thresholds": 0.5},
            {"top_k": 2, "thresholds": [0.0, 0.5, 1.0]},
        ):
            for p in ("chance", "rounded"):
                found.append((name, "yes", p, "", options))
            found.append((name, "one_hot", "chance", "weight_vector", options))
    for name, argument in (
        ("SensitivityAtSpecificity", "specificity"),
        ("SpecificityAtSensitivity", "sensitivity"),
        ("PrecisionAtRecall", "recall"),
        ("RecallAtPrecision", "precision"),
    ):
        for value in (0.0, 0.4, 0.8, 1.0):
            found.append((name, "yes", "chance", "", {argument: value, "num_thresholds": 40}))
            found.append((name, "yes", "awkward", "", {argument: value, "num_thresholds": 5}))
        for options in (
            {"num_thresholds": 1},
            {"num_thresholds": 2},
            {"num_thresholds": 11, "class_id": 1},
        ):
            found.append((name, "yes", "rounded", "weight_vector", {argument: 0.6, **options}))
        for y in ("never", "always"):
            found.append((name, y, "chance", "", {argument: 0.5, "num_thresholds": 7}))
    return found


def areas() -> list[Plain]:
    found: list[Plain] = []
    for curve in ("ROC", "PR", "PRGAIN"):
        for method in ("interpolation", "minoring", "majoring"):
            options = {"curve": curve, "summation_method": method}
            for more in (
                {"num_thresholds": 40},
                {"num_thresholds": 2},
                {"num_thresholds": 7},
                {"thresholds": [0.7, 0.2, 0.35]},
                {"thresholds": [0.25, 0.5, 0.75]},
            ):
                found.append(("AUC", "yes", "awkward", "", {**options, **more}))
                found.append(("AUC", "yes", "chance", "weight_vector", {**options, **more}))
            labels = {**options, "num_thresholds": 11, "multi_label": True}
            found += [
                ("AUC", "yes", "chance", "", labels),
                ("AUC", "yes", "rounded", "", {**labels, "num_labels": C}),
                (
                    "AUC",
                    "yes",
                    "chance",
                    "weight_values",
                    {**labels, "label_weights": [1, 2, 0, 3]},
                ),
                ("AUC", "yes", "chance", "", {**labels, "thresholds": [0.3, 0.4]}),
            ]
        for y in ("never", "always"):
            found.append(("AUC", y, "chance", "", {"curve": curve, "num_thresholds": 9}))
    for weight in ("weight_column", "weight_values", "weight_zero"):
        found.append(("AUC", "yes", "chance", weight, {"num_thresholds": 21}))
    weights = {"label_weights": [0.5, 2.0, 1.0, 0.0]}
    found += [
        ("AUC", "yes", "chance", "", {}),
        ("AUC", "yes", "chance", "weight_vector", {"curve": "PR"}),
        ("AUC", "yes", "chance", "", weights),
        ("AUC", "yes", "chance", "weight_vector", {**weights, "thresholds": [0.1, 0.6]}),
        ("AUC", "yes", "scores", "", {"from_logits": True, "num_thresholds": 31}),
        ("AUC", "yes_vector", "chance_column", "", {}),
    ]
    return found


def others() -> list[Plain]:
    found: list[Plain] = []
    for average in (None, "micro", "macro", "weighted"):
        for threshold in (None, 0.5):
            options = {"average": average, "threshold": threshold}
            for weight in ("", "weight_vector"):
                found.append(("F1Score", "one_hot", "chance", weight, options))
                found.append(("FBetaScore", "yes", "rounded", weight, {**options, "beta": 2.0}))
            found.append(("FBetaScore", "first_class", "chance", "", {**options, "beta": 0.5}))
            found.append(("F1Score", "never", "never", "", options))
    ids = {"num_classes": C, "target_class_ids": [0, 2]}
    for dtype in (None, "float32"):
        own = {} if dtype is None else {"dtype": dtype}
        for weight in ("", "weight_whole") if dtype is None else ("", "weight_vector"):
            found += [
                ("IoU", "labels", "found", weight, {**ids, **own}),
                ("MeanIoU", "labels", "wild", weight, {"num_classes": C, **own}),
                ("MeanIoU", "few", "few", weight, {"num_classes": C, **own}),
                ("BinaryIoU", "yes_vector", "chance_vector", weight, own),
                ("OneHotMeanIoU", "one_hot", "rounded", weight, {"num_classes": C, **own}),
            ]
    found += [
        ("IoU", "labels", "found", "weight_vector", ids),
        ("IoU", "wild", "found", "", {**ids, "ignore_class": 2}),
        ("IoU", "map", "map_found", "", ids),
        ("IoU", "map", "map_found", "weight_map", {**ids, "dtype": "float32"}),
        ("IoU", "float_labels", "found", "", ids),
        ("IoU", "one_hot", "found", "", {**ids, "sparse_y_true": False}),
        ("IoU", "labels", "score_map_first", "", {**ids, "sparse_y_pred": False}),
        ("MeanIoU", "labels", "found", "", {"num_classes": C, "ignore_class": 0}),
        ("BinaryIoU", "yes", "awkward", "", {"threshold": 0.25}),
        ("BinaryIoU", "yes", "rounded", "", {"target_class_ids": [1], "threshold": 0.1}),
        ("OneHotIoU", "one_hot_map", "score_map", "", ids),
        ("OneHotIoU", "one_hot_map", "map_found", "", {**ids, "sparse_y_pred": True}),
        ("OneHotMeanIoU", "one_hot_map", "score_map", "", {"num_classes": C, "ignore_class": 1}),
    ]
    for name in ("PearsonCorrelation", "ConcordanceCorrelation"):
        for weight in ("", "weight_vector", "weight_column"):
            found.append((name, "real", "near", weight, {}))
        found.append((name, "real_3d", "near_3d", "", {"axis": 1}))
    found.append(("ConcordanceCorrelation", "always", "near", "", {}))
    found.append(("PearsonCorrelation", "always", "near", "", {}))
    for aggregation in (None, "uniform_average", "variance_weighted_average"):
        for weight in ("", "weight_vector", "weight_column", "weight_values"):
            options = {"class_aggregation": aggregation}
            found.append(("R2Score", "real", "near", weight, options))
        found.append(("R2Score", "flat", "near", "", options))
        found.append(("R2Score", "real", "near", "", {**options, "num_regressors": 3}))
    found += [
        ("R2Score", "real_vector", "real_column", "", {}),
        ("R2Score", "real_column", "real_vector", "weight_vector", {"num_regressors": 2}),
        ("R2Score", "real_column", "near_column", "", {"num_regressors": 3}),
        ("R2Score", "real_column", "near_column", "", {"num_regressors": 8}),
    ]
    return found


def cases() -> list[dict[str, Any]]:
    keys = ("class", "y_true", "y_pred", "weight", "options")
    return [dict(zip(keys, values, strict=True)) for values in outcomes() + areas() + others()]


def run(arrays: dict[str, np.ndarray], wanted: dict[str, Any], dtype: str) -> dict[str, Any]:
    options = {"dtype": dtype, **wanted["options"]}
    if "IoU" in wanted["class"] and "dtype" not in wanted["options"]:
        del options["dtype"]
    metric = getattr(metrics, wanted["class"])(**options)

    def batch_of(name: str, batch: int) -> np.ndarray:
        array = arrays[f"{name}/{batch}"]
        return array.astype(dtype) if array.dtype.kind == "f" else array

    results = []
    for batch in range(len(SIZES)):
        batches = [batch_of(wanted[key], batch) for key in ("y_true", "y_pred", "weight")
                   if wanted[key]]  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            metric.update_state(*batches)
            results.append(np.asarray(metric.result()))
    state = [np.asarray(variable).ravel() for variable in metric.variables]
    return {"results": np.array(results), "state": np.concatenate(state)}


def main() -> None:
    arrays = inputs()
    for batch in range(len(SIZES)):
        arrays[f"score_map_first/{batch}"] = arrays[f"score_map/{batch}"][:, 0]
        arrays[f"near_column/{batch}"] = arrays[f"near/{batch}"][:, 1:2]
    wanted = [case | {"dtype": dtype} for dtype in ("float32", "float64") for case in cases()]
    recorded = {f"input/{name}": array for name, array in arrays.items()}
    parts: dict[str, list[np.ndarray]] = {"float32": [], "float64": []}
    for case in wanted:
        keras.config.set_floatx(case["dtype"])
        found = run(arrays, case, case["dtype"])
        case["shape"], case["state"] = found["results"].shape, found["state"].size
        parts[case["dtype"]] += [found["results"].ravel(), found["state"]]
    recorded |= {dtype: np.concatenate(values).astype(dtype) for dtype, values in parts.items()}
    keras.config.set_floatx("float32")
    keras.utils.clear_session()  # names start anew
    made = {name: getattr(metrics, name)(**options) for name, options in CONFIGS.items()}
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "cases": wanted,
        "made_with": CONFIGS,
        "configs": {name: metric.get_config() for name, metric in made.items()},
        "directions": {name: getattr(made[name], "_direction", None) for name in made},
        "paths": {name: [v.path for v in metric.variables] for name, metric in made.items()},
        "exported": sorted(name for name in dir(metrics) if not name.startswith("_")),
    }
    np.savez_compressed(MORE, about=np.array(json.dumps(about)), **recorded)


if __name__ == "__main__":
    main()
