"""A diagram in the plane: every box, frame and arrow with its coordinates, in points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nnscratch.utils.diagram.layered import layered
from nnscratch.utils.diagram.reading import Box, Diagram
from nnscratch.utils.diagram.routing import Arrow, Point

DIRECTIONS = ("TB", "BT", "LR", "RL")
PADDING = 16.0
Size = tuple[float, float]


@dataclass
class Scene:
    """What is to be drawn; x grows to the right and y downwards.

    Attributes:
        boxes: each box with its left, upper, width and height.
        frames: the same for the models drawn within, by name.
        routes: the corners of each arrow.
        size: width and height of everything.
    """

    boxes: list[tuple[Box, tuple[float, float, float, float]]] = field(default_factory=list)
    frames: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)
    routes: list[list[Point]] = field(default_factory=list)
    size: Size = (0.0, 0.0)


@dataclass
class _Placed:
    """A diagram laid out with its upper left corner at the origin; reading goes along y."""

    boxes: dict[str, tuple[Box, float, float, float, float]] = field(default_factory=dict)
    frames: list[tuple[str, float, float, float, float]] = field(default_factory=list)
    routes: list[list[Point]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def put(self, other: _Placed, x: float, y: float) -> None:
        """Take in another with its corner at (x, y)."""
        for key, (box, left, top, width, height) in other.boxes.items():
            self.boxes[key] = (box, left + x, top + y, width, height)
        self.frames += [(name, a + x, b + y, w, h) for name, a, b, w, h in other.frames]
        self.routes += [[(px + x, py + y) for px, py in route] for route in other.routes]


def scene_of(
    diagram: Diagram, measure: Callable[[Box], Size], rankdir: str, row_gap: float = 30.0
) -> Scene:
    """Lay a diagram out.

    Args:
        diagram: the boxes and arrows.
        measure: returns width and height of a box.
        rankdir: `"TB"`, `"BT"`, `"LR"` or `"RL"`: which way one reads.
        row_gap: distance between rows.
    """
    turned = rankdir in ("LR", "RL")

    def across_and_along(box: Box) -> Size:
        width, height = measure(box)
        return (height, width) if turned else (width, height)

    placed = _place(diagram, across_and_along, row_gap, inner=False)

    def rectangle(x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        if rankdir in ("BT", "RL"):
            y = placed.height - y - h
        return (y, x, h, w) if turned else (x, y, w, h)

    def point(x: float, y: float) -> Point:
        left, top, _, _ = rectangle(x, y, 0.0, 0.0)
        return left, top

    return Scene(
        [(box, rectangle(*rest)) for box, *rest in placed.boxes.values()],
        [(name, rectangle(*rest)) for name, *rest in placed.frames],
        [[point(*corner) for corner in route] for route in placed.routes],
        (placed.height, placed.width) if turned else (placed.width, placed.height),
    )


def _place(
    diagram: Diagram, measure: Callable[[Box], Size], row_gap: float, inner: bool
) -> _Placed:
    placed = _Placed()
    within: dict[str, _Placed] = {}
    sizes: dict[str, Size] = {}
    for key, part in diagram.parts.items():
        if isinstance(part, Diagram):
            within[key] = _place(part, measure, row_gap, inner=True)
            sizes[key] = within[key].width + 2 * PADDING, within[key].height + 2 * PADDING
        else:
            sizes[key] = measure(part)
    arrows = [_arrow(source, target, within, sizes) for source, target in diagram.arrows]
    layout = layered(sizes, arrows, row_gap=row_gap, spread=inner)
    placed.width, placed.height = layout.width, layout.height
    for key, part in diagram.parts.items():
        width, height = sizes[key]
        left, top = layout.middle[key] - width / 2, layout.start[key]
        if isinstance(part, Diagram):
            placed.frames.append((part.name, left, top, width, height))
            placed.put(within[key], left + PADDING, top + PADDING)
        else:
            placed.boxes[key] = (part, left, top, width, height)
    for (source, target), route in zip(diagram.arrows, layout.routes, strict=True):
        if source not in sizes:  # on to the box within the frame
            _, _, top, _, height = placed.boxes[source]
            route[0] = (route[0][0], top + height)
        if target not in sizes:
            route[-1] = (route[-1][0], placed.boxes[target][2])
        placed.routes.append(route)
    return placed


def _arrow(source: str, target: str, within: dict[str, _Placed], sizes: dict[str, Size]) -> Arrow:
    start, start_port = _outermost(source, within, sizes)
    end, end_port = _outermost(target, within, sizes)
    return Arrow(start, end, start_port, end_port)


def _outermost(key: str, within: dict[str, _Placed], sizes: dict[str, Size]) -> tuple[str, float]:
    """Return the box or frame of this diagram that holds a box, and the box's distance in x."""
    if key in sizes:
        return key, 0.0
    frame = next(name for name, placed in within.items() if key in placed.boxes)
    _, left, _, width, _ = within[frame].boxes[key]
    return frame, left + width / 2 - within[frame].width / 2
