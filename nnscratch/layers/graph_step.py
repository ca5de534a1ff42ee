"""One call of a graph: a layer, and where its arrays come from and go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnscratch.layers.symbolic import Node


@dataclass(frozen=True)
class Step:
    """One call in execution order: a layer, and where its arrays come from and go to.

    Attributes:
        layer: the layer called, or the operation.
        sources: numbers of the tensors that go in.
        targets: numbers of the tensors that come out.
        source_dtype: type of the tensors that go in, where the layer's is another.
        training: the mode that the call asks for; None takes the network's.
        form: the form of the call's arguments, where it is not plainly one tensor or a list.
        mask: number of the tensor that the call was given as `mask=`.
    """

    layer: Any
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    source_dtype: str | None
    training: bool | None = None
    form: Any = None
    mask: int | None = None


def step_of(node: Node, number: Mapping[int, int]) -> Step:
    """Return the call that a node of a graph stands for.

    Args:
        node: the node.
        number: the number of each tensor of the graph, by its id.
    """
    return Step(
        node.layer,
        tuple(number[id(t)] for t in node.operands),
        tuple(number[id(t)] for t in node.outputs),
        _cast_from(node),
        node.training,
        node.form,
        None if node.mask is None else number[id(node.mask)],
    )


def _cast_from(node: Node) -> str | None:
    if not node.inputs or node.layer.input_dtype is None:
        return None
    given = node.inputs[0].dtype
    return None if given == node.layer.input_dtype else given
