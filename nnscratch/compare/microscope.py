"""The first bits in which two runs differ: which step, tensor, element, and by how many ulps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.compare.growth import Point, common_moments, concerns, pairs
from nnscratch.compare.recorder import SAMPLE, sampled_indices
from nnscratch.typing import Array

BITS = {"float32": np.int32, "float64": np.int64}
"""Integers as wide as each float type."""


@dataclass(frozen=True)
class Sight:
    """The first difference of two runs of a `fit`, however small.

    Attributes:
        where: the moment in words.
        name: the tensor, or `running loss`.
        index: the element that is farthest off in ulps; empty for a number.
        reference: the first run's value of it.
        candidate: the second run's.
        ulps: how many floats lie between them, the latter counted; None with NaN.
        differing: how many of the elements looked at differ.
        looked_at: how many elements were looked at.
        tensors: how many tensors differ at that moment.
    """

    where: str
    name: str
    index: tuple[int, ...]
    reference: float
    candidate: float
    ulps: int | None
    differing: int
    looked_at: int
    tensors: int

    def __str__(self) -> str:
        element = f"{self.name}{list(self.index)}" if self.index else self.name
        far = "not comparable" if self.ulps is None else f"{self.ulps:,} ulp".replace(",", " ")
        text = (
            f"first different bits {self.where}: {element} is {self.reference:.9g} and "
            f"{self.candidate:.9g}, {far} apart"
        )
        if self.looked_at > 1:
            text += f"; {self.differing} of the {self.looked_at} elements looked at differ"
        if self.tensors > 1:
            text += f", in {self.tensors} tensors"
        return text


def ulps_between(a: Array, b: Array, floatx: str) -> Array:
    """Return how many floats of a type lie between the elements of two arrays.

    Args:
        a: values that are floats of that type.
        b: values likewise.
        floatx: `float32` or `float64`.

    >>> ulps_between(np.array([1.0, -1.0, 0.0]), np.array([1.0 + 2**-23, 1.0, -0.0]), "float32")
    array([         1, 2130706432,          0])
    """
    first, second = _ordered(a, floatx), _ordered(b, floatx)
    far = [abs(int(x) - int(y)) for x, y in zip(first, second, strict=True)]
    return np.array([min(distance, 2**63 - 1) for distance in far], np.int64)


def _ordered(values: Array, floatx: str) -> Array:
    """Map floats to integers that count them from zero."""
    kind = BITS[floatx]
    bits = np.ascontiguousarray(values.reshape(-1).astype(floatx)).view(kind)
    magnitude = (bits & np.iinfo(kind).max).astype(np.int64)
    return np.where(bits < 0, -magnitude, magnitude)


def first_difference(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    first_arrays: Mapping[str, Array],
    second_arrays: Mapping[str, Array],
    floatx: str,
) -> Sight | None:
    """Return the first difference at the moments that both runs have written down.

    At one moment the running loss comes before the weights, and these, in the model's order,
    before the optimizer's slots.

    Args:
        first: the first run's record of a fit.
        second: the second run's.
        first_arrays: its arrays.
        second_arrays: the second run's.
        floatx: float type of both.
    """
    moments = common_moments(first["steps"], second["steps"])
    idle = {w["path"] for w in first["weights"] if w["idle"]}
    shapes = {w["path"]: first_arrays[f"weight/{i}"].shape for i, w in enumerate(first["weights"])}
    tensors = [
        (path, first_arrays[f"step/{i}"], second_arrays[f"step/{j}"])
        for _, path, i, j in pairs(first["tensors"], second["tensors"])
        if not concerns(path, idle)
    ]
    order = {path: i for i, path in enumerate(shapes)}
    tensors.sort(key=lambda tensor: order.get(tensor[0], len(order)))
    for row, (moment, epoch, step, a_loss, b_loss) in enumerate(moments):
        found = list(_differing(tensors, row - len(moments)))
        where = str(Point(moment, epoch + 1, step, 0.0, ""))
        count = len(found)
        if a_loss is not None and b_loss is not None and a_loss != b_loss:
            far = _ulps(np.array([a_loss]), np.array([b_loss]), floatx)
            return Sight(where, "running loss", (), a_loss, b_loss, far[0], 1, 1, count + 1)
        for path, a, b in found:
            name = path.removeprefix(f"{first['model']}/")
            return _sight(where, name, a, b, shapes.get(path), floatx, count)
    return None


def _differing(
    tensors: Sequence[tuple[str, Array, Array]], row: int
) -> Iterator[tuple[str, Array, Array]]:
    for path, theirs, ours in tensors:
        if theirs.shape != ours.shape or -row > len(theirs):
            continue
        a, b = theirs[row, 2:], ours[row, 2:]
        if not np.array_equal(a, b, equal_nan=True):
            yield path, a, b


def _sight(
    where: str,
    name: str,
    a: Array,
    b: Array,
    shape: tuple[int, ...] | None,
    floatx: str,
    tensors: int,
) -> Sight:
    far = _ulps(a, b, floatx)
    worst = max(range(len(far)), key=lambda i: -1 if far[i] is None else far[i])
    place = worst
    if shape is not None:
        size = int(np.prod(shape))
        place = int(sampled_indices(size)[worst]) if size > SAMPLE else worst
    index = (place,) if shape is None else tuple(int(i) for i in np.unravel_index(place, shape))
    differing = int(np.sum(~((a == b) | (np.isnan(a) & np.isnan(b)))))
    values = float(a[worst]), float(b[worst])
    return Sight(where, name, index, *values, far[worst], differing, len(a), tensors)


def _ulps(a: Array, b: Array, floatx: str) -> list[Any]:
    usable = np.isfinite(a) & np.isfinite(b)
    far = ulps_between(np.where(usable, a, 0.0), np.where(usable, b, 0.0), floatx)
    return [int(n) if fine else None for n, fine in zip(far, usable, strict=True)]
