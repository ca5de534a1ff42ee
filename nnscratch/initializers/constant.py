"""Initializers without chance: zeros, ones, a constant, the identity matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.errors import ShapeError
from nnscratch.initializers.base import Initializer
from nnscratch.random.arguments import cast_constant, checked_shape, dtype_name
from nnscratch.typing import Array, DTypeLike


class Zeros(Initializer):
    """All zeros, as biases start.

    As a kernel it keeps all units of a layer equal for ever: each gets the same gradient.

    >>> Zeros()((2, 2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Return zeros."""
        return np.zeros(checked_shape(shape), dtype_name(dtype))


class Ones(Initializer):
    """All ones, as the scale of a normalization starts.

    >>> Ones()((3,)).tolist()
    [1.0, 1.0, 1.0]
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Return ones."""
        return np.ones(checked_shape(shape), dtype_name(dtype))


class Constant(Initializer):
    """One value everywhere.

    Args:
        value: a number, or an array that broadcasts to the shape. As in Keras, a Python float is
            rounded to float32 first, also for float64; a NumPy float64 is not.

    >>> Constant(0.5)((2,)).tolist()
    [0.5, 0.5]
    """

    def __init__(self, value: Any = 0.0) -> None:
        as_numeric(value, "value")
        self.value = value

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Return the value, repeated.

        Raises:
            ShapeError: the value does not broadcast to `shape`.
        """
        sizes = checked_shape(shape)
        value = cast_constant(self.value, dtype_name(dtype))
        try:
            return np.array(np.broadcast_to(value, sizes))
        except ValueError as error:
            raise ShapeError(
                f"The value of Constant has shape {value.shape}, which does not broadcast to the "
                f"shape wanted, {sizes}."
            ) from error

    def get_config(self) -> dict[str, Any]:
        """Return the value, arrays as lists with their dtype."""
        if not isinstance(self.value, (np.ndarray, np.generic)):
            return {"value": self.value}
        if self.value.ndim == 0:
            return {"value": self.value.item()}
        values = {"value": self.value.tolist(), "dtype": self.value.dtype.name}
        return {"value": {"class_name": "__numpy__", "config": values}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constant:
        """Make a constant from what `get_config` returned."""
        value = config.get("value", 0.0)
        if isinstance(value, dict):
            value = np.array(value["config"]["value"], value["config"]["dtype"])
        return cls(value)


class Identity(Initializer):
    """`gain` on the diagonal of a matrix, zero elsewhere.

    Args:
        gain: the value on the diagonal.

    >>> Identity(2.0)((2, 3)).tolist()
    [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Return the matrix.

        Raises:
            ShapeError: `shape` has not two dimensions.
        """
        sizes = checked_shape(shape)
        if len(sizes) != 2:
            raise ShapeError(f"Identity makes matrices only. Received: shape={sizes}")
        eye: Array = np.eye(sizes[0], sizes[1], dtype=dtype_name(dtype))
        return np.multiply(eye, self.gain, dtype=eye.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the gain. Keras leaves it out, and so loses it on saving."""
        return {"gain": self.gain}
