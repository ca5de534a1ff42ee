"""Checks of arguments: what is wrong is named with what was received and what was expected."""

from __future__ import annotations

import math
import numbers
from typing import Any


def check_number(
    argument: str, value: Any, low: float, high: float = math.inf, *, below_high: bool = False
) -> None:
    """Refuse what is not a finite number in [low, high], or in [low, high) with `below_high`.

    >>> check_number("beta_1", 0.9, 0, 1, below_high=True)
    >>> check_number("rate", "a", 0, 1)
    Traceback (most recent call last):
    ValueError: `rate` must be a number in [0, 1]. Received: rate='a'
    """
    fits = (
        isinstance(value, numbers.Real)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and low <= float(value) <= high
        and not (below_high and value == high)
    )
    if fits:
        return
    if high < math.inf:
        expected = f"a number in [{low}, {high}{')' if below_high else ']'}"
    elif low > -math.inf:
        expected = f"a finite number, {low} or more"
    else:
        expected = "a finite number"
    raise ValueError(f"`{argument}` must be {expected}. Received: {argument}={value!r}")


def check_whole(argument: str, value: Any, low: int) -> None:
    """Refuse what is not an integer of at least `low`.

    >>> check_whole("patience", -1, 0)
    Traceback (most recent call last):
    ValueError: `patience` must be a whole number, 0 or more. Received: patience=-1
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < low:
        raise ValueError(
            f"`{argument}` must be a whole number, {low} or more. Received: {argument}={value!r}"
        )
