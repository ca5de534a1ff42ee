"""Bounding gradients before an update: by value, by norm, by the norm of all together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nnscratch.optimizers.blocks import Blocks, scalar
from nnscratch.typing import Array


def sum_of_squares(gradient: Blocks) -> float:
    """Return Σg² of one gradient: pairwise in its dtype within a block, float64 between blocks.

    >>> from nnscratch.optimizers.blocks import make_scratch
    >>> sum_of_squares(Blocks([np.array([3.0, 4.0])], make_scratch(2, "float64")))
    25.0
    """
    total = 0.0
    for (g,), (squares, _) in gradient.pieces:
        np.multiply(g, g, squares)
        total += float(np.add.reduce(squares))
    return total


def clip_by_norm(gradient: Blocks, limit: float) -> None:
    """Shorten a gradient to norm c, in place: g ← g·c / max(‖g‖, c).

    A shorter gradient is multiplied and divided by c all the same, as in Keras, which may change
    its last bit.

    Args:
        gradient: one variable's gradient.
        limit: c, the longest norm allowed.
    """
    norm = math.sqrt(sum_of_squares(gradient))
    for (g,), _ in gradient.pieces:
        g *= scalar(limit, g.dtype)
        g /= scalar(max(norm, limit), g.dtype)


def clip_by_global_norm(
    gradients: Sequence[Blocks], vectors: Sequence[Array], limit: float
) -> None:
    """Shorten all gradients by one factor so that their joint norm is at most c, in place.

    n = √Σ‖gᵢ‖², g ← g·c·min(1/n, 1/c). A norm that is infinite or NaN makes every gradient NaN,
    as in Keras: the update is lost and should not look as if it were not.

    Args:
        gradients: the gradient of each variable.
        vectors: memory that holds exactly those gradients (and perhaps zeros between them).
        limit: c, the longest joint norm allowed.

    Source: Pascanu, Mikolov & Bengio (2013), "On the difficulty of training recurrent neural
    networks", algorithm 1.
    """
    norm = math.sqrt(sum(sum_of_squares(gradient) for gradient in gradients))
    for g in vectors:
        if math.isfinite(norm):
            one = g.dtype.type(1.0)
            inverse = one / g.dtype.type(norm) if norm else g.dtype.type(math.inf)
            g *= scalar(g.dtype.type(limit) * min(inverse, g.dtype.type(1.0 / limit)), g.dtype)
        else:
            g *= scalar(math.nan, g.dtype)


def clip_by_value(gradient: Array, limit: float) -> None:
    """Move every element of a gradient into [-c, c], in place.

    >>> g = np.array([-3.0, 0.5, 2.0])
    >>> clip_by_value(g, 1.0)
    >>> g.tolist()
    [-1.0, 0.5, 1.0]
    """
    bound = scalar(limit, gradient.dtype)
    np.clip(gradient, -bound, bound, out=gradient)
