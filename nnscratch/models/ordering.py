"""The order of a functional model's layers, which is the order of its weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch.layers import KerasTensor, Layer, Node
from nnscratch.layers.graph import Graph
from nnscratch.layers.ordering import depths


def layers_by_depth(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> list[Layer]:
    """Return the layers between inputs and outputs, inputs included, in Keras's order.

    A layer's depth is the greatest number of calls between it and an output. The deepest come
    first; among equals, those first met when walking back from the outputs.

    Args:
        inputs: the model's symbolic inputs.
        outputs: the model's symbolic outputs.
    """
    given = {id(tensor) for tensor in inputs}
    nodes, met = _nodes_and_layers(given, outputs)
    _, depth_of_layer = depths(nodes)
    unused = [t.node.layer for t in inputs if t.node is not None]
    layers = [layer for layer in unused if id(layer) not in depth_of_layer] + met
    return sorted(layers, key=lambda layer: -depth_of_layer.get(id(layer), 0))


def connections(graph: Graph, layers: Sequence[Any]) -> Any:
    """Return a function from a layer to where its inputs come from, as a summary shows them.

    A plain row of layers, each called once on the one before, needs no such column: None.

    Args:
        graph: the graph.
        layers: its layers and operations.
    """
    nodes, _ = _nodes_and_layers({id(tensor) for tensor in graph.inputs}, graph.outputs)
    depth_of_node = list(depths(nodes)[0].values())
    own = {id(node) for node in nodes}
    forks = len(set(depth_of_node)) < len(depth_of_node)
    forks = forks or any(len(node.inputs) > 1 for node in nodes)
    calls = [sum(id(node) in own for node in layer._inbound_nodes) for layer in layers]
    if not forks and max(calls) < 2:
        return None

    def links(layer: Any) -> list[tuple[str, int, int]]:
        called = [node for node in layer._inbound_nodes if id(node) in own]
        return [_place(tensor) for node in called for tensor in node.inputs]

    return links


def _place(tensor: KerasTensor) -> tuple[str, int, int]:
    node = tensor.node
    assert node is not None  # every tensor of a graph is made by a node
    made_by = node.layer
    call = next(i for i, other in enumerate(made_by._inbound_nodes) if other is node)
    output = next(i for i, other in enumerate(node.outputs) if other is tensor)
    return made_by.name, call, output


def _nodes_and_layers(
    given: set[int], outputs: Sequence[KerasTensor]
) -> tuple[list[Node], list[Layer]]:
    """Walk back from the outputs: calls, each after those it needs, and layers as first met."""
    nodes: list[Node] = []
    met: list[Layer] = []
    seen: set[int] = set()
    stack: list[tuple[KerasTensor, bool]] = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, expanded = stack.pop()
        node = tensor.node
        if node is None:
            continue
        if expanded:
            nodes.append(node)
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.inputs and id(tensor) in given:
            continue
        if not any(layer is node.layer for layer in met):
            met.append(node.layer)
        stack.append((tensor, True))
        stack.extend((t, False) for t in reversed(node.inputs))
    return nodes, met
