"""What `compile` was given, turned into loss and metric objects for the model's output."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nnscratch import losses, metrics
from nnscratch.naming import to_snake_case
from nnscratch.typing import Array, Shape


def _kind(target_shape: Shape, output_shape: Shape) -> str:
    """Tell which crossentropy and accuracy fit: binary, sparse or categorical.

    Keras's rule: binary if the output's last axis is 1; sparse if the targets have fewer axes
    than the output or a last axis of 1; otherwise categorical.
    """
    if output_shape[-1] == 1:
        return "binary"
    if len(target_shape) < len(output_shape) or target_shape[-1] == 1:
        return "sparse"
    return "categorical"


def resolve_loss(identifier: Any, target_shape: Shape, output_shape: Shape) -> losses.Loss:
    """Return the loss object for a string, function, class or object.

    Args:
        identifier: what `compile(loss=…)` received; `"crossentropy"` and `"ce"` choose by shape.
        target_shape: shape of the targets.
        output_shape: shape of the model's output.
    """
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        prefix = {"binary": "binary", "sparse": "sparse_categorical", "categorical": "categorical"}
        identifier = f"{prefix[_kind(target_shape, output_shape)]}_crossentropy"
    found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    name = identifier if isinstance(identifier, str) else _name_of(found)
    return losses.LossFunctionWrapper(found, name=name)


def resolve_metric(identifier: Any, target_shape: Shape, output_shape: Shape) -> metrics.Metric:
    """Return the metric object for a string, function, class or object.

    Args:
        identifier: an entry of `compile(metrics=[…])`; `"accuracy"` and `"acc"` choose by shape.
        target_shape: shape of the targets.
        output_shape: shape of the model's output.
    """
    metric: Any
    if isinstance(identifier, str) and identifier.lower() in ("accuracy", "acc"):
        classes = {
            "binary": metrics.BinaryAccuracy,
            "sparse": metrics.SparseCategoricalAccuracy,
            "categorical": metrics.CategoricalAccuracy,
        }
        metric = classes[_kind(target_shape, output_shape)](name=identifier)
    else:
        metric = metrics.get(identifier)
    name = identifier if isinstance(identifier, str) else _name_of(metric)
    if not isinstance(metric, metrics.Metric):
        metric = metrics.MeanMetricWrapper(metric, name=name)
    resolved: metrics.Metric = metric
    resolved.name = name
    return resolved


def _name_of(thing: Any) -> str:
    if hasattr(thing, "name"):
        return str(thing.name)
    return to_snake_case(getattr(thing, "__name__", type(thing).__name__))


def checked_metrics(argument: str, given: Any) -> list[Any]:
    """Return the entries of `metrics` or `weighted_metrics` as a flat list.

    Raises:
        ValueError: it is not a list, tuple or dict.
    """
    if given is None:
        return []
    if not isinstance(given, (list, tuple, dict)):
        raise ValueError(
            f"`{argument}` must be a list, tuple or dict, such as ['accuracy']. "
            f"Received: {argument}={given!r} of type {type(given).__name__}"
        )
    entries: Iterable[Any] = given.values() if isinstance(given, dict) else given
    flat: list[Any] = []
    for entry in entries:
        flat.extend(entry if isinstance(entry, (list, tuple)) else [entry])
    return flat


class CompiledMetrics(metrics.Metric):
    """The metrics that `compile` was given, behind the face of one metric.

    They become objects when the shapes of targets and output are first known.

    Args:
        plain: entries that ignore sample weights.
        weighted: entries that take them into account.
    """

    def __init__(self, plain: list[Any], weighted: list[Any]) -> None:
        super().__init__(name="compile_metrics")
        self._entries = (plain, weighted)
        self._plain: list[metrics.Metric] = []
        self._weighted: list[metrics.Metric] = []
        self.built = False

    def build(self, target_shape: Shape, output_shape: Shape) -> None:
        """Make the metric objects, once."""
        if self.built:
            return
        self._plain, self._weighted = (
            [resolve_metric(entry, target_shape, output_shape) for entry in entries]
            for entries in self._entries
        )
        self.built = True

    @property
    def metrics(self) -> list[metrics.Metric]:
        """The metric objects, plain ones first; empty before the first batch."""
        return self._plain + self._weighted

    @property
    def variables(self) -> list[Any]:
        """The state of all the metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def update_state(
        self,
        y_true: Array,
        y_pred: Array,
        sample_weight: Array | None = None,
        logits: Array | None = None,
    ) -> None:
        """Take one batch into account; crossentropies are computed from logits, if there are."""
        for metric in self._plain:
            _update(metric, y_true, y_pred, None, logits)
        for metric in self._weighted:
            _update(metric, y_true, y_pred, sample_weight, logits)

    def reset_state(self) -> None:
        """Start every metric anew."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """Return the value of each metric; a name that comes twice is numbered."""
        results: dict[str, Any] = {}
        for metric in self._plain:
            results[_free_name(metric.name, results)] = metric.result()
        for metric in self._weighted:
            name = metric.name if metric.name not in results else f"weighted_{metric.name}"
            results[_free_name(name, results)] = metric.result()
        return results


def _update(
    metric: metrics.Metric,
    y_true: Array,
    y_pred: Array,
    sample_weight: Array | None,
    logits: Array | None,
) -> None:
    if logits is not None and getattr(metric, "uses_logits", False):
        metric.update_state(y_true, y_pred, sample_weight, logits=logits)
    elif sample_weight is not None:
        metric.update_state(y_true, y_pred, sample_weight)
    else:
        metric.update_state(y_true, y_pred)


def _free_name(name: str, taken: dict[str, Any]) -> str:
    if name not in taken:
        return name
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"
