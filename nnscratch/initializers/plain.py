"""Random initializers whose scale does not look at the shape, and the orthogonal one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.checks import check_number
from nnscratch.errors import ShapeError
from nnscratch.initializers.base import RandomInitializer
from nnscratch.random.arguments import checked_shape
from nnscratch.typing import Array, DTypeLike


class RandomNormal(RandomInitializer):
    """Normal numbers.

    Args:
        mean: mean.
        stddev: standard deviation.
        seed: see `RandomInitializer`.

    >>> RandomNormal(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.0063, -0.0247], [0.0316, -0.0394]]
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        check_number("mean", mean, -math.inf)
        check_number("stddev", stddev, 0)
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Draw the values."""
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """Normal numbers, those beyond two standard deviations drawn again.

    Args:
        mean: mean.
        stddev: standard deviation before the cut; that of the values is 0.88 times as large.
        seed: see `RandomInitializer`.

    >>> TruncatedNormal(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.0063, -0.0247], [0.0316, -0.0394]]
    """

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Draw the values."""
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Uniform numbers in [minval, maxval).

    Args:
        minval: lower bound, included.
        maxval: upper bound, excluded.
        seed: see `RandomInitializer`.

    >>> RandomUniform(seed=1)((2, 2)).astype(float).round(4).tolist()
    [[0.0378, -0.004], [0.01, -0.0107]]
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        check_number("minval", minval, -math.inf)
        check_number("maxval", maxval, minval)
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Draw the values."""
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class Orthogonal(RandomInitializer):
    """A matrix with orthonormal columns, or rows if it is wider than high.

    Equation: A = QR with A normal; W = gain Q sign(diag R), transposed if wide. The signs make Q
    uniform among orthogonal matrices. All dimensions but the last are taken as rows.

    Args:
        gain: factor on the whole.
        seed: see `RandomInitializer`.

    Source: Saxe, McClelland, Ganguli, Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks, 2014. Equal to Keras's up to the rounding of the QR factorisation.

    >>> W = Orthogonal(seed=1)((3, 2))
    >>> bool(np.allclose(W.T @ W, np.eye(2), atol=1e-6))
    True
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Draw the matrix.

        Raises:
            ShapeError: `shape` has fewer than two dimensions.
        """
        sizes = checked_shape(shape)
        if len(sizes) < 2:
            raise ShapeError(
                f"Orthogonal needs a shape with two dimensions or more. Received: shape={sizes}"
            )
        rows, columns = math.prod(sizes[:-1]), sizes[-1]
        a = random.normal((max(rows, columns), min(rows, columns)), dtype=dtype, seed=self.seed)
        q, r = np.linalg.qr(a)
        q *= np.sign(np.diagonal(r))
        if rows < columns:
            q = q.T
        return np.asarray(q.reshape(sizes) * a.dtype.type(self.gain))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {**super().get_config(), "gain": self.gain}
