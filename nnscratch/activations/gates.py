"""Activations that multiply their input by a gate: silu, gelu, mish and glu."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnscratch.activations.base import Activation, Elementwise
from nnscratch.activations.erf import erfc
from nnscratch.activations.sigmoids import logistic
from nnscratch.cache import Cache
from nnscratch.casting import through_float32
from nnscratch.errors import ShapeError
from nnscratch.routine import computed
from nnscratch.typing import Array, Shape

ROOT_2_OVER_PI = math.sqrt(2.0 / math.pi)
ROOT_HALF = through_float32(math.sqrt(0.5))
CUBIC = through_float32(0.044715)
SATURATED = 30.0  # beyond it the tanh of the approximate gelu is ±1 to the last bit


@dataclass(frozen=True)
class Silu(Elementwise):
    """Silu or swish f(z) = z·σ(z), f'(z) = σ(z)(1 + z(1 - σ(z))).

    Source: Elfwing, Uchibe, Doya, "Sigmoid-weighted linear units", 2018; Ramachandran, Zoph, Le,
    "Searching for activation functions", 2017.

    >>> import numpy as np
    >>> silu(np.array([-1.0, 0.0, 2.0])).round(4).tolist()
    [-0.2689, 0.0, 1.7616]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z·σ(z)."""
        logistic(z, out)
        out *= z

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write σ(z)(1 + z(1 - σ(z)))."""
        gate = logistic(z, np.empty_like(z))
        np.subtract(1.0, gate, out=out)
        out *= z
        out += 1.0
        out *= gate


@dataclass(frozen=True)
class Gelu(Activation):
    """Gaussian error linear unit f(z) = z·Φ(z), f'(z) = Φ(z) + z·φ(z).

    Φ(z) = erfc(-z/√2)/2 is the normal distribution function, φ its density. The approximate
    form puts (1 + tanh(√(2/π)(z + 0.044715z³)))/2 in Φ's place.

    Args:
        approximate: whether to use tanh instead of the error function.

    Source: Hendrycks, Gimpel, "Gaussian error linear units", 2016. TensorFlow rounds 1/√2 and
    0.044715 to float32 even in float64, and so do we.

    >>> import numpy as np
    >>> gelu(np.array([-1.0, 0.0, 2.0])).round(4).tolist()
    [-0.1587, 0.0, 1.9545]
    """

    approximate: bool = False

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = z·Φ(z)."""
        cache.z = z
        gate = cache.gate = self._twice_normal(z)
        a = cache.buffer("a", z.shape, z.dtype)
        np.multiply(z, 0.5, out=a)
        a *= gate
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = (Φ(z) + z·φ(z))·da, or that of the approximate form."""
        dz = cache.buffer("dz", da.shape, da.dtype)
        if self.approximate:
            z = np.clip(cache.z, -SATURATED, SATURATED)
            np.square(z, out=dz)
            dz *= 3.0 * CUBIC
            dz += 1.0
            dz *= ROOT_2_OVER_PI
            dz *= 1.0 - np.square(cache.gate - 1.0)
        else:
            z = cache.z
            np.multiply(z, ROOT_HALF, out=dz)
            with np.errstate(over="ignore"):
                np.square(dz, out=dz)
            np.negative(dz, out=dz)
            np.exp(dz, out=dz)
            dz *= 2.0 / math.sqrt(math.pi) * ROOT_HALF
        dz *= z
        dz += cache.gate
        dz *= 0.5
        dz *= da
        return dz

    def _twice_normal(self, z: Array) -> Array:
        if not self.approximate:
            return computed(erfc, z * -ROOT_HALF)
        z = np.clip(z, -SATURATED, SATURATED)
        return np.tanh(ROOT_2_OVER_PI * (z + CUBIC * (z * z * z))) + 1.0


@dataclass(frozen=True)
class Mish(Elementwise):
    """Mish f(z) = z·tanh(softplus(z)), f' = t + z(1 - t²)σ(z) with t = tanh(softplus(z)).

    Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.

    >>> import numpy as np
    >>> mish(np.array([-1.0, 0.0, 2.0])).round(4).tolist()
    [-0.3034, 0.0, 1.944]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z·tanh(softplus(z))."""
        np.logaddexp(z, 0.0, out=out)
        np.tanh(out, out=out)
        out *= z

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write t + z(1 - t²)σ(z)."""
        t = np.tanh(np.logaddexp(z, 0.0))
        logistic(z, out)
        out *= z
        out *= 1.0 - np.square(t)
        out += t


@dataclass(frozen=True)
class Glu(Activation):
    """Gated linear unit f([u, v]) = u·σ(v): it halves the axis, one half being the gate.

    Backward: du = σ(v)·da, dv = u·σ(v)(1 - σ(v))·da.

    Args:
        axis: the axis that holds u and then v.

    Raises:
        ShapeError: the axis has odd size.

    Source: Dauphin et al., "Language modeling with gated convolutional networks", 2017.

    >>> import numpy as np
    >>> glu(np.array([[3.0, 4.0, 0.0, 0.0]])).tolist()
    [[1.5, 2.0]]
    """

    axis: int = -1

    def output_shape(self, shape: Shape) -> Shape:
        """Return the shape with the axis halved."""
        size = shape[self.axis]
        if size is not None and size % 2:
            raise ShapeError(
                f"glu splits axis {self.axis} into two halves, so its size must be even. "
                f"Received an input of shape {shape}."
            )
        halved = list(shape)
        halved[self.axis] = None if size is None else size // 2
        return tuple(halved)

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = u·σ(v)."""
        self.output_shape(z.shape)
        cache.z = z
        cache.u, v = np.split(z, 2, axis=self.axis)
        cache.gate = logistic(v, cache.buffer("gate", v.shape, v.dtype))
        a = cache.buffer("a", v.shape, v.dtype)
        np.multiply(cache.u, cache.gate, out=a)
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = [du, dv]."""
        dz = cache.buffer("dz", cache.z.shape, da.dtype)
        du, dv = np.split(dz, 2, axis=self.axis)
        np.multiply(da, cache.gate, out=du)
        np.subtract(1.0, cache.gate, out=dv)
        dv *= du
        dv *= cache.u
        return dz


silu = Silu()
gelu = Gelu()
mish = Mish()
glu = Glu()
