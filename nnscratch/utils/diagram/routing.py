"""How arrows run between rows of boxes: at right angles, each bundle at a height of its own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]
STRAIGHT = 8.0
CENTRED = 2.0


@dataclass(frozen=True)
class Arrow:
    """An arrow between two boxes; the ports are the distances from the boxes' middles."""

    source: str
    target: str
    source_port: float = 0.0
    target_port: float = 0.0


@dataclass
class Layout:
    """Places across (x) and along (y) the direction of reading.

    Attributes:
        middle: x of each box's middle.
        start: y of each box's upper edge.
        routes: for each arrow the corners that it passes, its ends included.
        width: extent in x; it begins at 0.
        height: extent in y; it begins at 0.
    """

    middle: dict[str, float] = field(default_factory=dict)
    start: dict[str, float] = field(default_factory=dict)
    routes: list[list[Point]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def ports_of(chain: list[str], arrow: Arrow) -> list[float]:
    """Return the arrow's distance from the middle of each of its stations."""
    ports = [0.0] * len(chain)
    if chain:
        ends = (arrow.source_port, arrow.target_port)
        ports[0], ports[-1] = ends if chain[0] == arrow.source else ends[::-1]
    return ports


def routed(
    sizes: Mapping[str, tuple[float, float]],
    arrows: Sequence[Arrow],
    rows: list[list[str]],
    chains: list[list[str]],
    x: dict[str, float],
    row_gap: float,
) -> Layout:
    """Return the finished layout of boxes whose x is known.

    Args:
        sizes: width and height of each box.
        arrows: the arrows.
        rows: the stations of each row: boxes, and places kept free for arrows.
        chains: the stations of each arrow, from the upper to the lower.
        x: the middle of each station.
        row_gap: distance between rows.
    """
    layout = Layout(middle={key: x[key] for key in sizes})
    row = {key: i for i, line in enumerate(rows) for key in line}
    levels = _levels(rows, chains, arrows, x)
    tops, bottoms, y = [], [], 0.0
    for i, line in enumerate(rows):
        height = max((sizes[key][1] for key in line if key in sizes), default=0.0)
        tops.append(y)
        bottoms.append(y + height)
        y += height + row_gap + 8.0 * max(0, levels.count_of(i) - 1)
        for key in line:
            if key in sizes:
                layout.start[key] = tops[i] + (height - sizes[key][1]) / 2
    layout.height = bottoms[-1] if bottoms else 0.0
    for number, (arrow, chain) in enumerate(zip(arrows, chains, strict=True)):
        if not chain:
            layout.routes.append(_loop(sizes[arrow.source], layout, arrow.source))
            continue
        ports = ports_of(chain, arrow)
        first, last = chain[0], chain[-1]
        xs = _straightened(chain, ports, x)
        points = [(xs[0], layout.start[first] + sizes[first][1])]
        for i, (here, there) in enumerate(itertools.pairwise(xs)):
            level = row[chain[i]]
            if here != there:
                share = levels.share(number, i, level)
                bend = bottoms[level] + share * (tops[level + 1] - bottoms[level])
                points += [(here, bend), (there, bend)]
        points.append((xs[-1], layout.start[last]))
        layout.routes.append(points if first == arrow.source else points[::-1])
    corners = [px for route in layout.routes for px, _ in route]
    layout.width = max([*corners, *(x[key] + sizes[key][0] / 2 for key in sizes), 0.0])
    return layout


def _straightened(chain: list[str], ports: list[float], x: dict[str, float]) -> list[float]:
    """Return x of an arrow's stations, without bends too small to be meant."""
    xs = [x[key] + port for key, port in zip(chain, ports, strict=True)]
    for i in range(1, len(xs) - 1):
        if abs(xs[i] - xs[i - 1]) < STRAIGHT:
            xs[i] = xs[i - 1]
    if abs(xs[-1] - xs[-2]) < CENTRED:
        xs[-1] = xs[-2]
    return xs


def degrees(chains: list[list[str]]) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many arrows leave and reach each station."""
    leaving: dict[str, int] = {}
    arriving: dict[str, int] = {}
    for chain in chains:
        for upper, lower in itertools.pairwise(chain):
            leaving[upper] = leaving.get(upper, 0) + 1
            arriving[lower] = arriving.get(lower, 0) + 1
    return leaving, arriving


def _loop(size: tuple[float, float], layout: Layout, key: str) -> list[Point]:
    """Return the route of an arrow from a box to itself, around its right side."""
    side = layout.middle[key] + size[0] / 2
    upper, lower = layout.start[key] + size[1] * 0.3, layout.start[key] + size[1] * 0.7
    return [(side, lower), (side + 14, lower), (side + 14, upper), (side, upper)]


class _Levels:
    """Heights at which arrows bend between two rows: arrows of one bundle share theirs."""

    def __init__(self) -> None:
        self.bundle: dict[tuple[int, int], str] = {}
        self.level: dict[tuple[int, str], int] = {}
        self.counts: dict[int, int] = {}

    def count_of(self, row: int) -> int:
        return self.counts.get(row, 0)

    def share(self, number: int, segment: int, row: int) -> float:
        level = self.level[row, self.bundle[number, segment]]
        return (level + 1) / (self.counts[row] + 1)


def _levels(
    rows: list[list[str]], chains: list[list[str]], arrows: Sequence[Arrow], x: dict[str, float]
) -> _Levels:
    levels = _Levels()
    row = {key: i for i, line in enumerate(rows) for key in line}
    leaving, _ = degrees(chains)
    spans: dict[tuple[int, str], tuple[float, float]] = {}
    for number, (chain, arrow) in enumerate(zip(chains, arrows, strict=True)):
        xs = _straightened(chain, ports_of(chain, arrow), x) if chain else []
        for i, (here, there) in enumerate(itertools.pairwise(xs)):
            if here == there:
                continue
            bundle = f"to {chain[i + 1]}" if leaving[chain[i]] == 1 else f"from {chain[i]}"
            levels.bundle[number, i] = bundle
            key = row[chain[i]], bundle
            low, high = spans.get(key, (here, here))
            spans[key] = min(low, here, there), max(high, here, there)
    for (line, bundle), (low, high) in sorted(spans.items(), key=lambda item: item[1]):
        taken = {
            levels.level[line, other]
            for (where, other), (left, right) in spans.items()
            if where == line and (line, other) in levels.level and left < high and low < right
        }
        level = next(i for i in range(len(spans)) if i not in taken)
        levels.level[line, bundle] = level
        levels.counts[line] = max(levels.counts.get(line, 0), level + 1)
    return levels
