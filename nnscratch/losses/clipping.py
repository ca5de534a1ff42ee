"""Probabilities kept away from 0 and 1, and the gradient that stops where they were moved."""

from __future__ import annotations

import numpy as np

from nnscratch.cache import Cache
from nnscratch.config import epsilon
from nnscratch.typing import Array


def clip_probabilities(p: Array, cache: Cache) -> Array:
    """Return p clipped to [ε, 1 - ε], and remember which p were inside.

    Leaves in the cache `inside`, for the gradient: a clipped probability has gradient 0, one on
    the bound itself still has its own (TensorFlow's convention for `clip_by_value`).

    >>> clip_probabilities(np.array([0.0, 0.5]), Cache()).tolist()
    [1e-07, 0.5]
    """
    low, high = p.dtype.type(epsilon()), p.dtype.type(1.0 - epsilon())
    clipped: Array = np.maximum(p, low, out=cache.buffer("clipped", p.shape, p.dtype))
    np.minimum(clipped, high, out=clipped)
    cache.inside = np.equal(clipped, p, out=cache.buffer("inside", p.shape, np.bool_))
    cache.clipped = clipped
    return clipped
