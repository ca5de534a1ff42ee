"""Activations with an exponential or a root on one side: elu and its kin, softplus, squareplus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch.activations.base import Activation, Elementwise, select
from nnscratch.activations.sigmoids import logistic
from nnscratch.cache import Cache
from nnscratch.typing import Array

SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772


def _exp_minus_1(values: Array) -> None:
    np.exp(values, out=values)
    values -= 1.0


@dataclass(frozen=True)
class Elu(Activation):
    """Exponential linear unit f(z) = z for z > 0, else α(e^z - 1); f'(z) = 1, else α·e^z.

    Args:
        alpha: the value -α that f approaches on the left; also the derivative at 0.

    Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by
    exponential linear units", 2016. Rounding follows TensorFlow: e^z - 1 is the difference, not
    `expm1`, and the derivative adds the 1 again.

    >>> import numpy as np
    >>> elu(np.array([-1.0, 0.0, 2.0])).round(4).tolist()
    [-0.6321, 0.0, 2.0]
    """

    alpha: float = 1.0

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = max(z, 0) + α(e^{min(z, 0)} - 1)."""
        cache.z = z
        fall = cache.fall = cache.buffer("fall", z.shape, z.dtype)
        _exp_minus_1(np.minimum(z, 0.0, out=fall))
        a = cache.buffer("a", z.shape, z.dtype)
        np.multiply(fall, self.alpha, out=a)
        a += np.maximum(z, 0.0)
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = da for z > 0, else α·e^z·da."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        np.add(cache.fall, 1.0, out=dz)  # e^z, and 1 for z > 0
        if self.alpha != 1.0:
            select(cache.z > 0.0, 1.0, self.alpha * dz, dz)
        dz *= da
        return dz


@dataclass(frozen=True)
class Selu(Elementwise):
    """Scaled elu f(z) = λ·z for z ≥ 0, else λα(e^z - 1), which keeps mean 0 and variance 1.

    Source: Klambauer et al., "Self-normalizing neural networks", 2017: λ = 1.0507…,
    α = 1.6733….

    >>> import numpy as np
    >>> selu(np.array([-1.0, 0.0, 2.0])).round(4).tolist()
    [-1.1113, 0.0, 2.1014]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write λ·max(z, 0) + λα(e^{min(z, 0)} - 1)."""
        _exp_minus_1(np.minimum(z, 0.0, out=out))
        out *= SELU_SCALE * SELU_ALPHA
        out += SELU_SCALE * np.maximum(z, 0.0)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write λ for z ≥ 0, else λα·e^z = a + λα."""
        select(a < 0.0, a + SELU_SCALE * SELU_ALPHA, SELU_SCALE, out)


@dataclass(frozen=True)
class Celu(Elementwise):
    """Continuous elu f(z) = max(z, 0) + α(e^{min(z, 0)/α} - 1); f'(z) = 1, else e^{z/α}.

    At exactly 0 both terms count and the derivative is 2, as in Keras on TensorFlow.

    Args:
        alpha: the value -α that f approaches on the left.

    Raises:
        ValueError: `alpha` is 0.

    Source: Barron, "Continuously differentiable exponential linear units", 2017.

    >>> import numpy as np
    >>> celu(np.array([-1.0, 0.0, 2.0]), alpha=2.0).round(4).tolist()
    [-0.7869, 0.0, 2.0]
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        if self.alpha == 0:
            raise ValueError(f"`alpha` of celu must not be 0. Received: alpha={self.alpha}")

    def value(self, z: Array, out: Array) -> None:
        """Write the sum of the two halves."""
        np.minimum(z, 0.0, out=out)
        out /= self.alpha
        np.expm1(out, out=out)
        out *= self.alpha
        out += np.maximum(z, 0.0)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write [z ≥ 0] + [z ≤ 0]·e^{z/α}."""
        np.minimum(z, 0.0, out=out)
        out /= self.alpha
        np.exp(out, out=out)
        out *= z <= 0.0
        out += z >= 0.0


@dataclass(frozen=True)
class Exponential(Elementwise):
    """Exponential f(z) = e^z = f'(z); where it overflows it is infinite, as in Keras.

    >>> import numpy as np
    >>> exponential(np.array([0.0, 1.0])).round(4).tolist()
    [1.0, 2.7183]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write e^z."""
        with np.errstate(over="ignore"):
            np.exp(z, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write a."""
        np.copyto(out, a)

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = a·da; an infinite a may meet a da of 0."""
        with np.errstate(over="ignore", invalid="ignore"):
            return super().backward(da, cache)


@dataclass(frozen=True)
class Softplus(Elementwise):
    """Softplus f(z) = log(1 + e^z), f'(z) = σ(z).

    Source: Dugas et al., "Incorporating second-order functional knowledge for better option
    pricing", 2001.

    >>> import numpy as np
    >>> softplus(np.array([0.0, 1000.0])).round(4).tolist()
    [0.6931, 1000.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write log(e^z + e^0) without overflow."""
        np.logaddexp(z, 0.0, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write σ(z)."""
        logistic(z, out)


@dataclass(frozen=True)
class Squareplus(Elementwise):
    """Squareplus f(z) = (z + √(z² + b))/2, f'(z) = (1 + z/√(z² + b))/2.

    Args:
        b: roundness of the corner; 0 gives relu.

    Source: Barron, "Squareplus: a softplus-like algebraic rectifier", 2021.

    >>> import numpy as np
    >>> squareplus(np.array([0.0, 1.5])).tolist()
    [1.0, 2.0]
    """

    b: float = 4

    def _root(self, z: Array, out: Array) -> Array:
        with np.errstate(over="ignore"):
            np.square(z, out=out)
        out += self.b
        return np.sqrt(out, out=out)

    def value(self, z: Array, out: Array) -> None:
        """Write (z + √(z² + b))/2."""
        self._root(z, out)
        out += z
        out *= 0.5

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write (1 + z/√(z² + b))/2; at z = b = 0 it is not a number."""
        self._root(z, out)
        with np.errstate(invalid="ignore"):
            np.divide(z, out, out=out)
        out += 1.0
        out *= 0.5


elu = Elu()
selu = Selu()
celu = Celu()
exponential = Exponential()
softplus = Softplus()
squareplus = Squareplus()
