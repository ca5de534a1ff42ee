"""Activations that keep what lies beyond a threshold: the relu family, shrinking, thresholding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.activations.base import REQUIRED, Activation, Elementwise, select
from nnscratch.cache import Cache
from nnscratch.casting import through_float32
from nnscratch.typing import Array


@dataclass(frozen=True)
class Relu(Activation):
    """Rectified linear unit f(z) = max(z, 0), with slope, ceiling and threshold if wanted.

    f(z) = max_value where z ≥ max_value, z between threshold and max_value, and
    negative_slope·(z - threshold) below. The derivative at 0 and at the threshold is that of the
    lower side, 0 by default. At a ceiling it is 1, except for the ceiling 6, where it is 0: Keras
    computes that one as `relu6`.

    Args:
        negative_slope: slope below the threshold.
        max_value: ceiling of the output, none by default.
        threshold: where the rising part begins.

    Source: Nair, Hinton, "Rectified linear units improve restricted Boltzmann machines", 2010.
    Keras rounds `max_value` and `threshold` to float32, and `negative_slope` where it comes
    alone; so do we, see `nnscratch.casting.through_float32`.

    >>> relu([-2.0, 0.0, 3.0]).tolist()
    [0.0, 0.0, 3.0]
    >>> relu([-2.0, 0.0, 3.0], negative_slope=0.5, max_value=2.0).tolist()
    [-1.0, 0.0, 2.0]
    """

    negative_slope: float = 0.0
    max_value: float | None = None
    threshold: float = 0.0

    def forward(self, z: Array, cache: Cache) -> Array:
        """Compute a = f(z)."""
        rule = self._rule()
        if rule is not None:
            return rule.forward(z, cache)
        cache.z = z
        a = cache.a = cache.buffer("a", z.shape, z.dtype)
        np.maximum(z, 0.0, out=a)
        return a

    def backward(self, da: Array, cache: Cache) -> Array:
        """Compute dz = [a > 0]·da."""
        rule = self._rule()
        if rule is not None:
            return rule.backward(da, cache)
        passes = np.greater(cache.a, 0.0, out=cache.buffer("passes", da.shape, bool))
        dz = cache.buffer("dz", da.shape, da.dtype)
        np.multiply(da, passes, out=dz)
        return dz

    def _rule(self) -> Activation | None:
        if self.threshold == 0.0 and self.max_value is None:
            return LeakyRelu(self.negative_slope) if self.negative_slope != 0.0 else None
        return BoundedRelu(self.negative_slope, self.max_value, self.threshold)


@dataclass(frozen=True)
class BoundedRelu(Elementwise):
    """The relu with a ceiling or a threshold; `Relu` hands over to it."""

    negative_slope: float
    max_value: float | None
    threshold: float

    def _rising(self, z: Array) -> tuple[Array, Array]:
        """Return z where it is above the threshold, else 0, and where its derivative is 1."""
        start = through_float32(self.threshold)
        above = z > start
        rising = z * above
        if self.max_value is None:
            return rising, above
        top = through_float32(self.max_value)
        if self.threshold == 0.0 and self.max_value == 6:
            above &= z < top
        else:
            above &= (rising >= 0.0) & (rising <= top)
        return np.clip(rising, 0.0, top), above

    def value(self, z: Array, out: Array) -> None:
        """Write the rising part minus the part below the threshold."""
        rising, _ = self._rising(z)
        out[...] = rising
        if self.negative_slope != 0.0:
            out -= self.negative_slope * np.maximum(self.threshold - z, 0.0)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 on the rising part, plus the negative slope below the threshold."""
        _, above = self._rising(z)
        out[...] = above
        if self.negative_slope != 0.0:
            out += self.negative_slope * (self.threshold - z > 0.0).astype(out.dtype)


