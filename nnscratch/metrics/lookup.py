"""Metrics by name, by configuration and by value."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.losses.wrapper import serialize_function
from nnscratch.metrics.accuracies import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
from nnscratch.metrics.at_value import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from nnscratch.metrics.auc import AUC
from nnscratch.metrics.base import Metric
from nnscratch.metrics.correlation import ConcordanceCorrelation, PearsonCorrelation
from nnscratch.metrics.counts import FalseNegatives, FalsePositives, TrueNegatives, TruePositives
from nnscratch.metrics.f_score import F1Score, FBetaScore
from nnscratch.metrics.hinges import CategoricalHinge, Hinge, SquaredHinge
from nnscratch.metrics.iou import BinaryIoU, IoU, MeanIoU
from nnscratch.metrics.one_hot_iou import OneHotIoU, OneHotMeanIoU
from nnscratch.metrics.precision_recall import Precision, Recall
from nnscratch.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from nnscratch.metrics.r2 import R2Score
from nnscratch.metrics.reduction import Mean, MeanMetricWrapper, Sum
from nnscratch.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)
from nnscratch.metrics.scaled import MeanAbsoluteScaledError
from nnscratch.metrics.top_k import SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy
from nnscratch.naming import to_snake_case
from nnscratch.serialization import deserialize_object, publish, serialize_object

CLASSES: tuple[type[Metric], ...] = (
    Mean, Sum, MeanMetricWrapper,
    Accuracy, BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy,
    TopKCategoricalAccuracy, SparseTopKCategoricalAccuracy,
    MeanSquaredError, RootMeanSquaredError, MeanAbsoluteError, MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError, CosineSimilarity, LogCoshError, R2Score,
    TruePositives, TrueNegatives, FalsePositives, FalseNegatives, Precision, Recall, AUC,
    SensitivityAtSpecificity, SpecificityAtSensitivity, PrecisionAtRecall, RecallAtPrecision,
    F1Score, FBetaScore, IoU, BinaryIoU, MeanIoU, OneHotIoU, OneHotMeanIoU,
    PearsonCorrelation, ConcordanceCorrelation,
    BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy,
    KLDivergence, Poisson,
    Hinge, SquaredHinge, CategoricalHinge,
)  # fmt: skip

BY_NAME: dict[str, Any] = {
    **{cls.__name__: cls for cls in CLASSES},
    **{to_snake_case(cls.__name__): cls for cls in CLASSES},
    "bce": BinaryCrossentropy,
    "BCE": BinaryCrossentropy,
    "mae": MeanAbsoluteError,
    "MAE": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "MAPE": MeanAbsolutePercentageError,
    "mse": MeanSquaredError,
    "MSE": MeanSquaredError,
    "msle": MeanSquaredLogarithmicError,
    "MSLE": MeanSquaredLogarithmicError,
}
OWN: dict[str, Any] = {
    "MeanAbsoluteScaledError": MeanAbsoluteScaledError,
    "mean_absolute_scaled_error": MeanAbsoluteScaledError,
    "mase": MeanAbsoluteScaledError,
    "MASE": MeanAbsoluteScaledError,
}
"""Metrics that Keras does not have, under the name of this package in files."""

MODULE = "keras.metrics"
publish("nnscratch.metrics", OWN)
publish(MODULE, BY_NAME)
BY_NAME.update(OWN)


def get(identifier: Any) -> Any:
    """Return the metric that `identifier` stands for, as Keras does.

    A name gives a new object of its class. `"accuracy"` gives `Accuracy`, which compares number
    with number; only `compile` reads it as the accuracy that fits the output.

    Args:
        identifier: a name in either spelling (`"mean_squared_error"`, `"MeanSquaredError"`), a
            configuration, a class, an object, a function `(y_true, y_pred)`, or None.

    Raises:
        ValueError: it is none of these, or a name that does not exist.

    >>> get("mse").name, get("BinaryAccuracy").threshold, get(None)
    ('mean_squared_error', 0.5, None)
    """
    if identifier is None:
        return None
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    if isinstance(identifier, str):
        if identifier not in BY_NAME:
            raise unknown_name("metric", identifier, BY_NAME)
        identifier = BY_NAME[identifier]
    if inspect.isclass(identifier):
        identifier = identifier()
    if not callable(identifier):
        raise ValueError(
            "A metric is a name, a configuration, a class, a Metric object or a function "
            f"(y_true, y_pred). Received: {identifier!r} of type {type(identifier).__name__}"
        )
    return identifier


def serialize(metric: Any) -> dict[str, Any]:
    """Return the configuration of a metric, as Keras writes it into a file.

    Args:
        metric: a Metric object or a function.

    >>> serialize(BinaryAccuracy())["config"]["threshold"]
    0.5
    """
    if inspect.isfunction(metric):
        return serialize_function(metric)
    return serialize_object(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the metric of a configuration or a name.

    Args:
        config: what `serialize` returned, or a name.
        custom_objects: your own classes and functions by name.

    Raises:
        ValueError: nothing has this name.

    >>> deserialize({"class_name": "TopKCategoricalAccuracy", "config": {"k": 3}}).k
    3
    """
    return deserialize_object(config, MODULE, custom_objects)
