"""Layer normalization: every sample by its own mean and variance."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.layers.moments import (
    ScaledAndShifted,
    broadcast_shape,
    check_sizes,
    checked_axes,
    scaled_gradient,
    standardized,
    standardized_gradient,
    weight_shape,
)
from nnscratch.typing import Array, Shape


class LayerNormalization(ScaledAndShifted):
    r"""Layer normalization: y = γ·x̂ + β with x̂ = (x - μ)/√(σ² + ε), sample by sample.

    μ and σ² are mean and biased variance along `axis`, in training and inference alike. Backward,
    with g = γ·dy: dγ = Σ dy·x̂, dβ = Σ dy, dx = (g - mean(g) - x̂·mean(x̂·g))/√(σ² + ε).

    Args:
        axis: the axis, or axes, to normalize along; γ and β have their sizes.
        epsilon: ε.
        center: whether there is a β.
        scale: whether there is a γ.
        beta_initializer: how β starts.
        gamma_initializer: how γ starts.
        beta_regularizer: penalty on β.
        gamma_regularizer: penalty on γ.
        beta_constraint: projection of β after every update.
        gamma_constraint: projection of γ after every update.
        kwargs: see `Layer`. `rms_scaling=True`, deprecated, gives y = γ·x/√(σ² + ε): x is divided
            by the deviation from its mean without being moved to it.

    Shapes:
        x and y (N, …, D) for axis -1; γ and β (D,).

    Raises:
        ValueError: `axis` or `epsilon` is no such thing.
        ShapeError: the input has no such axis, or its size is not known.

    Source: Ba, Kiros, Hinton, "Layer normalization", 2016. ε = 1e-3, as in Keras; PyTorch takes
    1e-5.

    >>> LayerNormalization()(np.array([[1.0, 3.0]])).astype(float).round(3).tolist()
    [[-1.0, 1.0]]
    """

    supports_masking = True
    config_names = (
        *("axis", "epsilon", "center", "scale", "rms_scaling", "beta_initializer"),
        *("gamma_initializer", "beta_regularizer", "gamma_regularizer", "beta_constraint"),
        "gamma_constraint",
    )

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.axis = checked_axes(axis)
        if self.rms_scaling:
            warnings.warn(
                "`rms_scaling=True` divides by the deviation from the mean, not by the root of "
                "the mean square; for the latter use RMSNormalization.",
                DeprecationWarning,
                stacklevel=2,
            )

    def build(self, input_shape: Any = None) -> None:
        """Make γ and β."""
        self.axis = sorted(self.axis) if isinstance(self.axis, list) else [self.axis]
        shape = weight_shape(self, self.axis, input_shape)
        if self.scale or self.rms_scaling:
            self._add_gamma(shape)
        if self.center and not self.rms_scaling:
            self._add_beta(shape)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute y = γ·x̂ + β."""
        cache.axes = tuple(axis % x.ndim for axis in self.axis)
        y = standardized(x, cache.axes, self.epsilon, cache)
        if self.rms_scaling:
            y = np.multiply(x, cache.inverse, out=cache.buffer("scaled", x.shape, x.dtype))
        cache.before_scale = y
        return self._scale_and_shift(y, broadcast_shape(self.axis, x.shape), cache)

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Add dγ and dβ; return dx."""
        shape = broadcast_shape(self.axis, dy.shape)
        g = self._scale_gradient(dy, cache.before_scale, shape, cache)
        if not cache.needs_dx:
            return None
        if self.rms_scaling:
            return scaled_gradient(g, cache.before_scale, cache.xhat, cache.axes, cache)
        return standardized_gradient(g, cache.axes, cache)

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input has the axes, in the sizes of γ and β."""
        check_sizes(self, self.axis, self._build_shape, input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape
