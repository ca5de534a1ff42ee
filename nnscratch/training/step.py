"""One step of training or testing: forward, loss, backward, update, metrics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, Protocol

import numpy as np

from nnscratch import config, random
from nnscratch.cache import Cache
from nnscratch.errors import NonFiniteError, NotReadyError
from nnscratch.metrics import Mean
from nnscratch.optimizers import Optimizer
from nnscratch.training.compiled import CompiledMetrics
from nnscratch.training.data import Data
from nnscratch.training.lots import Lot
from nnscratch.training.objective import Objective
from nnscratch.training.passes import Passes
from nnscratch.typing import Array
from nnscratch.variable import Variable


class Runs(Protocol):
    """What a step must know of a network: a differentiable function of arrays."""

    def forward(self, inputs: Sequence[Array], cache: Cache, training: bool) -> list[Array]:
        """Compute the outputs."""

    def logits(self, output: int, cache: Cache) -> Array | None:
        """Return z where this output is softmax(z) or sigmoid(z)."""

    def output_masks(self, cache: Cache) -> Sequence[Array | None] | None:
        """Return which samples or steps of each output count, None if all do."""

    def backward(
        self,
        doutputs: Sequence[Array | None],
        cache: Cache,
        from_logits: Sequence[bool] = (),
        scale: float = 1.0,
    ) -> Any:
        """Add the weights' gradients, from dL/doutput or dL/dlogits."""

    def plan_backward(self, cache: Cache) -> None:
        """Take note of which weights are trainable."""

    def penalties(self, cache: Cache) -> list[Any]:
        """Return the penalties on activities of the latest forward run."""

    def outputs_of_calls(self, cache: Cache) -> list[tuple[str, Array]]:
        """Return layer name and output of every call of the latest forward run."""


