"""Activations that squash: sigmoid, tanh and their shrinking and logarithmic relatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch.activations.base import Activation, Elementwise
from nnscratch.cache import Cache
from nnscratch.typing import Array


def logistic(z: Array, out: Array) -> Array:
    """Write 1/(1 + e^{-z}) into `out`; where e^{-z} overflows, the result is 0 as it should be."""
    np.negative(z, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    out += 1.0
    np.reciprocal(out, out=out)
    return out


@dataclass(frozen=True)
class Sigmoid(Activation):
    r"""Sigmoid σ(z) = 1/(1 + e^{-z}); σ'(z) = σ(z)(1 - σ(z)).

    Source: the logistic function; the derivative follows from e^{-z} = (1 - σ)/σ.

    >>> sigmoid([0.0, 2.0]).round(4).tolist()
    [0.5, 0.8808000087738037]
    """

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = σ(z)."""
        cache.z = z
        a = cache.a = logistic(z, cache.buffer("a", z.shape, z.dtype))
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = a(1 - a)·da."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        np.subtract(1.0, cache.a, out=dz)
        dz *= cache.a
        dz *= da
        return dz

    @property
    def is_probability(self) -> bool:
        """True: binary crossentropy is computed from z."""
        return True


@dataclass(frozen=True)
class Tanh(Activation):
    """Hyperbolic tangent; tanh'(z) = 1 - tanh²(z).

    >>> import numpy as np
    >>> tanh(np.array([0.0, 1.0])).round(4).tolist()
    [0.0, 0.7616]
    """

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = tanh(z)."""
        cache.z = z
        a = cache.a = cache.buffer("a", z.shape, z.dtype)
        np.tanh(z, out=a)
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = (1 - a²)·da."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        np.square(cache.a, out=dz)
        np.subtract(1.0, dz, out=dz)
        dz *= da
        return dz


@dataclass(frozen=True)
class TanhShrink(Elementwise):
    """What tanh leaves over: f(z) = z - tanh(z), f'(z) = tanh²(z).

    The derivative is computed as 1 - (1 - tanh²(z)), which is how differentiation by parts, and
    so Keras on TensorFlow, arrives at it.

    >>> import numpy as np
    >>> tanh_shrink(np.array([0.0, 1.0])).round(4).tolist()
    [0.0, 0.2384]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z - tanh(z)."""
        np.tanh(z, out=out)
        np.subtract(z, out, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 - (1 - tanh²(z))."""
        np.tanh(z, out=out)
        np.square(out, out=out)
        np.subtract(1.0, out, out=out)
        np.subtract(1.0, out, out=out)


@dataclass(frozen=True)
class LogSigmoid(Elementwise):
    """Logarithm of the sigmoid: f(z) = -log(1 + e^{-z}), f'(z) = σ(-z).

    >>> import numpy as np
    >>> log_sigmoid(np.array([0.0, -1000.0])).round(4).tolist()
    [-0.6931, -1000.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write -log(1 + e^{-z})."""
        np.negative(z, out=out)
        np.logaddexp(out, 0.0, out=out)
        np.negative(out, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write σ(-z)."""
        logistic(-z, out)


@dataclass(frozen=True)
class Softsign(Elementwise):
    """Softsign f(z) = z/(1 + |z|), f'(z) = 1/(1 + |z|)².

    >>> import numpy as np
    >>> softsign(np.array([-1.0, 0.0, 3.0])).tolist()
    [-0.5, 0.0, 0.75]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z/(1 + |z|)."""
        np.abs(z, out=out)
        out += 1.0
        np.divide(z, out, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1/(1 + |z|)²."""
        np.abs(z, out=out)
        out += 1.0
        np.reciprocal(out, out=out)
        np.square(out, out=out)


sigmoid = Sigmoid()
tanh = Tanh()
tanh_shrink = TanhShrink()
log_sigmoid = LogSigmoid()
softsign = Softsign()
