"""The order of a functional model's layers, which is the order of its weights."""

from __future__ import annotations

from collections.abc import Sequence

from nnscratch.layers import KerasTensor, Layer, Node


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
    depth_of_node = {id(node): 0 for node in nodes}
    depth_of_layer: dict[int, int] = {}
    for node in reversed(nodes):
        depth = max(depth_of_node[id(node)], depth_of_layer.get(id(node.layer), 0))
        depth_of_layer[id(node.layer)] = depth_of_node[id(node)] = depth
        for tensor in node.inputs:
            before = tensor.node
            if before is not None and id(before) in depth_of_node:
                depth_of_node[id(before)] = max(depth + 1, depth_of_node[id(before)])
    unused = [t.node.layer for t in inputs if t.node is not None]
    layers = [layer for layer in unused if id(layer) not in depth_of_layer] + met
    return sorted(layers, key=lambda layer: -depth_of_layer.get(id(layer), 0))


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
