"""Symbolic tensors and the nodes that made them: a node is one call of one layer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from nnscratch.naming import auto_name
from nnscratch.recording import Operands, operate
from nnscratch.typing import Shape


class KerasTensor(Operands):
    """A place in a network: a shape and a type, no numbers yet.

    Operators and indexing give further tensors, each the output of an operation of
    `nnscratch.ops`.

    Args:
        shape: shape with None for the batch.
        dtype: element type.
        sparse: accepted for compatibility; only dense arrays are offered.
        ragged: accepted for compatibility, as `sparse`.
        record_history: accepted for compatibility; the call is always kept in `node`.
        name: name; automatic by default.

    Attributes:
        node: the call that produces it.

    >>> x = KerasTensor((None, 4), "float32")
    >>> (2.0 * x[:, :3] + 1.0).shape
    (None, 3)
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

    @property
    def T(self) -> Any:  # noqa: N802 (NumPy's name)
        """The tensor with its axes reversed."""
        return operate("transpose", self)

    def reshape(self, newshape: Any) -> Any:
        """Return the tensor in another shape; see `ops.reshape`."""
        return operate("reshape", self, newshape)

    def squeeze(self, axis: Any = None) -> Any:
        """Return the tensor without axes of size 1; see `ops.squeeze`."""
        return operate("squeeze", self, axis)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


_places = itertools.count()


class Node:
    """One call of a layer: which tensors went in and which came out.

    Args:
        layer: the layer called, or an operation.
        inputs: the tensors it was called on.
        outputs: the tensors the call made.
        training: the mode that the call asked for; None takes the network's.
        form: the form of the call's arguments, where it is not plainly one tensor or a list.
        mask: the tensor that the call was given as `mask=`; it is the last of `inputs`.

    Attributes:
        place: its place among all calls, in the order in which they were made.
    """

    def __init__(
        self,
        layer: Any,
        inputs: Sequence[KerasTensor],
        outputs: Sequence[KerasTensor],
        training: bool | None = None,
        form: Any = None,
        mask: KerasTensor | None = None,
    ) -> None:
        self.layer = layer
        self.mask = mask
        self.inputs = tuple(inputs) if mask is None else (*inputs, mask)
        self.outputs = tuple(outputs)
        self.training = training
        self.form = form
        self.place = next(_places)
        for tensor in self.outputs:
            tensor.node = self

    @property
    def operands(self) -> tuple[KerasTensor, ...]:
        """The inputs without the mask."""
        return self.inputs if self.mask is None else self.inputs[:-1]
