"""The shape of one sample behind a formula of `ops`, or None where it cannot be applied."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Shape = tuple[int, ...]
Shapes = Sequence[Shape]
Options = Mapping[str, Any]
Rule = Callable[[Shapes, Options], Shape | None]


def same(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of the first tensor."""
    return shapes[0]


def broadcast(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of tensors of as many axes, element by element."""
    if len({len(shape) for shape in shapes}) > 1:
        return None
    sizes = list(zip(*shapes, strict=True))
    fits = all(len(set(n) - {1}) <= 1 for n in sizes)
    return tuple(max(n) for n in sizes) if fits else None


def place_of(axis: int, shape: Shape) -> int | None:
    """Return which number of a sample's shape an axis of the batch is, or None if there is none.

    >>> place_of(1, (4, 6)), place_of(-1, (4, 6)), place_of(0, (4, 6)), place_of(-3, (4, 6))
    (0, 1, None, None)
    """
    place = axis - 1 if axis > 0 else len(shape) + axis
    return place if axis != 0 and 0 <= place < len(shape) else None


def along(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of the tensor where it has the axis."""
    return None if place_of(options["axis"], shapes[0]) is None else shapes[0]


def sized(size: Callable[[int], int], least: int = 1, axis: int = 0) -> Rule:
    """Return the rule of what changes the size of one axis.

    Args:
        size: makes the new size of the old one.
        least: the smallest old size.
        axis: which axis; 0 for that of the options.
    """

    def behind(shapes: Shapes, options: Options) -> Shape | None:
        shape = shapes[0]
        at = place_of(axis or options["axis"], shape)
        if at is None or shape[at] < least:
            return None
        return (*shape[:at], size(shape[at]), *shape[at + 1 :])

    return behind


def without(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape without an axis, the last one if none is named."""
    shape = shapes[0]
    at = place_of(options.get("axis", -1), shape)
    return None if at is None or len(shape) < 2 else (*shape[:at], *shape[at + 1 :])


def stacked(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of two tensors on top of each other."""
    a, b = shapes
    at = options["axis"] - 1
    return (*a[:at], 2, *a[at:]) if a == b and len(a) < 3 and 0 <= at <= len(a) else None


def joined(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of two tensors side by side."""
    a, b = shapes
    at = place_of(options["axis"], a)
    if at is None or len(a) != len(b) or (*a[:at], *a[at + 1 :]) != (*b[:at], *b[at + 1 :]):
        return None
    return (*a[:at], a[at] + b[at], *a[at + 1 :])


def product(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of the product of two matrices."""
    a, b = shapes
    return (a[0], b[1]) if len(a) == len(b) == 2 and a[1] == b[0] else None


def product_turned(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of the product of a matrix and another one turned."""
    a, b = shapes
    return (a[0], b[0]) if len(a) == len(b) == 2 and a[1] == b[1] else None


def turned(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of a matrix with its axes exchanged."""
    return shapes[0][::-1] if len(shapes[0]) == 2 else None


def one_more(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape with an axis of size 1 behind the others."""
    return (*shapes[0], 1) if len(shapes[0]) < 3 else None


def columns(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape where the last axis is of the size that the formula says."""
    return shapes[0] if shapes[0][-1] == options["n"] else None


def rearranged(shapes: Shapes, options: Options) -> Shape | None:
    """Return the shape of a matrix with as many elements."""
    target = options["m"], options["n"]
    return target if math.prod(target) == math.prod(shapes[0]) else None


OF_MATRICES = (without, product, product_turned, turned, rearranged)
"""Rules of what takes no vectors."""
