"""The module that a script gets when it imports Keras or TensorFlow."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from nnscratch.compat import catalogue
from nnscratch.compat.absent import Absent, missing
from nnscratch.errors import closest_name
from nnscratch.outdated import note


class StandIn(ModuleType):
    """Looks names up in nnscratch when a script asks for them.

    A name that Keras knows and nnscratch does not have gives a placeholder; a name that neither
    knows is an error with the nearest name that exists.

    Args:
        name: the name the script imports, such as `tensorflow.keras.layers`.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, f"nnscratch, standing in for {name}.")
        self._present = catalogue.present_name(name)
        self._sources = catalogue.sources(self._present)
        in_keras = catalogue.keras_name(self._present)
        self._known = catalogue.keras_names().get(in_keras or "", frozenset())

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return sorted(self._public())
        if name.startswith("_") and name != "__version__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if self._present != self.__name__:
            note(f"{self.__name__}.{name} is now {self._present}.{name}.")
        for source in self._sources:
            if name == "__version__" or name in catalogue.public_names(source):
                value = getattr(source, name)
                if not isinstance(value, ModuleType):
                    return value
        if catalogue.module_exists(f"{self.__name__}.{name}"):
            return import_module(f"{self.__name__}.{name}")
        full = f"{self._present}.{name}"
        if name in self._known or self._present.startswith("keras_tuner"):
            return Absent(full)
        raise AttributeError(missing(full, closest_name(name, self._public())), name=name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let functions that use this module be sent to another process, which imports it."""
        return import_module, (self.__name__,)

    def _public(self) -> set[str]:
        return {name for source in self._sources for name in catalogue.public_names(source)}

    def __dir__(self) -> list[str]:
        return sorted(self._public() | set(self._known))
