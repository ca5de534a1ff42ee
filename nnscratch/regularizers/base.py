"""What a regularizer is: a penalty on an array and, beside it, the penalty's gradient."""

from __future__ import annotations

import math
import numbers
from typing import Any

from nnscratch.typing import Array


class Regularizer:
    """A penalty Ω(w) that is added to the loss, with its gradient.

    A subclass defines `__call__`, `gradient` and, to be saved, `get_config`:

    >>> import numpy as np
    >>> class Cubic(Regularizer):
    ...     def __call__(self, x):
    ...         return np.sum(np.abs(x) ** 3)
    ...     def gradient(self, x, out=None):
    ...         return np.multiply(3.0 * x, np.abs(x), out=out)
    >>> Cubic().gradient(np.array([-2.0, 1.0])).tolist()
    [-12.0, 3.0]
    """

    @property
    def has_gradient(self) -> bool:
        """Whether the penalty has a gradient at all, be it one of zeros."""
        return True

    def __call__(self, x: Array) -> Any:
        """Return Ω(x), a number in the dtype of x."""
        raise NotImplementedError(f"{type(self).__name__} must implement __call__(x).")

    def gradient(self, x: Array, out: Array | None = None) -> Array:
        """Return ∂Ω/∂x, written to `out` where it is given.

        It fits `Variable.add_grad`: `variable.add_grad(regularizer.gradient, variable.value)`.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must implement gradient(x, out=None): without the derivative "
            "of the penalty it cannot be trained against."
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        raise NotImplementedError(f"{type(self).__name__} must implement get_config() to be saved.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """Make the regularizer that `get_config` described."""
        return cls(**config)


def checked_factor(value: Any, name: str) -> float:
    """Return the factor of a penalty as a float.

    Raises:
        ValueError: it is not a finite number of at least 0.
    """
    if not isinstance(value, numbers.Real) or not math.isfinite(value) or value < 0:
        raise ValueError(
            f"`{name}` must be a finite number of at least 0 (it multiplies a penalty). "
            f"Received: {name}={value!r}"
        )
    return float(value)
