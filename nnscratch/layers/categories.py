"""Numbers of categories as rows of zeros and ones: one-hot, multi-hot and counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.errors import DataError, unknown_name
from nnscratch.layers.base import Layer
from nnscratch.typing import Array, Shape

MODES = ("one_hot", "multi_hot", "count")
"""How numbers of categories may be written; see `Places`."""


def checked_mode(output_mode: Any, modes: tuple[str, ...] = MODES) -> str:
    """Return an `output_mode` that exists.

    Raises:
        ValueError: it does not.
    """
    if output_mode not in modes:
        raise unknown_name("`output_mode`", output_mode, modes)
    return str(output_mode)


def encoded_shape(input_shape: Shape, mode: str, depth: int) -> Shape:
    """Return the shape of encoded numbers.

    One-hot adds an axis, or takes the place of a last one of size 1; the other modes take the
    place of the axis behind the batch, or of the only one.

    >>> encoded_shape((None, 1), "one_hot", 4), encoded_shape((None, 3), "one_hot", 4)
    ((None, 4), (None, 3, 4))
    >>> encoded_shape((None, 3, 2), "count", 4), encoded_shape((3,), "multi_hot", 4)
    ((None, 2, 4), (4,))
    """
    if mode == "one_hot":
        single = len(input_shape) > 1 and input_shape[-1] == 1
        return (*(input_shape[:-1] if single else input_shape), depth)
    return (*input_shape[:1], *input_shape[2:], depth) if len(input_shape) > 1 else (depth,)


class Places:
    """Where the ones of encoded numbers stand.

    A fraction is cut off. A number beyond the categories has no place, so it counts nowhere.

    Args:
        x: the numbers of the categories.
        mode: `"one_hot"`: a row for each number; `"multi_hot"`: a row for all numbers along the
            axis behind the batch, 1 where a category occurs; `"count"`: how often it does.
        depth: number of categories.

    >>> y = np.zeros((2, 3))
    >>> Places(np.array([[0, 0], [2, 5]]), "count", 3).write(y)
    >>> y.tolist()
    [[2.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """

    def __init__(self, x: Array, mode: str, depth: int) -> None:
        self.mode = mode
        self.depth = depth
        self.inside = (x > -1) & (x < depth)
        self.columns = x[self.inside].astype(np.intp)
        if mode == "one_hot":
            rows = np.arange(x.size).reshape(x.shape)
        elif x.ndim == 1:
            rows = np.zeros(x.shape, np.intp)
        else:
            sizes = (len(x), 1, *x.shape[2:])
            rows = np.broadcast_to(np.arange(x.size // max(1, x.shape[1])).reshape(sizes), x.shape)
        self.rows = rows[self.inside]

    def write(self, y: Array, weights: Array | None = None) -> None:
        """Fill an array of the encoded shape.

        Args:
            y: the array, C-contiguous.
            weights: in counts, what each number adds instead of 1.
        """
        y.fill(0)
        flat = y.reshape(-1, self.depth)
        if self.mode == "count":
            added = 1 if weights is None else weights[self.inside]
            np.add.at(flat, (self.rows, self.columns), added)
        else:
            flat[self.rows, self.columns] = 1

    def read(self, dy: Array) -> Array:
        """Return what stands in the places, 0 for numbers that have none."""
        found = np.zeros(self.inside.shape, dy.dtype)
        found[self.inside] = dy.reshape(-1, self.depth)[self.rows, self.columns]
        return found


def check_not_negative(layer: Layer, x: Array, mode: str) -> None:
    """Raise for negative numbers, where TensorFlow does: in rows of several numbers.

    Raises:
        DataError: a number is negative or NaN.
    """
    if mode != "one_hot" and x.ndim <= 2 and not np.all(x > -1):
        wrong = x[~(x > -1)]
        raise DataError(
            f"{type(layer).__name__} layer {layer.name!r} takes numbers of categories, 0 or "
            f"greater. Received: {wrong.flat[0]!s}, the first of {wrong.size} that are negative "
            "or NaN."
        )
