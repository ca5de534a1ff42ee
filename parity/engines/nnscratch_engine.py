"""The candidate: nnscratch, seen through the windows that every model of it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import nnscratch
from nnscratch import naming
from nnscratch.cache import Cache
from nnscratch.typing import Array
from parity.engines.protocol import (
    Batch,
    Tensors,
    build_model,
    build_optimizer,
    keyed_slots,
    listed_variables,
    named_weights,
    weight_key,
)
from parity.fuzz.activated import Activated
from parity.fuzz.assembly import Assembled, build
from parity.fuzz.case import FuzzCase
from parity.units import Case, Rule


def set_float_type(dtype: str) -> None:
    """Make a float type the default of everything built from now on."""
    nnscratch.config.set_floatx(dtype)
    naming.clear_names()


class NnscratchEngine:
    """nnscratch as it stands in this process."""

    name = "nnscratch"

    def versions(self) -> dict[str, str]:
        """Return the versions of the candidate and of what it runs on."""
        return {"nnscratch": nnscratch.__version__, "numpy": np.__version__}

    def twin(self, case: Case, dtype: str, input_shape: tuple[int, ...]) -> NnscratchTwin:
        """Build the model of a case."""
        set_float_type(dtype)
        if isinstance(case, FuzzCase):
            return GraphTwin(case, build(nnscratch, case, self._activation))
        return NnscratchTwin(build_model(nnscratch, case, input_shape))

    @staticmethod
    def _activation(spec: Activated) -> Any:
        name = "".join(part.capitalize() for part in spec.name.split("_"))
        return getattr(nnscratch.activations, name)(**spec.options)

    def rule_twin(self, rule: Rule, dtype: str, values: list[Array]) -> NnscratchRuleTwin:
        """Make an optimizer and its variables."""
        set_float_type(dtype)
        return NnscratchRuleTwin(rule, values)

    def library(self, dtype: str) -> NnscratchLibrary:
        """Return nnscratch for single checks."""
        set_float_type(dtype)
        return NnscratchLibrary(dtype)


class NnscratchTwin:
    """An nnscratch model; gradients are caught where the optimizer takes them over."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self._gradients: Tensors = {}
        self._keys = {id(v): f"{layer}/{v.name}" for layer, v in named_weights(model)}
        optimizer = model.optimizer
        optimizer.build(model.trainable_weights)
        self._trained = [(v.path, self._keys[id(v)]) for v in model.trainable_weights]
        self._update = optimizer.step
        optimizer.step = self._catching_step

    def _catching_step(self, variables: list[Any]) -> None:
        self._gradients = {
            f"gradient/{self._keys[id(v)]}": v.grad.copy()
            for v in reversed(variables)
            if v.grad is not None
        }
        self._update(variables)

    def _state_variables(self) -> dict[str, Any]:
        found = keyed_slots(listed_variables(self.model.optimizer), self._trained)
        return found | {weight_key(layer, v.name): v for layer, v in named_weights(self.model)}

    def state(self) -> Tensors:
        """Return copies of slots, moving statistics and weights."""
        return {name: np.array(v.value) for name, v in self._state_variables().items()}

    def load(self, state: Tensors) -> None:
        """Start from this state."""
        for name, variable in self._state_variables().items():
            variable.assign(state[name])

    def step(self, batch: Batch, new_epoch: bool) -> Tensors:
        """Do what `train_on_batch` does, but let the metrics go on within an epoch."""
        model = self.model
        stepper, rows = model._step_for("step", batch.x, batch.y, batch.sample_weight)
        if new_epoch:
            stepper.reset()
        stepper.train(model.as_batch(rows))
        found = {f"output/{name}": value for name, value in self.outputs().items()}
        found["loss"] = np.array(stepper.total)
        found |= self._gradients | self.state()
        return found | {f"metric/{k}": np.array(v) for k, v in stepper.logs().items()}

    def outputs(self) -> Tensors:
        """Return the output of every layer in the latest step."""
        return dict(self.model.node_outputs())

    def infer(self, batch: Batch) -> Tensors:
        """Return outputs and loss of one batch in inference mode."""
        stepper, rows = self.model._step_for("infer", batch.x, batch.y, batch.sample_weight)
        stepper.forward(self.model.as_batch(rows), training=False)
        found = {f"inference/{name}": value for name, value in self.outputs().items()}
        return found | {"inference/loss": np.array(stepper.total)}

    def own_step(self, batch: Batch) -> Tensors:
        """Run nnscratch's own `train_on_batch`."""
        logs = self.model.train_on_batch(batch.x, batch.y, batch.sample_weight, return_dict=True)
        floatx = self.model.dtype
        return self.state() | {f"metric/{k}": np.asarray(v, floatx) for k, v in logs.items()}

    def hidden(self) -> list[Array]:
        """Return the noise layers' seed states; every epoch starts its metrics anew."""
        return [stream.state for stream in self._streams()]

    def load_hidden(self, values: list[Array]) -> None:
        """Set them back."""
        for stream, state in zip(self._streams(), values, strict=True):
            stream.state = state

    def _streams(self) -> list[Any]:
        """Return the seed generators of the noise layers."""
        found = [getattr(layer, "seed_generator", None) for layer in _layers_within(self.model)]
        return [stream for stream in found if stream is not None]


