"""The logarithm of a softmax, as the categorical crossentropies need it."""

from __future__ import annotations

import numpy as np

from nnscratch.activations.simplex import largest
from nnscratch.cache import Cache
from nnscratch.typing import Array


def log_sum_exp(z: Array, axis: int, cache: Cache) -> tuple[Array, Array]:
    r"""Return z - max z and log Σ e^{z - max z}, whose difference is log softmax(z).

    Subtracting the maximum changes nothing but keeps every exponential in (0, 1]: logits of
    (20, -20, 0) lose no digit, where log(softmax) would have clipped a probability of 4e-18.

    Where the network's own softmax has computed them of this very z, they are taken from there.
    Leaves in the cache what `softmax_of` needs.
    """
    shape, dtype = z.shape, z.dtype
    kept = (*shape[:axis], 1, *shape[axis:][1:])
    made = getattr(cache, "softmax", None)
    if made is not None and made[0] is z and made[2].shape == kept:
        _, shifted, total, cache.probabilities = made
    else:
        highest = cache.buffer("highest", kept, dtype)
        largest(z, axis, highest, cache)
        shifted = np.subtract(z, highest, out=cache.buffer("shifted", shape, dtype))
        cache.exp = exp = np.exp(shifted, out=cache.buffer("exp", shape, dtype))
        cache.exp_sum = total = cache.buffer("exp_sum", kept, dtype)
        np.add.reduce(exp, axis=axis, keepdims=True, out=total)
        cache.probabilities = None
    return shifted, np.log(total, out=cache.buffer("log_sum", kept, dtype))


def softmax_of(cache: Cache) -> Array:
    """Return the softmax of the z that `log_sum_exp` saw, in the buffer `dy`."""
    made: Array | None = cache.probabilities
    if made is not None:
        return cache.copied("dy", made)
    exp: Array = cache.exp
    dy = cache.buffer("dy", exp.shape, exp.dtype)
    np.divide(exp, cache.exp_sum, out=dy)
    return dy
