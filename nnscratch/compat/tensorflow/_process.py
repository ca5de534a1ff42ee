"""What scripts ask of TensorFlow itself: its logger, its devices, its functions and variables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nnscratch import variable
from nnscratch.compat.tensor import tensor


class Variable(variable.Variable):
    """An array that can be assigned to, with TensorFlow's order of arguments.

    Args:
        initial_value: a number or an array.
        trainable: whether optimizers change it.
        name: its name.
        dtype: its type.

    >>> v = Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0]).tolist(), v.dtype
    ([2.0, 3.0], 'float32')
    """

    def __init__(
        self,
        initial_value: Any,
        trainable: bool = True,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(tensor(initial_value, dtype).numpy(), trainable=trainable, name=name)


def function(func: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Return the function as it is: there are no graphs to compile it to."""
    return function if func is None else func


def get_logger() -> logging.Logger:
    """Return TensorFlow's logger, to which nothing is ever written."""
    return logging.getLogger("tensorflow")


def executing_eagerly() -> bool:
    """Tell that everything is computed at once."""
    return True


@contextmanager
def device(device_name: str) -> Iterator[None]:
    """Do nothing: there is one device."""
    yield
