"""Objects to dictionaries and back, in Keras's format, and the register of users' own classes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from nnscratch.errors import unknown_name

T = TypeVar("T")

_registered: dict[str, Any] = {}
_scoped: list[dict[str, Any]] = []
_published: dict[str, dict[str, Any]] = {}


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Any:
    """Make a decorator that registers a class or function under `"package>name"`.

    What is registered is found again when a saved model names it.

    Args:
        package: prefix that keeps equal names of different projects apart.
        name: the object's own name by default.

    Raises:
        ValueError: the name is empty, or a class without `get_config`.

    >>> @register_keras_serializable(package="demo")
    ... def halve(x):
    ...     return x / 2
    >>> get_registered_name(halve), get_registered_object("demo>halve") is halve
    ('demo>halve', True)
    """

    def register(thing: T) -> T:
        own_name = name or getattr(thing, "__name__", "")
        if not own_name:
            raise ValueError(f"`name` is needed to register {thing!r}, which has no __name__.")
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise ValueError(f"Class {own_name} cannot be saved: give it a `get_config()` method.")
        _registered[f"{package}>{own_name}"] = thing
        return thing

    return register


def get_registered_name(obj: Any) -> str:
    """Return the name a class or function is registered under, or else its own name."""
    for registered_name, known in _registered.items():
        if known is obj:
            return registered_name
    return str(obj.__name__)


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Return what a name stands for, or None.

    Args:
        name: a registered name, or a key of one of the tables.
        custom_objects: the caller's own objects; they come first, then those of the open
            `custom_object_scope`, then the registered ones.
        module_objects: looked at last.
    """
    for table in (custom_objects or {}, *reversed(_scoped), _registered, module_objects or {}):
        if name in table:
            return table[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """Return the live table of registered objects."""
    return _registered


@contextmanager
def custom_object_scope(custom_objects: Mapping[str, Any]) -> Iterator[None]:
    """Make these objects known by their keys inside the `with` block.

    >>> with custom_object_scope({"mine": int}):
    ...     get_registered_object("mine") is int
    True
    >>> get_registered_object("mine") is None
    True
    """
    _scoped.append(dict(custom_objects))
    try:
        yield
    finally:
        _scoped.pop()


def publish(module: str, objects: Mapping[str, Any]) -> None:
    """Make a package's own classes known under Keras's name for the package.

    Args:
        module: what Keras writes, such as `"keras.regularizers"`.
        objects: classes, or ready objects, by name; aliases may follow the names.
    """
    _published.setdefault(module, {}).update(objects)


def home_of(cls: type) -> tuple[str, str] | None:
    """Return the module and name a class was published under."""
    for module, objects in _published.items():
        for name, known in objects.items():
            if known is cls:
                return module, name
    return None


def published(module: str | None) -> Mapping[str, Any]:
    """Return the objects published under Keras's name for a module; none for another module.

    >>> publish("demo", {"one": 1}); published("demo"), published("elsewhere")
    ({'one': 1}, {})
    """
    return _published.get(module or "", {})


def published_modules() -> list[str]:
    """Return the names of all modules that objects are published under."""
    return list(_published)


def serialize_object(thing: Any) -> dict[str, Any]:
    """Return the dictionary that Keras writes for an object with `get_config()`.

    Args:
        thing: the object; one of a class that is not published is marked as custom.

    Raises:
        TypeError: the object has no `get_config`.
    """
    cls = type(thing)
    if not hasattr(thing, "get_config"):
        raise TypeError(f"{thing!r} cannot be saved: give class {cls.__name__} a `get_config()`.")
    home = home_of(cls)
    own_module = None if cls.__module__ == "__main__" else cls.__module__
    return {
        "module": home[0] if home else own_module,
        "class_name": home[1] if home else cls.__name__,
        "config": thing.get_config(),
        "registered_name": None if home else get_registered_name(cls),
    }


def deserialize_object(
    config: Any,
    module: str,
    custom_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Make the object that a name or a dictionary in Keras's format describes.

    Args:
        config: a name, or a dictionary with `class_name` and `config`.
        module: the published module to look in, unless the dictionary names another one.
        custom_objects: the caller's own classes and objects by name.

    Raises:
        ValueError: the name is unknown.
    """
    if isinstance(config, str):
        config = {"class_name": config}
    if not isinstance(config, Mapping) or "class_name" not in config:
        raise ValueError(
            "`config` must be a name, or a dictionary with 'class_name' and 'config'. "
            f"Received: config={config!r}"
        )
    name, arguments = config["class_name"], config.get("config") or {}
    if name == "function":
        name, arguments = arguments, {}
    known = _published.get(str(config.get("module")), _published[module])
    found = None
    for candidate in (config.get("registered_name"), name):
        if found is None and candidate is not None:
            found = get_registered_object(candidate, custom_objects, known)
    if found is None:
        kind = module.rpartition(".")[2].removesuffix("s")
        raise unknown_name(kind, name, {*known, *(custom_objects or {})})
    if not inspect.isclass(found):
        return found
    return found.from_config(arguments) if hasattr(found, "from_config") else found(**arguments)
