"""Arrays as scripts written for TensorFlow expect them: with `.numpy()`, and printed as there."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.recording import Operands, operate, recorder
from nnscratch.tape import Recorded
from nnscratch.typing import Array


class Tensor(Recorded):
    """A NumPy array with the few habits of an eager tensor that scripts rely on.

    Operators and indexing give a `Tensor`, so that `.numpy()` may follow; functions of NumPy give
    what they give for an array.

    >>> t = tensor([[1.0, 2.0]])
    >>> (t + 1).numpy().tolist(), t[0][1].numpy().item(), type(np.sum(t)).__name__
    ([[2.0, 3.0]], 2.0, 'float32')
    >>> print(t)
    tf.Tensor([[1. 2.]], shape=(1, 2), dtype=float32)
    """

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return found if isinstance(found, Tensor) else np.asarray(found).view(Tensor)

    @staticmethod
    def outside(func: Callable[..., Any], arguments: Any) -> Any:
        """Call a function of NumPy on plain arrays."""
        return _plain(func(*arguments[0], **arguments[1]))

    def __str__(self) -> str:
        return f"tf.Tensor({_text(str(self.numpy()))}, shape={self.shape}, dtype={self.dtype})"

    def __repr__(self) -> str:
        text = repr(self.numpy()) if self.ndim else str(self.numpy())
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype}, numpy={_text(text)}>"

    def __format__(self, spec: str) -> str:
        return format(self.numpy(), spec)


def tensor(value: Any, dtype: Any = None) -> Tensor:
    """Make a tensor; Python's numbers become float32 and int32, as in TensorFlow.

    Args:
        value: an array, which keeps its type, a number, or nested lists.
        dtype: the type wanted.

    >>> tensor([1, 2]).dtype, tensor(np.float64(1)).dtype
    (dtype('int32'), dtype('float64'))
    """
    array = np.asarray(value, dtype=dtype)
    if dtype is None and not _is_typed(value):
        array = array.astype({"f": np.float32, "i": np.int32}.get(array.dtype.kind, array.dtype))
    return array.view(Tensor)


def is_recorded(*operands: Any) -> bool:
    """Tell whether an operation on these is to be written down: by a tape, or in a network.

    Args:
        operands: arrays, variables or symbolic tensors.
    """
    return recorder() is not None or any(isinstance(x, Operands) for x in operands)


def recorded_as(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a decorator: what is to be written down goes to an operation of `nnscratch.ops`.

    Args:
        name: name of the operation, which takes its arguments in the same order.
    """

    def decorator(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def either(*args: Any, **kwargs: Any) -> Any:
            first = args[0] if args else next(iter(kwargs.values()))
            operands = first if isinstance(first, (list, tuple)) else args[:3]
            if not is_recorded(*operands):
                return function(*args, **kwargs)
            given = inspect.signature(function).bind(*args, **kwargs)
            given.apply_defaults()
            values = [v for key, v in given.arguments.items() if key not in ("name", "dtype_hint")]
            return operate(name, *values)

        return either

    return decorator


def pair(x: Any, y: Any) -> tuple[Array, Array]:
    """Return two operands as arrays; a Python number takes the other's type.

    >>> [a.dtype.name for a in pair(np.ones(2, np.float32), 0.5)]
    ['float32', 'float32']
    """
    if _is_typed(x) and not _is_typed(y):
        return np.asarray(x), np.asarray(y, dtype=x.dtype)
    if _is_typed(y) and not _is_typed(x):
        return np.asarray(x, dtype=y.dtype), np.asarray(y)
    return np.asarray(tensor(x)), np.asarray(tensor(y))


def _is_typed(value: Any) -> bool:
    """Tell whether a value, or the first number in nested lists, has a NumPy type."""
    while isinstance(value, (list, tuple)) and len(value):
        value = value[0]
    return hasattr(value, "dtype")


def _plain(result: Any) -> Any:
    if isinstance(result, Tensor):
        return result.view(np.ndarray)[()]
    if type(result) in (list, tuple):
        return type(result)(_plain(part) for part in result)
    return result


def _text(text: str) -> str:
    return f"\n{text}" if "\n" in text else text
