"""How far two numbers or tensors are apart, and how many digits of them agree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.typing import Array

FLOOR = 1e-3
"""Magnitude below which differences are measured against this instead: nothing is near zero."""

ALL_DIGITS = 17
"""What `digits` says of two equal numbers."""

DEFAULT_RTOL = {"float32": 1e-4, "float64": 1e-10}
"""How far apart two runs may be.

In float32, rounding differences of 1e-7 grow to about 1e-5 over a thousand steps of a small
network, while another formula, mask or order of rows shows by 1e-3 and more in the first epoch. In
float64, rounding stays below 1e-13, while one constant that is not rounded to float32 where Keras
rounds it makes 1e-8.
"""


def difference(a: Any, b: Any, floor: float = FLOOR) -> float:
    """Return max|b − a| / scale, the scale being the largest magnitude in either, or the floor.

    NaN beside NaN and infinity beside infinity are equal; beside anything else they are infinitely
    far, as are tensors of different shapes.

    Args:
        a: number or array.
        b: number or array.
        floor: least scale.

    >>> difference(2.0, 2.5), difference([1.0, 1e-9], [1.0, 2e-9]), difference(1.0, [1.0, 1.0])
    (0.2, 1e-09, inf)
    """
    first, second = as_float64(a), as_float64(b)
    if first.shape != second.shape:
        return math.inf
    return float(np.max(element_differences(first, second, floor), initial=0.0))


def element_differences(a: Array, b: Array, floor: float = FLOOR) -> Array:
    """Return |b − a| / scale for each element of two float64 arrays of one shape."""
    alike = (a == b) | (np.isnan(a) & np.isnan(b))
    odd = ~(np.isfinite(a) & np.isfinite(b)) & ~alike
    usable = ~alike & ~odd
    scale = max(floor, _largest(a), _largest(b))
    apart = np.zeros(a.shape)
    np.subtract(b, a, out=apart, where=usable)
    np.abs(apart, out=apart)
    if scale > 0:
        apart /= scale
    apart[odd] = math.inf
    return apart


def _largest(a: Array) -> float:
    return float(np.max(np.abs(a), initial=0.0, where=np.isfinite(a)))


def as_float64(value: Any) -> Array:
    """Return a number or an array of numbers (complex and text are refused) as float64."""
    return np.asarray(value, dtype=np.float64)


def digits(relative: float) -> int:
    """Return the number of leading decimal digits that agree: ⌊−log₁₀ relative difference⌋.

    >>> digits(3e-7), digits(0.0), digits(0.5), digits(math.inf)
    (6, 17, 0, 0)
    """
    if relative == 0.0:
        return ALL_DIGITS
    if not math.isfinite(relative):
        return 0
    return min(max(math.floor(-math.log10(relative)), 0), ALL_DIGITS)


def told(relative: float) -> str:
    """Return the digits that agree as a word for a table.

    >>> told(3e-7), told(0.0)
    ('6', 'all')
    """
    found = digits(relative)
    return "all" if found == ALL_DIGITS else str(found)
