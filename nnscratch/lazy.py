"""Public names of a package that are imported when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from nnscratch.errors import missing_attribute


def names(
    package: str, places: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make a package's `__getattr__` and `__dir__`.

    Args:
        package: name of the package.
        places: public name to the module, seen from the package, that has it; a name that is
            itself a module has an empty place.

    >>> getattr_of_package, _ = names("nnscratch", {"Dense": "layers", "layers": ""})
    >>> getattr_of_package("Dense").__name__
    'Dense'
    >>> getattr_of_package("Dens")
    Traceback (most recent call last):
    AttributeError: module 'nnscratch' has no attribute 'Dens'. Did you mean 'Dense'?
    """
    missing = missing_attribute(package, places)

    def getattr_of_package(name: str) -> Any:
        if name not in places:
            return missing(name)
        module = import_module(f"{package}.{places[name] or name}")
        value = getattr(module, name) if places[name] else module
        setattr(sys.modules[package], name, value)
        return value

    def dir_of_package() -> list[str]:
        return sorted({*vars(sys.modules[package]), *places})

    return getattr_of_package, dir_of_package
