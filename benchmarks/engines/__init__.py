"""The engines that are measured, by name; each is a module that is loaded in its own process."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from benchmarks.workloads import Array, Workload

Go = Callable[[], None]
"""One measured go: everything from calling `fit` to having its history."""


class EngineModule(Protocol):
    """What a module of this package defines."""

    def prepare(self, workload: Workload, x: Array, y: Array, **options: Any) -> Go | None:
        """Return what is to be measured, or None if this engine cannot do this work."""

    def versions(self) -> dict[str, str]:
        """Return the versions of what computes."""


@dataclass(frozen=True)
class Engine:
    """One column of the table.

    Attributes:
        name: heading of the column.
        module: where `prepare` is.
        needs: the package without which it cannot run.
        options: what `prepare` is told.
        whole_epochs: whether an epoch is one compiled program, which no callback can look into.
    """

    name: str
    module: str
    needs: str
    options: dict[str, Any] = field(default_factory=dict)
    whole_epochs: bool = False

    @property
    def installed(self) -> bool:
        """Whether the package is there."""
        return importlib.util.find_spec(self.needs) is not None

    def load(self) -> EngineModule:
        """Import the module."""
        module: Any = importlib.import_module(f"benchmarks.engines.{self.module}")
        return module  # type: ignore[no-any-return]


ENGINES = (
    Engine("nnscratch", "nnscratch_engine", "nnscratch"),
    Engine("floor", "floor", "numpy"),
    Engine("Keras", "keras_engine", "keras", {"jit_compile": "auto"}),
    Engine("Keras, no jit", "keras_engine", "keras", {"jit_compile": False}),
    Engine("PyTorch", "torch_engine", "torch"),
    Engine("torch.compile", "torch_engine", "torch", {"compiled": True}),
    Engine("JAX jit", "jax_engine", "jax"),
    Engine("JAX scan", "jax_engine", "jax", {"scan": True}, whole_epochs=True),
    Engine("scikit-learn", "sklearn_engine", "sklearn"),
)
"""All engines, in the order of the table."""


def engine(name: str) -> Engine:
    """Return the engine of this name, whatever the case of its letters.

    Raises:
        ValueError: there is none.
    """
    for candidate in ENGINES:
        if candidate.name.lower() == name.lower():
            return candidate
    raise ValueError(f"Engines: {', '.join(e.name for e in ENGINES)}. Received: {name!r}")
