"""Piecewise polynomials that stand in for sigmoid, tanh, silu and softplus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch.activations.base import Elementwise, select
from nnscratch.typing import Array


def _ramp(z: Array, out: Array) -> Array:
    """Write z + 3 clipped to [0, 6] into `out`."""
    np.add(z, 3.0, out=out)
    return np.clip(out, 0.0, 6.0, out=out)


@dataclass(frozen=True)
class HardSigmoid(Elementwise):
    """Hard sigmoid f(z) = min(max(z + 3, 0), 6)/6; the derivative at ±3 is 0.

    Source: Courbariaux, Bengio, David, "BinaryConnect", 2015; Keras 3 takes the slope 1/6 (Keras 2
    took 0.2).

    >>> hard_sigmoid([-4.0, 0.0, 1.5, 3.0]).tolist()
    [0.0, 0.5, 0.75, 1.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write the ramp divided by 6."""
        _ramp(z, out)
        out /= 6.0

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1/6 strictly inside the ramp."""
        _ramp(z, out)
        out[...] = (out > 0.0) & (out < 6.0)
        out /= 6.0


@dataclass(frozen=True)
class HardSilu(Elementwise):
    """Hard swish f(z) = z·hard_sigmoid(z), f'(z) = hard_sigmoid(z) + z·hard_sigmoid'(z).

    Source: Howard et al., "Searching for MobileNetV3", 2019.

    >>> hard_silu([-4.0, 1.5, 5.0]).tolist()
    [-0.0, 1.125, 5.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z·hard_sigmoid(z)."""
        hard_sigmoid.value(z, out)
        out *= z

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write hard_sigmoid(z) + z·hard_sigmoid'(z)."""
        hard_sigmoid.slope(z, a, out)
        out *= z
        out += hard_sigmoid(z)


@dataclass(frozen=True)
class HardTanh(Elementwise):
    """Hard tanh f(z) = min(max(z, -1), 1); the derivative at ±1 is 1.

    Source: Collobert, "Large scale machine learning", 2004.

    >>> hard_tanh([-2.0, 0.5, 1.5]).tolist()
    [-1.0, 0.5, 1.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z clipped to [-1, 1]."""
        np.clip(z, -1.0, 1.0, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 where |z| ≤ 1."""
        out[...] = np.abs(z) <= 1.0


@dataclass(frozen=True)
class SparseSigmoid(Elementwise):
    """Sparse sigmoid f(z) = (z + 1)/2 between -1 and 1, 0 below, 1 above; f'(±1) = 0.

    Source: Blondel, Martins, Niculae, "Learning classifiers with Fenchel-Young losses", 2019.

    >>> sparse_sigmoid([-2.0, 0.0, 0.5, 1.0]).tolist()
    [0.0, 0.5, 0.75, 1.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write (z + 1)/2 for z clipped to [-1, 1]."""
        np.clip(z, -1.0, 1.0, out=out)
        out += 1.0
        out *= 0.5

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1/2 where |z| < 1."""
        out[...] = np.abs(z) < 1.0
        out *= 0.5


@dataclass(frozen=True)
class SparsePlus(Elementwise):
    """Sparse plus f(z) = (z + 1)²/4 between -1 and 1, 0 below, z above.

    Source: the integral of the sparse sigmoid, see there.

    >>> sparse_plus([-2.0, 0.0, 3.0]).tolist()
    [0.0, 0.25, 3.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z from 1 on, the parabola below."""
        rise = np.clip(z, -1.0, 1.0) + 1.0
        select(z < 1.0, 0.25 * np.square(rise), z, out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write (z + 1)/2 for z clipped to [-1, 1]."""
        sparse_sigmoid.value(z, out)


hard_sigmoid = HardSigmoid()
hard_silu = HardSilu()
hard_tanh = HardTanh()
sparse_sigmoid = SparseSigmoid()
sparse_plus = SparsePlus()
