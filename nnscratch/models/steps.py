"""One step of training, testing or predicting: what a model of one's own may write anew."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from nnscratch import config
from nnscratch.casting import handed_out
from nnscratch.errors import NonFiniteError, NotReadyError
from nnscratch.metrics import Metric
from nnscratch.structure import flatten, is_nested
from nnscratch.tape import GradientTape
from nnscratch.tape.tape import logits_of, mask_of
from nnscratch.training.data import Data
from nnscratch.training.own_steps import OwnStepper
from nnscratch.training.trainer import Trainer
from nnscratch.utils.steps import unpack_x_y_sample_weight
from nnscratch.variable import Variable

OVERRIDABLE = ("train_step", "test_step", "compute_loss", "compute_metrics")


class Steps:
    """The steps that `fit`, `evaluate` and `predict` take; a subclass may override each."""

    if TYPE_CHECKING:
        name: str
        optimizer: Any
        losses: list[Any]
        trainable_weights: list[Variable]

        @property
        def output_shapes(self) -> list[Any]: ...  # noqa: D102

        _trainer: Trainer | None

        @property
        def metrics(self) -> list[Metric]: ...  # noqa: D102

        def __call__(self, *args: Any, **kwargs: Any) -> Any: ...  # noqa: D102

    @classmethod
    def writes(cls, *methods: str) -> bool:
        """Return whether a class gives one of these methods anew."""
        return any(getattr(cls, name) is not getattr(Steps, name) for name in methods)

    def train_step(self, data: Any) -> dict[str, Any]:
        """Train on one batch and return the metrics so far.

        An own version computes predictions and loss under a `GradientTape`, asks it for gradients
        and hands them to the optimizer; or it calls this one and alters what it returns.

        Args:
            data: the batch, for `unpack_x_y_sample_weight`.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        stepper = self._own_stepper()
        if not self.writes("compute_loss", "compute_metrics"):
            stepper.train_plainly(self._plain_batch(stepper, x, y, sample_weight))
            return self.get_metrics_result()
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self._loss_of(x, y, y_pred, sample_weight, True)
            scaled = self.optimizer.scale_loss(loss)
        weights = self.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(scaled, weights), weights, strict=True))
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Take one batch into the metrics and return their results so far.

        Args:
            data: the batch, for `unpack_x_y_sample_weight`.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        stepper = self._own_stepper()
        if not self.writes("compute_loss", "compute_metrics"):
            stepper.test_plainly(self._plain_batch(stepper, x, y, sample_weight))
            return self.get_metrics_result()
        with GradientTape():  # so that a crossentropy finds the logits
            y_pred = self(x, training=False)
            self._loss_of(x, y, y_pred, sample_weight, False)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data: Any) -> Any:
        """Return the outputs for one batch.

        Args:
            data: the batch, for `unpack_x_y_sample_weight`.
        """
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the total loss: the compiled losses, then `self.losses`.

        Args:
            x: inputs, not used here.
            y: targets.
            y_pred: outputs of the model.
            sample_weight: weights of the rows.
            training: whether the model is being trained, not used here.

        Raises:
            NotReadyError: there is no loss.
        """
        total: Any = None
        stepper = self._own_stepper()
        targets, outputs = _listed(y), _listed(y_pred)
        weights = _listed(sample_weight)
        stepper.find_terms(targets, outputs)
        for term in stepper.objective.terms:
            weight = None
            if weights:
                weight = weights[0] if len(weights) == 1 else weights[term.output]
            part = term.loss(targets[term.output], outputs[term.output], weight)
            if term.tracker is not None:
                term.tracker.update_state(float(part))
            part = part if term.weight == 1.0 else part * term.weight
            total = part if total is None else total + part
        for loss in self.losses:
            total = loss if total is None else total + loss
        if total is None:
            raise NotReadyError(
                f"Model {self.name!r} has no loss to compute: give compile(loss=…), add_loss() in "
                "a call(), or a compute_loss() of your own."
            )
        return total

    def _loss_of(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """Return the total loss, taken into the epoch's mean, if it is finite."""
        options = {"training": training} if _takes_training(self.compute_loss) else {}
        loss = self.compute_loss(x, y, y_pred, sample_weight, **options)
        trainer = self._trainer
        assert trainer is not None
        value = np.asarray(loss)
        if (trainer.nan_policy or config.nan_policy()) == "raise" and not math.isfinite(
            value.sum()
        ):
            raise NonFiniteError(
                f"The loss of {self.name!r} became {float(value.sum())} in step "
                f"{trainer.step.step_number}. No weight was changed by this step.",
                trainer.step.step_number,
                None,
            )
        trainer.loss_tracker.update_state(value, len(_listed(x)[0]))
        return loss

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Take one batch into the compiled metrics and return all results so far.

        Args:
            x: inputs, not used here.
            y: targets.
            y_pred: outputs of the model.
            sample_weight: weights of the rows.
        """
        trainer = self._trainer
        compiled = None if trainer is None else trainer.compiled_metrics
        if compiled is not None:
            outputs = _listed(y_pred)
            z, masks = [logits_of(part) for part in outputs], [mask_of(part) for part in outputs]
            compiled.update_state(y, y_pred, sample_weight, logits=z, masks=masks)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the results of all metrics by name; those of a metric of several, each."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            result: Any = metric.result()
            found.update(result if isinstance(result, dict) else {metric.name: result})
        return {name: handed_out(value) for name, value in found.items()}

    def _plain_batch(self, stepper: OwnStepper, x: Any, y: Any, sample_weight: Any) -> Data:
        batch = stepper.data(x, y, sample_weight)
        stepper.find_terms(batch.targets, self.output_shapes)
        return batch

    def _own_stepper(self) -> OwnStepper:
        trainer = self._trainer
        if trainer is None:
            raise NotReadyError(
                f"Model {self.name!r} must be compiled first: call compile(optimizer=…, loss=…)."
            )
        return trainer.own_stepper()


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return flatten(given) if is_nested(given) else [given]


def _takes_training(method: Any) -> bool:
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    return code is None or "training" in code.co_varnames[: code.co_argcount + 5]
