"""Divide an array by its own length along an axis."""

from __future__ import annotations

import numpy as np

from nnscratch import config
from nnscratch.typing import Array, ArrayLike


def normalize(x: ArrayLike, axis: int | None = -1, order: float | None = 2) -> Array:
    """Scale `x` so that its norm along `axis` is 1; where the norm is 0, `x` stays as it is.

    out = x / ‖x‖_order, the norm taken along `axis`.

    Args:
        x: the array to scale. Integers become float64, as in Keras; a list becomes an array of
            the default float type.
        axis: the axis along which the norm is taken; None takes one norm over the whole array.
        order: order of the norm, as in `numpy.linalg.norm`.

    Shapes:
        The shape of x; a vector (D,) comes back as one row (1, D), as in Keras.

    Raises:
        ValueError: `x` is a single number, or its shape and `axis` do not admit the norm.

    Note: Keras 3.15.1 takes the norm along axis 0 when `axis=0` but then divides along the last
    axis, which is an error for most shapes and wrong for square ones; here axis 0 is axis 0.

    >>> normalize(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    array = x if isinstance(x, np.ndarray) else np.asarray(x, dtype=config.floatx())
    if array.ndim == 0:
        raise ValueError(f"`x` must have at least one axis. Received a single number: {x!r}")
    norm = np.atleast_1d(np.linalg.norm(array, order, axis))
    norm[norm == 0] = 1
    return np.asarray(array / np.expand_dims(norm, -1 if axis is None else axis))
