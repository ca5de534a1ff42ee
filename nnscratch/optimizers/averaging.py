"""The exponential moving average of the weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.optimizers.blocks import Scratch, scalar
from nnscratch.typing import Array


def average_weights(
    average: Array, w: Array, *, momentum: Any, one_minus_momentum: Any, scratch: Scratch
) -> None:
    """Follow the weights: w̄ ← μ·w̄ + (1−μ)·w.

    Source: Polyak & Juditsky (1992), "Acceleration of stochastic approximation by averaging"; the
    exponential form is that of Kingma & Ba (2015), section 7.2, without its bias correction.
    """
    a, _ = scratch
    np.multiply(w, one_minus_momentum, a)
    np.multiply(average, momentum, average)
    np.add(average, a, average)


def averaging_scalars(dtype: Any, momentum: float, first: bool) -> dict[str, Any]:
    """Return μ and 1−μ in the weights' dtype; in the first update μ is 0, so that w̄ starts at w.

    >>> {name: float(x) for name, x in averaging_scalars(np.dtype("float64"), 0.75, False).items()}
    {'momentum': 0.75, 'one_minus_momentum': 0.25}
    """
    mu = dtype.type(0.0 if first else momentum)
    return {
        "momentum": scalar(mu, dtype),
        "one_minus_momentum": scalar(dtype.type(1.0) - mu, dtype),
    }
