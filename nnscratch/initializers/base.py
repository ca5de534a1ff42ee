"""What every initializer is: a recipe for an array of a given shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch.random import SeedGenerator, make_default_seed
from nnscratch.random.seed_generator import checked_seed
from nnscratch.typing import Array, DTypeLike


class Initializer:
    """Base class: subclasses implement `__call__(shape, dtype=None)` and `get_config()`.

    >>> import numpy as np
    >>> class Sevens(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 7, dtype)
    >>> Sevens()((2,), "float32").tolist()
    [7.0, 7.0]
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Return the initial values.

        Args:
            shape: shape of the array.
            dtype: dtype of the array; None is floatx.

        Shapes: shape.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `__call__(shape, dtype)`.")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this initializer again, ready for JSON."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """Make an initializer from what `get_config` returned."""
        return cls(**config)

    def clone(self) -> Initializer:
        """Make another initializer of the same configuration; without a seed it draws its own."""
        return self.from_config(self.get_config())

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class RandomInitializer(Initializer):
    """Base class of those that draw random numbers.

    Args:
        seed: a whole number, with which every call returns the same values; a `SeedGenerator`, with
            which they differ; the config of one; or None, which draws a whole number from Python's
            `random` module now, in the constructor.

    Raises:
        ValueError: `seed` is none of these.
    """

    def __init__(self, seed: int | SeedGenerator | dict[str, Any] | None = None) -> None:
        self._init_seed = seed
        if isinstance(seed, dict):
            seed = SeedGenerator.from_config(seed["config"])
        if seed is None:
            self.seed: int | SeedGenerator = make_default_seed()
        else:
            self.seed = seed if isinstance(seed, SeedGenerator) else checked_seed(seed)

    def get_config(self) -> dict[str, Any]:
        """Return the seed as it was given: None stays None."""
        if not isinstance(self._init_seed, SeedGenerator):
            return {"seed": self._init_seed}
        return {
            "seed": {
                "module": "keras.random",
                "class_name": "SeedGenerator",
                "config": self._init_seed.get_config(),
                "registered_name": None,
            }
        }
