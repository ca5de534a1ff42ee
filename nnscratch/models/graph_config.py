"""Functional models as configurations: layers by name, calls by the tensors that go in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnscratch.layers import KerasTensor, Layer, Node
from nnscratch.layers.graph import Graph
from nnscratch.models.operation_config import HOME, WrittenOperation, written_operation
from nnscratch.saving.limits import get_limits
from nnscratch.saving.objects import read_object, serialize_keras_object
from nnscratch.structure import flatten, pack, transform


class GraphWriter:
    """Writes the calls of a graph down.

    Args:
        graph: the graph.
        layers: its layers, in order, inputs included.
    """

    def __init__(self, graph: Graph, layers: list[Layer]) -> None:
        own = {id(node) for node in graph.nodes}
        own |= {id(tensor.node) for tensor in graph.inputs}
        self.layers = layers
        self._own = own
        self._place = {
            id(tensor): (layer, number, i)
            for layer in layers
            for number, node in enumerate(self._nodes_of(layer))
            for i, tensor in enumerate(node.outputs)
        }
        for tensor in graph.inputs:
            if tensor.node is None or tensor.node.inputs:
                raise ValueError(
                    f"A model whose input {tensor.name!r} is not an Input() cannot be written "
                    "down. Make it from new Inputs, calling the same layers on them."
                )

    def _nodes_of(self, layer: Layer) -> list[Node]:
        return [node for node in layer._inbound_nodes if id(node) in self._own]

    def layer_configs(self) -> list[dict[str, Any]]:
        """Return one dictionary for each layer, with its calls."""
        layers = [layer for layer in self.layers if isinstance(layer, Layer)]
        written = iter(serialize_keras_object(layers))
        return [
            {
                **next(written),
                "name": layer.name,
                "inbound_nodes": [self._call(n) for n in self._nodes_of(layer) if n.inputs],
            }
            if isinstance(layer, Layer)
            else written_operation(layer, self._tensor)
            for layer in self.layers
        ]

    def _call(self, node: Node) -> dict[str, Any]:
        tensors: list[Any] = [self._tensor(tensor) for tensor in node.operands]
        kwargs = {} if node.mask is None else {"mask": self._tensor(node.mask)}
        structure = getattr(node.layer, "input_structure", None)
        if structure is not None:
            argument = pack(structure, tensors)
        else:
            argument = tensors[0] if len(tensors) == 1 else tensors
        return {"args": [argument], "kwargs": kwargs}

    def _tensor(self, tensor: KerasTensor) -> dict[str, Any]:
        layer, number, i = self._place[id(tensor)]
        return {
            "class_name": "__keras_tensor__",
            "config": {
                "shape": list(tensor.shape),
                "dtype": tensor.dtype,
                "keras_history": [layer.name, number, i],
            },
        }

    def places(self, tensors: Any) -> Any:
        """Return where each of the model's inputs or outputs comes from, in the same structure."""
        return transform(self._place_of, tensors)

    def _place_of(self, tensor: KerasTensor) -> list[Any]:
        layer, number, i = self._place[id(tensor)]
        counted_from = 1 if _is_functional(layer) else 0  # Keras counts the model's own graph too
        return [layer.name, number + counted_from, i]


def _is_functional(layer: Layer) -> bool:
    return hasattr(layer, "input_structure") and not hasattr(layer, "pop")


