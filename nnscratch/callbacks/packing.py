"""What a run must remember beside its weights, as JSON with the arrays set apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.typing import Array

ARRAY = "array number"
"""The key that stands in the JSON where an array was."""


def packed(value: Any, arrays: list[Array]) -> Any:
    """Return a value fit for JSON; each array in it is moved to the end of `arrays`.

    Args:
        value: None, a number, a text, an array, or lists and dicts of them.
        arrays: where the arrays go.

    Raises:
        TypeError: anything else, with its type.

    >>> arrays = []
    >>> packed({"best": np.float32(0.5), "weights": [np.zeros(2)]}, arrays), len(arrays)
    ({'best': 0.5, 'weights': [{'array number': 0}]}, 1)
    """
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {ARRAY: len(arrays) - 1}
    if isinstance(value, (list, tuple)):
        return [packed(part, arrays) for part in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: packed(part, arrays) for key, part in value.items()}
    raise TypeError(
        "What a callback keeps must be None, numbers, texts, arrays, or lists and dicts (with "
        f"texts as keys) of them. Received: {value!r}, of type {type(value).__name__}"
    )


def unpacked(value: Any, arrays: Sequence[Array]) -> Any:
    """Return what `packed` was given; tuples have become lists.

    Args:
        value: what `packed` returned.
        arrays: the arrays.

    >>> unpacked([{"array number": 0}, 1], [np.zeros(2)])
    [array([0., 0.]), 1]
    """
    if isinstance(value, list):
        return [unpacked(part, arrays) for part in value]
    if isinstance(value, dict):
        if ARRAY in value:
            return arrays[value[ARRAY]]
        return {key: unpacked(part, arrays) for key, part in value.items()}
    return value
