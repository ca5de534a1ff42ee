"""The step of a model that writes `train_step`, `compute_loss` or their like itself."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np

from nnscratch import config, random
from nnscratch.casting import as_numeric, handed_out
from nnscratch.structure import flatten, is_nested, pack
from nnscratch.training.data import Data
from nnscratch.training.objective import Objective
from nnscratch.training.step import Stepper
from nnscratch.utils.steps import pack_x_y_sample_weight


class OwnStepper(Stepper):
    """Hands every batch to the model's own `train_step` or `test_step`.

    Attributes:
        y_form: the form in which the targets were given.
        weight_form: the form in which the weights were given.
    """

    network: Any
    y_form: Any = None
    weight_form: Any = None
    _logs: Any = None

    def prepare(self) -> None:
        """Take note of which weights are trainable, where the model has a graph to run."""
        if self.network.runs:
            super().prepare()
            return
        self.observers, self.source = [], None
        self.variables = self.network.trainable_weights
        self.regularized = [v for v in self.variables if v.regularizer is not None]
        self.raises = (self.nan_policy or config.nan_policy()) == "raise"
        self.random_bits = random.xla_bits if self.network.jit_compile else nullcontext

    def train(self, batch: Data) -> None:
        """Run the model's `train_step`."""
        for observer in self.observers:
            observer.before_step(self, batch)
        with self.random_bits():
            self._logs = self._checked(self.network.train_step(self.given(batch)), "train_step")
        self.step_number += 1
        for observer in self.observers:
            observer.after_step(self, batch)

    def test(self, batch: Data) -> None:
        """Run the model's `test_step`."""
        self._logs = self._checked(self.network.test_step(self.given(batch)), "test_step")

    def train_plainly(self, batch: Data) -> None:
        """Run one training step as a model without a `train_step` of its own does."""
        outputs = self.forward(batch, training=True)
        self.backward()
        self.optimizer.step(self.variables)
        self._track(batch, outputs)

    def test_plainly(self, batch: Data) -> None:
        """Take one batch into the metrics, as a model without a `test_step` of its own does."""
        self._track(batch, self.forward(batch, training=False))

    def given(self, batch: Data) -> Any:
        """Return a batch in the form in which the user gave the data."""
        x = self.network.structured_inputs([_tensor(part) for part in batch.inputs])
        y = _in_form(self.y_form, batch.targets)
        return pack_x_y_sample_weight(x, y, _in_form(self.weight_form, batch.weights))

    def data(self, x: Any, y: Any, sample_weight: Any) -> Data:
        """Return what a `train_step` has at hand as checked data."""
        lists: Any = [
            [] if part is None else [None if a is None else as_numeric(a, name) for a in flat]
            for name, part, flat in (
                (name, part, flatten(part) if is_nested(part) else [part])
                for name, part in (("x", x), ("y", y), ("sample_weight", sample_weight))
            )
        ]
        data: Data = self.network.as_batch(Data(*lists))
        return data

    def find_terms(self, targets: Any, outputs: Any) -> None:
        """Make the compiled losses into objects, once; and the metrics, where they are ready.

        Args:
            targets: the targets of each output, None where it has none.
            outputs: the outputs, or their shapes.
        """
        trainer = self.network._trainer
        if self.objective.terms or trainer.loss is None:
            return
        shapes = [tuple(getattr(part, "shape", part)) for part in outputs]
        given = [None if y is None else np.shape(y) for y in targets]
        given += [None] * (len(shapes) - len(given))
        self.objective = Objective(trainer.terms_for(given, shapes), len(shapes))
        if self.metrics is not None and any(shape is not None for shape in given):
            self.metrics.build(given, shapes, self.network.output_names)

    def _checked(self, logs: Any, method: str) -> dict[str, Any]:
        if not isinstance(logs, dict):
            raise TypeError(
                f"{method}() of {type(self.network).__name__} must return a dict from names to "
                f"numbers, such as {{'loss': …}}. Received: {logs!r}"
            )
        return logs

    def logs(self) -> dict[str, Any]:
        """Return what the latest step returned."""
        return dict(self._logs or {})

    def epoch_logs(self) -> dict[str, Any]:
        """Return the results of the metrics, if the steps returned the same names, as in Keras."""
        found = self.network.get_metrics_result()
        return dict(found) if set(found) == set(self.logs()) else self.logs()

    def reset(self) -> None:
        """Let the model start its metrics anew."""
        self.step_number = 0
        self.network.reset_metrics()


class OwnPrediction:
    """Hands every batch to the model's own `predict_step`.

    Args:
        model: the model.

    Attributes:
        structure: what the latest step returned.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.structure: Any = None

    def forward(self, inputs: list[Any], cache: Any, training: bool) -> list[Any]:
        """Return the arrays that `predict_step` returns for a batch."""
        x = self.model.structured_inputs([_tensor(part) for part in inputs])
        self.structure = self.model.predict_step(pack_x_y_sample_weight(x))
        return [np.asarray(part) for part in flatten(self.structure)]


def form_of(given: Any) -> Any:
    """Return the form of what was given for targets or weights: a list, a dict, or None."""
    if isinstance(given, dict) or (isinstance(given, (list, tuple)) and _holds_arrays(given)):
        return given if isinstance(given, dict) else [None] * len(given)
    return None


def _holds_arrays(given: Any) -> bool:
    return any(getattr(part, "ndim", 0) > 0 for part in given)


def _in_form(form: Any, arrays: list[Any]) -> Any:
    if not arrays:
        return None
    tensors = [None if part is None else _tensor(part) for part in arrays]
    if form is None:
        return tensors[0] if len(tensors) == 1 else tensors
    return pack(form, tensors)


def _tensor(array: Any) -> Any:
    """Return an array as a step of one's own sees it: floats in floatx."""
    return handed_out(
        array.astype(config.floatx(), copy=False) if array.dtype.kind == "f" else array
    )
