"""Activations written as a function of operations, which need no derivative of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnscratch import recording
from nnscratch.activations import Activation
from nnscratch.cache import Cache
from nnscratch.layers.graph import Graph
from nnscratch.layers.symbolic import KerasTensor
from nnscratch.layers.tracing import Trace
from nnscratch.ops.operation import as_tensor
from nnscratch.typing import Array


class FunctionOfOperations(Activation):
    """An activation a = f(z) whose f is made of operators and functions of `nnscratch.ops`.

    Args:
        function: f.

    >>> import numpy as np
    >>> from nnscratch import layers, ops
    >>> layer = layers.Activation(lambda z: ops.maximum(0.1 * z, z))
    >>> layer(np.array([[-1.0, 2.0]], "float32")).round(3).tolist()
    [[-0.10000000149011612, 2.0]]
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self._graphs: dict[Any, Graph] = {}

    @property
    def name(self) -> str:
        """Name of the function."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = f(z)."""
        key = (z.shape[1:], z.dtype.name)
        if key not in self._graphs:
            self._graphs[key] = self._written((None, *z.shape[1:]), z.dtype.name)
        cache.graph = self._graphs[key]
        a: Array = cache.graph.forward([z], cache.child("graph"), False)[0]
        return a

    def _written(self, shape: Any, dtype: str) -> Graph:
        z, trace = KerasTensor(shape, dtype), Trace()
        with recording.recording(trace):
            a = as_tensor(self.function(z), trace)
        return Graph([z], [a])

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz from da, for the call that left this cache."""
        dz: Array = cache.graph.backward([da], cache.child("graph"))[0]
        return dz

    def get_config(self) -> dict[str, Any]:
        """Return nothing: the function has no parameters to write down."""
        return {}
