"""A model as a `GraphDef`: one node for each call of a layer, nested models as scopes."""

from __future__ import annotations

from typing import Any


def graph_definition(model: Any) -> Any:
    """Return a model's graph as TensorBoard reads it.

    A layer that is called several times has a node for each call, `dense`, `dense_call_2` and so
    on; the calls inside a nested model carry its name in front.

    Args:
        model: a built model.
    """
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    definition = GraphDef()
    names: dict[int, str] = {}
    for tensor in model.run.inputs:
        name = tensor.node.layer.name
        names[id(tensor)] = name
        _add(definition, name, tensor.node.layer, [], [tensor])
    _add_calls(definition, model.run, names, "")
    return definition


def _add_calls(definition: Any, graph: Any, names: dict[int, str], scope: str) -> None:
    calls: dict[int, int] = {}
    for node in graph.nodes:
        layer = node.layer
        calls[id(layer)] = number = calls.get(id(layer), 0) + 1
        name = scope + layer.name + (f"_call_{number}" if number > 1 else "")
        sources = [names[id(tensor)] for tensor in node.inputs]
        inner = getattr(layer, "graph", None)
        if inner is None:
            _add(definition, name, layer, sources, node.outputs)
            names.update((id(tensor), name) for tensor in node.outputs)
            continue
        within = {id(t): source for t, source in zip(inner.inputs, sources, strict=True)}
        _add_calls(definition, inner, within, f"{name}/")
        for outer, output in zip(node.outputs, inner.outputs, strict=True):
            names[id(outer)] = within[id(output)]


def _add(definition: Any, name: str, layer: Any, sources: list[str], outputs: Any) -> None:
    node = definition.node.add(name=name, op=type(layer).__name__, input=sources)
    for tensor in outputs:
        shape = node.attr["_output_shapes"].list.shape.add()
        for size in tensor.shape:
            shape.dim.add(size=-1 if size is None else size)
    node.attr["parameters"].i = layer.count_params()
    activation = getattr(getattr(layer, "activation", None), "name", None)
    if isinstance(activation, str):
        node.attr["activation"].s = activation.encode()
