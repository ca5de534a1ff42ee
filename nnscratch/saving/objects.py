"""Any object to Keras's dictionaries and back: by registered names, never by importing."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from nnscratch.errors import closest_name
from nnscratch.serialization import (
    custom_object_scope,
    get_registered_name,
    get_registered_object,
    home_of,
    published,
    published_modules,
)

FUNCTIONAL = "keras.src.models.functional"
"""Where Keras says that the class of functional models is; it has no public name."""

MODEL_MODULES = (FUNCTIONAL, "keras")


class _Sharing:
    """Layers written or read so far, so that one that comes twice stays one."""

    def __init__(self) -> None:
        self.depth = 0
        self.written: dict[int, tuple[Any, dict[str, Any]]] = {}
        self.read: dict[int, Any] = {}


_sharing = _Sharing()


@contextmanager
def sharing() -> Iterator[None]:
    """Keep layers that come in several places of a model one object."""
    _sharing.depth += 1
    try:
        yield
    finally:
        _sharing.depth -= 1
        if _sharing.depth == 0:
            _sharing.written, _sharing.read = {}, {}


def serialize_keras_object(obj: Any) -> Any:
    """Return what Keras writes for an object, a function, an array or a structure of them.

    Args:
        obj: a layer, model, optimizer, loss, metric, …; a function with a name; numbers, text and
            None stay as they are.

    Raises:
        TypeError: the object has no `get_config`, or it is a lambda.

    >>> serialize_keras_object({"x": np.array([1.0]), "n": 2})
    {'x': {'class_name': '__numpy__', 'config': {'value': [1.0], 'dtype': 'float64'}}, 'n': 2}
    """
    outermost = _sharing.depth == 0
    with sharing():
        written = _written(obj)
    return _numbered_where_shared(written) if outermost else written


def _written(obj: Any) -> Any:
    if obj is None or isinstance(obj, (str, bool, int, float)):
        return obj
    if isinstance(obj, (list, tuple)):
        parts = [_written(part) for part in obj]
        return tuple(parts) if isinstance(obj, tuple) else parts
    if isinstance(obj, Mapping):
        _refuse_lambda(obj.get("class_name"), "__lambda__")
        return {key: _written(value) for key, value in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and obj.ndim == 0):
        return obj.item()
    if isinstance(obj, np.ndarray):
        config = {"value": obj.tolist(), "dtype": obj.dtype.name}
        return {"class_name": "__numpy__", "config": config}
    if inspect.isfunction(obj):
        return _written_function(obj)
    return _written_object(obj)


def _written_function(function: Any) -> dict[str, Any]:
    _refuse_lambda(function.__name__, "<lambda>")
    return {
        "module": "builtins",
        "class_name": "function",
        "config": get_registered_name(function),
        "registered_name": "function",
    }


def _refuse_lambda(name: Any, refused: str) -> None:
    if name == refused:
        raise TypeError(
            "A lambda cannot be saved: it has no name, and code is never written to a file. "
            "Define the function with `def`, and register it with register_keras_serializable() "
            "so that it is found again."
        )


def _written_object(obj: Any) -> dict[str, Any]:
    is_layer = hasattr(obj, "add_weight")
    if is_layer and id(obj) in _sharing.written:
        return dict(_sharing.written[id(obj)][1])
    cls = type(obj)
    if not hasattr(obj, "get_config"):
        raise TypeError(f"{obj!r} cannot be saved: give class {cls.__name__} a `get_config()`.")
    home = home_of(cls)
    module = None if cls.__module__ == "__main__" else cls.__module__
    registered = None if home else get_registered_name(cls)
    written: dict[str, Any] = {
        "module": home[0] if home else module,
        "class_name": home[1] if home else cls.__name__,
        "config": _written(obj.get_config()),
        "registered_name": "Functional" if home == (FUNCTIONAL, "Functional") else registered,
    }
    for part in ("build", "compile"):
        getter = getattr(obj, f"get_{part}_config", None)
        found = None if getter is None else getter()
        if found is not None:
            written[f"{part}_config"] = _written(found)
    if is_layer:
        written["shared_object_id"] = len(_sharing.written) + 1
        _sharing.written[id(obj)] = (obj, written)
    return written


def _numbered_where_shared(written: Any) -> Any:
    """Leave the numbers of shared objects only where an object really comes twice."""
    counts = Counter(_numbers(written))
    return _without_numbers(written, {number for number, n in counts.items() if n == 1})


def _numbers(written: Any) -> Iterator[int]:
    if isinstance(written, dict):
        if "shared_object_id" in written:
            yield written["shared_object_id"]
        written = list(written.values())
    if isinstance(written, (list, tuple)):
        for part in written:
            yield from _numbers(part)


def _without_numbers(written: Any, single: set[int]) -> Any:
    if isinstance(written, dict):
        return {
            key: _without_numbers(value, single)
            for key, value in written.items()
            if not (key == "shared_object_id" and value in single)
        }
    if isinstance(written, (list, tuple)):
        parts = [_without_numbers(part, single) for part in written]
        return tuple(parts) if isinstance(written, tuple) else parts
    return written


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    *,
    module: str | None = None,
) -> Any:
    """Return the object that a dictionary in Keras's format describes.

    A class or function is looked up among the caller's own, those of the open
    `custom_object_scope`, the registered ones and nnscratch's; nothing is imported, and code is
    never restored.

    Args:
        config: what `serialize_keras_object` returned, or what Keras wrote.
        custom_objects: your own classes and functions by name.
        safe_mode: accepted for compatibility; False lets no more in.
        module: where to look first for a class without a module, as old files have it.

    Raises:
        ValueError: a name is unknown, or the configuration holds code.

    >>> deserialize_keras_object({"class_name": "__bytes__", "config": {"value": "x"}})
    b'x'
    """
    make_built_ins_known()
    with custom_object_scope(custom_objects or {}), sharing():
        return read_object(config, module)


def make_built_ins_known() -> None:
    """Import the rooms whose classes publish themselves, for a program that only loads."""
    import_module("nnscratch.models")


def read_object(config: Any, module: str | None = None) -> Any:
    """As `deserialize_keras_object`, within the scopes that are open."""
    if isinstance(config, (list, tuple)):
        return [read_object(part, module) for part in config]
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config or "config" not in config:
        return {key: read_object(value, module) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if not isinstance(name, str):
        raise ValueError(f"`class_name` must be text. Received: {name!r}")
    if name in ("__numpy__", "__tensor__"):
        return np.array(inner["value"], inner["dtype"])
    if name == "__bytes__":
        return str(inner["value"]).encode("utf-8")
    if name in ("__lambda__", "__typespec__"):
        raise ValueError(
            "The configuration holds code (a lambda); code is never restored from a file. Define "
            "the function with `def` and give it as `custom_objects={'name': function}`."
        )
    if name == "function":
        return _found_function(inner, module)
    return _read_instance(config, module)


def _found_function(name: Any, module: str | None) -> Any:
    found = get_registered_object(name) if isinstance(name, str) else None
    if found is not None:
        return found
    for table in [published(module), *map(published, published_modules())]:
        if isinstance(name, str) and inspect.isfunction(table.get(name)):
            return table[name]
    raise ValueError(
        f"Unknown function {name!r}. If it is yours, give it as custom_objects="
        f"{{{name!r}: …}} or register it with register_keras_serializable()."
    )


def _read_instance(config: Mapping[str, Any], module: str | None) -> Any:
    shared = config.get("shared_object_id")
    if shared is not None and shared in _sharing.read:
        return _sharing.read[shared]
    cls = _found_class(config, module)
    inner = config["config"]
    if not isinstance(inner, Mapping):
        raise ValueError(f"`config` of {config['class_name']} must be a dictionary: {inner!r}")
    made = cls.from_config(dict(inner)) if hasattr(cls, "from_config") else cls(**inner)
    for part in ("build", "compile"):
        written = config.get(f"{part}_config")
        if written and hasattr(made, f"{part}_from_config"):
            getattr(made, f"{part}_from_config")(written)
    if shared is not None and hasattr(made, "add_weight"):
        _sharing.read[shared] = made
    return made


def _found_class(config: Mapping[str, Any], module: str | None) -> Any:
    name, registered = config["class_name"], config.get("registered_name")
    found = None
    for candidate in (registered, name):
        if found is None and isinstance(candidate, str):
            found = get_registered_object(candidate)
    own_module = config.get("module")
    tables = [published(own_module if isinstance(own_module, str) else None)]
    if not tables[0]:
        tables = [published(module), *map(published, MODEL_MODULES)]
    if own_module is None and module is None:
        tables += map(published, published_modules())
    for table in tables:
        found = table.get(name) if found is None else found
    if inspect.isclass(found):
        return found
    known = {key for table in tables for key in table}
    near = closest_name(name, known)
    hint = f" Did you mean {near!r}?" if near else ""
    raise ValueError(
        f"Unknown class {name!r} of module {own_module!r}.{hint} nnscratch restores its own "
        f"classes and those made known to it: if this one is yours, give it as custom_objects="
        f"{{{name!r}: …}} or register it with register_keras_serializable()."
    )