def _layers_within(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        yield from _layers_within(layer) if hasattr(layer, "layers") else (layer,)


class GraphTwin(NnscratchTwin):
    """A model of nnscratch whose layers may be shared."""

    def __init__(self, case: FuzzCase, assembled: Assembled) -> None:
        super().__init__(assembled.model)
        self._number = {id(tensor.node): i for i, tensor in assembled.made.items()}
        layers = [call.layer for call in case.calls]
        self._shared = {case.layers()[i][1]["name"] for i in layers if layers.count(i) > 1}

    def outputs(self) -> Tensors:
        """Return what every call of a layer made in the latest step; those of one are numbered."""
        layers = {layer.name for layer in self.model.layers}
        if not self._shared:
            return {name: t for name, t in super().outputs().items() if name in layers}
        stepper = self.model._trainer.step
        found = {}
        calls = stepper.run.outputs_of_calls(stepper.cache)
        for node, (name, value) in zip(stepper.run.nodes, calls, strict=True):
            if name not in layers:
                continue
            key = f"{name}/{self._number[id(node)]}" if name in self._shared else name
            found[key] = np.copy(value)
        return found


class NnscratchRuleTwin:
    """An nnscratch optimizer with variables to update."""

    def __init__(self, rule: Rule, values: list[Array]) -> None:
        self._optimizer = build_optimizer(nnscratch, rule)
        self._variables = [
            nnscratch.Variable(value, dtype=value.dtype.name, name=f"w{i}")
            for i, value in enumerate(values)
        ]
        self._optimizer.build(self._variables)
        keyed = [(v.path, v.path) for v in self._variables]
        self._tracked = keyed_slots(listed_variables(self._optimizer), keyed)
        self._tracked |= {f"weight/{v.path}": v for v in self._variables}

    def step(self, gradients: list[Array]) -> Tensors:
        """Apply gradients and return the variables and every slot."""
        self._optimizer.apply(gradients, self._variables)
        return {name: np.array(v.value) for name, v in self._tracked.items()}


class NnscratchLibrary:
    """nnscratch as the single checks see it."""

    name = "nnscratch"

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype

    def __getattr__(self, name: str) -> Any:
        return getattr(nnscratch, name)

    def numpy(self, value: Any) -> Array:
        """Return a variable or array as an array."""
        return np.asarray(value)

    def tensor(self, array: Array) -> Array:
        """Return the array: nnscratch has no other tensors."""
        return array

    def activation(self, function: Any, z: Array, da: Array) -> tuple[Array, Array]:
        """Return a = f(z) and dz."""
        cache = Cache()
        a = function.forward(z, cache).copy()
        return a, function.backward(da, cache).copy()

    def loss(self, loss: Any, y: Array, y_pred: Array) -> tuple[Array, Array]:
        """Return the loss and dL/dy_pred."""
        cache = Cache()
        value = np.array(loss.forward(y, y_pred, cache))
        return value, loss.backward(cache).copy()
