"""`keras.backend`: the functions that scripts use, on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.compat.keras.config import backend
from nnscratch.compat.keras.utils import clear_session
from nnscratch.compat.tensor import tensor
from nnscratch.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from nnscratch.ops import (
    abs,
    all,
    any,
    cast,
    clip,
    concatenate,
    equal,
    exp,
    expand_dims,
    greater,
    less,
    log,
    max,
    maximum,
    mean,
    min,
    minimum,
    not_equal,
    one_hot,
    ones,
    ones_like,
    prod,
    relu,
    reshape,
    round,
    sigmoid,
    sign,
    softmax,
    softplus,
    sqrt,
    square,
    std,
    sum,
    tanh,
    transpose,
    var,
    zeros,
    zeros_like,
)
from nnscratch.typing import ArrayLike
from nnscratch.variable import Variable

__all__ = [
    "abs",
    "all",
    "any",
    "argmax",
    "backend",
    "cast",
    "clear_session",
    "clip",
    "concatenate",
    "constant",
    "epsilon",
    "equal",
    "eval",
    "exp",
    "expand_dims",
    "flatten",
    "floatx",
    "get_value",
    "greater",
    "image_data_format",
    "less",
    "log",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "prod",
    "relu",
    "reshape",
    "round",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_value",
    "sigmoid",
    "sign",
    "softmax",
    "softplus",
    "sqrt",
    "square",
    "std",
    "sum",
    "tanh",
    "transpose",
    "var",
    "zeros",
    "zeros_like",
]


def get_value(x: Any) -> Any:
    """Return the value of a variable or tensor as an array, or as a number if it is one.

    >>> get_value(Variable(0.5)).item()
    0.5
    """
    return tensor(x).numpy()


eval = get_value


def set_value(x: Variable, value: ArrayLike) -> None:
    """Assign to a variable, such as an optimizer's `learning_rate`.

    >>> rate = Variable(0.5)
    >>> set_value(rate, 0.25); float(rate)
    0.25
    """
    x.assign(value)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Make a tensor, of floatx by default."""
    result = tensor(value, dtype or floatx())
    return result if shape is None else ones(shape, result.dtype) * result


def argmax(x: ArrayLike, axis: int = -1) -> Any:
    """Return where the largest value is, along the last axis by default.

    >>> argmax([[1.0, 3.0], [2.0, 0.0]]).numpy().tolist()
    [1, 0]
    """
    return tensor(np.argmax(np.asarray(x), axis=axis), "int64")


def flatten(x: ArrayLike) -> Any:
    """Make one axis of all, the batch included."""
    return reshape(x, (-1,))
