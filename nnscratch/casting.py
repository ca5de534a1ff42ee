"""Type conversions that follow Keras on TensorFlow to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.errors import DataError, unknown_name
from nnscratch.routine import Watched
from nnscratch.typing import Array

DTYPES = (
    *("bool", "float16", "float32", "float64", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64"),
)


def through_float32(value: float) -> float:
    """Round a Python float to float32, as Keras does to some constants even in float64.

    Keras's `cast` of a Python float makes a float32 tensor first. It is applied to the powers of
    Adam's betas, SGD's momentum, decoupled weight decay, L1 and L2 factors, the value of the
    `Constant` initializer, the slope of `leaky_relu` and the numbers given to `ops.mod` and to
    comparisons; not to learning rates, epsilons, `1 - beta`, RMSprop's rho or BatchNormalization's
    momentum and epsilon. Without this rounding a float64 run agrees with Keras to 1e-6 at best.

    >>> through_float32(0.5), through_float32(0.9)
    (0.5, 0.8999999761581421)
    """
    return float(np.float32(value))


def standardize_dtype(dtype: Any) -> str:
    """Return the name of a dtype: `None` is floatx, `"int"` and `"float"` are as in Keras.

    >>> standardize_dtype(np.float64), standardize_dtype(None), standardize_dtype("int")
    ('float64', 'float32', 'int64')

    Raises:
        ValueError: there is no such type.
    """
    if dtype is None or (isinstance(dtype, str) and dtype == "float"):
        return config.floatx()
    if isinstance(dtype, str) and dtype == "int":
        return "int64"
    try:
        found = np.dtype(getattr(dtype, "name", dtype))
    except TypeError:
        raise unknown_name("dtype", dtype, DTYPES) from None
    if found.kind in "SUOMm":  # texts, objects and times are no numbers
        raise unknown_name("dtype", dtype, DTYPES)
    return str(found.name)


def as_numeric(values: Any, argument: str) -> Array:
    """Convert to an array of real numbers, or say which argument is not one.

    Args:
        values: anything NumPy can turn into an array.
        argument: the name to use in the error.

    Raises:
        DataError: the result is of type object, string, complex or of another type without a
            real value.

    >>> as_numeric([1, 2], "x").dtype.kind
    'i'
    """
    try:
        array = values if isinstance(values, Watched) else np.asarray(values)
    except ValueError as error:
        raise DataError(
            f"`{argument}` must be an array: rows of equal length. Received "
            f"{type(values).__name__}, of which NumPy says: {error}"
        ) from error
    if array.dtype.kind in "biuf":
        return array
    reasons = {
        "O": "an object array (rows of unequal length, None, or mixed types?)",
        "U": "an array of strings",
        "S": "an array of byte strings",
        "c": "an array of complex numbers",
        "M": "an array of dates",
        "m": "an array of time differences",
    }
    what = reasons.get(array.dtype.kind, f"an array of type {array.dtype}")
    raise DataError(
        f"`{argument}` must hold real numbers (float, integer or bool). Received {what}, "
        f"dtype={array.dtype}, shape={array.shape}. Convert it first, for example with "
        f"np.asarray({argument}, dtype='float32')."
    )


class _Face:
    """What arrays look like to the user; one instance per process."""

    array_class: type[np.ndarray[Any, Any]] = np.ndarray


def set_array_class(array_class: type[np.ndarray[Any, Any]]) -> None:
    """Set the class of the arrays that layers, losses and metrics hand to the user.

    Args:
        array_class: `numpy.ndarray` or a subclass.
    """
    _Face.array_class = array_class


def face() -> type[np.ndarray[Any, Any]]:
    """Return the class of the arrays that are handed out."""
    return _Face.array_class


def handed_out(values: Any) -> Any:
    """Return an array, a number or a dict of them as the user is to see it; as it is by default."""
    if _Face.array_class is np.ndarray:
        return values
    if isinstance(values, dict):
        return {name: handed_out(value) for name, value in values.items()}
    return np.asarray(values).view(_Face.array_class)


def is_float(dtype: str) -> bool:
    """Tell whether a dtype name is a floating-point type.

    >>> is_float("float32"), is_float("int64")
    (True, False)
    """
    return np.dtype(dtype).kind == "f"
