"""What operations compute with: arrays of one type, and gradients that fit them."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.losses.reduction import fold
from nnscratch.typing import Array
from nnscratch.variable import Variable


def as_operand(x: Any) -> Any:
    """Return what an operation computes with: a Python number as it is, all else as an array."""
    if isinstance(x, Variable):
        return x.value
    if isinstance(x, (bool, int, float)) or x is None:
        return x
    return as_array(x)


def as_array(x: Any) -> Array:
    """Return an array; Python floats become floatx, Python integers int32."""
    array = np.asarray(x)
    if not hasattr(x, "dtype") and not _holds_typed(x):
        array = array.astype(
            {"f": config.floatx(), "i": "int32"}.get(array.dtype.kind, array.dtype)
        )
    return array


def _holds_typed(x: Any) -> bool:
    while isinstance(x, (list, tuple)) and x:
        x = x[0]
    return hasattr(x, "dtype")


def fitted(gradient: Any, operand: Any) -> Any:
    """Return a gradient in the shape and type of its operand; None for one that is no float."""
    if operand.dtype.kind != "f":
        return None
    if gradient.shape != operand.shape:
        gradient = fold(np.asarray(gradient), operand.shape)
    return gradient.astype(operand.dtype, copy=False)


def common_type(*operands: Any) -> np.dtype[Any]:
    """Return the type in which operands are combined: the widest float, else the integers' own.

    Python's numbers have no type of their own: they take that of the arrays.

    >>> common_type(np.ones(2, "float32"), 2.0), common_type(np.ones(2, "int32"), 0.5)
    (dtype('float32'), dtype('float32'))
    """
    typed = [x.dtype for x in operands if hasattr(x, "dtype")]
    floats = [dtype for dtype in typed if dtype.kind == "f"]
    if floats:
        widest: np.dtype[Any] = max(floats, key=lambda dtype: dtype.itemsize)
        return widest
    if not typed or any(type(x) is float for x in operands):
        whole = not typed and all(type(x) is not float for x in operands)
        return np.dtype("int32" if whole else config.floatx())
    return np.result_type(*typed)


def in_common_type(*operands: Any) -> list[Array]:
    """Return operands as arrays of their common type."""
    dtype = common_type(*operands)
    return [np.asarray(x, dtype) for x in operands]


def as_float(x: Any) -> Array:
    """Return an array of floats; integers become floatx."""
    array = np.asarray(x) if hasattr(x, "dtype") else as_array(x)
    return array if array.dtype.kind == "f" else array.astype(config.floatx())
