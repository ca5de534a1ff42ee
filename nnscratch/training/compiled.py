"""What `compile` was given, turned into loss and metric objects for the model's outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from nnscratch import losses, metrics
from nnscratch.metrics.matches import target_kind
from nnscratch.metrics.old_names import warn_of_accuracy
from nnscratch.naming import to_snake_case
from nnscratch.structure import flatten
from nnscratch.typing import Array, Shape

Hits: TypeAlias = dict[Any, Array]
"""By metric, which predictions of a batch are right."""


def resolve_loss(identifier: Any, target_shape: Shape, output_shape: Shape) -> losses.Loss:
    """Return the loss object for a string, function, class or object.

    Args:
        identifier: what `compile(loss=…)` received; `"crossentropy"` and `"ce"` choose by shape.
        target_shape: shape of the targets.
        output_shape: shape of the model's output.
    """
    if isinstance(identifier, str) and identifier.lower() in ("crossentropy", "ce"):
        prefix = {"binary": "binary", "sparse": "sparse_categorical", "categorical": "categorical"}
        identifier = f"{prefix[target_kind(target_shape, output_shape)]}_crossentropy"
    found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    name = identifier if isinstance(identifier, str) else _name_of(found)
    return losses.LossFunctionWrapper(found, name=name)


def resolve_metric(identifier: Any, target_shape: Shape, output_shape: Shape) -> metrics.Metric:
    """Return the metric object for a string, function, class or object.

    Args:
        identifier: an entry of `compile(metrics=[…])`; `"accuracy"` and `"acc"` choose by shape,
            and so does the function `metrics.accuracy` of older notes.
        target_shape: shape of the targets.
        output_shape: shape of the model's output.
    """
    metric: Any
    if identifier is metrics.accuracy:
        warn_of_accuracy()
        identifier = "accuracy"
    if isinstance(identifier, str) and identifier.lower() in ("accuracy", "acc"):
        classes = {
            "binary": metrics.BinaryAccuracy,
            "sparse": metrics.SparseCategoricalAccuracy,
            "categorical": metrics.CategoricalAccuracy,
        }
        metric = classes[target_kind(target_shape, output_shape)](name=identifier)
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


def per_output(argument: str, given: Any, names: Sequence[str]) -> list[Any]:
    """Return what was given for each output: from a dict by name, from a list by place.

    Args:
        argument: name of the argument, for the error.
        given: one thing for all outputs, or a list or dict with one for each.
        names: names of the outputs, in order.

    Raises:
        ValueError: a dict names an output that is not there, or the list's length is wrong.
    """
    if isinstance(given, dict):
        unknown = [key for key in given if key not in names]
        if unknown:
            raise ValueError(
                f"`{argument}` names {unknown}, but the model's outputs are {list(names)}."
            )
        return [given.get(name) for name in names]
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise ValueError(
                f"`{argument}` must have one entry for each of the {len(names)} outputs "
                f"({', '.join(names)}). Received {len(given)}: {given!r}"
            )
        return list(given)
    return [given] * len(names)


def metrics_per_output(argument: str, given: Any, names: Sequence[str]) -> list[list[Any]]:
    """Return the list of metrics for each output.

    Raises:
        ValueError: not a list, tuple or dict; or, with several outputs, not one entry for each.
    """
    if given is None or len(given) == 0:
        return [[] for _ in names]
    if len(names) == 1:
        return [flatten(given)]
    entries = per_output(argument, given, names)
    return [[] if entry is None else flatten([entry]) for entry in entries]


def check_metrics(argument: str, given: Any) -> None:
    """Raise unless `metrics` or `weighted_metrics` is a list, tuple or dict of known metrics."""
    if given is None:
        return
    if not isinstance(given, (list, tuple, dict)):
        raise ValueError(
            f"`{argument}` must be a list, tuple or dict, such as ['accuracy']. "
            f"Received: {argument}={given!r} of type {type(given).__name__}"
        )
    for entry in flatten(given):
        if entry is None or (isinstance(entry, str) and entry.lower() in ("accuracy", "acc")):
            continue
        metrics.get(entry)


class CompiledMetrics(metrics.Metric):
    """The metrics that `compile` was given, behind the face of one metric.

    They become objects when the shapes of targets and outputs are first known.

    Args:
        plain: `metrics`, which ignore sample weights.
        weighted: `weighted_metrics`, which take them into account.

    Attributes:
        given: what `compile` received, by argument.
        count: how many metric objects there are.
    """

    def __init__(self, plain: Any, weighted: Any) -> None:
        super().__init__(name="compile_metrics")
        self.given = {"metrics": plain, "weighted_metrics": weighted}
        self._found: dict[str, list[list[metrics.Metric]]] = {}
        self._prefixes: list[str] = []
        self.count = 0
        self.built = False

    def build(
        self,
        target_shapes: Sequence[Shape | None],
        output_shapes: Sequence[Shape],
        names: Sequence[str],
    ) -> None:
        """Make the metric objects, once.

        Args:
            target_shapes: shape of each output's targets, None where it has none.
            output_shapes: shape of each output.
            names: name of each output.
        """
        if self.built:
            return
        for argument, given in self.given.items():
            entries = metrics_per_output(argument, given, names)
            self._found[argument] = [
                [resolve_metric(entry, target, shape) for entry in part] if target else []
                for part, target, shape in zip(entries, target_shapes, output_shapes, strict=True)
            ]
        self._prefixes = [f"{name}_" for name in names] if len(names) > 1 else [""]
        self.count = len(self.metrics)
        self.built = True

    @property
    def metrics(self) -> list[metrics.Metric]:
        """The metric objects, plain ones first; empty before the first batch."""
        return flatten(list(self._found.values()))

    @property
    def variables(self) -> list[Any]:
        """The state of all the metrics."""
        return [v for metric in self.metrics for v in metric.variables]

    def update_output(
        self,
        output: int,
        y_true: Array,
        y_pred: Array,
        sample_weight: Array | None = None,
        logits: Array | None = None,
        hits: Hits | None = None,
        mask: Array | None = None,
    ) -> None:
        """Take one batch of one output into account.

        Args:
            output: number of the output.
            y_true: its targets.
            y_pred: its values.
            sample_weight: weights of the rows, for the weighted metrics.
            logits: z where the output is softmax(z) or sigmoid(z); crossentropies use it.
            hits: what `hits` found for this batch; it need not be found again.
            mask: which samples or steps count, for the metrics that are means.
        """
        for argument, weight in (("metrics", None), ("weighted_metrics", sample_weight)):
            for metric in self._found[argument][output]:
                counted = weight
                if mask is not None and isinstance(metric, metrics.MeanMetricWrapper):
                    counted = metric.masked(weight, mask)
                _update(metric, y_true, y_pred, counted, logits, hits)

    def hits(self, targets: Sequence[Array | None], outputs: Sequence[Array]) -> Hits:
        """Return, for the metrics that count hits in steady steps, which predictions are right.

        Args:
            targets: targets of each output, None where it has none.
            outputs: values of each output.
        """
        return {
            metric: metric.hits(y_true, y_pred)  # type: ignore[attr-defined]
            for i, (y_true, y_pred) in enumerate(zip(targets, outputs, strict=False))
            for found in self._found.values()
            for metric in found[i]
            if y_true is not None and getattr(metric, "is_steady", False)
        }

    @property
    def counts_rows(self) -> bool:
        """Whether all metrics count hits, so that several batches may be taken in at once."""
        return all(getattr(metric, "is_steady", False) for metric in self.metrics)

    def update_state(
        self,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any = None,
        *,
        logits: Sequence[Array | None] = (),
        masks: Sequence[Array | None] = (),
    ) -> None:
        """Take one batch into account, as a `train_step` of one's own has it at hand.

        Args:
            y_true: targets: one array, or a list or dict of them.
            y_pred: outputs, likewise.
            sample_weight: weights of the rows, likewise.
            logits: z per output, where the output is softmax(z) or sigmoid(z).
            masks: which samples or steps of each output count.
        """
        targets, outputs = flatten(y_true), [np.asarray(part) for part in flatten(y_pred)]
        weights = flatten(sample_weight)
        targets = [None if part is None else np.asarray(part) for part in targets]
        if not self.built:
            names = sorted(y_pred) if isinstance(y_pred, dict) else self._numbered(len(outputs))
            shapes = [None if part is None else part.shape for part in targets]
            self.build(shapes, [part.shape for part in outputs], names)
        for i, (target, output) in enumerate(zip(targets, outputs, strict=True)):
            weight = weights[i] if i < len(weights) else weights[0]
            z = logits[i] if i < len(logits) else None
            mask = masks[i] if i < len(masks) else None
            if target is not None:
                self.update_output(i, target, output, weight, z, mask=mask)

    @staticmethod
    def _numbered(count: int) -> list[str]:
        return [f"output_{i}" for i in range(1, count + 1)]

    def reset_state(self) -> None:
        """Start every metric anew."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> dict[str, Any]:
        """Return the value of each metric by name; a name that comes twice is numbered."""
        results: dict[str, Any] = {}
        for prefix, part in zip(self._prefixes, self._found["metrics"], strict=True):
            for metric in part:
                results[_free_name(prefix + metric.name, results)] = metric.result()
        for prefix, part in zip(self._prefixes, self._found["weighted_metrics"], strict=True):
            for metric in part:
                name = prefix + metric.name
                if name in results:
                    name = f"{prefix}weighted_{metric.name}"
                results[_free_name(name, results)] = metric.result()
        return results


def _update(
    metric: metrics.Metric,
    y_true: Array,
    y_pred: Array,
    sample_weight: Array | None,
    logits: Array | None,
    hits: Hits | None = None,
) -> None:
    if hits is not None and metric in hits:
        metric.count_hits(hits[metric], sample_weight)  # type: ignore[attr-defined]
    elif logits is not None and getattr(metric, "uses_logits", False):
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
