"""What every exported metric must do; a metric without a row fails."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from nnscratch import Variable, metrics
from nnscratch.metrics import Metric
from nnscratch.naming import to_snake_case

N, C = 6, 3


def _data() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(8)
    p = rng.uniform(0.1, 1.0, size=(N, C))
    p /= p.sum(axis=1, keepdims=True)
    labels = rng.integers(0, C, N)
    data = {"p": p, "labels": labels, "one_hot": np.eye(C)[labels], "chance": p[:, 0]}
    data["found"] = np.roll(labels, 1)
    return {**data, "real": rng.normal(size=(N, C))}


ROWS: dict[str, tuple[str, ...]] = {
    "Accuracy": ("labels", "labels"),
    "BinaryAccuracy": ("one_hot", "p"),
    "BinaryCrossentropy": ("one_hot", "p"),
    "CategoricalAccuracy": ("one_hot", "p"),
    "CategoricalCrossentropy": ("one_hot", "p"),
    "CategoricalHinge": ("one_hot", "p"),
    "CosineSimilarity": ("real", "p"),
    "Hinge": ("one_hot", "real"),
    "KLDivergence": ("one_hot", "p"),
    "LogCoshError": ("real", "p"),
    "Mean": ("p",),
    "MeanAbsoluteError": ("real", "p"),
    "MeanAbsolutePercentageError": ("real", "p"),
    "MeanSquaredError": ("real", "p"),
    "MeanSquaredLogarithmicError": ("p", "real"),
    "Poisson": ("p", "p"),
    "RootMeanSquaredError": ("real", "p"),
    "SparseCategoricalAccuracy": ("labels", "p"),
    "SparseCategoricalCrossentropy": ("labels", "p"),
    "SparseTopKCategoricalAccuracy": ("labels", "p"),
    "SquaredHinge": ("one_hot", "real"),
    "Sum": ("p",),
    "TopKCategoricalAccuracy": ("one_hot", "p"),
    "AUC": ("one_hot", "p"),
    "BinaryIoU": ("found", "chance"),
    "ConcordanceCorrelation": ("real", "p"),
    "F1Score": ("one_hot", "p"),
    "FBetaScore": ("one_hot", "p"),
    "FalseNegatives": ("one_hot", "p"),
    "FalsePositives": ("one_hot", "p"),
    "IoU": ("labels", "found"),
    "MeanAbsoluteScaledError": ("real", "p"),
    "MeanIoU": ("labels", "found"),
    "OneHotIoU": ("one_hot", "p"),
    "OneHotMeanIoU": ("one_hot", "p"),
    "PearsonCorrelation": ("real", "p"),
    "Precision": ("one_hot", "p"),
    "PrecisionAtRecall": ("one_hot", "p"),
    "R2Score": ("real", "p"),
    "Recall": ("one_hot", "p"),
    "RecallAtPrecision": ("one_hot", "p"),
    "SensitivityAtSpecificity": ("one_hot", "p"),
    "SpecificityAtSensitivity": ("one_hot", "p"),
    "TrueNegatives": ("one_hot", "p"),
    "TruePositives": ("one_hot", "p"),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "BinaryAccuracy": {"threshold": 0.4},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "TopKCategoricalAccuracy": {"k": 2},
    "BinaryCrossentropy": {"label_smoothing": 0.1},
    "AUC": {"curve": "PR", "thresholds": [0.2, 0.7], "label_weights": [1.0, 2.0, 0.5]},
    "BinaryIoU": {"threshold": 0.3, "target_class_ids": [1]},
    "F1Score": {"average": "macro"},
    "FBetaScore": {"average": "weighted", "beta": 2.0, "threshold": 0.3},
    "IoU": {"num_classes": 3, "target_class_ids": [0, 2], "ignore_class": 1},
    "MeanAbsoluteScaledError": {"seasonality": 2, "training_series": [1.0, 3.0, 2.0, 5.0]},
    "MeanIoU": {"num_classes": 3},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [1]},
    "OneHotMeanIoU": {"num_classes": 3},
    "Precision": {"thresholds": 0.4, "class_id": 1},
    "PrecisionAtRecall": {"recall": 0.5, "num_thresholds": 7},
    "R2Score": {"class_aggregation": "variance_weighted_average"},
    "Recall": {"top_k": 2},
    "RecallAtPrecision": {"precision": 0.2},
    "SensitivityAtSpecificity": {"specificity": 0.4, "class_id": 0},
    "SpecificityAtSensitivity": {"sensitivity": 0.4},
    "TruePositives": {"thresholds": 0.3},
}
WITHOUT_DATA = {"F1Score": np.nan, "FBetaScore": np.nan, "R2Score": np.nan}
"""What a metric is before its first batch, if not 0."""
AFTER_RESET = {"R2Score": np.nan}
"""What a metric is after `reset_state`, if not 0."""
NEED_ARGUMENTS = {
    "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU", "PrecisionAtRecall", "RecallAtPrecision",
    "SensitivityAtSpecificity", "SpecificityAtSensitivity",
}  # fmt: skip
"""Metrics that cannot be made by their name alone."""
EVERY_METRIC = pytest.mark.parametrize("name", ROWS)


def made(name: str, dtype: str = "float64") -> Metric:
    return getattr(metrics, name)(dtype=dtype, **OPTIONS.get(name, {}))


def arguments(name: str, rows: slice = slice(None)) -> list[np.ndarray]:
    data = _data()
    return [data[key][rows] for key in ROWS[name]]


def test_every_exported_metric_has_a_row() -> None:
    exported = {name for name in metrics.__all__ if inspect.isclass(getattr(metrics, name))}
    assert exported - {"Metric", "MeanMetricWrapper"} == set(ROWS)


@EVERY_METRIC
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_result_is_a_float_of_the_metric_type(name: str, dtype: str) -> None:
    metric = made(name, dtype)
    metric.update_state(*arguments(name))
    kind = "float32" if "IoU" in name else dtype
    assert isinstance(metric.result(), np.dtype(kind).type)
    assert np.isfinite(metric.result())
    assert all(type(v) is Variable and v.dtype == dtype for v in metric.variables)
    assert not any(v.trainable for v in metric.variables)


@EVERY_METRIC
def test_reset_forgets_and_no_batch_gives_zero_or_nan(name: str) -> None:
    metric = made(name)
    np.testing.assert_equal(float(metric.result()), float(WITHOUT_DATA.get(name, 0)))
    metric.update_state(*arguments(name, slice(0, 2)))
    metric.reset_state()
    np.testing.assert_equal(float(metric.result()), float(AFTER_RESET.get(name, 0)))
    metric.update_state(*arguments(name))
    assert metric.result() == made(name)(*arguments(name))


@EVERY_METRIC
def test_batches_add_up_to_the_whole(name: str) -> None:
    metric = made(name)
    for rows in (slice(0, 1), slice(1, 4), slice(4, None)):
        metric.update_state(*arguments(name, rows))
    assert metric.result() == pytest.approx(made(name)(*arguments(name)), rel=1e-13)


@EVERY_METRIC
def test_a_whole_weight_is_so_many_copies(name: str) -> None:
    copies = np.array([0, 2, 1, 0, 3, 1])
    weighted, repeated = made(name), made(name)
    weighted.update_state(*arguments(name), sample_weight=copies)
    repeated.update_state(*[np.repeat(a, copies, axis=0) for a in arguments(name)])
    assert weighted.result() == pytest.approx(repeated.result(), rel=1e-13)


@EVERY_METRIC
def test_arguments_stay_as_they_are(name: str) -> None:
    given = arguments(name)
    made(name).update_state(*given, sample_weight=np.ones(N))
    for before, after in zip(arguments(name), given, strict=True):
        np.testing.assert_array_equal(before, after)


@EVERY_METRIC
def test_configuration_makes_an_equal_metric(name: str) -> None:
    metric = made(name)
    again = metrics.deserialize(metrics.serialize(metric))
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()
    assert again(*arguments(name)) == metric(*arguments(name))


@EVERY_METRIC
def test_both_spellings_of_the_name_give_a_new_object(name: str) -> None:
    for spelling in (name, to_snake_case(name)):
        if name in NEED_ARGUMENTS:
            with pytest.raises(TypeError, match="missing"):
                metrics.get(spelling)
            continue
        first, second = metrics.get(spelling), metrics.get(spelling)
        assert type(first) is type(second) is getattr(metrics, name)
        assert first is not second


@EVERY_METRIC
def test_lists_are_arrays(name: str) -> None:
    lists = [a.tolist() for a in arguments(name)]
    assert made(name)(*lists) == pytest.approx(made(name)(*arguments(name)), rel=1e-6)


@EVERY_METRIC
def test_stateless_forms_leave_the_metric_alone(name: str) -> None:
    metric = made(name)
    metric.update_state(*arguments(name, slice(0, 3)))
    before = metric.result()
    start = metric.stateless_reset_state()
    after = metric.stateless_update_state(start, *arguments(name))
    assert metric.stateless_result(after) == made(name)(*arguments(name))
    assert metric.result() == before
