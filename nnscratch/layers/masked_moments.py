"""Mean and variance of the rows that a mask lets count, and their derivative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.errors import ShapeError
from nnscratch.typing import Array


@dataclass(frozen=True)
class MaskedMoments:
    """μ = Σ m·x/S and σ² = Σ m·(x - μ)²/S of the rows x, with S = Σ m + ε and m 1 or 0.

    Attributes:
        counts: m, as bool.
        total: S.
        mean: μ.
        variance: σ².

    Shapes:
        x and m (N, D), the others (D,).

    Source: Keras 3, where ε, the configured fuzz factor, keeps S from being 0; it belongs to the
    derivative, too, since with it Σ m·(x - μ) = ε·μ instead of 0.
    """

    counts: Array
    total: Array
    mean: Array
    variance: Array

    def gradient(self, dy: Array, xhat: Array, inverse: Array) -> Array:
        """Return dL/dx of x̂ = (x - μ)/√(σ² + ε'), given dL/dx̂.

        Args:
            dy: dL/dx̂.
            xhat: x̂.
            inverse: 1/√(σ² + ε').
        """
        dvariance = -0.5 * np.square(inverse) * np.add.reduce(dy * xhat)
        left_over = 2.0 * config.epsilon() * self.mean / self.total
        dmean = -inverse * np.add.reduce(dy) - dvariance * left_over
        by_row = (2.0 * dvariance / inverse) * xhat + dmean
        dx: Array = dy * inverse + np.where(self.counts, by_row / self.total, 0.0)
        return dx.astype(dy.dtype, copy=False)


def masked_moments(rows: Array, counts: Array) -> MaskedMoments:
    """Return mean and variance of the rows that count, column by column.

    Args:
        rows: the numbers.
        counts: where they count.

    Shapes:
        rows and counts (N, D).

    >>> found = masked_moments(np.array([[1.0], [9.0], [3.0]]), np.array([[True], [False], [True]]))
    >>> found.mean.round(6).tolist(), found.variance.round(6).tolist()
    ([2.0], [1.0])
    """
    number = rows.dtype.type
    total = np.add.reduce(counts, dtype=rows.dtype) + number(config.epsilon())
    mean = np.add.reduce(np.where(counts, rows, number(0))) / total
    variance = np.add.reduce(np.square(np.where(counts, rows - mean, number(0)))) / total
    return MaskedMoments(counts, total, mean, variance)


def spread_mask(layer: Any, mask: Array, x: Array) -> Array:
    """Return a mask in the shape of x.

    Raises:
        ShapeError: it does not have the axes of x but the last.
    """
    if mask.ndim != x.ndim - 1:
        raise ShapeError(
            f"{type(layer).__name__} layer {layer.name!r} takes masks with one axis less than its "
            f"input. Received: mask.shape={mask.shape}, shape={x.shape}"
        )
    return np.broadcast_to(mask[..., np.newaxis], x.shape)
