"""Group normalization: every sample by mean and variance of each group of channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.moments import (
    ScaledAndShifted,
    check_sizes,
    checked_axes,
    standardized,
    standardized_gradient,
    weight_shape,
)
from nnscratch.typing import Array, Shape


class GroupNormalization(ScaledAndShifted):
    r"""Group normalization: y = γ·x̂ + β with x̂ = (x - μ)/√(σ² + ε), sample by sample.

    The channels are divided into groups; μ and σ² are mean and biased variance of a group, over
    all its channels and all other axes but the batch. γ and β belong to channels. Backward as in
    `LayerNormalization`, group by group.

    Args:
        groups: number of groups; -1 makes every channel one of its own (instance normalization).
        axis: the axis of channels.
        epsilon: ε.
        center: whether there is a β.
        scale: whether there is a γ.
        beta_initializer: how β starts.
        gamma_initializer: how γ starts.
        beta_regularizer: penalty on β.
        gamma_regularizer: penalty on γ.
        beta_constraint: projection of β after every update.
        gamma_constraint: projection of γ after every update.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …, C) for axis -1; γ and β (C,).

    Raises:
        ValueError: `groups` is no positive integer nor -1.
        ShapeError: the channels cannot be divided into so many groups.

    Source: Wu, He, "Group normalization", ECCV 2018. ε = 1e-3, as in Keras; PyTorch takes 1e-5.

    >>> layer = GroupNormalization(2)
    >>> layer(np.array([[1.0, 3.0, 10.0, 30.0]])).astype(float).round(2).tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    supports_masking = True
    config_names = (
        *("groups", "axis", "epsilon", "center", "scale", "beta_initializer"),
        *("gamma_initializer", "beta_regularizer", "gamma_regularizer", "beta_constraint"),
        "gamma_constraint",
    )

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
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
        whole = isinstance(groups, (int, np.integer)) and not isinstance(groups, bool)
        if not whole or (groups < 1 and groups != -1):
            raise ValueError(
                "`groups` must be a positive integer, or -1 for one group per channel. "
                f"Received: groups={groups!r}"
            )
        self.groups = int(groups)
        self.axis: int = checked_axes(axis)

    def build(self, input_shape: Any = None) -> None:
        """Make γ and β, one number per channel."""
        (C,) = weight_shape(self, [self.axis], input_shape)
        if self.groups == -1:
            self.groups = C
        if C % self.groups or self.axis % len(input_shape) == 0:
            raise ShapeError(
                f"GroupNormalization layer {self.name!r} with axis={self.axis} divides the "
                f"channels into groups of equal size. Received: groups={self.groups}, "
                f"input_shape={input_shape}; choose `groups` so that it divides {C}."
            )
        if self.scale:
            self._add_gamma((C,))
        if self.center:
            self._add_beta((C,))

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute y = γ·x̂ + β."""
        grouped, axes, weights = self._grouped(x)
        xhat = standardized(grouped, axes, self.epsilon, cache)
        return self._scale_and_shift(xhat, weights, cache).reshape(x.shape)

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Add dγ and dβ; return dx."""
        grouped, axes, weights = self._grouped(dy)
        g = self._scale_gradient(grouped, cache.xhat, weights, cache)
        if not cache.needs_dx:
            return None
        return standardized_gradient(g, axes, cache).reshape(dy.shape)

    def _grouped(self, x: Array) -> tuple[Array, tuple[int, ...], tuple[int, ...]]:
        """Return x as (…, groups, C/groups, …), the axes within a group, and the shape of γ."""
        axis = self.axis % x.ndim
        sizes = (self.groups, x.shape[axis] // self.groups)
        grouped = x.reshape(*x.shape[:axis], *sizes, *x.shape[axis + 1 :])
        axes = tuple(i for i in range(1, grouped.ndim) if i != axis)
        return grouped, axes, (*(1,) * axis, *sizes, *(1,) * (x.ndim - axis - 1))

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input has C channels."""
        check_sizes(self, [self.axis], self._build_shape, input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape
