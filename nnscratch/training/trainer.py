"""What `compile` makes of a model: checked data goes in, a step that fits it comes out."""

from __future__ import annotations

from typing import Any

from nnscratch import losses, metrics
from nnscratch.errors import NotReadyError
from nnscratch.optimizers import Optimizer
from nnscratch.training.compiled import CompiledMetrics, checked_metrics, resolve_loss
from nnscratch.training.data import Data, checked_data, fitted_to
from nnscratch.training.step import Stepper


class Trainer:
    """The compiled side of a model.

    Args:
        model: the model.
        optimizer: its optimizer.
        loss: the loss as `compile` received it.
        loss_weight: factor of the loss.
        compiled_metrics: the metrics, if any.
        nan_policy: `"raise"`, `"keras"`, or None for the configured one.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Optimizer,
        loss: Any,
        loss_weight: float | None,
        compiled_metrics: CompiledMetrics | None,
        nan_policy: str | None,
    ) -> None:
        self.model = model
        self.optimizer = optimizer
        self.loss = loss
        self.loss_weight = loss_weight
        self.compiled_metrics = compiled_metrics
        self.nan_policy = nan_policy
        self.loss_tracker = metrics.Mean(name="loss")
        self.stepper: Stepper | None = None

    @property
    def metrics(self) -> list[metrics.Metric]:
        """The loss tracker and the compiled metrics."""
        found: list[metrics.Metric] = [self.loss_tracker]
        return found if self.compiled_metrics is None else [*found, self.compiled_metrics]

    def check(self, x: Any, y: Any, sample_weight: Any, class_weight: Any = None) -> Data:
        """Return the arguments as data that fits the model, building it if need be."""
        data = checked_data(x, y, sample_weight, class_weight)
        self.model.ensure_built((None, *data.x.shape[1:]))
        return fitted_to(data, self.model.input_shape, self.model.name)

    def ready(self, data: Data) -> Stepper:
        """Return the step for such data; what does not fit raises before anything changes."""
        if data.y is None:
            raise NotReadyError(f"Model {self.model.name!r} needs targets: `y` is missing.")
        output_shape = self.model.output_shape
        stepper = self.stepper
        if stepper is None:
            stepper = self._new_stepper(resolve_loss(self.loss, data.y.shape, output_shape))
        stepper.loss.check_targets(data.y, output_shape)
        if self.compiled_metrics is not None:
            self.compiled_metrics.build(data.y.shape, output_shape)
        weights = self.model.trainable_weights
        if weights and not self.optimizer.built:
            self.optimizer.build(weights)
        self.stepper = stepper
        return stepper

    def _new_stepper(self, loss: losses.Loss) -> Stepper:
        return Stepper(
            self.model,
            self.optimizer,
            loss,
            self.loss_weight,
            self.loss_tracker,
            self.compiled_metrics,
            self.nan_policy,
        )


def checked_loss(loss: Any) -> None:
    """Raise if `loss` is a string that names none; what depends on shapes is left for later."""
    if isinstance(loss, str) and loss.lower() not in ("crossentropy", "ce"):
        losses.get(loss)


def compiled_metrics(plain: Any, weighted: Any) -> CompiledMetrics | None:
    """Return the metrics that `compile` was given, or None if neither argument was.

    Raises:
        ValueError: not lists, or a name that names no metric.
    """
    if plain is None and weighted is None:
        return None
    entries = checked_metrics("metrics", plain), checked_metrics("weighted_metrics", weighted)
    for entry in entries[0] + entries[1]:
        if not (isinstance(entry, str) and entry.lower() in ("accuracy", "acc")):
            metrics.get(entry)
    return CompiledMetrics(*entries)


def single_weight(loss_weights: Any) -> float | None:
    """Return the one number in `loss_weights`, for a model with one output.

    Raises:
        ValueError: there is not exactly one.
    """
    given = loss_weights
    if isinstance(given, (list, tuple, dict)) and len(given) == 1:
        given = next(iter(given.values() if isinstance(given, dict) else given))
    if given is None or isinstance(given, (int, float)):
        return given
    raise ValueError(
        "A model with one output takes one number (or a list of one) as `loss_weights`. "
        f"Received: loss_weights={loss_weights!r}"
    )
