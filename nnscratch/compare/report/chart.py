"""Growth curves: as a line of block characters and as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nnscratch.compare.growth import Point

BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 220, 46, 24

SMALLEST = {"float32": 1e-8, "float64": 1e-17}
"""Bottom of the growth curves: about one rounding."""


def sparkline(values: Sequence[float], smallest: float, width: int = 44) -> str:
    """Return values as blocks on a logarithmic scale up to 1; `·` is zero, `!` not finite.

    Args:
        values: differences.
        smallest: the value of the lowest block.
        width: at most so many characters; each is the largest of its stretch.

    >>> sparkline([0.0, 1e-16, 1e-8, 1.0, math.inf], 1e-16)
    '·▁▄█!'
    """
    stretch = max(1, math.ceil(len(values) / width))
    tops = [max(values[i : i + stretch]) for i in range(0, len(values), stretch)]
    return "".join(_block(value, smallest) for value in tops)


def _block(value: float, smallest: float) -> str:
    if value == 0:
        return "·"
    if not math.isfinite(value):
        return "!"
    height = 1 - math.log10(value) / math.log10(smallest)
    return BLOCKS[min(max(int(height * (len(BLOCKS) - 1)), 0), len(BLOCKS) - 1)]


def svg(curves: Sequence[tuple[str, Sequence[Point]]], rtol: float, smallest: float) -> str:
    """Return growth curves as an SVG drawing: steps rightwards, differences upwards in decades.

    Args:
        curves: a CSS class and the points of each.
        rtol: drawn as a line across.
        smallest: the bottom of the axis.
    """
    steps = max((p.step for _, points in curves for p in points), default=1) or 1
    decades = math.log10(smallest)

    def across(step: int) -> float:
        return LEFT + (WIDTH - LEFT - 8) * step / steps

    def up(value: float) -> float:
        level = max(min(math.log10(value), 0.0), decades) if value > 0 else decades
        return 8 + (HEIGHT - BOTTOM - 8) * level / decades

    marks = []
    for decade in range(0, int(decades) - 1, -2 if decades > -10 else -4):
        y = up(10.0**decade)
        marks.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
        marks.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">1e{decade}</text>')
    y = up(rtol)
    marks.append(f'<line class="rtol" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
    marks.append(
        f'<text class="rtol" x="{WIDTH - 8}" y="{y - 4:.1f}" text-anchor="end">rtol</text>'
    )
    marks.append(f'<text x="{LEFT}" y="{HEIGHT - 6}">0</text>')
    marks.append(f'<text x="{WIDTH - 8}" y="{HEIGHT - 6}" text-anchor="end">{steps} steps</text>')
    for kind, points in curves:
        places = " ".join(f"{across(p.step):.1f},{up(p.relative):.1f}" for p in points)
        marks.append(f'<polyline class="{kind}" points="{places}"/>')
        marks.extend(
            f'<circle class="{kind}" cx="{across(p.step):.1f}" cy="{up(p.relative):.1f}" r="2">'
            f"<title>{p}: {p.relative:.1e} {p.name}</title></circle>"
            for p in points
        )
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(marks)}</svg>'
