"""The input: the place where data enters a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.layers.config import not_offered
from nnscratch.layers.symbolic import KerasTensor, Node
from nnscratch.typing import Array, Shape


class InputLayer(Layer):
    """The place where data enters a network; it computes nothing.

    Args:
        shape: shape of one sample, without the batch.
        batch_size: fixed batch size, if any.
        dtype: type that inputs are cast to.
        batch_shape: the shape with the batch; instead of `shape`.
        sparse: accepted for compatibility; only dense arrays are offered.
        ragged: accepted for compatibility, as `sparse`.
        input_tensor: not offered.
        optional: accepted for compatibility; an input is always needed.
        name: name of the layer.

    Raises:
        ValueError: not exactly one of `shape` and `batch_shape`, or a size that is not positive.
    """

    build_is_saved = False

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=dtype, name=name)
        given = {"sparse": sparse, "ragged": ragged, "input_tensor": input_tensor}
        for argument, value in {**given, "optional": optional}.items():
            if value is not None and value is not False:
                raise not_offered(self, argument, value, "Give dense arrays for every input.")
        if (shape is None) == (batch_shape is None):
            raise ValueError(
                "Input needs exactly one of `shape` and `batch_shape`. "
                f"Received: shape={shape}, batch_shape={batch_shape}"
            )
        if batch_shape is None:
            batch_shape = (batch_size, *((shape,) if isinstance(shape, int) else shape))
        self.batch_shape = _checked_shape(batch_shape)
        self.built = True
        output = KerasTensor(self.batch_shape, self.dtype, name=self.name)
        self._inbound_nodes.append(Node(self, [], [output]))

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Return x."""
        return x

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Return dy."""
        return dy

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape given, the batch included."""
        return self.batch_shape

    def get_config(self) -> dict[str, Any]:
        """Return shape, type and name."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }


def _checked_shape(shape: Any) -> Shape:
    sizes = tuple(shape)
    for size in sizes:
        if size is not None and (not isinstance(size, (int, np.integer)) or size < 1):
            raise ValueError(
                f"A shape holds positive integers, or None for the batch. Received: {shape}"
            )
    return tuple(None if size is None else int(size) for size in sizes)


def Input(  # noqa: N802 (Keras's name)
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """Make the symbolic tensor at which data enters a network.

    Args:
        shape: shape of one sample, without the batch: `(784,)` for flat MNIST images.
        batch_size: fixed batch size, if any.
        dtype: type that inputs are cast to; floatx by default.
        sparse: accepted for compatibility; only dense arrays are offered.
        ragged: accepted for compatibility, as `sparse`.
        batch_shape: the shape with the batch; instead of `shape`.
        name: name of the input.
        tensor: a symbolic tensor to return as it is, as Keras does; everything else is ignored.
        optional: accepted for compatibility; an input is always needed.

    Raises:
        ValueError: `tensor` is no symbolic tensor, or an argument that is not offered.

    >>> Input((784,)).shape
    (None, 784)
    """
    if isinstance(tensor, KerasTensor):
        return tensor
    if tensor is not None:
        raise ValueError(
            "`tensor` must be a symbolic tensor; data enter a network by fit(), predict() or a "
            f"call. Received: tensor={tensor!r} of type {type(tensor).__name__}"
        )
    return InputLayer(
        shape, batch_size, dtype, sparse, ragged, batch_shape, None, optional, name
    ).output
