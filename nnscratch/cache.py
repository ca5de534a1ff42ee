"""What one call of a layer keeps: the values that backward needs and the buffers it writes to."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from nnscratch.routine import watched
from nnscratch.typing import Array


class Cache:
    """Memory of one call of a layer.

    A layer that is used twice has two caches, so each call finds its own saved values again.
    Forward stores what it wants to keep as attributes (`cache.x = x`); arrays that are written in
    every step come from `buffer`, which allocates once. What a layer returns stays valid until
    the same call runs again.

    Attributes:
        needs_dx: whether anybody will use what `backward` returns; the first trainable layer of a
            network need not compute it.
        mask: which samples or steps of what goes in count, where a network has masks; see
            `nnscratch.layers.masks`.

    >>> cache = Cache()
    >>> full = cache.buffer("y", (32, 10), "float32")
    >>> cache.buffer("y", (32, 10), "float32") is full
    True
    >>> np.shares_memory(cache.buffer("y", (7, 10), "float32"), full)  # the last, short batch
    True
    """

    mask: Any = None

    def __init__(self) -> None:
        self.needs_dx = True
        self._memory: dict[tuple[str, Any], Array] = {}
        self._views: dict[tuple[Any, ...], Array] = {}
        self._held: dict[tuple[str, tuple[int, ...]], Array] = {}
        self._children: dict[Hashable, Cache] = {}

    if TYPE_CHECKING:  # layers keep what they like, under the names of their formulas

        def __getattr__(self, name: str) -> Any: ...

        def __setattr__(self, name: str, value: Any) -> None: ...

    def buffer(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array for this name, the same memory at every call; its content is stale.

        Args:
            name: what the array is for; one name has one use within a layer.
            shape: shape wanted now. A smaller shape reuses the memory of a larger one.
            dtype: element type.
        """
        key = (name, shape, dtype)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = self._allocate(name, shape, np.dtype(dtype))
            self._held[name, shape] = view
        return watched(view)

    def _allocate(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        size = int(np.prod(shape, dtype=np.int64))
        memory = self._memory.get((name, dtype))
        if memory is None or memory.size < size:
            memory = self._memory[name, dtype] = np.empty(size, dtype)
            self._views = {k: v for k, v in self._views.items() if k[0] != name}
            self._held = {k: v for k, v in self._held.items() if k[0] != name}
        return memory[:size].reshape(shape)

    def copied(self, name: str, values: Array) -> Array:
        """Return a copy of these values in the buffer of this name, their axes in memory's order.

        Args:
            name: what the copy is for; see `buffer`.
            values: what to copy.

        >>> Cache().copied("y", np.ones((2, 3)).T).flags.c_contiguous
        True
        """
        copy = self.buffer(name, values.shape, values.dtype)
        np.copyto(copy, values)
        return copy

    def held(self, name: str, shape: tuple[int, ...]) -> Array | None:
        """Return the buffer of this name and shape as it stands, None if there is none."""
        return self._held.get((name, shape))

    def child(self, key: Hashable) -> Cache:
        """Return the cache of a call made within this call, such as a node of a nested model."""
        if key not in self._children:
            self._children[key] = Cache()
        return self._children[key]

    def kept(self) -> list[tuple[Cache, dict[str, Any]]]:
        """Return what forward and backward keep, here and in the calls within, by cache."""
        own = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        within = [pair for child in self._children.values() for pair in child.kept()]
        return [(self, own), *within]

    @property
    def nbytes(self) -> int:
        """Bytes held in buffers, those of the calls within included."""
        own = sum(memory.nbytes for memory in self._memory.values())
        return own + sum(child.nbytes for child in self._children.values())
