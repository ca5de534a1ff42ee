"""Functions of pairs of elements, with their derivatives; sizes broadcast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import through_float32
from nnscratch.ops.elementwise import square
from nnscratch.ops.operands import as_float, in_common_type
from nnscratch.ops.operation import Operation, apply
from nnscratch.typing import Array


class Pairwise(Operation):
    """y = f(a, b) element by element. Backward: da = ∂f/∂a·dy, db = ∂f/∂b·dy, summed back."""

    value: Callable[..., Any]
    slopes: Callable[..., Any] | None = None
    divides = False
    rounds = False

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return f(a, b) in the operands' common type."""
        if self.rounds:
            operands = tuple(through_float32(x) if type(x) is float else x for x in operands)
        a, b = in_common_type(*operands)
        if self.divides and a.dtype.kind != "f":
            a, b = as_float(a), as_float(b)
        cache.a, cache.b = a, b
        cache.y = type(self).value(a, b)
        return np.asarray(cache.y)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy times the slopes; none where f is a comparison."""
        slopes = type(self).slopes
        if slopes is None:
            return [None, None]
        return list(slopes(dy, cache.a, cache.b, cache.y))


def _function(
    name: str,
    formula: str,
    value: Callable[..., Any],
    slopes: Callable[..., Any] | None = None,
    divides: bool = False,
    rounds: bool = False,
) -> Callable[[Any, Any], Any]:
    """Make an operation of f and of its slopes times dy, both functions of arrays.

    Args:
        name: of the function.
        formula: what it computes.
        value: f.
        slopes: its slopes times dy.
        divides: make floats of integers first.
        rounds: round Python floats to float32 first: Keras makes tensors of them, whatever the
            type of the other operand.
    """
    members = {
        "value": staticmethod(value),
        "slopes": None if slopes is None else staticmethod(slopes),
        "divides": divides,
        "rounds": rounds,
        "__doc__": f"y = {formula}.",
    }
    class_name = "".join(part.capitalize() for part in name.split("_"))
    cls = type(class_name, (Pairwise,), members)

    def function(x1: Any, x2: Any) -> Any:
        return apply(cls(), x1, x2)

    function.__name__ = function.__qualname__ = name
    flat = "" if slopes is not None else " No gradient passes."
    function.__doc__ = f"Return {formula} of each pair of elements a and b.{flat}"
    CLASSES[class_name] = cls
    return function


CLASSES: dict[str, type[Operation]] = {}
"""The operations of this module, by the names that Keras gives them in files."""


def _product(dy: Any, a: Any, b: Any, y: Any) -> Any:
    return dy * b, dy * a


def _quotient(dy: Any, a: Any, b: Any, y: Any) -> Any:
    da = dy / b
    return da, -da * y


def _power(dy: Any, a: Any, b: Any, y: Any) -> Any:
    logs = np.log(a, where=a > 0, out=np.zeros_like(a))
    return dy * b * np.power(a, b - 1), dy * y * logs


def _chosen(first: Callable[..., Any]) -> Callable[..., Any]:
    def slopes(dy: Any, a: Any, b: Any, y: Any) -> Any:
        chosen = first(a, b)
        return dy * chosen, dy * ~chosen

    return slopes


def _remainder(dy: Any, a: Any, b: Any, y: Any) -> Any:
    return dy, -dy * np.floor_divide(a, b)


add = _function("add", "a + b", np.add, lambda dy, a, b, y: (dy, dy))
subtract = _function("subtract", "a - b", np.subtract, lambda dy, a, b, y: (dy, -dy))
multiply = _function("multiply", "a·b", np.multiply, _product)
divide = _function("divide", "a/b", np.true_divide, _quotient, True)
true_divide = _function("true_divide", "a/b", np.true_divide, _quotient, True)
power = _function("power", "a^b", np.power, _power)
maximum = _function("maximum", "the larger", np.maximum, _chosen(np.greater_equal))
minimum = _function("minimum", "the smaller", np.minimum, _chosen(np.less_equal))
mod = _function("mod", "a - b·⌊a/b⌋", np.mod, _remainder, rounds=True)
floor_divide = _function("floor_divide", "⌊a/b⌋", np.floor_divide)

equal = _function("equal", "whether a = b", np.equal, rounds=True)
not_equal = _function("not_equal", "whether a ≠ b", np.not_equal, rounds=True)
greater = _function("greater", "whether a > b", np.greater, rounds=True)
greater_equal = _function("greater_equal", "whether a ≥ b", np.greater_equal, rounds=True)
less = _function("less", "whether a < b", np.less, rounds=True)
less_equal = _function("less_equal", "whether a ≤ b", np.less_equal, rounds=True)
logical_and = _function("logical_and", "whether both are true", np.logical_and)
logical_or = _function("logical_or", "whether one is true", np.logical_or)


def squared_difference(x1: Any, x2: Any) -> Any:
    """Return (a - b)² of each pair of elements a and b."""
    return square(subtract(x1, x2))


class Where(Operation):
    """y = a where the condition holds, b elsewhere."""

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Choose."""
        condition, a, b = operands
        a, b = in_common_type(a, b)
        cache.chosen = np.asarray(condition, bool)
        return np.where(cache.chosen, a, b)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy where each was chosen."""
        zero = dy.dtype.type(0)
        return [None, np.where(cache.chosen, dy, zero), np.where(cache.chosen, zero, dy)]


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """Return x1 where the condition holds and x2 elsewhere.

    Without them, return the places where it holds, as `np.nonzero` does.
    """
    if x1 is None and x2 is None:
        return np.nonzero(np.asarray(condition))
    return apply(Where(), condition, x1, x2)


class Clip(Operation):
    """y = min(max(x, x_min), x_max). Backward: dx = dy where x was within."""

    config_names = ("x_min", "x_max")

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return x within the limits, in its own type."""
        x = np.asarray(operands[0])
        return np.clip(x, self.x_min, self.x_max).astype(x.dtype, copy=False)

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dy where x lies within the limits, the limits included."""
        (x,) = operands
        return [dy * ((x >= self.x_min) & (x <= self.x_max))]

    x_min: Any
    x_max: Any


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """Return x, raised to the least and lowered to the largest value allowed."""
    return apply(Clip(x_min=x_min, x_max=x_max), x)
