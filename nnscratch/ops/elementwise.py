"""Functions of each element, with their derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.ops.operands import as_float
from nnscratch.ops.operation import Operation, apply
from nnscratch.typing import Array

Function = Callable[[Any], Any]


class Elementwise(Operation):
    """y = f(x) element by element. Backward: dx = f'(x)·dy.

    Convention: where `keeps_zeros`, dx is 0 where dy is, even if f' is infinite there, as in
    TensorFlow's gradients of roots and of the reciprocal.
    """

    value: Callable[..., Any]
    slope: Callable[..., Any] | None = None
    takes_integers = False
    keeps_zeros = False

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return f(x)."""
        (x,) = operands
        cache.x = np.asarray(x) if self.takes_integers else as_float(x)
        cache.y = type(self).value(cache.x)
        return np.asarray(cache.y)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return f'(x)·dy; none where f is a step."""
        slope = type(self).slope
        if slope is None:
            return [None]
        if not self.keeps_zeros:
            return [dy * slope(cache.x, cache.y)]
        return [np.multiply(dy, slope(cache.x, cache.y), out=np.zeros_like(dy), where=dy != 0)]


def _function(
    name: str,
    formula: str,
    value: Callable[..., Any],
    slope: Callable[..., Any] | None = None,
    takes_integers: bool = False,
    keeps_zeros: bool = False,
) -> Function:
    """Make an operation of f and f', both functions of arrays; f' has y = f(x) at hand."""
    members = {
        "value": staticmethod(value),
        "slope": None if slope is None else staticmethod(slope),
        "takes_integers": takes_integers,
        "keeps_zeros": keeps_zeros,
        "__doc__": f"y = {formula}.",
    }
    class_name = "".join(part.capitalize() for part in name.split("_"))
    cls = type(class_name, (Elementwise,), members)

    def function(x: Any) -> Any:
        return apply(cls(), x)

    function.__name__ = function.__qualname__ = name
    flat = "" if slope is not None else " No gradient passes: it is zero, or there is none."
    function.__doc__ = f"Return {formula} of each element.{flat}"
    CLASSES[class_name] = cls
    return function


CLASSES: dict[str, type[Operation]] = {}
"""The operations of this module, by the names that Keras gives them in files."""


def _half(x: Any) -> Any:
    return x.dtype.type(0.5)


absolute = _function("absolute", "|x|", np.abs, lambda x, y: np.sign(x), True)
abs = absolute
arccos = _function("arccos", "arccos x", np.arccos, lambda x, y: -1 / np.sqrt(1 - x * x))
arcsin = _function("arcsin", "arcsin x", np.arcsin, lambda x, y: 1 / np.sqrt(1 - x * x))
arctan = _function("arctan", "arctan x", np.arctan, lambda x, y: 1 / (1 + x * x))
cos = _function("cos", "cos x", np.cos, lambda x, y: -np.sin(x))
cosh = _function("cosh", "cosh x", np.cosh, lambda x, y: np.sinh(x))
exp = _function("exp", "e^x", np.exp, lambda x, y: y)
expm1 = _function("expm1", "e^x - 1", np.expm1, lambda x, y: y + 1)
log = _function("log", "the natural logarithm", np.log, lambda x, y: 1 / x)
log10 = _function(
    "log10", "the logarithm to base 10", np.log10, lambda x, y: 1 / (x * x.dtype.type(np.log(10.0)))
)
log1p = _function("log1p", "log(1 + x)", np.log1p, lambda x, y: 1 / (1 + x))
log2 = _function(
    "log2", "the logarithm to base 2", np.log2, lambda x, y: 1 / (x * x.dtype.type(np.log(2.0)))
)
negative = _function("negative", "-x", np.negative, lambda x, y: -np.ones_like(x), True)
reciprocal = _function("reciprocal", "1/x", np.reciprocal, lambda x, y: -y * y, keeps_zeros=True)
rsqrt = _function(
    "rsqrt",
    "1/√x",
    lambda x: 1 / np.sqrt(x),
    lambda x, y: -_half(x) * y / x,
    keeps_zeros=True,
)
sin = _function("sin", "sin x", np.sin, lambda x, y: np.cos(x))
sinh = _function("sinh", "sinh x", np.sinh, lambda x, y: np.cosh(x))
sqrt = _function("sqrt", "√x", np.sqrt, lambda x, y: _half(x) / y, keeps_zeros=True)
square = _function("square", "x²", np.square, lambda x, y: x + x, True)
tan = _function("tan", "tan x", np.tan, lambda x, y: 1 + y * y)

ceil = _function("ceil", "the next integer above", np.ceil)
floor = _function("floor", "the next integer below", np.floor)
isfinite = _function("isfinite", "whether it is finite", np.isfinite, None, True)
isinf = _function("isinf", "whether it is infinite", np.isinf, None, True)
isnan = _function("isnan", "whether it is NaN", np.isnan, None, True)
logical_not = _function("logical_not", "whether it is zero or False", np.logical_not, None, True)
round = _function("round", "the nearest integer, halves to the even one", np.round)
sign = _function("sign", "-1, 0 or 1 by its sign", np.sign, None, True)
zeros_like = _function("zeros_like", "zero", np.zeros_like, None, True)
ones_like = _function("ones_like", "one", np.ones_like, None, True)
stop_gradient = _function("stop_gradient", "x itself, as a constant", np.positive, None, True)
