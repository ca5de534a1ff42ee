"""Draw a laid-out diagram with matplotlib."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from nnscratch.utils.diagram.placing import Scene, Size
from nnscratch.utils.diagram.reading import Box
from nnscratch.utils.diagram.routing import Point

MARGIN = 14.0
HEAD, LINE = 26.0, 22.0
HEAD_SIZE, TEXT_SIZE = 11.0, 9.5
FAMILIES = {"input": "#5f6b7a", "weights": "#1f4e8c", "plain": "#2b2f36", "model": "#6b3fa0"}
EDGE, FRAME, TEXT = "#2b2f36", "#8a93a0", "#1b1e23"
TRAINABLE, FROZEN = "#1f7a3d", "#a32b2b"
_SIDE = 11.0


@functools.lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool) -> float:
    """Return how wide a text is, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    if not text:
        return 0.0
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    # a closing mark keeps the width of trailing blanks
    path, mark = (TextPath((0, 0), t, size=size, prop=font) for t in (f"{text}|", "|"))
    return float(path.get_extents().x1 - mark.get_extents().x1)


def measure(box: Box) -> Size:
    """Return width and height of a box, in points."""
    widths = [sum(text_width(t, HEAD_SIZE, bold) for t, bold in _head(box)) + 2 * _SIDE]
    height = HEAD
    if box.activation is not None:
        widths.append(_width("Activation", box.activation))
        height += LINE
    cells = [_width(*cell) for cell in box.cells]
    if box.trainable is not None:
        cells.append(text_width(_state(box), TEXT_SIZE, True) + 2 * _SIDE)
    if cells:
        widths.append(sum(cells))
        height += LINE
    return max(widths), height


