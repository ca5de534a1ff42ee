"""Symbolic tensors and the nodes that made them: a node is one call of one layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnscratch.naming import auto_name
from nnscratch.typing import Shape

if TYPE_CHECKING:
    from nnscratch.layers.base import Layer


class KerasTensor:
    """A place in a network: a shape and a type, no numbers yet.

    Args:
        shape: shape with None for the batch.
        dtype: element type.
        sparse: accepted for compatibility; only dense arrays are offered.
        ragged: accepted for compatibility, as `sparse`.
        record_history: accepted for compatibility; the call is always kept in `node`.
        name: name; automatic by default.

    Attributes:
        node: the call that produces it.
    """

    def __init__(
        self,
        shape: Shape,
        dtype: str = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ) -> None:
        self.shape = tuple(shape)
        self.dtype = dtype
        self.name = name or auto_name("KerasTensor")
        self.node: Node | None = None

    @property
    def ndim(self) -> int:
        """Number of dimensions, the batch included."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


class Node:
    """One call of a layer: which tensors went in and which came out.

    Args:
        layer: the layer called.
        inputs: the tensors it was called on.
        outputs: the tensors the call made.
    """

    def __init__(
        self, layer: Layer, inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]
    ) -> None:
        self.layer = layer
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        for tensor in self.outputs:
            tensor.node = self
