"""Copies of models with new layers and new weights."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from nnscratch.layers import Input, InputLayer, KerasTensor, Layer, Node
from nnscratch.models.functional import Functional
from nnscratch.models.model import Model
from nnscratch.models.sequential import Sequential
from nnscratch.structure import flatten, pack, transform


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Model:
    """Return a model of the same layers with new weights, compiled as the model is.

    Args:
        model: the model.
        input_tensors: symbolic tensors to build on instead of new inputs.
        clone_function: makes the new layer of an old one; by default of its configuration.
        call_function: calls a new layer: `call_function(layer, *args)`; for functional models.
        recursive: whether `clone_function` also goes through the layers of models within.

    Raises:
        ValueError: an argument that a model of this kind does not take.

    >>> from nnscratch.layers import Dense
    >>> model = Sequential([Input((2,)), Dense(3, name="hidden")], name="net")
    >>> copy = clone_model(model)
    >>> copy.name, copy.layers[0].name, copy.layers[0] is model.layers[0]
    ('net', 'hidden', False)
    """
    if not isinstance(model, Model):
        raise ValueError(f"`model` must be a model. Received: model={model!r}")
    cloner = _Cloner(clone_function, call_function, recursive)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError("`call_function` is for functional models; this one is Sequential.")
        return cloner.sequential(model, input_tensors)
    if isinstance(model, Functional):
        return cloner.functional(model, input_tensors)
    if clone_function is not None or call_function is not None or input_tensors is not None:
        raise ValueError(
            "`clone_function`, `call_function` and `input_tensors` are for Sequential and "
            f"functional models. Received: a model of class {type(model).__name__}"
        )
    again: Model = type(model).from_config(model.get_config())
    return again


class _Cloner:
    """Makes each new layer once, also where the old one is shared."""

    def __init__(self, clone: Any, call: Any, recursive: bool) -> None:
        self._clone = clone or (lambda layer: type(layer).from_config(layer.get_config()))
        self._call = call
        self._recursive = recursive
        self._made: dict[int, Any] = {}

    def layer(self, layer: Layer) -> Any:
        if id(layer) not in self._made:
            if isinstance(layer, InputLayer):
                made: Any = InputLayer.from_config(layer.get_config())
            elif self._recursive and isinstance(layer, Sequential):
                made = self.sequential(layer, None)
            elif self._recursive and isinstance(layer, Functional):
                made = self.functional(layer, None)
            else:
                made = self._clone(layer)
            self._made[id(layer)] = made
        return self._made[id(layer)]

    def sequential(self, model: Sequential, input_tensors: Any) -> Model:
        layers: list[Any] = [self.layer(layer) for layer in model._layers]
        if input_tensors is not None:
            given = flatten(input_tensors)
            if len(given) != 1:
                raise ValueError(f"A Sequential model has one input. Received: {len(given)}")
            layers = [given[0], *(part for part in layers if not isinstance(part, InputLayer))]
        made = Sequential(layers, trainable=model.trainable, name=model.name)
        return _compiled_like(made, model)

    def functional(self, model: Functional, input_tensors: Any) -> Model:
        run = model.run
        if input_tensors is None:
            given = [Input(batch_shape=t.shape, dtype=t.dtype, name=t.name) for t in run.inputs]
        else:
            given = flatten(input_tensors)
        if len(given) != len(run.inputs):
            raise ValueError(
                f"`input_tensors` must hold {len(run.inputs)} tensors. Received: {len(given)}"
            )
        new: dict[int, KerasTensor] = {
            id(old): tensor for old, tensor in zip(run.inputs, given, strict=True)
        }
        for node in run.nodes:
            tensors = [new[id(tensor)] for tensor in node.operands]
            if not isinstance(node.layer, Layer):
                new[id(node.outputs[0])] = _applied_again(node.layer, tensors)
                continue
            structure = getattr(node.layer, "input_structure", None)
            argument: Any = tensors if len(tensors) > 1 else tensors[0]
            if structure is not None:
                argument = pack(structure, tensors)
            layer = self.layer(node.layer)
            mask = {} if node.mask is None else {"mask": new[id(node.mask)]}
            found = (
                layer(argument, **mask)
                if self._call is None
                else self._call(layer, argument, **mask)
            )
            pairs = zip(node.outputs, flatten(found), strict=True)
            new.update({id(old): tensor for old, tensor in pairs})
        structure = run.inputs[0] if model.input_structure is None else model.input_structure
        outputs = run.outputs[0] if model.output_structure is None else model.output_structure
        made = type(model)(
            transform(lambda t: new[id(t)], structure),
            transform(lambda t: new[id(t)], outputs),
            name=model.name,
        )
        return _compiled_like(made, model)


def _compiled_like(made: Model, model: Model) -> Model:
    if model.compiled:
        made.compile_from_config(model.get_compile_config())
    return made


def _applied_again(operation: Any, tensors: list[KerasTensor]) -> KerasTensor:
    """Return the output of the same operation on other tensors."""
    again = copy.copy(operation)
    again._inbound_nodes = []
    old = operation._inbound_nodes[0].outputs[0]
    output = KerasTensor(old.shape, old.dtype)
    again._inbound_nodes.append(Node(again, tensors, [output]))
    return output