def draw(scene: Scene, rankdir: str, splines: str) -> Any:
    """Draw a diagram.

    Args:
        scene: boxes, frames and arrows with their places.
        rankdir: which way one reads.
        splines: `"ortho"` for right angles, `"polyline"` or `"line"` for straight lines,
            `"curved"` or `"spline"` for curves.

    Returns:
        The matplotlib figure; a point of the scene is a point of the figure.
    """
    from matplotlib.figure import Figure

    width, height = (extent + 2 * MARGIN for extent in scene.size)
    figure = Figure(figsize=(width / 72, height / 72), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(-MARGIN, width - MARGIN)
    axes.set_ylim(height - MARGIN, -MARGIN)
    for name, rectangle in scene.frames:
        _draw_frame(axes, name, rectangle)
    for route in scene.routes:
        _draw_arrow(axes, route, rankdir in ("LR", "RL"), splines)
    for box, rectangle in scene.boxes:
        _draw_box(axes, box, rectangle)
    return figure


def save(figure: Any, path: str, kind: str, dpi: int) -> None:
    """Write a figure to a file; letters keep the widths they were measured with."""
    import matplotlib

    with matplotlib.rc_context({"text.hinting": "no_hinting"}):
        figure.savefig(path, format=kind, dpi=dpi)


def _head(box: Box) -> list[tuple[str, bool]]:
    return [(box.name, True), (f"  ({box.kind})", False)] if box.kind else [(box.name, True)]


def _state(box: Box) -> str:
    return "Trainable" if box.trainable else "Non-trainable"


def _width(caption: str, content: str) -> float:
    widths = text_width(f"{caption}: ", TEXT_SIZE, False) + text_width(content, TEXT_SIZE, True)
    return widths + 2 * _SIDE


def _draw_box(axes: Any, box: Box, rectangle: tuple[float, float, float, float]) -> None:
    from matplotlib.patches import FancyBboxPatch, Rectangle

    left, top, width, height = rectangle
    colour = FAMILIES[box.family]
    outline = FancyBboxPatch(
        (left, top), width, height, boxstyle="round,pad=0,rounding_size=4", fc="white", ec=colour,
        lw=1.2, zorder=3,
    )  # fmt: skip
    axes.add_patch(outline)
    head = Rectangle((left, top), width, HEAD, fc=colour, ec="none", zorder=4)
    axes.add_patch(head)
    head.set_clip_path(outline)
    _write(axes, _head(box), left + width / 2, top + HEAD / 2, HEAD_SIZE, "white")
    y = top + HEAD
    if box.activation is not None:
        texts = [("Activation: ", False), (box.activation, True)]
        _write(axes, texts, left + width / 2, y + LINE / 2, TEXT_SIZE, TEXT)
        y += LINE
        if box.cells or box.trainable is not None:
            axes.plot([left, left + width], [y, y], color=colour, lw=0.7, zorder=4)
    _draw_cells(axes, box, left, y, width, outline)


def _draw_cells(axes: Any, box: Box, left: float, y: float, width: float, outline: Any) -> None:
    from matplotlib.patches import Rectangle

    cells = [([(f"{cap}: ", False), (text, True)], _width(cap, text)) for cap, text in box.cells]
    if box.trainable is not None:
        state = _state(box)
        cells.append(([(state, True)], text_width(state, TEXT_SIZE, True) + 2 * _SIDE))
    spare = (width - sum(w for _, w in cells)) / max(1, len(cells))
    for i, (texts, needed) in enumerate(cells):
        cell = needed + spare
        ink = TEXT
        if box.trainable is not None and i == len(cells) - 1:
            fill = TRAINABLE if box.trainable else FROZEN
            patch = Rectangle((left, y), cell, LINE, fc=fill, ec="none", zorder=4)
            axes.add_patch(patch)
            patch.set_clip_path(outline)
            ink = "white"
        elif i:
            axes.plot([left, left], [y, y + LINE], color=FAMILIES[box.family], lw=0.7, zorder=4)
        _write(axes, texts, left + cell / 2, y + LINE / 2, TEXT_SIZE, ink)
        left += cell


def _write(
    axes: Any, texts: list[tuple[str, bool]], x: float, y: float, size: float, colour: str
) -> None:
    widths = [text_width(text, size, bold) for text, bold in texts]
    x -= sum(widths) / 2
    for (text, bold), width in zip(texts, widths, strict=True):
        axes.text(
            x, y, text, size=size, color=colour, weight="bold" if bold else "normal",
            va="center_baseline", ha="left", family="DejaVu Sans", zorder=5, parse_math=False,
        )  # fmt: skip
        x += width


def _draw_frame(axes: Any, name: str, rectangle: tuple[float, float, float, float]) -> None:
    from matplotlib.patches import FancyBboxPatch

    left, top, width, height = rectangle
    frame = FancyBboxPatch(
        (left, top), width, height, boxstyle="round,pad=0,rounding_size=6", fc="#f4f5f8",
        ec=FRAME, lw=1.0, ls=(0, (4, 3)), zorder=1,
    )  # fmt: skip
    axes.add_patch(frame)
    axes.text(
        left + 8, top + 3, name, size=8.5, color="#4a5260", va="top", ha="left",
        style="italic", family="DejaVu Sans", zorder=2, parse_math=False,
    )  # fmt: skip


def _draw_arrow(axes: Any, route: list[Point], sideways: bool, splines: str) -> None:
    """Draw an arrow; the codes of matplotlib's paths are 1 move, 2 line, 3 and 4 curves."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    if splines == "ortho":
        vertices, codes = _rounded(route)
    elif splines in ("line", "polyline"):
        corners = [route[0], route[-1]] if splines == "line" else _halfway(route)
        vertices, codes = corners, [1, *[2] * (len(corners) - 1)]
    else:
        vertices, codes = _curved(_halfway(route), sideways)
    arrow = FancyArrowPatch(
        path=Path(vertices, codes), arrowstyle="-|>,head_length=5,head_width=2.6", fc=EDGE,
        ec=EDGE, lw=1.2, shrinkA=0, shrinkB=0, capstyle="butt", joinstyle="miter", zorder=2,
    )  # fmt: skip
    axes.add_patch(arrow)


def _halfway(route: list[Point]) -> list[Point]:
    """Return the ends and the middle of every inner stretch along the direction of reading."""
    inner = [
        ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        for a, b in zip(route[2:-2:2], route[3:-1:2], strict=False)
    ]
    return [route[0], *inner, route[-1]]


def _curved(corners: list[Point], sideways: bool) -> tuple[list[Point], list[int]]:
    vertices, codes = [corners[0]], [1]
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        half_x, half_y = (x0 + x1) / 2, (y0 + y1) / 2
        bends = [(half_x, y0), (half_x, y1)] if sideways else [(x0, half_y), (x1, half_y)]
        vertices += [*bends, (x1, y1)]
        codes += [4, 4, 4]
    return vertices, codes


def _rounded(route: list[Point], radius: float = 6.0) -> tuple[list[Point], list[int]]:
    """Return a line through the corners whose bends are quarter curves."""
    vertices, codes = [route[0]], [1]
    for before, corner, after in zip(route, route[1:], route[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        vertices += [_towards(corner, before, reach), corner, _towards(corner, after, reach)]
        codes += [2, 3, 3]
    return [*vertices, route[-1]], [*codes, 2]


def _distance(a: Point, b: Point) -> float:
    return float(abs(a[0] - b[0]) + abs(a[1] - b[1]))


def _towards(start: Point, end: Point, reach: float) -> Point:
    share = reach / (_distance(start, end) or 1.0)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
