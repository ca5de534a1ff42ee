"""The reference: Keras on TensorFlow, one compiled function per training step."""

from __future__ import annotations

import contextlib
import functools
import platform
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from nnscratch.structure import transform
from nnscratch.typing import Array
from parity.engines.keras_session import load_keras, set_float_type
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


class KerasEngine:
    """Keras on TensorFlow, on the CPU and without XLA."""

    name = "keras"

    def __init__(self) -> None:
        self.keras, self.tf = load_keras()

    def versions(self) -> dict[str, str]:
        """Return the versions of the reference and of what it runs on."""
        return {
            "keras": self.keras.__version__,
            "tensorflow": self.tf.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        }

    def twin(self, case: Case, dtype: str, input_shape: tuple[int, ...]) -> KerasTwin:
        """Build the model of a case."""
        set_float_type(self.keras, dtype)
        if isinstance(case, FuzzCase):
            return self.new_twin(case)
        return KerasTwin(self, build_model(self.keras, case, input_shape))

    def new_twin(self, case: FuzzCase, **options: Any) -> KerasTwin:
        """Build a graph, with further arguments of `compile`."""
        assembled = build(self.keras, case, self._activation, **options)
        return KerasTwin(self, assembled.model, _calls_in_order(assembled))

    def _activation(self, spec: Activated) -> Any:
        function = getattr(self.keras.activations, spec.name)
        return functools.partial(function, **spec.options)

    def rule_twin(self, rule: Rule, dtype: str, values: list[Array]) -> KerasRuleTwin:
        """Make an optimizer and its variables."""
        set_float_type(self.keras, dtype)
        return KerasRuleTwin(self, rule, values)

    def library(self, dtype: str) -> KerasLibrary:
        """Return Keras for single checks."""
        set_float_type(self.keras, dtype)
        return KerasLibrary(self, dtype)


def _calls_in_order(assembled: Assembled) -> dict[str, list[int]]:
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


def optimizer_variables(optimizer: Any, trained: list[tuple[str, str]]) -> dict[str, Any]:
    """Return an optimizer's variables by tensor name.

    Args:
        optimizer: a built optimizer.
        trained: path and tensor name of each trained variable.
    """
    return keyed_slots(listed_variables(optimizer), trained)


