"""Activations from outside: a pair of functions, or a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.activations.base import Activation, Elementwise
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.typing import Array


@dataclass(frozen=True)
class FromFunctions(Elementwise):
    """An elementwise activation made of a function and its derivative; see `from_functions`."""

    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    label: str

    @property
    def name(self) -> str:
        """The name given to `from_functions`."""
        return self.label

    @property
    def is_steady(self) -> bool:
        """False: what comes from outside is not known."""
        return False

    def call_parameters(self) -> dict[str, Any]:
        """Return none."""
        return {}

    def value(self, z: Array, out: Array) -> None:
        """Write function(z)."""
        self._write(self.function, "function", z, out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write derivative(z)."""
        self._write(self.derivative, "derivative", z, out)

    def _write(
        self, function: Callable[[Array], Array], argument: str, z: Array, out: Array
    ) -> None:
        values = np.asarray(function(z))
        if values.shape != z.shape:
            raise ShapeError(
                f"`{argument}` of activation {self.name!r} must treat every element alike: from "
                f"an array of shape {z.shape} it made one of shape {values.shape}. For functions "
                "along an axis, subclass nnscratch.activations.Activation."
            )
        out[...] = values


def from_functions(
    function: Callable[[Array], Array],
    derivative: Callable[[Array], Array],
    name: str | None = None,
) -> Activation:
    """Make an activation from a function and its derivative, both of arrays.

    Args:
        function: a = f(z), element by element.
        derivative: f'(z), element by element.
        name: the name to save it under; the function's own by default.

    Raises:
        TypeError: one of the two cannot be called.

    >>> import numpy as np
    >>> cube = from_functions(lambda z: z**3, lambda z: 3 * z**2, name="cube")
    >>> cube(np.array([2.0])).tolist()
    [8.0]
    """
    for argument, given in (("function", function), ("derivative", derivative)):
        if not callable(given):
            raise TypeError(f"`{argument}` must be a function of arrays. Received: {given!r}")
    return FromFunctions(function, derivative, name or str(getattr(function, "__name__", "custom")))


@dataclass(frozen=True)
class FromLayer(Activation):
    """A layer without weights, such as `LeakyReLU`, in the place of an activation."""

    layer: Any

    @property
    def name(self) -> str:
        """Name of the layer."""
        return str(self.layer.name)

    @property
    def is_steady(self) -> bool:
        """False: what comes from outside is not known."""
        return False

    def call_parameters(self) -> dict[str, Any]:
        """Return none."""
        return {}

    def forward(self, z: Array, cache: Cache) -> Array:
        """Apply the layer."""
        self.layer.ensure_built((None, *z.shape[1:]))
        if self.layer.weights:
            raise ValueError(
                f"Layer {self.layer.name!r} has weights, which an activation cannot own. Put the "
                "layer into the model, after a layer without activation."
            )
        return self.layer.forward(z, cache.child("activation"))  # type: ignore[no-any-return]

    def backward(self, da: Array, cache: Cache) -> Array:
        """Run the layer's backward pass."""
        return self.layer.backward(da, cache.child("activation"))  # type: ignore[no-any-return]