class GraphReader:
    """Makes the layers that a configuration lists and calls them as it says.

    Args:
        config: the configuration of the model.

    Raises:
        ValueError: the calls form a loop, or name what is not there.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        listed = config["layers"]
        if len(listed) > get_limits().max_members:
            raise ValueError(f"a model of {len(listed)} layers is more than the limits allow")
        self.layers: dict[str, Any] = {}
        waiting: dict[str, list[Any]] = {}
        for written in listed:
            name = written["name"] if "name" in written else written["config"]["name"]
            if name in self.layers:
                raise ValueError(f"two layers are named {name!r}")
            if str(written.get("module")).startswith(HOME):
                layer: Any = WrittenOperation(written)
            else:
                layer = read_object(written, "keras.layers")
            if not isinstance(layer, (Layer, WrittenOperation)):
                raise ValueError(f"{name!r} is a {type(layer).__name__}, not a layer")
            self.layers[name] = layer
            waiting[name] = list(written["inbound_nodes"])
        self._start = {name: len(layer._inbound_nodes) for name, layer in self.layers.items()}
        for name, layer in self.layers.items():
            if layer._inbound_nodes and not layer._inbound_nodes[0].inputs:
                self._start[name] = 0
        self._call_all(waiting)

    def _call_all(self, waiting: dict[str, list[Any]]) -> None:
        """Call layers as soon as what goes in is there; a shared layer may have to wait."""
        while any(waiting.values()):
            called = False
            for name, calls in waiting.items():
                while calls and self._call(self.layers[name], calls[0]):
                    calls.pop(0)
                    called = True
            if not called:
                stuck = sorted(name for name, calls in waiting.items() if calls)
                raise ValueError(f"the inputs of {stuck} cannot be computed: a loop or a gap")

    def _call(self, layer: Layer, call: Any) -> bool:
        """Call a layer once, if its inputs are there."""
        if isinstance(layer, WrittenOperation):
            return self._apply(layer, call)
        argument, mask = _argument(layer, call)
        places = [*_histories(argument), *([] if mask is None else _histories(mask))]
        found = [self._tensor(*place) for place in places]
        if any(tensor is None for tensor in found):
            return False
        leaves = iter(found)
        argument = _filled(argument, leaves)
        given: dict[str, Any] = {} if mask is None else {"mask": next(leaves)}
        layer(argument, **given)
        return True

    def _apply(self, operation: WrittenOperation, call: Any) -> bool:
        missing = False

        def found(part: Any) -> Any:
            nonlocal missing
            if isinstance(part, list):
                return [found(inner) for inner in part]
            if not _is_history(part):
                return part
            tensor = self._tensor(*part["config"]["keras_history"])
            missing = missing or tensor is None
            return tensor

        args = [found(part) for part in call["args"]]
        if not missing:
            operation.apply(args)
        return not missing

    def _tensor(self, name: str, number: int, i: int) -> KerasTensor | None:
        if name not in self.layers:
            raise ValueError(f"there is no layer named {name!r}")
        nodes = self.layers[name]._inbound_nodes[self._start[name] :]
        return nodes[number].outputs[i] if 0 <= number < len(nodes) else None

    def places(self, written: Any) -> Any:
        """Return the tensors at which the model begins or ends."""
        if isinstance(written, dict):
            return {key: self.places(part) for key, part in written.items()}
        if isinstance(written, (list, tuple)) and written and isinstance(written[0], str):
            name, number, i = written
            number -= 1 if name in self.layers and _is_functional(self.layers[name]) else 0
            tensor = self._tensor(name, number, i)
            if tensor is None:
                raise ValueError(f"there is no call number {number} of layer {name!r}")
            return tensor
        return [self.places(part) for part in written]


def _is_history(part: Any) -> bool:
    return isinstance(part, dict) and part.get("class_name") == "__keras_tensor__"


def _argument(layer: Layer, call: Any) -> tuple[Any, Any]:
    """Return what the layer is called on, places of tensors in lists and dicts, and its mask."""
    if isinstance(call, list):  # the form of Keras 2: [[name, node, tensor, kwargs], …]
        kwargs = {key: value for entry in call for key, value in (entry[3:] or [{}])[0].items()}
        argument: Any = [
            {"class_name": "__keras_tensor__", "config": {"keras_history": entry[:3]}}
            for entry in call
        ]
        argument = argument[0] if len(argument) == 1 else argument
    else:
        args, kwargs = list(call["args"]), dict(call["kwargs"])
        if not args and "inputs" in kwargs:
            args = [kwargs.pop("inputs")]
        if len(args) != 1:
            raise ValueError(f"{layer.name!r} is called with {len(args)} arguments instead of one")
        argument = args[0]
    if kwargs.get("training") is False:  # as versions before 3.15 write it; `fit` overrules it
        del kwargs["training"]
    mask = kwargs.pop("mask", None) if _is_history(kwargs.get("mask")) else None
    given = [key for key, value in kwargs.items() if any(v is not None for v in flatten(value))]
    if given:
        raise ValueError(f"{layer.name!r} is called with {', '.join(given)}, which is not offered")
    return argument, mask


def _histories(argument: Any) -> list[Any]:
    if _is_history(argument):
        return [argument["config"]["keras_history"]]
    if isinstance(argument, dict):
        return [place for key in sorted(argument) for place in _histories(argument[key])]
    if isinstance(argument, (list, tuple)):
        return [place for part in argument for place in _histories(part)]
    raise ValueError(f"a layer is called on {argument!r}, which is no tensor")


def _filled(argument: Any, leaves: Any) -> Any:
    if _is_history(argument):
        return next(leaves)
    if isinstance(argument, dict):
        return {key: _filled(argument[key], leaves) for key in sorted(argument)}
    return [_filled(part, leaves) for part in argument]


def functional_config(model: Any) -> dict[str, Any]:
    """Return the configuration of a functional model, as Keras writes it.

    Args:
        model: the model.
    """
    writer = GraphWriter(model.run, model.operations)
    inputs = model.inputs[0] if model.input_structure is None else model.input_structure
    outputs = model.outputs[0] if model.output_structure is None else model.output_structure
    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": writer.layer_configs(),
        "input_layers": writer.places(inputs),
        "output_layers": writer.places(outputs),
    }


def functional_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that make the functional model of a configuration.

    Args:
        config: the configuration.

    Raises:
        ValueError: it is inconsistent.
    """
    reader = GraphReader(config)
    inputs, outputs = reader.places(config["input_layers"]), reader.places(config["output_layers"])
    for tensor in flatten(inputs):
        if tensor.node is None or tensor.node.inputs:
            raise ValueError(f"{tensor.name!r} is listed as an input and is computed")
    return {
        "inputs": _alone(inputs),
        "outputs": _alone(outputs),
        "name": config.get("name"),
    }


def _alone(places: Any) -> Any:
    """Return the tensor in a list of one, as which versions before 3.11 write it."""
    return places[0] if isinstance(places, list) and len(places) == 1 else places
