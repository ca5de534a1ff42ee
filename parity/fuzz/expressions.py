"""Values written down as Python expressions."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity.fuzz.activated import Activated, OwnActivation
from parity.units import Obj


def expression(value: Any) -> str:
    """Return the Python expression that makes a value with a library called `lib`.

    >>> expression(Obj("regularizers.L2", {"l2": 0.1}))
    'lib.regularizers.L2(l2=0.1)'
    """
    if isinstance(value, Obj):
        return f"lib.{value.path}({arguments(value.kwargs)})"
    if isinstance(value, Activated):
        return f"activation(lib, {value.name!r}, {arguments(value.options)})"
    if isinstance(value, OwnActivation):
        return f"lambda z: {value.written('lib.ops', 'z')}"
    return repr(value)


def arguments(kwargs: Any) -> str:
    """Return the arguments of a call."""
    return ", ".join(f"{name}={expression(value)}" for name, value in kwargs.items())


def array(value: Any) -> str:
    """Return the expression of one array, or of a list or dict of them."""
    if value is None:
        return "None"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {array(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(array(part) for part in value) + "]"
    kind = "DTYPE" if value.dtype.kind == "f" else repr(value.dtype.name)
    return f"np.array({np.asarray(value).tolist()!r}, {kind})"


def grouped(values: Any, names: Any) -> str:
    """Return one expression as it is, several as a list, or as a dict by names."""
    if len(values) == 1:
        return str(values[0])
    if names is None:
        return "[" + ", ".join(values) + "]"
    pairs = zip(names, values, strict=True)
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in pairs) + "}"


def listed(values: Any) -> str:
    """Return the expression of a list."""
    return "[" + ", ".join(map(expression, values)) + "]"