class KerasTwin:
    """A Keras model with a training step that also returns what happened inside.

    The step does what Keras's own `train_step` does, in its order, within one `tf.function`; the
    layers' outputs are caught as the model calls them. `own_step` runs Keras's own, so that the two
    can be compared.

    Args:
        engine: the engine it belongs to.
        model: the model.
        calls: for layers that are called several times, the numbers of the calls in the order in
            which the model makes them.

    Attributes:
        infers_compiled: whether `infer` compiles what it runs. It is asked for too seldom for that
            to be worth the making, unless the compiled function is what is asked for.
    """

    def __init__(
        self, engine: KerasEngine, model: Any, calls: Mapping[str, Sequence[int]] | None = None
    ) -> None:
        self.tf, self.model = engine.tf, model
        self._calls = calls or {}
        self._outputs: dict[str, Any] = {}
        for layer in model.layers:
            layer.call = self._catching(layer.name, layer.call)
        model.optimizer.build(model.trainable_variables)
        self._variables = [(v.path, key) for v, key in self._keyed(model.trainable_variables)]
        self._step: Callable[..., Any] | None = None
        self.infers_compiled = False

    def _catching(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def caught(*args: Any, **kwargs: Any) -> Any:
            output = call(*args, **kwargs)
            self._outputs[self._name_of_call(name)] = output
            return output

        return caught

    def _name_of_call(self, layer: str) -> str:
        """Return the name of the output that a layer is about to make."""
        if layer not in self._calls:
            return layer
        names = [f"{layer}/{number}" for number in self._calls[layer]]
        return next((name for name in names if name not in self._outputs), names[-1])

    def _keyed(self, variables: list[Any]) -> list[tuple[Any, str]]:
        """Pair variables with `<layer>/<variable>`."""
        names = {id(v): f"{layer}/{v.name}" for layer, v in named_weights(self.model)}
        return [(v, names[id(v)]) for v in variables]

    def _state_variables(self) -> dict[str, Any]:
        """Return slots, moving statistics and weights by tensor name."""
        found = optimizer_variables(self.model.optimizer, self._variables)
        return found | {weight_key(layer, v.name): v for layer, v in named_weights(self.model)}

    def state(self) -> Tensors:
        """Return copies of the state's tensors."""
        return {name: np.array(v.value) for name, v in self._state_variables().items()}

    def load(self, state: Tensors) -> None:
        """Start from this state."""
        for name, variable in self._state_variables().items():
            variable.value.assign(state[name])

    def _train(self, x: Any, y: Any, sample_weight: Any) -> dict[str, Any]:
        tf, model = self.tf, self.model
        self._outputs.clear()
        with tf.GradientTape() as tape:
            y_pred = model(x, training=True)
            loss = model.compute_loss(x, y, y_pred, sample_weight, training=True)
            rows = tf.shape(tf.nest.flatten(x)[0])[0]
            model._loss_tracker.update_state(loss, sample_weight=rows)
            scaled = model.optimizer.scale_loss(loss)
        variables = model.trainable_variables
        gradients = tape.gradient(scaled, variables)
        model.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        metrics = model.compute_metrics(x, y, y_pred, sample_weight=sample_weight)
        found = {f"output/{name}": value for name, value in self._outputs.items()}
        found["loss"] = loss
        keyed = list(zip(gradients, self._keyed(variables), strict=True))
        found |= {f"gradient/{key}": g for g, (_, key) in reversed(keyed) if g is not None}
        found |= {name: tf.identity(v.value) for name, v in self._state_variables().items()}
        return found | {f"metric/{name}": value for name, value in metrics.items()}

    def _evaluate(self, x: Any, y: Any, sample_weight: Any) -> dict[str, Any]:
        model = self.model
        self._outputs.clear()
        y_pred = model(x, training=False)
        loss = model.compute_loss(x, y, y_pred, sample_weight, training=False)
        found = {f"inference/{name}": value for name, value in self._outputs.items()}
        return found | {"inference/loss": loss}

    def _compiled(self, function: Callable[..., dict[str, Any]], batch: Batch) -> Any:
        """Compile for batches of any length; names are known once it has been traced."""
        tf = self.tf
        names: list[str] = []

        @tf.function(
            input_signature=[
                transform(lambda a: tf.TensorSpec((None, *a.shape[1:]), a.dtype), part)
                for part in _parts(batch)
            ],
            jit_compile=False,
            autograph=False,
        )
        def run(x: Any, y: Any, sample_weight: Any = None) -> list[Any]:
            found = function(x, y, sample_weight)
            names[:] = found
            return list(found.values())

        def call(batch: Batch) -> Tensors:
            values = run(*(transform(tf.constant, part) for part in _parts(batch)))
            return {name: value.numpy() for name, value in zip(names, values, strict=True)}

        return call

    def step(self, batch: Batch, new_epoch: bool) -> Tensors:
        """Train on one batch and return every tensor of the step."""
        if self._step is None:
            self._step = self._compiled(self._train, batch)
        if new_epoch:
            self.model.reset_metrics()
        return self._step(batch)

    def infer(self, batch: Batch) -> Tensors:
        """Return outputs and loss of one batch in inference mode."""
        hidden = self.hidden()  # the loss of each output of several goes into a metric
        if self.infers_compiled:
            found = self._compiled(self._evaluate, batch)(batch)
        else:
            arguments = [transform(self.tf.constant, part) for part in _parts(batch)]
            tensors = self._evaluate(*arguments, *[None] * (3 - len(arguments)))
            found = {name: value.numpy() for name, value in tensors.items()}
        self.load_hidden(hidden)
        return found

    def own_step(self, batch: Batch) -> Tensors:
        """Run Keras's own `train_on_batch`; eagerly, since it is asked for once."""
        with self._running_eagerly():
            arguments = batch.x, batch.y, batch.sample_weight
            logs = self.model.train_on_batch(*arguments, return_dict=True)
        floatx = self.model.dtype
        return self.state() | {f"metric/{k}": np.asarray(v, floatx) for k, v in logs.items()}

    @contextlib.contextmanager
    def _running_eagerly(self) -> Iterator[None]:
        before, self.model.run_eagerly = self.model.run_eagerly, True
        try:
            yield
        finally:
            self.model.run_eagerly, self.model.train_function = before, None

    def hidden(self) -> list[Array]:
        """Return the noise layers' seed states and the metrics' sums."""
        return [np.array(v.value) for v in self._hidden_variables()]

    def load_hidden(self, values: list[Array]) -> None:
        """Set them back; metrics that did not exist then are reset by the epoch's first step."""
        for variable, value in zip(self._hidden_variables(), values, strict=False):
            variable.assign(value)

    def _hidden_variables(self) -> list[Any]:
        model = self.model
        seeds = [v for v in model.non_trainable_variables if v.name == "seed_generator_state"]
        return [*seeds, *model.metrics_variables]


def _parts(batch: Batch) -> list[Any]:
    parts = [batch.x, batch.y, batch.sample_weight]
    return parts if batch.sample_weight is not None else parts[:2]


class KerasRuleTwin:
    """A Keras optimizer in one compiled function."""

    def __init__(self, engine: KerasEngine, rule: Rule, values: list[Array]) -> None:
        keras, tf = engine.keras, engine.tf
        optimizer = build_optimizer(keras, rule)
        variables = [
            keras.Variable(value, dtype=value.dtype.name, name=f"w{i}")
            for i, value in enumerate(values)
        ]
        optimizer.build(variables)
        keyed = [(v.path, v.path) for v in variables]
        tracked = optimizer_variables(optimizer, keyed)
        tracked |= {f"weight/{v.path}": v for v in variables}
        self._names = list(tracked)

        @tf.function(jit_compile=False, autograph=False)
        def step(gradients: list[Any]) -> list[Any]:
            optimizer.apply(gradients, variables)
            return [tf.identity(v.value) for v in tracked.values()]

        self._run, self._constant = step, tf.constant

    def step(self, gradients: list[Array]) -> Tensors:
        """Apply gradients and return the variables and every slot."""
        values = self._run([self._constant(g) for g in gradients])
        return {name: v.numpy() for name, v in zip(self._names, values, strict=True)}


class KerasLibrary:
    """Keras as the single checks see it."""

    name = "keras"

    def __init__(self, engine: KerasEngine, dtype: str) -> None:
        self._keras, self._tf, self.dtype = engine.keras, engine.tf, dtype

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keras, name)

    def numpy(self, value: Any) -> Array:
        """Return a tensor or variable as an array."""
        return np.asarray(self._keras.ops.convert_to_numpy(value))

    def tensor(self, array: Array) -> Any:
        """Return an array as a tensor."""
        return self._tf.constant(array)

    def activation(self, function: Any, z: Array, da: Array) -> tuple[Array, Array]:
        """Return a = f(z) and dz."""
        tf = self._tf
        z = tf.constant(z)
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = function(z)
        dz = tape.gradient(a, z, output_gradients=tf.constant(da))
        return a.numpy(), dz.numpy()

    def loss(self, loss: Any, y: Array, y_pred: Array) -> tuple[Array, Array]:
        """Return the loss and dL/dy_pred."""
        tf = self._tf
        y_pred = tf.constant(y_pred)
        with tf.GradientTape() as tape, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tape.watch(y_pred)
            value = loss(tf.constant(y), y_pred)
        return value.numpy(), tape.gradient(value, y_pred).numpy()
