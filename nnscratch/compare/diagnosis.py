"""Says what the growth of a difference looks like: another formula, or rounding that grew."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nnscratch.compare.comparison import Comparison, Parting
from nnscratch.compare.growth import Point

ROUNDING = {"float32": 1e-5, "float64": 1e-13}
"""Differences up to here can come from another order of the same sums."""

JUMP = 30.0
"""Growth within one step beyond which it is called sudden."""

EARLY = 10
"""Steps within which rounding hardly ever grows beyond `ROUNDING`."""


def diagnose(comparison: Comparison, floatx: str) -> list[str]:
    """Return sentences about where and how the runs part; none if they do not.

    Args:
        comparison: the comparison.
        floatx: float type of the runs.
    """
    parting = comparison.parting()
    if parting is None:
        return []
    sentences = [f"They part {parting.where}: {parting.name}, {parting.relative:.1e} apart."]
    if parting.fit is None:
        return sentences
    points = comparison.fits[parting.fit - 1].growth
    if parting.point is None:
        sentences.append(
            "The weights looked at step by step had not parted by then; the difference lies in "
            "what is computed from them, or in elements that were not among those looked at."
        )
        return sentences
    sentences.append(_shape(points, parting, floatx))
    slot = next((p for p in points if p.slot_relative > comparison.rtol), None)
    if slot is not None and 0 < slot.step <= points[parting.point].step:
        sentences.append(
            f"Among the optimizer's slots, {slot.slot_name} was the first: "
            f"{slot.slot_relative:.1e} {slot}."
        )
    if floatx == "float32" and points[parting.point].moment != "start":
        sentences.append(
            "Rounding or not? Run it again with --floatx float64: there rounding is 10⁹ times "
            "smaller, a mistake stays as large as it is."
        )
    return sentences


def _shape(points: Sequence[Point], parting: Parting, floatx: str) -> str:
    """Describe how the difference came to be more than rounding."""
    assert parting.point is not None
    beyond = (i for i, point in enumerate(points) if point.relative > ROUNDING[floatx])
    onset = min(next(beyond, parting.point), parting.point)
    point = points[onset]
    if point.moment == "start":
        return (
            "The weights differ before any training: a seed, an initializer or the order in which "
            "layers are made, not the arithmetic of a step."
        )
    last = points[onset - 1] if onset else point
    if point.step == 1 or last.relative == 0.0:
        unseen = "" if points[0].moment == "start" else ", or another start: it was built there"
        return (
            f"Nothing but rounding differed before, and {point.relative:.1e} {point}: not rounding "
            f"that grew, but another formula, mask, constant or batch{unseen}."
        )
    if point.step - last.step <= 1 and point.relative > JUMP * last.relative:
        text = f"It jumped from {last.relative:.1e} to {point.relative:.1e} {point}"
        if point.step <= EARLY:
            return f"{text}; as early as that, look for a formula or a constant before rounding."
        return (
            f"{text}, as where a sum falls on the other side of zero and a ReLU passes in one "
            "engine only, or where a formula first comes to bear."
        )
    if point.step - last.step > 1:
        return (
            f"It was {last.relative:.1e} {last} and {point.relative:.1e} {point}; "
            f"--steps {point.step} looks at the steps between."
        )
    return f"It grew little by little: {_way(points, parting.point)}."


def _way(points: Sequence[Point], end: int) -> str:
    """Say from where to where the difference grew, and how fast.

    >>> _way([Point("step", 1, 1, 1e-7, ""), Point("step", 1, 11, 1.024e-4, "")], 1)
    '1.0e-07 at step 1, 1.0e-04 at step 11, doubling every 1.0 steps'
    """
    start = next(i for i, point in enumerate(points) if point.relative > 0)
    first, last = points[start], points[end]
    text = f"{first.relative:.1e} at step {first.step}, {last.relative:.1e} at step {last.step}"
    doublings = math.log2(last.relative / first.relative) if last.relative < math.inf else 0.0
    if doublings > 0 and last.step > first.step:
        text += f", doubling every {(last.step - first.step) / doublings:.1f} steps"
    return text
