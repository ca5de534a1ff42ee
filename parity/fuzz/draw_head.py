"""Random heads: the last layers, the loss, the targets and the metrics that go together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_layers import dense
from parity.fuzz.shapes import LayerSpec, Shape
from parity.units import Obj

REDUCTIONS = {"sum_over_batch_size": 6, "sum": 1, "mean": 1, "mean_with_sample_weight": 2}


@dataclass(frozen=True)
class Head:
    """What the end of a network and its targets are.

    Args:
        layers: the last layers.
        loss: the loss.
        targets: kind of targets, a name in `parity.fuzz.rows.TARGETS`.
        metrics: metrics that make sense here.
    """

    layers: list[LayerSpec]
    loss: str | Obj
    targets: str
    metrics: tuple[str | Obj, ...]


def metric(name: str, **kwargs: Any) -> Obj:
    """Return a metric object."""
    return Obj(f"metrics.{name}", kwargs)


def loss(c: Chooser, name: str, **kwargs: Any) -> Obj:
    """Return a loss object, reduced in one way or another."""
    if c.chance(0.35):
        kwargs["reduction"] = c.weigh(REDUCTIONS)
    return Obj(f"losses.{name}", kwargs)


def _tail(c: Chooser, units: int, functions: dict[str | None, float], shape: Shape) -> Any:
    """Return the last layers: a `Dense`, its activation inside it or in a layer of its own."""
    function = c.weigh(functions)
    if function is not None and c.chance(0.2):
        layers = [dense(c, units), ("Activation", {"activation": function})]
    else:
        layers = [dense(c, units, function)]
    if c.chance(0.04):
        rate = {"rate": c.pick((0.0, 0.3))}
        layers.append(c.pick((("Dropout", rate), ("Activation", {"activation": "linear"}))))
    return layers, function


def categories(c: Chooser, shape: Shape) -> Head:
    """Return a head for one-hot or soft targets."""
    functions: dict[str | None, float] = {"softmax": 6, None: 2, "sigmoid": 1, "softplus": 1}
    units = c.whole(2, 6)
    layers, function = _tail(c, units, functions, shape)
    options: dict[str, Any] = {}
    if function is None or c.chance(0.08):
        options["from_logits"] = True
    if c.chance(0.35):
        options["label_smoothing"] = c.real(0.02, 0.4)
    chosen: str | Obj = loss(c, "CategoricalCrossentropy", **options)
    if not options and c.chance(0.6):
        chosen = c.pick(("categorical_crossentropy", "crossentropy", "ce"))
    if c.chance(0.15) and function is not None:
        chosen = loss(
            c, c.pick(("KLDivergence", "Poisson", "CategoricalHinge", "MeanSquaredError"))
        )
    elif c.chance(0.12):
        focus = {"gamma": c.real(0.5, 3.0), "alpha": c.pick((0.25, 1.0, c.real(0.1, 0.9)))}
        chosen = loss(c, "CategoricalFocalCrossentropy", **options, **focus)
    elif c.chance(0.1) and function in ("softmax", "sigmoid"):
        chosen = overlap(c)
    pool: tuple[str | Obj, ...] = (
        *("accuracy", "acc", "categorical_accuracy", "CategoricalAccuracy"),
        *("categorical_crossentropy", "kl_divergence", "poisson", "cosine_similarity"),
        *("mse", "mae", "categorical_hinge"),
        metric("CategoricalCrossentropy", label_smoothing=0.1),
        metric("CategoricalCrossentropy", from_logits=True),
        metric("TopKCategoricalAccuracy", k=2),
    )
    targets = c.weigh({"one_hot": 4, "soft": 1})
    if targets == "one_hot" and len(shape) == 1:
        pool += (*by_class(c, units), *(counts(c) if function in ("softmax", "sigmoid") else ()))
    return Head(layers, chosen, targets, pool)


def overlap(c: Chooser) -> Obj:
    """Return a loss of whole batches; sample weights have nothing to weigh in it."""
    axis: dict[str, Any] = {"axis": 0} if c.chance(0.3) else {}
    if c.chance(0.5):
        return Obj("losses.Dice", axis)
    return Obj("losses.Tversky", {"alpha": c.real(0.2, 0.8), "beta": c.real(0.2, 0.8), **axis})


BY_BATCH = ("Dice", "Tversky")
"""Losses that cannot be weighted by sample."""


def by_class(c: Chooser, units: int) -> tuple[Obj, ...]:
    """Return metrics of one-hot targets that look at one class at a time."""
    average = c.pick((None, "micro", "macro", "weighted"))
    return (
        metric("F1Score", average=average),
        metric("FBetaScore", average=average, beta=c.real(0.4, 2.0), threshold=c.pick((None, 0.4))),
        metric("OneHotIoU", num_classes=units, target_class_ids=[0, units - 1]),
        metric("OneHotMeanIoU", num_classes=units),
        metric("Precision", top_k=2),
        metric("Recall", class_id=units - 1),
    )


def counts(c: Chooser) -> tuple[Obj, ...]:
    """Return metrics that count what lies above thresholds."""
    at = c.real(0.1, 0.9)
    return (
        metric("AUC", curve=c.pick(("ROC", "PR")), num_thresholds=c.pick((200, 7))),
        metric("AUC", summation_method=c.pick(("minoring", "majoring"))),
        metric("Precision"),
        metric("Recall", thresholds=[0.3, at]),
        metric("TruePositives", thresholds=at),
        metric("FalseNegatives"),
        metric("TrueNegatives"),
        metric("FalsePositives", thresholds=[0.2, 0.7]),
        metric("PrecisionAtRecall", recall=at),
        metric("RecallAtPrecision", precision=at),
        metric("SensitivityAtSpecificity", specificity=at, num_thresholds=50),
        metric("SpecificityAtSensitivity", sensitivity=at),
    )


def integers(c: Chooser, shape: Shape) -> Head:
    """Return a head for class numbers."""
    functions: dict[str | None, float] = {"softmax": 6, None: 2, "sigmoid": 1, "softplus": 1}
    units = c.whole(2, 6)
    layers, function = _tail(c, units, functions, shape)
    options: dict[str, Any] = {}
    if function is None or c.chance(0.08):
        options["from_logits"] = True
    if c.chance(0.2):
        options["ignore_class"] = c.pick((0, units - 1, -1))
    chosen: str | Obj = loss(c, "SparseCategoricalCrossentropy", **options)
    if not options and c.chance(0.6):
        chosen = c.pick(("sparse_categorical_crossentropy", "crossentropy"))
    elif c.chance(0.12) and function == "softmax":
        chosen = loss(c, "CategoricalGeneralizedCrossEntropy", q=c.real(0.2, 0.9))
    pool: tuple[str | Obj, ...] = (
        *("accuracy", "acc", "sparse_categorical_accuracy", "sparse_categorical_crossentropy"),
        metric("SparseCategoricalCrossentropy", from_logits=True),
        metric("SparseTopKCategoricalAccuracy", k=2),
    )
    if len(shape) == 1:
        pool += (
            metric("MeanIoU", num_classes=units, sparse_y_pred=False),
            metric("IoU", num_classes=units, target_class_ids=[1], sparse_y_pred=False),
        )
    column = "CategoricalGeneralizedCrossEntropy" not in repr(chosen) and c.chance(0.5)
    return Head(layers, chosen, "label_column" if column else "labels", pool)


def embeddings(c: Chooser, shape: Shape) -> Head:
    """Return a head that puts samples of one class near each other."""
    layers: list[LayerSpec] = [dense(c, c.whole(2, 5), c.pick(("tanh", None)))]
    options = {"gamma": c.real(1.0, 20.0), "margin": c.real(0.1, 0.6)}
    if c.chance(0.2):
        options["remove_diagonal"] = False
    return Head(layers, loss(c, "Circle", **options), "labels", ())


def yes_or_no(c: Chooser, shape: Shape) -> Head:
    """Return a head for zeros and ones, or for signs."""
    units = c.pick((1, 1, 1, 2, 3))
    functions: dict[str | None, float] = {"sigmoid": 6, None: 2, "softmax": 0.5, "tanh": 1}
    layers, function = _tail(c, units, functions, shape)
    options: dict[str, Any] = {}
    if function is None or c.chance(0.08):
        options["from_logits"] = True
    if c.chance(0.3):
        options["label_smoothing"] = c.real(0.02, 0.4)
    chosen: str | Obj = loss(c, "BinaryCrossentropy", **options)
    targets = "bits"
    if c.chance(0.12):
        focus = {"apply_class_balancing": c.chance(0.5), "alpha": c.real(0.1, 0.9)}
        chosen = loss(c, "BinaryFocalCrossentropy", **options, gamma=c.real(0.5, 3.0), **focus)
    elif c.chance(0.06) and function == "sigmoid":
        chosen = overlap(c)
    elif function == "tanh" or c.chance(0.15):
        chosen = loss(c, c.pick(("Hinge", "SquaredHinge", "MeanSquaredError")))
        targets = c.pick(("bits", "signs"))
    elif not options and c.chance(0.6):
        chosen = c.pick(("binary_crossentropy", "bce", *(("crossentropy",) if units == 1 else ())))
    pool: tuple[str | Obj, ...] = (
        *("mse", "mae", "hinge", "squared_hinge"),
        *(() if units > 1 else ("accuracy", "acc")),
    )
    if targets == "bits":
        pool += (
            *("binary_accuracy", "binary_crossentropy", "accuracy"),
            metric("BinaryAccuracy", threshold=c.real(0.2, 0.8)),
            metric("BinaryCrossentropy", label_smoothing=0.2),
            metric("BinaryCrossentropy", from_logits=True),
        )
        if function == "sigmoid" and len(shape) == 1:
            pool += (*counts(c), metric("BinaryIoU", threshold=c.real(0.3, 0.7)))
    return Head(layers, chosen, targets, pool)


def real_numbers(c: Chooser, shape: Shape) -> Head:
    """Return a head for regression."""
    functions: dict[str | None, float] = {None: 6, "tanh": 1, "linear": 1, "relu": 0.5}
    units = c.pick((1, 1, 2, 3, 5))
    layers, _ = _tail(c, units, functions, shape)
    named = ("mse", "mae", "mean_squared_error", "huber", "log_cosh", "MeanAbsoluteError")
    objects: dict[str, dict[str, Any]] = {
        "MeanSquaredError": {},
        "MeanAbsoluteError": {},
        "Huber": {"delta": c.real(0.2, 2.0)},
        "LogCosh": {},
        "CosineSimilarity": {},
        "MeanAbsolutePercentageError": {},
    }
    name = c.pick(tuple(objects))
    chosen = c.pick(named) if c.chance(0.4) else loss(c, name, **objects[name])
    pool: tuple[str | Obj, ...] = (
        *("mae", "mse", "mean_squared_error", "cosine_similarity", "mape"),
        metric("RootMeanSquaredError"),
        metric("LogCoshError"),
        metric("MeanAbsoluteError"),
        metric("MeanSquaredError"),
    )
    if len(shape) == 1:
        aggregation = c.pick(("uniform_average", "variance_weighted_average", None))
        pool += (metric("R2Score", class_aggregation=aggregation),)
        if units > 1:
            pool += (metric("PearsonCorrelation"), metric("ConcordanceCorrelation"))
    flat = units == 1 and c.chance(0.3) and name != "CosineSimilarity"
    return Head(layers, chosen, "reals_flat" if flat else "reals", pool)


def positive_numbers(c: Chooser, shape: Shape) -> Head:
    """Return a head for counts and rates."""
    functions: dict[str | None, float] = {"softplus": 3, "exponential": 1, "relu": 1, "sigmoid": 1}
    layers, _ = _tail(c, c.pick((1, 2, 4)), functions, shape)
    named = ("msle", "poisson", "mape", "kl_divergence", "mean_squared_logarithmic_error")
    objects = ("MeanSquaredLogarithmicError", "Poisson", "MeanAbsolutePercentageError")
    chosen = c.pick(named) if c.chance(0.4) else loss(c, c.pick(objects))
    pool: tuple[str | Obj, ...] = (
        *("mae", "msle", "mape", "poisson", "mse", "mean_squared_logarithmic_error"),
        *map(metric, ("RootMeanSquaredError", "MeanAbsolutePercentageError", "KLDivergence")),
    )
    return Head(layers, chosen, "positive", pool)


HEADS: dict[Callable[[Chooser, Shape], Head], float] = {
    categories: 4,
    integers: 3,
    yes_or_no: 3,
    real_numbers: 4,
    positive_numbers: 1,
}


def head(c: Chooser, shape: Shape) -> Head:
    """Return a random head for a network whose body puts out samples of this shape."""
    kinds = {**HEADS, embeddings: 0.25} if len(shape) == 1 else HEADS
    return c.weigh(kinds)(c, shape)


def some_metrics(c: Chooser, pool: tuple[str | Obj, ...], most: int) -> tuple[str | Obj, ...]:
    """Return a few metrics, no two of one name."""
    chosen: dict[str, str | Obj] = {}
    for one in c.some(pool, most):
        chosen.setdefault(one if isinstance(one, str) else one.path, one)
    return tuple(chosen.values())
