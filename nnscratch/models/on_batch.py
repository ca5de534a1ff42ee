"""The one-batch face of a model: one update, one test, one prediction, one look inside."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.callbacks.callback_list import python_logs
from nnscratch.errors import NotReadyError
from nnscratch.metrics import Metric
from nnscratch.models.compiled import Compiles
from nnscratch.training.data import Data, checked_data, fitted_to
from nnscratch.training.step import Stepper
from nnscratch.typing import Array


class RunsOnBatch(Compiles):
    """Training and testing batch by batch, and reading off what a step computed."""

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Run one update on one batch; metrics start anew. Arguments as in `fit`.

        Returns:
            The loss before the update, with the metrics as in `evaluate`.
        """
        stepper, data = self._step_for("train_on_batch", x, y, sample_weight, class_weight)
        stepper.reset()
        stepper.train(self.as_batch(data))
        return self._logs_of(stepper, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Compute loss and metrics of one batch, in inference mode. Arguments as in `evaluate`."""
        stepper, data = self._step_for("test_on_batch", x, y, sample_weight)
        stepper.reset()
        stepper.test(self.as_batch(data))
        return self._logs_of(stepper, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """Compute the output of one batch, in inference mode."""
        data = self.as_batch(self._checked_inputs(x))
        outputs = self.run.forward(data.inputs, Cache(), False)
        return self.packed_output([np.array(output) for output in outputs])

    def _checked_inputs(self, x: Any) -> Data:
        data = checked_data(x, input_names=self.input_names)
        self.ensure_built_for(data.inputs)
        return fitted_to(data, self.input_shapes, self.name)

    def compute_gradients(
        self, x: Any, y: Any = None, sample_weight: Any = None
    ) -> tuple[Any, dict[str, Array]]:
        """Return the loss of one batch and dL/dw of every trainable weight; nothing is updated.

        The model behaves as in training: dropout draws a mask, moving statistics move.

        Returns:
            The loss, and a dict from variable path to gradient.
        """
        stepper, data = self._step_for("compute_gradients", x, y, sample_weight)
        stepper.forward(self.as_batch(data), training=True)
        stepper.backward()
        grads = {v.path: v.grad.copy() for v in stepper.variables if v.grad is not None}
        return stepper.total, grads

    def node_outputs(self) -> dict[str, Array]:
        """Return copies of every layer's output in the latest step, by layer name."""
        stepper = None if self._trainer is None else self._trainer.stepper
        if stepper is None:
            raise NotReadyError(f"Model {self.name!r} has not run a step yet.")
        outputs = stepper.run.outputs_of_calls(stepper.latest_cache)
        return {name: np.copy(output) for name, output in outputs}

    def _logs_of(self, stepper: Stepper, return_dict: bool) -> Any:
        logs = python_logs(stepper.logs())
        return logs if return_dict else flat_logs(logs, self.metrics)

    def as_batch(self, data: Data) -> Data:
        """Return data as one batch: the inputs cast to the types that the model takes."""
        pairs = zip(data.inputs, self.input_dtypes, strict=True)
        inputs = [x.astype(dtype, copy=False) for x, dtype in pairs]
        return Data(inputs, data.targets, data.weights)


def flat_logs(logs: dict[str, Any], metrics: list[Metric]) -> Any:
    """Return the values in Keras's order, or the only value by itself.

    The order is that of the metrics; values under other names, such as those of one output of
    several, follow sorted by name.
    """
    names = []
    for metric in metrics:
        inside = getattr(metric, "metrics", None)
        names += [metric.name] if inside is None else [m.name for m in inside]
    values = [logs[name] for name in names if name in logs]
    values += [logs[name] for name in sorted(logs) if name not in names]
    return values[0] if len(values) == 1 else values