@dataclass(frozen=True)
class LeakyRelu(Elementwise):
    """Leaky relu f(z) = z for z > 0, else negative_slope·z; the derivative at 0 is the slope.

    Args:
        negative_slope: slope for z ≤ 0; Keras rounds it to float32, and so do we.

    Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models",
    2013. The default is 0.2 for this function and 0.3 for the layer `LeakyReLU`, as in Keras.

    >>> leaky_relu([-2.0, 3.0], negative_slope=0.25).tolist()
    [-0.5, 3.0]
    """

    negative_slope: float = 0.2

    def value(self, z: Array, out: Array) -> None:
        """Write the upper of z and slope·z, the lower for slopes above 1."""
        np.multiply(z, through_float32(self.negative_slope), out=out)
        pick = np.maximum if self.negative_slope <= 1.0 else np.minimum
        pick(z, out, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 for z > 0, else the slope."""
        slope = through_float32(self.negative_slope)
        if 0.0 <= slope <= 1.0:
            np.greater(z, 0.0, out=out)
            np.maximum(out, slope, out=out)
        else:
            select(z > 0.0, 1.0, slope, out)


@dataclass(frozen=True)
class Relu6(Elementwise):
    """Relu with the ceiling 6: f(z) = min(max(z, 0), 6); the derivative at 0 and at 6 is 0.

    Source: Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.

    >>> relu6([-1.0, 3.0, 9.0]).tolist()
    [0.0, 3.0, 6.0]
    """

    def value(self, z: Array, out: Array) -> None:
        """Write z clipped to [0, 6]."""
        np.clip(z, 0.0, 6.0, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 strictly between 0 and 6."""
        out[...] = (a > 0.0) & (a < 6.0)


@dataclass(frozen=True)
class Threshold(Elementwise):
    """Threshold f(z) = z for z > threshold, else default_value.

    Args:
        threshold: what z must exceed to pass.
        default_value: what stands in its place otherwise.

    Raises:
        ValueError: used in a network without its two parameters, which have no default.

    >>> threshold([0.5, 2.0], threshold=1.0, default_value=-1.0).tolist()
    [-1.0, 2.0]
    """

    threshold: float = REQUIRED
    default_value: float = REQUIRED

    def value(self, z: Array, out: Array) -> None:
        """Write z or the default value."""
        if self.threshold is REQUIRED or self.default_value is REQUIRED:
            raise ValueError(
                "Activation 'threshold' has two parameters without a default. Give them: "
                "activation=activations.Threshold(threshold=0.5, default_value=0.0)."
            )
        select(z > self.threshold, z, self.default_value, out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 above the threshold, else 0."""
        out[...] = z > self.threshold

    def get_config(self) -> dict[str, Any]:
        """Return the parameters by name."""
        return {"threshold": self.threshold, "default_value": self.default_value}


@dataclass(frozen=True)
class SoftShrink(Elementwise):
    """Soft shrinkage f(z) = sign(z)·max(|z| - threshold, 0); the derivative at ±threshold is 0.

    Args:
        threshold: how far every value moves towards 0.

    Source: Donoho, "De-noising by soft-thresholding", 1995.

    >>> soft_shrink([-2.0, 0.3, 1.0]).tolist()
    [-1.5, 0.0, 0.5]
    """

    threshold: float = 0.5

    def value(self, z: Array, out: Array) -> None:
        """Write z moved towards 0 by the threshold."""
        np.clip(z, -self.threshold, self.threshold, out=out)
        np.subtract(z, out, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 where |z| > threshold."""
        out[...] = np.abs(z) > self.threshold


@dataclass(frozen=True)
class HardShrink(Elementwise):
    """Hard shrinkage f(z) = z where |z| > threshold, else 0; the derivative at ±threshold is 0.

    Args:
        threshold: the largest absolute value that becomes 0.

    Source: Donoho, Johnstone, "Ideal spatial adaptation by wavelet shrinkage", 1994.

    >>> hard_shrink([-2.0, 0.3, 1.0]).tolist()
    [-2.0, 0.0, 1.0]
    """

    threshold: float = 0.5

    def value(self, z: Array, out: Array) -> None:
        """Write z or 0."""
        np.multiply(z, np.abs(z) > self.threshold, out=out)

    def slope(self, z: Array, a: Array, out: Array) -> None:
        """Write 1 where |z| > threshold."""
        out[...] = np.abs(z) > self.threshold


relu = Relu()
leaky_relu = LeakyRelu()
relu6 = Relu6()
threshold = Threshold()
soft_shrink = SoftShrink()
hard_shrink = HardShrink()
