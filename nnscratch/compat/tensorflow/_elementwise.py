"""Functions of each element, under TensorFlow's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch import activations
from nnscratch.compat.tensor import Tensor, is_recorded, pair, tensor
from nnscratch.recording import operate, operation_named

RECORDED = {
    "acos": "arccos",
    "asin": "arcsin",
    "atan": "arctan",
    "is_finite": "isfinite",
    "is_inf": "isinf",
    "is_nan": "isnan",
    "floordiv": "floor_divide",
    "pow": "power",
}
"""TensorFlow's names of operations that have another name in `nnscratch.ops`."""


def _one(function: Callable[..., Any], name: str) -> Callable[..., Tensor]:
    recorded = RECORDED.get(name, name)

    def of_each(x: Any, name: str | None = None) -> Tensor:
        if is_recorded(x) and operation_named(recorded) is not None:
            found: Tensor = operate(recorded, x)
            return found
        return tensor(function(np.asarray(tensor(x))))

    of_each.__name__ = of_each.__qualname__ = name
    of_each.__doc__ = f"Apply `{function.__name__}` to each element."
    return of_each


def _two(function: Callable[..., Any], name: str) -> Callable[..., Tensor]:
    recorded = RECORDED.get(name, name)

    def of_each_pair(x: Any, y: Any, name: str | None = None) -> Tensor:
        if is_recorded(x, y) and operation_named(recorded) is not None:
            found: Tensor = operate(recorded, x, y)
            return found
        return tensor(function(*pair(x, y)))

    of_each_pair.__name__ = of_each_pair.__qualname__ = name
    of_each_pair.__doc__ = f"Apply `{function.__name__}` to each pair of elements."
    return of_each_pair


abs = _one(np.abs, "abs")
acos = _one(np.arccos, "acos")
asin = _one(np.arcsin, "asin")
atan = _one(np.arctan, "atan")
ceil = _one(np.ceil, "ceil")
cos = _one(np.cos, "cos")
cosh = _one(np.cosh, "cosh")
exp = _one(np.exp, "exp")
expm1 = _one(np.expm1, "expm1")
floor = _one(np.floor, "floor")
is_finite = _one(np.isfinite, "is_finite")
is_inf = _one(np.isinf, "is_inf")
is_nan = _one(np.isnan, "is_nan")
log = _one(np.log, "log")
log1p = _one(np.log1p, "log1p")
logical_not = _one(np.logical_not, "logical_not")
negative = _one(np.negative, "negative")
reciprocal = _one(np.reciprocal, "reciprocal")
round = _one(np.round, "round")
sigmoid = _one(activations.sigmoid, "sigmoid")
sign = _one(np.sign, "sign")
sin = _one(np.sin, "sin")
sinh = _one(np.sinh, "sinh")
sqrt = _one(np.sqrt, "sqrt")
square = _one(np.square, "square")
tan = _one(np.tan, "tan")
tanh = _one(np.tanh, "tanh")

add = _two(np.add, "add")
divide = _two(np.true_divide, "divide")
equal = _two(np.equal, "equal")
floordiv = _two(np.floor_divide, "floordiv")
greater = _two(np.greater, "greater")
greater_equal = _two(np.greater_equal, "greater_equal")
less = _two(np.less, "less")
less_equal = _two(np.less_equal, "less_equal")
logical_and = _two(np.logical_and, "logical_and")
logical_or = _two(np.logical_or, "logical_or")
maximum = _two(np.maximum, "maximum")
minimum = _two(np.minimum, "minimum")
multiply = _two(np.multiply, "multiply")
not_equal = _two(np.not_equal, "not_equal")
pow = _two(np.power, "pow")
subtract = _two(np.subtract, "subtract")


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Return (x - y)² of each pair of elements.

    >>> squared_difference([1.0, 2.0], 0.0).numpy().tolist()
    [1.0, 4.0]
    """
    return square(subtract(x, y))
