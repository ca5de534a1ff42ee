"""Automatic names (`dense`, `dense_1`, …) and the scopes that make up a variable's path."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

_counts: defaultdict[str, int] = defaultdict(int)
_scopes: list[tuple[str, object]] = []


def to_snake_case(name: str) -> str:
    """Turn a class name into the form that automatic names use.

    >>> to_snake_case("BatchNormalization"), to_snake_case("ReLU"), to_snake_case("SGD")
    ('batch_normalization', 're_lu', 'sgd')
    """
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(class_name: str) -> str:
    """Return the next free name for an object of this class: `dense`, `dense_1`, and so on.

    The counters belong to the process, as Keras's do; `clear_names` sets them back.
    """
    name = to_snake_case(class_name)
    count = _counts[name]
    _counts[name] += 1
    return f"{name}_{count}" if count else name


def clear_names() -> None:
    """Start every automatic name from its first form again."""
    _counts.clear()


@contextmanager
def name_scope(name: str, *, caller: object = None) -> Iterator[None]:
    """Prefix the path of every variable made inside with `name/`.

    Args:
        name: the prefix.
        caller: the object that opens the scope; where the innermost scope is its own already, no
            other is opened.
    """
    if caller is not None and _scopes and _scopes[-1][1] is caller:
        yield
        return
    _scopes.append((name, caller))
    try:
        yield
    finally:
        _scopes.pop()


def current_path() -> str:
    """Return the scopes around this point, joined by slashes."""
    return "/".join(name for name, _ in _scopes)
