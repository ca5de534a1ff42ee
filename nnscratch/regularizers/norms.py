"""Penalties on the size of weights: L1, L2 and both."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.regularizers.base import Regularizer, checked_factor
from nnscratch.typing import Array


def _sum_of_squares(x: Array) -> Any:
    flat = x.reshape(-1)
    return np.dot(flat, flat)


class L1(Regularizer):
    """Penalty Ω(w) = l1·Σ|w| with gradient l1·sign(w), which is 0 at 0.

    Args:
        l1: the factor; rounded to float32 as Keras does.

    Units: the penalty adds to the loss as it is, it is not divided by the number of samples.

    Raises:
        ValueError: the factor is negative or not finite.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso", 1996.

    >>> import numpy as np
    >>> penalty, w = L1(0.5), np.array([1.0, -3.0, 0.0])
    >>> float(penalty(w)), penalty.gradient(w).tolist()
    (2.0, [0.5, -0.5, 0.0])
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = through_float32(checked_factor(0.01 if l1 is None else l1, "l1"))

    def __call__(self, x: Array) -> Any:
        """Return l1·Σ|x|."""
        return x.dtype.type(self.l1) * np.sum(np.abs(x))

    def gradient(self, x: Array, out: Array | None = None) -> Array:
        """Return l1·sign(x)."""
        gradient: Array = np.sign(x, out=out)
        gradient *= self.l1
        return gradient

    def get_config(self) -> dict[str, Any]:
        """Return the factor, as rounded."""
        return {"l1": self.l1}


class L2(Regularizer):
    """Penalty Ω(w) = l2·Σw² with gradient 2·l2·w.

    There is no ½ in front and no division by the number of samples.

    Args:
        l2: the factor λ; used rounded to float32, as Keras does.

    Raises:
        ValueError: the factor is negative or not finite.

    Source: Krogh, Hertz, "A simple weight decay can improve generalization", 1992, there with ½λ.

    >>> import numpy as np
    >>> penalty, w = L2(0.5), np.array([1.0, -3.0])
    >>> float(penalty(w)), penalty.gradient(w).tolist()
    (5.0, [1.0, -3.0])
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = checked_factor(0.01 if l2 is None else l2, "l2")

    def __call__(self, x: Array) -> Any:
        """Return l2·Σx²."""
        return x.dtype.type(through_float32(self.l2)) * _sum_of_squares(x)

    def gradient(self, x: Array, out: Array | None = None) -> Array:
        """Return 2·l2·x."""
        gradient: Array = np.multiply(x, 2.0 * through_float32(self.l2), out=out)
        return gradient

    def get_config(self) -> dict[str, Any]:
        """Return the factor."""
        return {"l2": self.l2}


class L1L2(Regularizer):
    """Penalty Ω(w) = l1·Σ|w| + l2·Σw² with gradient l1·sign(w) + 2·l2·w.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.

    Raises:
        ValueError: a factor is negative or not finite.

    Source: Zou, Hastie, "Regularization and variable selection via the elastic net", 2005.

    >>> import numpy as np
    >>> penalty, w = L1L2(l1=0.5, l2=0.25), np.array([2.0, -1.0])
    >>> float(penalty(w)), penalty.gradient(w).tolist()
    (2.75, [1.5, -1.0])
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = checked_factor(0.0 if l1 is None else l1, "l1")
        self.l2 = checked_factor(0.0 if l2 is None else l2, "l2")

    @property
    def has_gradient(self) -> bool:
        """Whether a factor is not 0; with both 0 Keras reckons nothing, and no gradient arises."""
        return bool(self.l1 or self.l2)

    def __call__(self, x: Array) -> Any:
        """Return l1·Σ|x| + l2·Σx²."""
        return L1(self.l1)(x) + L2(self.l2)(x)

    def gradient(self, x: Array, out: Array | None = None) -> Array:
        """Return l1·sign(x) + 2·l2·x."""
        gradient = L1(self.l1).gradient(x, out=out)
        gradient += L2(self.l2).gradient(x)
        return gradient

    def get_config(self) -> dict[str, Any]:
        """Return both factors."""
        return {"l1": self.l1, "l2": self.l2}