class Network(Protocol):
    """A named network with weights, compiled for XLA's random bits or not."""

    name: str
    jit_compile: bool
    run_eagerly: bool

    @property
    def run(self) -> Runs:
        """The function of arrays."""

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that the optimizer changes."""


class Observer(Protocol):
    """Someone who looks at a run from outside; it must not change anything."""

    def before_step(self, stepper: Stepper, batch: Data) -> None:
        """Look before a training step."""

    def after_step(self, stepper: Stepper, batch: Data) -> None:
        """Look after a training step: caches, gradients and slots still hold its numbers."""


class Stepper:
    """The training step of a compiled model, with the memory it reuses from step to step.

    Args:
        network: the model.
        optimizer: changes the weights.
        objective: the losses of the outputs.
        loss_tracker: mean of the total loss over the epoch.
        metrics: the compiled metrics.
        nan_policy: `"raise"`, `"keras"`, or None for the configured one.

    Attributes:
        total: the total loss of the latest step, penalties included.
        cache: memory of the runs on batches.
        cache_of_lots: that of the runs on lots.
        latest_cache: where the latest run has left its numbers.
        observers: those who look at each training step of the `fit` under way.
        source: where the batches of that `fit` come from.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        objective: Objective,
        loss_tracker: Mean,
        metrics: CompiledMetrics | None,
        nan_policy: str | None,
    ) -> None:
        self.network = network
        self.optimizer = optimizer
        self.objective = objective
        self.loss_tracker = loss_tracker
        self.metrics = metrics
        self.nan_policy = nan_policy
        self.cache = self.latest_cache = Cache()
        self.cache_of_lots = Cache()
        self.step_number = 0
        self.total: Any = None
        self.observers: list[Observer] = []
        self.source: Any = None

    def prepare(self) -> None:
        """Take note of which weights are trainable and which are regularized."""
        self.observers, self.source = [], None
        self.run = self.network.run
        self.cache.needs_dx = False
        self.run.plan_backward(self.cache)
        self.variables = self.network.trainable_weights
        self.regularized = [v for v in self.variables if v.regularizer is not None]
        self.shrunk = [v for v in self.regularized if v.regularizer.has_gradient]
        self.raises = (self.nan_policy or config.nan_policy()) == "raise"
        self.random_bits = random.xla_bits if self.network.jit_compile else nullcontext
        routines = not self.network.run_eagerly
        self.passes = Passes(self.run, self.cache, self.variables, routines)

    def train(self, batch: Data) -> None:
        """Run one training step: the weights change, and the metrics take the batch in."""
        for observer in self.observers:
            observer.before_step(self, batch)
        outputs = self.forward(batch, training=True)
        self.backward()
        self.optimizer.step(self.variables)
        self._track(batch, outputs)
        for observer in self.observers:
            observer.after_step(self, batch)

    def test(self, batch: Data) -> None:
        """Take one batch into the metrics; nothing is learned."""
        self._track(batch, self.forward(batch, training=False))

    def tests_lots(self, batch: Data) -> bool:
        """Return whether several such batches can be tested at once, see `test_lot`."""
        counts = self.metrics is None or self.metrics.counts_rows
        return counts and bool(self.objective.terms) and self.objective.sums_rows(batch)

    def test_lot(self, lot: Lot, outputs: list[Array], cache: Cache) -> None:
        """Take the outputs for a lot into the metrics, and the loss of each of its batches.

        Args:
            lot: some whole batches, or a short one.
            outputs: the network's outputs for it.
            cache: the cache of that run.
        """
        self.latest_cache = cache
        self.logits = [self.run.logits(i, cache) for i in range(len(outputs))]
        self.passes.forget()
        self.objective.compare(lot.data, outputs, self.logits)
        totals, penalties = self.objective.totals(lot.batches), self._penalties()
        for value in totals:
            for penalty in penalties:
                value = value + value.dtype.type(penalty)
            self._check(value)
            self.step_number += 1
            self.loss_tracker.update_state(value, len(lot.data) // lot.batches)
        self._track_outputs(lot.data, outputs)

    def forward(self, batch: Data, training: bool) -> list[Array]:
        """Compute outputs and total loss (`self.total`); stop if the loss is not finite."""
        self.latest_cache = self.cache
        with self.random_bits():
            outputs, self.logits = self.passes.forward(
                batch, self.objective, training, self.metrics
            )
        value = self.objective.total(batch)
        for penalty in self._penalties():
            value = penalty if value is None else value + value.dtype.type(penalty)
        if value is None:
            raise NotReadyError(
                f"Model {self.network.name!r} has no loss to compute: give compile(loss=…), or "
                "add_loss() in a call()."
            )
        self._check(value)
        return outputs

    def _check(self, total: Any) -> None:
        self.total = total
        if self.raises and not _finite(total):
            self._report_not_finite()

    def _penalties(self) -> list[Any]:
        if not self.regularized:
            return self.run.penalties(self.cache)
        weights = [v.regularizer(v.value) for v in self.regularized]
        return weights + self.run.penalties(self.cache)

    def backward(self) -> None:
        """Leave in every trainable variable the gradient of the total loss, times loss scale."""
        scale = self.optimizer.loss_scale_factor or 1.0
        self.passes.backward(self.objective, scale)
        for variable in self.shrunk:
            rule = variable.regularizer.gradient
            if scale == 1.0:
                variable.add_grad(rule, variable.value)
            else:
                variable.add_grad(np.multiply, rule(variable.value), scale)

    def _track(self, batch: Data, outputs: list[Array]) -> None:
        self.step_number += 1
        self.loss_tracker.update_state(self.total, len(batch))
        self.objective.track()
        self._track_outputs(batch, outputs)

    def _track_outputs(self, batch: Data, outputs: list[Array]) -> None:
        hits = self.passes.hits
        if self.metrics is None:
            return
        if hits is not None and not batch.weights and len(hits) == self.metrics.count:
            for metric, found in hits.items():
                metric.count_hits(found)
            return
        masks = self.run.output_masks(self.latest_cache) or [None] * len(outputs)
        for i, y_pred in enumerate(outputs):
            y_true = batch.target(i)
            if y_true is not None:
                weight, z = batch.weight(i), self.logits[i]
                self.metrics.update_output(i, y_true, y_pred, weight, z, hits, masks[i])

    def logs(self) -> dict[str, Any]:
        """Return the running loss and metrics of the epoch so far."""
        logs: dict[str, Any] = {self.loss_tracker.name: self.loss_tracker.result()}
        if self.metrics is not None:
            logs.update(self.metrics.result())
        for tracker in self.objective.trackers:
            logs[tracker.name] = tracker.result()
        return logs

    def epoch_logs(self) -> dict[str, Any]:
        """Return the loss and the metrics of the whole epoch."""
        return self.logs()

    def reset(self) -> None:
        """Start the running loss and metrics anew."""
        self.step_number = 0
        self.loss_tracker.reset_state()
        for tracker in self.objective.trackers:
            tracker.reset_state()
        if self.metrics is not None:
            self.metrics.reset_state()

    def last_outputs(self) -> list[tuple[str, Array]]:
        """Return layer name and output of every call of the latest forward run, if any."""
        return [] if self.total is None else list(self.run.outputs_of_calls(self.latest_cache))

    def _report_not_finite(self) -> None:
        layer = first_not_finite(self.run.outputs_of_calls(self.latest_cache))
        where = (
            f"the output of layer {layer!r} is the first that is not finite"
            if layer is not None
            else "every layer's output is finite, so it arose in the loss or in a weight penalty"
        )
        lost = next((v.path for v in self.variables if not np.isfinite(v.value).all()), None)
        if lost is not None:
            where += f", for the update before it overflowed: {lost!r} holds NaN or infinity"
        raise NonFiniteError(
            f"The loss of {self.network.name!r} became {float(np.sum(self.total))} in step "
            f"{self.step_number}: {where}. No weight was changed by this step. A smaller "
            "learning_rate, scaled inputs or clipnorm=1.0 in the optimizer usually help; "
            "compile(nan_policy='keras') carries on as Keras does.",
            self.step_number,
            layer,
        )


def _finite(value: Any) -> bool:
    return math.isfinite(value) if np.ndim(value) == 0 else bool(np.isfinite(value).all())


def first_not_finite(outputs: Sequence[tuple[str, Array]]) -> str | None:
    """Return the name of the first layer whose output holds NaN or infinity, or None."""
    for name, output in outputs:
        if not np.isfinite(output).all():
            return name
    return None
