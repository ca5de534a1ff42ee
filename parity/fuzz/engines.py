"""The two engines as random models need them: graphs, more options of `compile`, and no tracing.

Keras runs eagerly here: a random model takes a few steps only, and tracing it would take longer
than all of them. The kernels are the same ones.
"""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

import nnscratch
from nnscratch import config
from nnscratch.typing import Array
from parity.engines import nnscratch_engine
from parity.engines.keras_engine import KerasEngine, KerasTwin
from parity.engines.keras_session import set_float_type
from parity.engines.nnscratch_engine import NnscratchEngine, NnscratchTwin
from parity.engines.protocol import Tensors
from parity.fuzz.assembly import Assembled, build
from parity.fuzz.case import FuzzCase
from parity.fuzz.shapes import Activated


class FuzzKeras(KerasEngine):
    """Keras, run eagerly. A model is built once and afterwards set back to its start.

    Attributes:
        made: the twins made in this session, by case and float type.
    """

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, tuple[KerasTwin, Tensors, list[Array]]] = {}

    def twin(self, case: Any, dtype: str, input_shape: Any) -> KerasTwin:
        """Return the model of a case, at its start."""
        set_float_type(self.keras, dtype)
        key = f"{case!r} {dtype}"
        if key not in self.made:
            assembled = build(self.keras, case, self._activation, run_eagerly=True)
            twin = KerasTwin(self, assembled.model, _calls_in_keras(assembled))
            self.made[key] = twin, twin.state(), twin.hidden()
        twin, state, hidden = self.made[key]
        twin.load(state)
        twin.load_hidden(hidden)
        return twin

    def _activation(self, spec: Activated) -> Any:
        function = getattr(self.keras.activations, spec.name)
        return functools.partial(function, **spec.options)

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Run eagerly inside; warnings about that, and about odd models, are not shown."""
        before = self.tf.config.functions_run_eagerly()
        self.tf.config.run_functions_eagerly(True)
        try:
            with warnings.catch_warnings(), _batches_alike():
                warnings.simplefilter("ignore")
                yield
        finally:
            self.tf.config.run_functions_eagerly(before)
            self.made.clear()


@contextlib.contextmanager
def _batches_alike() -> Iterator[None]:
    """Let every batch count alike in the mean loss of one output of several, as in a compiled step.

    Keras weighs it by the static number of rows, which a compiled step does not know; run eagerly
    it would weigh a short last batch less.
    """
    from keras.src import metrics
    from keras.src.trainers import compile_utils

    class Mean(metrics.Mean):  # type: ignore[misc]
        def update_state(self, values: Any, sample_weight: Any = None) -> Any:
            given = None if isinstance(sample_weight, int) else sample_weight
            return super().update_state(values, given)

    before = compile_utils.metrics_module
    compile_utils.metrics_module = SimpleNamespace(**{**vars(metrics), "Mean": Mean})
    try:
        yield
    finally:
        compile_utils.metrics_module = before


def _calls_in_keras(assembled: Assembled) -> dict[str, list[int]]:
    """Return the calls of shared layers in the order in which Keras makes them."""
    number = {}
    for i, tensor in assembled.made.items():
        history = tensor._keras_history
        number[history.operation.name, history.node_index] = i
    found: dict[str, list[int]] = {}
    by_depth = getattr(assembled.model, "_nodes_by_depth", {})
    for depth in sorted(by_depth, reverse=True):
        for node in by_depth[depth]:
            history = node.output_tensors[0]._keras_history
            key = history.operation.name, history.node_index
            if key in number:
                found.setdefault(key[0], []).append(number[key])
    return {name: calls for name, calls in found.items() if len(calls) > 1}


class FuzzNnscratch(NnscratchEngine):
    """nnscratch, told to carry on when a loss is not finite, as Keras does."""

    def twin(self, case: Any, dtype: str, input_shape: Any) -> FuzzNnscratchTwin:
        """Build the model of a case."""
        nnscratch_engine.set_float_type(dtype)
        return FuzzNnscratchTwin(case, build(nnscratch, case, self._activation))

    @staticmethod
    def _activation(spec: Activated) -> Any:
        name = "".join(part.capitalize() for part in spec.name.split("_"))
        return getattr(nnscratch.activations, name)(**spec.options)

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """Carry on inside whatever is not finite."""
        before = config.nan_policy()
        config.set_nan_policy("keras")
        try:
            with np.errstate(all="ignore"):
                yield
        finally:
            config.set_nan_policy(before)


class FuzzNnscratchTwin(NnscratchTwin):
    """A model of nnscratch whose layers may be shared."""

    def __init__(self, case: FuzzCase, assembled: Assembled) -> None:
        super().__init__(assembled.model)
        self._number = {id(tensor.node): i for i, tensor in assembled.made.items()}
        layers = [call.layer for call in case.calls]
        self._shared = {case.layers()[i][1]["name"] for i in layers if layers.count(i) > 1}

    def outputs(self) -> Tensors:
        """Return the output of every call in the latest step; calls of a layer are numbered."""
        if not self._shared:
            return super().outputs()
        stepper = self.model._trainer.step
        found = {}
        calls = stepper.run.outputs_of_calls(stepper.cache)
        for node, (name, value) in zip(stepper.run.nodes, calls, strict=True):
            key = f"{name}/{self._number[id(node)]}" if name in self._shared else name
            found[key] = np.copy(value)
        return found
