"""Pictures of how errors grow over the steps of a run, as inline SVG.

They are written by hand and not by a plotting library: so they take their colours from the page
(light or dark), their size from the screen, and a few hundred of them stay small.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from parity.bands import RULE, TRAJECTORY
from parity.results import Outcome

KINDS = ("output", "loss", "gradient", "slot", "moving", "weight", "metric")
"""Kinds of tensor that have a line, in the order of the legend."""

LABELS = {
    "output": "layer outputs",
    "loss": "loss",
    "gradient": "gradients",
    "slot": "optimizer slots",
    "moving": "moving statistics",
    "weight": "weights",
    "metric": "metrics",
}

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 40, 6, 6, 20
DECADES = {"float32": (-11, -1), "float64": (-17, -7)}
"""Range of the error axis, powers of ten; the band lies in the middle."""

BINS = 64
"""A longer series is drawn as the maxima of so many bins."""


def growth(outcome: Outcome) -> str:
    """Return the picture of one outcome: a line per kind of tensor, the band, the free drift."""
    steps = max((len(values) for values in outcome.growth.values()), default=0)
    band = (TRAJECTORY if outcome.kind == "case" else RULE)[outcome.dtype]
    parts = [_axes(outcome.dtype, steps), _band(outcome.dtype, band)]
    if outcome.drift:
        length = max(len(values) for values in outcome.drift.values())
        together = [
            max(values[i] for values in outcome.drift.values() if i < len(values))
            for i in range(length)
        ]
        parts.append(_line(together, "drift", outcome.dtype))
    parts += [
        _line(outcome.growth[kind], f"k-{kind}", outcome.dtype)
        for kind in reversed(KINDS)
        if kind in outcome.growth and len(outcome.growth[kind]) == steps
    ]
    label = escape(f"largest error of each kind of tensor over the steps of {outcome.unit}")
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def legend() -> str:
    """Return what each colour stands for."""
    items = [f'<span><i class="k-{kind}"></i>{LABELS[kind]}</span>' for kind in KINDS]
    items.append('<span><i class="band"></i>band</span>')
    items.append('<span><i class="drift"></i>free float32 run, not judged</span>')
    items.append("<span>no line: exactly equal</span>")
    return f'<p class="legend">{"".join(items)}</p>'


def _x(position: float) -> float:
    return LEFT + position * (WIDTH - LEFT - RIGHT)


def _y(error: float, dtype: str) -> float:
    """Return the height of an error; what lies beyond the axis is drawn at its end."""
    low, high = DECADES[dtype]
    power = min(max(math.log10(error), low), high) if math.isfinite(error) else high
    return TOP + (high - power) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _axes(dtype: str, steps: int) -> str:
    low, high = DECADES[dtype]
    lines = []
    for power in range(low + 1, high + 1, 3):
        y = _y(10.0**power, dtype)
        lines.append(
            f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 4}" y="{y + 3.5:.1f}" text-anchor="end">1e{power}</text>'
        )
    bottom = HEIGHT - 6
    lines.append(f'<text x="{LEFT}" y="{bottom}">step 1</text>')
    lines.append(f'<text x="{WIDTH - RIGHT}" y="{bottom}" text-anchor="end">{steps}</text>')
    return "".join(lines)


def _band(dtype: str, band: float) -> str:
    y = _y(band, dtype)
    return f'<path class="band" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'


def _line(values: Sequence[float], css: str, dtype: str) -> str:
    """Return one line, broken where the tensors were exactly equal.

    Where a series is longer than `BINS`, each point is a bin's maximum.
    """
    bins = min(BINS, len(values))
    path, pen_down = "", False
    for i in range(bins):
        error = max(values[len(values) * i // bins : max(len(values) * (i + 1) // bins, i + 1)])
        if error > 0:
            x, y = _x(i / max(bins - 1, 1)), _y(error, dtype)
            path += f"{'L' if pen_down else 'M'}{x:.0f} {y:.1f}" + ("" if pen_down else "h.1")
        pen_down = error > 0
    return f'<path class="line {css}" d="{path}"/>' if path else ""
