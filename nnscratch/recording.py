"""Who listens when operations are applied: a trace of a `call`, or a gradient tape.

Arrays, variables and symbolic tensors stand on floors of their own; the operations that combine
them (`nnscratch.ops`) stand above. What a variable or a tensor needs of them, such as the meaning
of `w + x`, is looked up here by name.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

operators: dict[str, Callable[..., Any]] = {}
"""The operations by name, put here by `nnscratch.ops` when it is imported."""

_recorders: list[Any] = []


def recorder() -> Any:
    """Return the innermost recorder, or None where nobody listens."""
    return _recorders[-1] if _recorders else None


@contextmanager
def recording(listener: Any) -> Iterator[None]:
    """Let a recorder listen inside the `with` block; None lets nobody."""
    _recorders.append(listener)
    try:
        yield
    finally:
        _recorders.pop()


def operation_named(name: str) -> Callable[..., Any] | None:
    """Return an operation by its name in `nnscratch.ops`, None if there is none."""
    if not operators:
        import_module("nnscratch.ops")
    return operators.get(name)


def operate(name: str, *operands: Any, **options: Any) -> Any:
    """Apply an operation by its name in `nnscratch.ops`."""
    operation = operation_named(name)
    assert operation is not None, name
    return operation(*operands, **options)


def drawn_anew(function: F) -> F:
    """Make a function that draws random numbers draw in every run of a network, not once.

    Args:
        function: takes `shape` first, and `dtype`; inside a `call` a tensor takes the place of
            its result.
    """

    @functools.wraps(function)
    def either(*args: Any, **kwargs: Any) -> Any:
        listener = recorder()
        if listener is None or not listener.symbolic:
            return function(*args, **kwargs)
        bound = inspect.signature(function).bind(*args, **kwargs)
        bound.apply_defaults()
        given = bound.arguments
        return operate("draw", lambda: function(*args, **kwargs), given["shape"], given["dtype"])

    return cast(F, either)


class Operands:
    """Gives a class the operators of arrays, each recorded under its name in `nnscratch.ops`."""

    def __bool__(self) -> bool:
        raise TypeError(
            f"{self!r} has no numbers yet, so it is neither true nor false. Python's `if` and "
            "`while` in a call() may ask for `training` and for shapes; to choose by value, "
            "element by element, write ops.where(condition, a, b)."
        )

    def __getitem__(self, index: Any) -> Any:
        return operate("get_item", self, index)

    def __iter__(self) -> Any:
        raise TypeError(
            f"{self!r} has no numbers yet and cannot be iterated over. Take its parts by index, "
            "x[:, 0], or with ops.split() or ops.unstack()."
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise TypeError(
            f"{self!r} has no numbers yet: it stands for an array in a network. Combine it by "
            "layers, operators (+, -, *, /, @, **, indexing) or the functions of nnscratch.ops."
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        operation = operation_named(UFUNCS.get(ufunc.__name__, ufunc.__name__))
        if operation is None or method != "__call__" or kwargs:
            raise TypeError(
                f"np.{ufunc.__name__} cannot be applied to {self!r}. Use a function of "
                "nnscratch.ops, or write a layer with forward() and backward(); for an activation, "
                "nnscratch.activations.from_functions(function, derivative)."
            )
        return operation(*inputs)


UFUNCS = {"bitwise_and": "logical_and", "bitwise_or": "logical_or", "power": "power"}
"""NumPy's names of operations that have another name in `nnscratch.ops`."""

BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
}
"""Python's names of operators with two operands, and what they are called in `nnscratch.ops`."""

COMPARISONS = {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}
UNARY = {"neg": "negative", "abs": "absolute"}


def _give_operators() -> None:
    for name, operation in BINARY.items():

        def forward(self: Any, other: Any, operation: str = operation) -> Any:
            return operate(operation, self, other)

        def reflected(self: Any, other: Any, operation: str = operation) -> Any:
            return operate(operation, other, self)

        setattr(Operands, f"__{name}__", forward)
        setattr(Operands, f"__r{name}__", reflected)
    for name, operation in COMPARISONS.items():
        if name in ("eq", "ne"):  # tensors are told apart by identity, as in Keras
            continue
        setattr(
            Operands,
            f"__{name}__",
            lambda self, other, operation=operation: operate(operation, self, other),
        )
    for name, operation in UNARY.items():
        setattr(Operands, f"__{name}__", lambda self, operation=operation: operate(operation, self))


_give_operators()
