"""Makes `import keras` and `import tensorflow` mean nnscratch, in this process only."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, TracebackType

import numpy as np

from nnscratch import casting
from nnscratch.compat import catalogue
from nnscratch.compat.absent import missing
from nnscratch.compat.module import StandIn
from nnscratch.compat.tensor import Tensor
from nnscratch.errors import closest_name
from nnscratch.outdated import OutdatedWarning


class _Finder(MetaPathFinder, Loader):
    """Answers imports of Keras, TensorFlow and Keras Tuner, before any installed package."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in catalogue.ROOTS:
            return None
        if not catalogue.module_exists(fullname):
            parent, _, name = fullname.rpartition(".")
            near = closest_name(name, dir(sys.modules[parent]))
            raise ImportError(missing(fullname, near), name=fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: a stand-in looks its names up when they are asked for."""


_FINDER = _Finder()


class KerasNames:
    """The state in which Keras's names mean nnscratch; `undo` ends it.

    It can be used in a `with` statement.
    """

    def undo(self) -> None:
        """Give the names back: later imports find the installed packages, if there are any."""
        if _FINDER in sys.meta_path:
            sys.meta_path.remove(_FINDER)
        for name in _modules_of_keras():
            if isinstance(sys.modules[name], StandIn):
                del sys.modules[name]
        casting.set_array_class(np.ndarray)

    def __enter__(self) -> KerasNames:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.undo()

    def __repr__(self) -> str:
        if _FINDER in sys.meta_path:
            return "<keras and tensorflow mean nnscratch in this process; .undo() ends it>"
        return "<keras and tensorflow mean the installed packages>"


def use_as_keras() -> KerasNames:
    """Make `import keras`, `import tensorflow` and all below them mean nnscratch from now on.

    Installed packages are not touched, only this process's imports. Doing it twice changes
    nothing.

    Returns:
        An object whose `undo()` ends it.

    Raises:
        RuntimeError: Keras or TensorFlow itself was imported before.

    >>> with use_as_keras():
    ...     from tensorflow.keras.layers import Dense
    >>> Dense.__module__
    'nnscratch.layers.core'
    """
    real = [n for n in _modules_of_keras() if not isinstance(sys.modules[n], StandIn)]
    if real:
        raise RuntimeError(
            f"{real[0]!r} has already been imported in this process. Start a new process (in a "
            "notebook: restart the kernel) and call nnscratch.use_as_keras() before any import "
            "of keras or tensorflow."
        )
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
        casting.set_array_class(Tensor)
        if not sys.warnoptions:
            warnings.filterwarnings("default", category=OutdatedWarning)
    return KerasNames()


def is_in_use() -> bool:
    """Tell whether Keras's names mean nnscratch in this process.

    >>> is_in_use()
    False
    """
    return _FINDER in sys.meta_path


def _modules_of_keras() -> list[str]:
    return sorted(name for name in sys.modules if name.partition(".")[0] in catalogue.ROOTS)
