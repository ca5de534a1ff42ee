"""The initial weights that experiments compare, by the names the book and Keras give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from nnscratch import initializers
from nnscratch.errors import unknown_name
from nnscratch.initializers import Initializer

Starts: TypeAlias = Sequence[str] | Mapping[str, Any]
"""Names, or labels with whatever `initializers.get` takes."""

BOOK = ("std 1", "std 0.01", "Xavier", "He")
"""The four of chapter 6 of "Deep Learning from Scratch"."""


def xavier() -> Initializer:
    """Return normal numbers of standard deviation √(1/n), n inputs: Xavier as the book has it.

    Source: Glorot & Bengio (2010), "Understanding the difficulty of training deep feedforward
    neural networks". Convention: by the inputs alone and not cut off; Keras's `glorot_normal`
    takes √(2/(n + m)) and cuts at two standard deviations.
    """
    return initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal")


def he() -> Initializer:
    """Return normal numbers of standard deviation √(2/n), n inputs.

    Source: He, Zhang, Ren & Sun (2015), "Delving deep into rectifiers", equation 10. Convention:
    not cut off; Keras's `he_normal` is cut at two standard deviations and scaled to the same
    spread.
    """
    return initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")


def starts(given: Starts) -> dict[str, Initializer]:
    """Return initializers by label.

    Args:
        given: names: `"std 0.01"` with any number, `"Xavier"`, `"He"`, or one of Keras's such as
            `"lecun_normal"` or `"zeros"`; or a dictionary from labels to initializers.

    Raises:
        ValueError: a name means nothing.

    >>> [type(one).__name__ for one in starts(["std 1", "He", "zeros"]).values()]
    ['RandomNormal', 'VarianceScaling', 'Zeros']
    """
    if isinstance(given, str):
        given = [given]
    named = given if isinstance(given, Mapping) else {name: name for name in given}
    return {label: _start(value) for label, value in named.items()}


def _start(value: Any) -> Initializer:
    if not isinstance(value, str):
        found = initializers.get(value)
        if not isinstance(found, Initializer):
            raise ValueError(
                "Initial weights are a name, a number of standard deviation as 'std 0.1', or an "
                f"Initializer. Received: {value!r}"
            )
        return found
    spread = re.fullmatch(r"std[ =]?([0-9.e+-]+)", value)
    if spread:
        return initializers.RandomNormal(stddev=float(spread[1]))
    by_name = {"xavier": xavier, "he": he}
    if value.lower() in by_name:
        return by_name[value.lower()]()
    try:
        found = initializers.get(value)
    except ValueError as error:
        raise unknown_name(
            "initial weights", value, [*BOOK, "zeros", "glorot_uniform", "he_normal"]
        ) from error
    assert isinstance(found, Initializer)
    return found


def with_seed(start: Initializer, seed: int) -> Initializer:
    """Return the same initializer drawing from a seed of its own, if it draws at all."""
    config = start.get_config()
    return type(start).from_config({**config, "seed": seed} if "seed" in config else config)
