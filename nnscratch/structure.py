"""Nested lists, tuples and dicts of things: flattened into a list and packed again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any


def is_nested(structure: Any) -> bool:
    """Tell whether this is a list, tuple or dict."""
    return isinstance(structure, (list, tuple, dict))


def _keys(mapping: dict[str, Any]) -> list[str]:
    return list(mapping) if isinstance(mapping, OrderedDict) else sorted(mapping)


def flatten(structure: Any) -> list[Any]:
    """Return the leaves in order; dicts by sorted key, as in Keras.

    >>> flatten([1, (2, 3), {"b": 5, "a": 4}])
    [1, 2, 3, 4, 5]
    """
    return list(_leaves(structure))


def _leaves(structure: Any) -> Iterator[Any]:
    if isinstance(structure, dict):
        for key in _keys(structure):
            yield from _leaves(structure[key])
    elif isinstance(structure, (list, tuple)):
        for part in structure:
            yield from _leaves(part)
    else:
        yield structure


def pack(structure: Any, leaves: list[Any]) -> Any:
    """Put leaves where those of a structure are.

    >>> pack([0, {"a": 0, "b": 0}], ["x", "y", "z"])
    ['x', {'a': 'y', 'b': 'z'}]
    """
    remaining = iter(leaves)
    return transform(lambda _: next(remaining), structure)


def transform(function: Callable[[Any], Any], structure: Any) -> Any:
    """Apply a function to every leaf, in the order of `flatten`.

    >>> transform(lambda n: n * 2, {"a": 1, "b": [2]})
    {'a': 2, 'b': [4]}
    """
    if isinstance(structure, dict):
        done = {key: transform(function, structure[key]) for key in _keys(structure)}
        return type(structure)((key, done[key]) for key in structure)
    if isinstance(structure, (list, tuple)):
        parts = [transform(function, part) for part in structure]
        return parts if isinstance(structure, list) else tuple(parts)
    return function(structure)
