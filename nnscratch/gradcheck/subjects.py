"""What can be checked, each seen as a vector function of some tensors with a backward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.gradcheck.state import remember
from nnscratch.typing import Array
from nnscratch.variable import Variable


class Subject:
    """A function f of named inputs and variables.

    Attributes:
        name: for the report.
        inputs: live arrays; those of type float64 are checked.
        variables: their values are inputs too, their gradients are left in them.
    """

    def __init__(self, name: str, inputs: dict[str, Array], variables: list[Variable]) -> None:
        self.name = name
        self.inputs = inputs
        self.variables = variables
        self.restore: Callable[[], None] = lambda: None

    def forward(self, inputs: dict[str, Array], cache: Cache) -> Array:
        """Return f as a vector of its own memory."""
        raise NotImplementedError

    def backward(self, upstream: Array, cache: Cache) -> dict[str, Array]:
        """Return d(upstream·f)/dinput by name and add the variables' gradients."""
        raise NotImplementedError

    def upstream(self, size: int, rng: np.random.Generator) -> Array:
        """Return weights for the elements of f: of both signs, none near 0, no two alike."""
        return rng.uniform(0.5, 1.5, size) * rng.choice([-1.0, 1.0], size)


class MapSubject(Subject):
    """An activation or a layer: y = f(x), with activity penalties where it is a model."""

    def __init__(
        self,
        name: str,
        target: Any,
        x: Any,
        call: Callable[[Any, Cache], Array],
        reset: Callable[[], Any] | None,
    ) -> None:
        self.many = isinstance(x, (list, tuple))
        arrays = list(x) if self.many else [x]
        names = [f"x[{i}]" for i in range(len(arrays))] if self.many else ["x"]
        super().__init__(
            name,
            dict(zip(names, arrays, strict=True)),
            list(getattr(target, "trainable_weights", ())),
        )
        self.target = target
        self.call = call
        self.restore = remember(target, reset)

    def arguments(self, inputs: dict[str, Array]) -> Any:
        """Return the inputs in the form the target takes them."""
        arrays = list(inputs.values())
        return arrays if self.many else arrays[0]

    def penalties(self, cache: Cache) -> list[Any]:
        """Return the penalties on activities, which `backward` differentiates by itself."""
        return self.target.penalties(cache) if hasattr(self.target, "penalties") else []

    def forward(self, inputs: dict[str, Array], cache: Cache) -> Array:
        """Return the elements of y, followed by the penalties."""
        y = self.call(self.arguments(inputs), cache)
        cache.gradcheck_shape = y.shape
        return np.append(y.reshape(-1), self.penalties(cache)).astype(np.float64)

    def upstream(self, size: int, rng: np.random.Generator) -> Array:
        """Return random weights for y, and 1 for the penalties."""
        upstream = super().upstream(size, rng)
        y_size = size - len(self.penalties(self.latest))
        upstream[y_size:] = 1.0
        return upstream

    def backward(self, upstream: Array, cache: Cache) -> dict[str, Array]:
        """Run the target's backward pass on dy."""
        shape = cache.gradcheck_shape
        dy = upstream[: int(np.prod(shape))].reshape(shape).copy()
        given = dy.copy()
        dx = self.target.backward(dy, cache)
        if not np.array_equal(dy, given):
            raise ValueError("the backward pass writes into dy, which belongs to its caller")
        parts = list(dx) if self.many else [dx]
        return dict(zip(self.inputs, parts, strict=True))
