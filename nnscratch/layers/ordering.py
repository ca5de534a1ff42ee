"""The calls that a graph needs, how deep they are in it, and the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence

from nnscratch.layers.symbolic import KerasTensor, Node


def needed_nodes(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> list[Node]:
    """Return the calls between inputs and outputs so that each follows those it needs.

    Args:
        inputs: symbolic tensors at which data enters.
        outputs: symbolic tensors wanted.

    Raises:
        ValueError: an output needs something that is not among the inputs.
    """
    known = {id(tensor) for tensor in inputs}
    order: list[Node] = []
    stack: list[tuple[KerasTensor, bool]] = [(tensor, False) for tensor in reversed(outputs)]
    while stack:
        tensor, expanded = stack.pop()
        if id(tensor) in known:
            continue
        node = tensor.node
        if node is None or hasattr(node.layer, "batch_shape"):
            raise ValueError(
                f"Graph disconnected: {tensor} is needed to compute the outputs but is not "
                "among the inputs."
            )
        if expanded:
            order.append(node)
            known.update(id(t) for t in node.outputs)
        else:
            stack.append((tensor, True))
            stack.extend((t, False) for t in reversed(node.inputs))
    return order


def depths(nodes: Sequence[Node]) -> tuple[dict[int, int], dict[int, int]]:
    """Return the depth of each node and of each layer, by their ids.

    A depth is the greatest number of calls between a node and an output; all calls of a layer are
    at least as deep as those of it that come later in the graph.

    Args:
        nodes: the calls, each after those it needs.

    Returns:
        The depths of the nodes, in the order in which a walk back from the last node first meets
        each of them, and the depths of the layers.
    """
    inside = {id(node) for node in nodes}
    depth_of_node: dict[int, int] = {}
    depth_of_layer: dict[int, int] = {}
    for node in reversed(nodes):
        depth = max(depth_of_node.setdefault(id(node), 0), depth_of_layer.get(id(node.layer), 0))
        depth_of_layer[id(node.layer)] = depth_of_node[id(node)] = depth
        for tensor in node.inputs:
            before = tensor.node
            if before is not None and id(before) in inside:
                deeper = max(depth + 1, depth_of_node.get(id(before), 0))
                depth_of_node[id(before)] = deeper
    return depth_of_node, depth_of_layer


def deepest_first(nodes: Sequence[Node]) -> list[Node]:
    """Return calls in the order in which a functional model of Keras runs them.

    The order matters where a layer is shared that changes with every call: the draws of a Dropout,
    the moving statistics of a BatchNormalization.

    Args:
        nodes: the calls, each after those it needs.
    """
    by_id = {id(node): node for node in nodes}
    depth_of_node, _ = depths(nodes)
    return [by_id[i] for i in sorted(depth_of_node, key=lambda i: -depth_of_node[i])]


def as_they_were_made(nodes: Sequence[Node]) -> list[Node]:
    """Return calls in the order in which they were made, as a `call` written out runs them."""
    return sorted(nodes, key=lambda node: node.place)
