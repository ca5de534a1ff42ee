"""Checks of optimizers' arguments: every wrong value is refused before any weight changes."""

from __future__ import annotations

import inspect
import numbers
import warnings
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.errors import unknown_name
from nnscratch.outdated import note


def check_count(argument: str, value: Any, low: int) -> None:
    """Refuse what is neither an integer of at least `low` nor None (or 0, which means None)."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if value is None or (whole and (value == 0 or value >= low)):
        return
    raise ValueError(
        f"`{argument}` must be an integer >= {low}, or None. Received: {argument}={value!r}"
    )


def check_learning_rate(value: Any) -> float:
    """Return a learning rate given as a float; refuse everything else.

    Raises:
        ValueError: an integer (Keras refuses it too, since `1` is usually a slip), a string, a
            negative number, NaN or infinity.

    >>> check_learning_rate(0.1)
    0.1
    """
    if not isinstance(value, (float, np.floating)):
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        hint = f" Write {float(value)!r} if that is what you mean." if whole else ""
        raise ValueError(
            "`learning_rate` must be a float, a LearningRateSchedule, or a function without "
            f"arguments that returns a float. Received: learning_rate={value!r}.{hint}"
        )
    check_number("learning_rate", value, 0)
    return float(value)


def check_one_clipping(clipnorm: Any, clipvalue: Any, global_clipnorm: Any) -> None:
    """Refuse a negative limit, and more than one kind of clipping."""
    limits = {"clipnorm": clipnorm, "clipvalue": clipvalue, "global_clipnorm": global_clipnorm}
    given = {argument: limit for argument, limit in limits.items() if limit is not None}
    for argument, limit in given.items():
        check_number(argument, limit, 0)
    if len(given) > 1:
        received = ", ".join(f"{argument}={limit}" for argument, limit in given.items())
        raise ValueError(
            "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be used at a time. "
            f"Received: {received}"
        )


def learning_rate_from(kwargs: dict[str, Any], learning_rate: Any) -> Any:
    """Return the learning rate, given by its present name or, with a note, as `lr`."""
    if "lr" not in kwargs:
        return learning_rate
    note("`lr` is called `learning_rate` today.")
    return kwargs.pop("lr")


def check_no_more(cls: type, kwargs: dict[str, Any]) -> None:
    """Refuse keyword arguments that no constructor of the class knows.

    `decay` was an argument once and is ignored with a warning, as in Keras.
    """
    kwargs = dict(kwargs)
    if kwargs.pop("decay", None) is not None:
        warnings.warn(
            "`decay` is ignored: optimizers no longer take it. Give a schedule as `learning_rate` "
            "to lower the learning rate over time, or `weight_decay` to shrink the weights.",
            stacklevel=4,
        )
    if not kwargs:
        return
    known: set[str] = set()
    for base in cls.__mro__[:-1]:
        known.update(inspect.signature(base).parameters)
    received = next(iter(kwargs))
    if received == "lr":
        raise ValueError(
            f"`lr` is called `learning_rate`: write {cls.__name__}(learning_rate={kwargs['lr']!r})."
        )
    if received == "dialect":
        raise ValueError(
            "A dialect has other default numbers too, so it is chosen with a function: "
            f"nnscratch.lab.optimizer({cls.__name__.lower()!r}, {kwargs['dialect']!r})."
        )
    raise unknown_name(f"argument of {cls.__name__}", received, known - {"kwargs"})
