"""A named array with room for its gradient: the only place where trained numbers live."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.allowance import take
from nnscratch.casting import as_numeric, standardize_dtype
from nnscratch.errors import ShapeError
from nnscratch.naming import auto_name, current_path, name_scope
from nnscratch.recording import BINARY, Operands, operate, recorder
from nnscratch.routine import changed, watched
from nnscratch.typing import Array, ArrayLike


class Variable:
    """An array with a name, a path, and the gradient of the loss with respect to it.

    It behaves as an array in NumPy expressions. `value` is the live array, not a copy: read it
    freely, change it with `assign`. During a step, layers add to the gradient with `add_grad`;
    the first addition of a step overwrites what the last step left, so nothing is ever zeroed,
    and a variable that no gradient reached has `grad` None.

    Args:
        initializer: an array, a number, or a callable `(shape, dtype)` that makes the array.
        shape: shape to hand to a callable initializer.
        dtype: type of the elements; by default an array keeps its own, Python numbers and
            callables get floatx.
        trainable: whether optimizers change it; `add_grad` does nothing where it is False.
        autocast: accepted for compatibility.
        aggregation: accepted for compatibility (one process has nothing to aggregate).
        synchronization: accepted for compatibility.
        layout: accepted for compatibility; arrays are not distributed.
        name: name without slashes; the scopes around it are put before it to make `path`.

    Raises:
        ValueError: a name with a slash, or a callable initializer without a full shape.

    >>> v = Variable(np.array([1.0, 2.0]), name="w")
    >>> v.add_grad(np.multiply, v.value, 3.0)
    >>> v.grad.tolist(), (v + 1).tolist(), v.path
    ([3.0, 6.0], [2.0, 3.0], 'w')
    """

    __array_priority__ = 100

    def __init__(
        self,
        initializer: ArrayLike | Callable[..., ArrayLike],
        shape: tuple[int, ...] | None = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str | None = "none",
        synchronization: str | None = "auto",
        name: str | None = None,
        layout: None = None,
    ) -> None:
        self.name = auto_name("Variable") if name is None else name
        if not isinstance(self.name, str) or "/" in self.name:
            raise ValueError(f"`name` must be a string without '/'. Received: name={name!r}")
        scope = current_path()
        self.path = f"{scope}/{self.name}" if scope else self.name
        self._trainable = bool(trainable)
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.regularizer: Any = None
        self.constraint: Any = None
        self._value = self._first_value(initializer, shape, dtype)
        self._grad: Array | None = None
        self._scratch: Array | None = None
        self._has_grad = False
        self.arena: Any = None

    def _first_value(self, initializer: Any, shape: tuple[int, ...] | None, dtype: Any) -> Array:
        if callable(initializer) and not isinstance(initializer, (np.ndarray, Variable)):
            if shape is None or any(size is None for size in shape):
                raise ValueError(
                    f"A variable made by an initializer needs a full shape. Received: "
                    f"shape={shape} for variable {self.path!r}"
                )
            dtype = standardize_dtype(dtype)
            take(self.path, tuple(shape), dtype)
            with name_scope(self.name):  # the path by which a recorded draw is known
                values = np.asarray(initializer(tuple(shape), dtype=dtype))
            if values.shape != tuple(shape):
                raise ShapeError(
                    f"The initializer of {self.path!r} returned shape {values.shape}; "
                    f"expected {tuple(shape)}."
                )
        else:
            values = as_numeric(initializer, "initializer")
            if dtype is None:
                typed = hasattr(initializer, "dtype")
                dtype = values.dtype if typed or values.dtype.kind != "f" else None
        return np.array(values, dtype=standardize_dtype(dtype), order="C")

    # -- the value ---------------------------------------------------------------------------

    @property
    def value(self) -> Array:
        """The live array; change it with `assign`."""
        return watched(self._value)

    @property
    def trainable(self) -> bool:
        """Whether `add_grad` takes anything in."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        changed()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self._value.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return self._value.ndim

    @property
    def dtype(self) -> str:
        """Name of the element type, such as `"float32"`."""
        return str(self._value.dtype.name)

    def numpy(self) -> Array:
        """Return a copy of the value."""
        return np.array(self._value)

    def assign(self, value: ArrayLike) -> Array:
        """Replace the value, keeping shape and dtype.

        Args:
            value: array or number of the variable's shape.

        Returns:
            The live array.

        Raises:
            ShapeError: the shapes differ; the variable is unchanged.
        """
        array = as_numeric(value, "value")
        if array.shape != self._value.shape:
            raise ShapeError(
                f"Cannot assign an array of shape {array.shape} to variable {self.path!r} of "
                f"shape {self.shape}; the shapes must be equal."
            )
        self._value[...] = array
        return self._value

    def assign_add(self, value: ArrayLike) -> Array:
        """Add to the value, in place; shapes as in `assign` after broadcasting."""
        return self.assign(self._value + np.asarray(value, dtype=self.dtype))

    def assign_sub(self, value: ArrayLike) -> Array:
        """Subtract from the value, in place; shapes as in `assign` after broadcasting."""
        return self.assign(self._value - np.asarray(value, dtype=self.dtype))

    # -- the gradient ------------------------------------------------------------------------

    @property
    def grad(self) -> Array | None:
        """∂L/∂value of the step under way, or None if nothing was added since `clear_grad`."""
        return self._grad if self._has_grad else None

    def add_grad(self, operation: Callable[..., Any], *operands: Any, **options: Any) -> None:
        """Add `operation(*operands, **options)` to the gradient without a temporary array.

        Args:
            operation: a NumPy function that takes `out=`, such as `np.matmul` or `np.sum`.
            operands: its operands; the result must have the variable's shape.
            options: its keyword arguments, such as `axis=0`.
        """
        if not self.trainable:
            return
        if self._grad is None:
            self._grad = np.empty_like(self._value)
        total = watched(self._grad)
        if not self._has_grad:
            operation(*operands, out=total, **options)
            self._has_grad = True
            return
        if self._scratch is None:
            self._scratch = np.empty_like(self._value)
        part = watched(self._scratch)
        operation(*operands, out=part, **options)
        total += part

    def set_grad(self, gradient: ArrayLike) -> None:
        """Replace the gradient by a copy of an array, whether the variable is trainable or not.

        Args:
            gradient: array of the variable's shape.

        Raises:
            ShapeError: the shapes differ; the gradient is unchanged.
        """
        array = as_numeric(gradient, "gradient")
        if array.shape != self.shape:
            raise ShapeError(
                f"The gradient of variable {self.path!r} must have its shape {self.shape}. "
                f"Received: shape {array.shape}."
            )
        if self._grad is None:
            self._grad = np.empty_like(self._value)
        self._grad[...] = array
        self._has_grad = True

    def clear_grad(self) -> None:
        """Forget the gradient: the next `add_grad` overwrites it."""
        self._has_grad = False

    def confirm_grad(self) -> None:
        """Say that the gradient's memory holds the gradient of the step under way."""
        self._has_grad = True

    def move(self, value: Array, grad: Array | None, arena: Any) -> None:
        """Copy value and gradient into memory owned by an arena and live there from now on.

        Args:
            value: array of the same shape and dtype that becomes the value's memory.
            grad: the same for the gradient, or None where the variable takes none.
            arena: the owner; a former owner is told that it no longer holds the variable.
        """
        value[...] = self._value
        if grad is not None and self._has_grad and self._grad is not None:
            grad[...] = self._grad
        if self.arena is not None and self.arena is not arena:
            self.arena.intact = False
        self._value, self._grad, self.arena = value, grad, arena
        changed()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "arena": None, "_scratch": None}  # a copy has its own memory

    # -- behaving as an array ----------------------------------------------------------------

    def __repr__(self) -> str:
        return (
            f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, "
            f"value={self._value}>"
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if dtype is None or np.dtype(dtype) == self._value.dtype:
            return self._value.copy() if copy else self._value
        return self._value.astype(dtype)

    def __getitem__(self, index: Any) -> Any:
        return self._value[index] if recorder() is None else operate("get_item", self, index)

    def __len__(self) -> int:
        return len(self._value)

    def __int__(self) -> int:
        return int(self._value)

    def __float__(self) -> float:
        return float(self._value)

    def __index__(self) -> int:
        return operator.index(self._value[()])

    def __bool__(self) -> bool:
        raise TypeError(
            f"Variable {self.path!r} cannot be used as a truth value; use .value with "
            "np.any() or np.all()."
        )

    __hash__ = object.__hash__


def _binary(name: str) -> tuple[Callable[[Variable, Any], Any], Callable[[Variable, Any], Any]]:
    operation, recorded = getattr(operator, name), BINARY.get(name)

    def forward(self: Variable, other: Any) -> Any:
        if recorded is not None and (recorder() is not None or isinstance(other, Operands)):
            return operate(recorded, self, other)
        return operation(self._value, np.asarray(other) if isinstance(other, Variable) else other)

    def reflected(self: Variable, other: Any) -> Any:
        if recorded is not None and recorder() is not None:
            return operate(recorded, other, self)
        return operation(other, self._value)

    return forward, reflected


def _give_operators() -> None:
    for name in BINARY:
        forward, reflected = _binary(name)
        setattr(Variable, f"__{name}__", forward)
        setattr(Variable, f"__r{name}__", reflected)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(Variable, f"__{name}__", _binary(name)[0])
    for name, recorded in (("neg", "negative"), ("pos", None), ("abs", "absolute")):
        setattr(Variable, f"__{name}__", _unary(name, recorded))


def _unary(name: str, recorded: str | None) -> Callable[[Variable], Any]:
    operation = getattr(operator, name)

    def forward(self: Variable) -> Any:
        if recorded is not None and recorder() is not None:
            return operate(recorded, self)
        return operation(self._value)

    return forward


_give_operators()
