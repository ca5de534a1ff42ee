"""How each weight of two runs parts: one small drawing a layer, all to the same scale."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from html import escape

from nnscratch.compare.growth import Curve

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 300, 168, 40, 8, 8, 22
STYLES = 8
"""So many kinds of weights have a line of their own; see the style sheet."""
SHOWN = 12
"""Layers drawn at once; the rest can be unfolded."""


def panels(curves: Sequence[Curve], rtol: float, smallest: float) -> str:
    """Return a legend and one SVG drawing for each layer, as HTML.

    Args:
        curves: the distance of each weight.
        rtol: drawn as a line across.
        smallest: the bottom of the axes; what is nearer, or equal, lies on it.
    """
    if not curves:
        return ""
    roles = list(dict.fromkeys(curve.role for curve in curves))
    steps = max(step for curve in curves for step in curve.steps) or 1
    drawn = []
    for layer, found in itertools.groupby(curves, lambda curve: curve.layer):
        styled = [(roles.index(curve.role) % STYLES, curve) for curve in found]
        drawing = _drawing(layer, styled, steps, rtol, smallest)
        drawn.append(f"<div class='panel'><h4>{escape(layer)}</h4>{drawing}</div>")
    grid = f"<div class='panels'>{''.join(drawn[:SHOWN])}</div>"
    if len(drawn) > SHOWN:
        rest = f"<div class='panels'>{''.join(drawn[SHOWN:])}</div>"
        grid += f"<details><summary>{len(drawn) - SHOWN} layers more</summary>{rest}</details>"
    return _legend(roles) + grid


def _legend(roles: Sequence[str]) -> str:
    items = "".join(
        f"<span class='key'><svg viewBox='0 0 28 8' aria-hidden='true'>"
        f"<line class='t{i % STYLES}' x1='0' x2='28' y1='4' y2='4'/></svg>{escape(role)}</span>"
        for i, role in enumerate(roles)
    )
    return f"<p class='keys'>{items}</p>"


def _drawing(
    layer: str, curves: Sequence[tuple[int, Curve]], steps: int, rtol: float, smallest: float
) -> str:
    """Return one layer's curves as SVG: steps rightwards, differences upwards in decades."""
    decades = math.log10(smallest)

    def across(step: int) -> str:
        return f"{LEFT + (WIDTH - LEFT - RIGHT) * step / steps:.1f}"

    def up(value: float) -> str:
        level = max(min(math.log10(value), 0.0), decades) if value > 0 else decades
        return f"{TOP + (HEIGHT - TOP - BOTTOM) * level / decades:.1f}"

    def line(kind: str, value: float) -> str:
        y = up(value)
        return f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'

    marks = []
    for decade in range(0, math.floor(decades) - 1, -2 if decades > -10 else -4):
        y = float(up(10.0**decade)) + 4
        marks.append(line("grid", 10.0**decade))
        marks.append(f'<text x="{LEFT - 5}" y="{y:.1f}" text-anchor="end">1e{decade}</text>')
    marks.append(line("rtol", rtol))
    marks.append(f'<text x="{LEFT}" y="{HEIGHT - 6}">0</text>')
    marks.append(
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{steps} steps</text>'
    )
    for style, curve in curves:
        places = [f"{across(s)},{up(v)}" for s, v in zip(curve.steps, curve.values, strict=True)]
        told = f"{escape(curve.name)}: {curve.values[-1]:.1e} after step {curve.steps[-1]}"
        marks.append(
            f'<polyline class="t{style}" points="{" ".join(places)}"><title>{told}</title>'
            "</polyline>"
        )
    name = escape(f"difference in the weights of {layer}, by step")
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{name}">{"".join(marks)}</svg>'
    )
