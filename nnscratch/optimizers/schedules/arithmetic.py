"""The arithmetic of learning rates, such that they have the bits of a compiled Keras training step.

A Python float becomes a float32 tensor in Keras, whatever floatx is: schedules work in float32 even
where the weights are float64, and only a NumPy float64 as initial learning rate makes them precise.
When TensorFlow compiles the step it turns a division by a constant into a product with 1/constant
and folds neighbouring constants into one; the schedules do the same. Called outside of a training
step Keras divides, and its value can differ from the one it trains with by a bit: at a jump of the
rate, by the jump.
"""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.optimizers.powf import powf
from nnscratch.random.libm import logf, sincosf

_each_powf = np.vectorize(powf, otypes=[np.float32])


def dtype_of(rate: Any) -> np.dtype[Any]:
    """Return the type that a schedule starting from `rate` works in.

    >>> dtype_of(0.1).name, dtype_of(np.float64(0.1)).name
    ('float32', 'float64')
    """
    return rate.dtype if isinstance(rate, np.floating) else np.dtype("float32")


def cast(value: Any, dtype: np.dtype[Any]) -> Any:
    """Return a number of a dtype; a Python float passes through float32.

    >>> numbers = cast(0.9, np.dtype("float64")), cast(np.float64(0.9), np.dtype("float64"))
    >>> [float(number) for number in numbers]
    [0.8999999761581421, 0.9]
    """
    if isinstance(value, float) and not isinstance(value, np.floating):
        value = through_float32(value)
    return dtype.type(value)


def steps_as(step: Any, dtype: np.dtype[Any]) -> Any:
    """Return the step, or an array of steps, as numbers of a dtype."""
    return np.asarray(step).astype(dtype)[()]


def share(step: Any, length: Any, dtype: np.dtype[Any]) -> Any:
    """Return step/length, as a product with 1/length.

    >>> bool(share(41, 41, np.dtype("float32")) < 1)
    True
    """
    return steps_as(step, dtype) * (dtype.type(1) / cast(length, dtype))


def power(base: Any, exponent: Any) -> Any:
    """Return base**exponent, with the bits of the C library where both are float32."""
    if np.result_type(base, exponent) == np.float32:
        return _each_powf(base, exponent)[()]
    with np.errstate(invalid="ignore"):
        return np.power(base, exponent)


def cosine(angle: Any) -> Any:
    """Return the cosine of angles in [0, 2π), in their dtype."""
    if angle.dtype != np.float32:
        return np.cos(angle)
    known = np.nan_to_num(np.atleast_1d(angle))
    return np.where(np.isnan(angle), angle, sincosf(known)[1].reshape(angle.shape))[()]


def log(x: Any) -> Any:
    """Return the natural logarithm in its argument's dtype, NaN where it is not positive."""
    known = np.atleast_1d(np.where(x > 0, x, x.dtype.type(1)))
    if x.dtype == np.float32:
        found = logf(known)
    else:
        found = np.array([math.log(v) for v in known.ravel().tolist()])
    return np.where(x > 0, found.reshape(x.shape), x.dtype.type(math.nan))[()]


def check_initial(argument: str, rate: Any) -> None:
    """Refuse an initial learning rate that is not a float of 0 or more.

    Keras takes an integer and then computes in integers, which makes most schedules 0.
    """
    whole = isinstance(rate, numbers.Integral) and not isinstance(rate, bool)
    if whole:
        raise ValueError(
            f"`{argument}` must be a float. Received: {argument}={rate!r}. Write "
            f"{float(rate)!r} if that is what you mean."
        )
    check_number(argument, rate, 0)


def check_positive(argument: str, value: Any) -> None:
    """Refuse what is not a finite number above 0."""
    check_number(argument, value, 0)
    if not value > 0:
        raise ValueError(f"`{argument}` must be > 0. Received: {argument}={value!r}")
