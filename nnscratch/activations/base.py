"""What an activation is: a function of an array and, beside it, its derivative."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import as_numeric
from nnscratch.config import floatx
from nnscratch.naming import to_snake_case
from nnscratch.typing import Array, ArrayLike, Shape

REQUIRED: Any = inspect.Parameter.empty
"""Default of a parameter that has none."""


def class_name(thing: object) -> str:
    """Return the name of an object's class (an activation's own `__name__` is its function's)."""
    cls: type[object] = type(thing)
    return cls.__name__


class _CallSignature:
    """Makes `inspect.signature` of an activation that of the function it stands for."""

    def __get__(self, activation: Any, owner: Any) -> inspect.Signature | None:
        if activation is None:  # the class has the signature of its constructor
            return None
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [inspect.Parameter("x", kind)]
        for name, value in activation.call_parameters().items():
            parameters.append(inspect.Parameter(name, kind, default=value))
        return inspect.Signature(parameters)


class Activation:
    """A function a = f(z) with its backward pass, callable on arrays.

    Subclasses are frozen dataclasses whose fields are the function's parameters; they implement
    `forward`, which leaves in the cache what `backward` needs, and `backward`. Both write into
    buffers of the cache (`"a"`, `"dz"` and names of their own), never into their arguments.

    A subclass that is its own user's invention works wherever a name does:

    >>> import dataclasses, numpy as np
    >>> @dataclasses.dataclass(frozen=True)
    ... class Square(Activation):
    ...     def forward(self, z, cache):
    ...         cache.z = z
    ...         return np.square(z, out=cache.buffer("a", z.shape, z.dtype))
    ...     def backward(self, da, cache):
    ...         return da * 2.0 * cache.z
    >>> Square()(np.array([3.0])).tolist()
    [9.0]
    """

    @property
    def name(self) -> str:
        """Name under which `get` finds it."""
        return to_snake_case(class_name(self))

    @property
    def __name__(self) -> str:
        return self.name

    __signature__ = _CallSignature()

    def __call__(self, x: ArrayLike, *args: Any, **parameters: Any) -> Array:
        """Return f(x); parameters may be given as in the function's signature.

        Lists and integers are computed in floatx, arrays of floats in their own type.
        """
        rule = self
        if args or parameters:
            bound = inspect.signature(self).bind(x, *args, **parameters).arguments
            del bound["x"]
            rule = dataclasses.replace(self, **bound)  # type: ignore[type-var]
        array = as_numeric(x, "x")
        if array.dtype.kind != "f" or not hasattr(x, "dtype"):
            array = array.astype(floatx())
        return rule.forward(array, Cache())

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = f(z) and keep in the cache what `backward` needs."""
        raise NotImplementedError(f"{class_name(self)} must implement forward(z, cache).")

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz from da, for the call that left this cache."""
        raise NotImplementedError(f"{class_name(self)} must implement backward(da, cache).")

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape of f(z) for a z of this shape; most activations keep it."""
        return shape

    @property
    def is_probability(self) -> bool:
        """Whether a crossentropy of the output is computed from z (true of softmax, sigmoid)."""
        return False

    @property
    def is_steady(self) -> bool:
        """Whether each pass makes the same NumPy calls on the same memory in every step.

        True of the activations of this package; what a function from outside does is not known.
        """
        return type(self).__module__.rpartition(".")[0] == __package__

    def call_parameters(self) -> dict[str, Any]:
        """Return the parameters that may be given with the argument, by name."""
        return self.get_config()

    def get_config(self) -> dict[str, Any]:
        """Return the parameters by name."""
        if not dataclasses.is_dataclass(self):
            return {}
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Activation:
        """Make the activation that `get_config` described."""
        return cls(**config)


class Elementwise(Activation):
    """An activation that treats every element alike: dz = f'(z)·da.

    A subclass writes f and f' as functions of arrays, each into the array it is handed.
    """

    def value(self, z: Array, out: Array) -> None:
        """Write f(z) into `out`."""
        raise NotImplementedError(f"{class_name(self)} must implement value(z, out).")

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write f'(z) into `out`; a = f(z) is at hand."""
        raise NotImplementedError(f"{class_name(self)} must implement slope(z, a, out).")

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = f(z)."""
        cache.z = z
        a = cache.a = cache.buffer("a", z.shape, z.dtype)
        self.value(z, a)
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = f'(z)·da."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        self.slope(cache.z, cache.a, dz)
        dz *= da
        return dz


@dataclasses.dataclass(frozen=True)
class Linear(Activation):
    """Identity a = z, da/dz = 1; both passes hand on the array itself.

    >>> import numpy as np
    >>> z = np.array([1.0, -2.0])
    >>> linear.forward(z, Cache()) is z
    True
    """

    def forward(self, z: Array, cache: Cache) -> Array:
        """Return z."""
        return z

    def backward(self, da: Array, cache: Cache) -> Array:
        """Return da."""
        return da


linear = Linear()


def select(condition: Array, yes: Any, no: Any, out: Array) -> None:
    """Write `yes` where the condition holds and `no` elsewhere, in the dtype of `out`."""
    kind = out.dtype.type
    out[...] = np.where(
        condition,
        yes if isinstance(yes, np.ndarray) else kind(yes),
        no if isinstance(no, np.ndarray) else kind(no),
    )
