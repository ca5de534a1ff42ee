"""Random initializers scaled to the number of inputs and outputs: Glorot's, He's and LeCun's.

A sum of n independent terms has n times their variance. Weights of variance scale/n therefore keep
signals at the same size from layer to layer, forwards with n = fan_in, backwards with n = fan_out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nnscratch import random
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.initializers.base import RandomInitializer
from nnscratch.random.arguments import checked_shape
from nnscratch.typing import Array, DTypeLike

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")
TRUNCATED_STDDEV = 0.87962566103423978
"""Standard deviation of the standard normal distribution cut off at -2 and 2."""


def compute_fans(
    shape: Sequence[int],
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """Count the inputs of one unit and the outputs that one input reaches.

    A matrix is (fan_in, fan_out); the kernel of a convolution (..., inputs, outputs) has both times
    the size of its window; a vector has both equal to its length.

    Args:
        shape: shape of the weights.
        input_axes: axes that count as inputs, and
        output_axes: axes that count as outputs, if both are given.

    >>> compute_fans((784, 512)), compute_fans((3, 3, 16, 32))
    ((784, 512), (144, 288))
    >>> compute_fans((4, 5, 6), input_axes=[0, 1], output_axes=[2])
    (20, 6)
    """
    sizes = checked_shape(shape)
    if input_axes is not None and output_axes is not None:
        for axis in (*input_axes, *output_axes):
            if not -len(sizes) <= axis < len(sizes):
                raise ShapeError(f"shape={sizes} has no axis {axis}.")
        return (
            math.prod(sizes[axis] for axis in input_axes),
            math.prod(sizes[axis] for axis in output_axes),
        )
    if len(sizes) < 2:
        return math.prod(sizes), math.prod(sizes)
    window = math.prod(sizes[:-2])
    return sizes[-2] * window, sizes[-1] * window


class VarianceScaling(RandomInitializer):
    """Random numbers of variance scale/n, n being a fan of the shape.

    Equation: uniform in [-L, L) with L = sqrt(3 scale/n), or normal with standard deviation
    sqrt(scale/n); the truncated normal is widened to have it after the cut.

    Args:
        scale: the factor, above 0.
        mode: n is `"fan_in"`, `"fan_out"`, or their mean `"fan_avg"`; at least 1.
        distribution: `"uniform"`, `"truncated_normal"` (also called `"normal"`) or
            `"untruncated_normal"`.
        seed: see `RandomInitializer`.
        input_axes: see `compute_fans`.
        output_axes: see `compute_fans`.

    Raises:
        ValueError: an argument is not of its kind.

    >>> VarianceScaling(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.1018, -0.3963], [0.5074, -0.6341]]
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        if not scale > 0:
            raise ValueError(f"`scale` must be a positive number. Received: scale={scale!r}")
        if mode not in MODES:
            raise unknown_name("mode", mode, MODES)
        distribution = str(distribution).lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        if distribution not in DISTRIBUTIONS:
            raise unknown_name("distribution", distribution, DISTRIBUTIONS)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Draw the values."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        stddev = math.sqrt(variance)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, stddev, dtype, self.seed)
        return random.truncated_normal(shape, 0.0, stddev / TRUNCATED_STDDEV, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Named(VarianceScaling):
    """A variance scaling with a name of its own; subclasses fix scale, mode and distribution."""

    fixed: tuple[float, str, str]

    def __init__(
        self,
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(*self.fixed, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_Named):
    """Uniform in [-L, L), L = sqrt(6 / (fan_in + fan_out)); also known as Xavier's. The default.

    Args: as for `VarianceScaling`: seed, input_axes, output_axes.

    Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
    networks, 2010, equation 16.

    >>> GlorotUniform(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.9271, -0.098], [0.2457, -0.2631]]
    """

    fixed = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Named):
    """Truncated normal of variance 2 / (fan_in + fan_out); also known as Xavier's.

    Args: as for `VarianceScaling`: seed, input_axes, output_axes.

    Source: Glorot and Bengio 2010, equation 12; Keras truncates where the paper does not.

    >>> GlorotNormal(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.1018, -0.3963], [0.5074, -0.6341]]
    """

    fixed = (1.0, "fan_avg", "truncated_normal")


class HeNormal(_Named):
    """Truncated normal of variance 2 / fan_in, for layers followed by ReLU, which halves it.

    Args: as for `VarianceScaling`: seed, input_axes, output_axes.

    Source: He, Zhang, Ren, Sun, Delving Deep into Rectifiers, 2015, equation 10; Keras truncates
    where the paper does not.

    >>> HeNormal(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.144, -0.5605], [0.7176, -0.8968]]
    """

    fixed = (2.0, "fan_in", "truncated_normal")


class HeUniform(_Named):
    """Uniform in [-L, L), L = sqrt(6 / fan_in), for layers followed by ReLU.

    Args: as for `VarianceScaling`: seed, input_axes, output_axes.

    Source: He, Zhang, Ren, Sun 2015, equation 10, with a uniform distribution.

    >>> HeUniform(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[1.3111, -0.1386], [0.3474, -0.3721]]
    """

    fixed = (2.0, "fan_in", "uniform")


class LecunNormal(_Named):
    """Truncated normal of variance 1 / fan_in, as SELU wants it.

    Args: as for `VarianceScaling`: seed, input_axes, output_axes.

    Source: LeCun, Bottou, Orr, Müller, Efficient BackProp, 1998, section 4.6; Klambauer et al.,
    Self-Normalizing Neural Networks, 2017.

    >>> LecunNormal(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.1018, -0.3963], [0.5074, -0.6341]]
    """

    fixed = (1.0, "fan_in", "truncated_normal")


class LecunUniform(_Named):
    """Uniform in [-L, L), L = sqrt(3 / fan_in).

    Args: as for `VarianceScaling`: seed, input_axes, output_axes.

    Source: LeCun, Bottou, Orr, Müller 1998, section 4.6.

    >>> LecunUniform(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.9271, -0.098], [0.2457, -0.2631]]
    """

    fixed = (1.0, "fan_in", "uniform")
