"""Where boxes and arrows go: rows of boxes, few crossings, short straight arrows.

Source: Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system
structures, IEEE Trans. SMC 11 (1981): rows by longest path, order by barycentres; the places
within a row are least squares under the order, by pooling adjacent violators.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from nnscratch.utils.diagram.routing import Arrow, Layout, degrees, ports_of, routed

SWEEPS = 160


def layered(
    sizes: Mapping[str, tuple[float, float]],
    arrows: Sequence[Arrow],
    gap: float = 24.0,
    row_gap: float = 30.0,
    spread: bool = False,
) -> Layout:
    """Lay boxes out in rows.

    Args:
        sizes: width and height of each box, in the order in which they are computed.
        arrows: the arrows. One that leads back, which a shared layer can have, runs upwards.
        gap: least distance between boxes of a row.
        row_gap: distance between rows.
        spread: put all sources into the first row and all sinks into the last.

    >>> layout = layered({"a": (10, 4), "b": (10, 4)}, [Arrow("a", "b")])
    >>> layout.routes
    [[(5.0, 4.0), (5.0, 34.0)]]
    """
    place = {key: i for i, key in enumerate(sizes)}
    forwards = [
        (a.source, a.target) if place[a.source] < place[a.target] else (a.target, a.source)
        for a in arrows
    ]
    row = _rows(list(sizes), [pair for pair in forwards if pair[0] != pair[1]], spread)
    chains = _chains(forwards, row)
    rows = _ordered(row, chains)
    half = {key: sizes[key][0] / 2 if key in sizes else 3.0 for line in rows for key in line}
    x = _across(rows, chains, arrows, half, gap)
    return routed(sizes, arrows, rows, chains, x, row_gap)


def _rows(keys: list[str], pairs: list[tuple[str, str]], spread: bool) -> dict[str, int]:
    """Return the row of each box: one below the lowest that it needs."""
    row = dict.fromkeys(keys, 0)
    for key in keys:
        for source, target in pairs:
            if target == key:
                row[key] = max(row[key], row[source] + 1)
    sources = set(keys) - {target for _, target in pairs}
    sinks = set(keys) - {source for source, _ in pairs}
    for key in keys:
        if spread and key in sinks and key not in sources:
            row[key] = max(row.values())
        elif not spread and key in sources and key not in sinks:
            row[key] = min(row[target] for source, target in pairs if source == key) - 1
    return row


def _chains(pairs: list[tuple[str, str]], row: dict[str, int]) -> list[list[str]]:
    """Return for each arrow its stations: a place kept free in each row that it crosses."""
    chains = []
    for number, (source, target) in enumerate(pairs):
        between = [f"\0{number}/{i}" for i in range(row[source] + 1, row[target])]
        row.update({key: row[source] + 1 + i for i, key in enumerate(between)})
        chains.append([source, *between, target] if source != target else [])
    return chains


def _ordered(row: dict[str, int], chains: list[list[str]]) -> list[list[str]]:
    """Return the rows, each ordered so that arrows cross seldom."""
    rows: list[list[str]] = [[] for _ in range(max(row.values(), default=0) + 1)]
    above: dict[str, list[str]] = {key: [] for key in row}
    below: dict[str, list[str]] = {key: [] for key in row}
    for chain in chains:
        for upper, lower in itertools.pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    for key in row:
        rows[row[key]].append(key)
    best, fewest = [list(line) for line in rows], _crossings(rows, below)
    for sweep in range(12):
        down = sweep % 2 == 0
        for i in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            fixed = {key: n for n, key in enumerate(rows[i - 1 if down else i + 1])}
            neighbours = above if down else below
            own = {key: n for n, key in enumerate(rows[i])}
            rows[i].sort(key=lambda key: _mean(neighbours[key], fixed, own[key]))
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(line) for line in rows], crossings
    return best


def _mean(neighbours: list[str], places: dict[str, int], otherwise: float) -> float:
    if not neighbours:
        return otherwise
    return sum(places[key] for key in neighbours) / len(neighbours)


def _crossings(rows: list[list[str]], below: dict[str, list[str]]) -> int:
    count = 0
    for upper, lower in itertools.pairwise(rows):
        place = {key: i for i, key in enumerate(lower)}
        ends = [sorted(place[target] for target in below[key]) for key in upper]
        for i, left in enumerate(ends):
            for right in ends[i + 1 :]:
                count += sum(a > b for a in left for b in right)
    return count


def _across(
    rows: list[list[str]],
    chains: list[list[str]],
    arrows: Sequence[Arrow],
    half: dict[str, float],
    gap: float,
) -> dict[str, float]:
    """Return x of every station, so that arrows run as straight as the order allows."""
    links: dict[str, list[tuple[str, float, bool]]] = {key: [] for key in half}
    leaving, arriving = degrees(chains)
    for chain, arrow in zip(chains, arrows, strict=True):
        ports = ports_of(chain, arrow)
        for i in range(len(chain) - 1):
            single = leaving[chain[i]] == 1 and arriving[chain[i + 1]] == 1
            shift = ports[i] - ports[i + 1]
            links[chain[i + 1]].append((chain[i], shift, single))
            links[chain[i]].append((chain[i + 1], -shift, single))
    x: dict[str, float] = {}
    for line in rows:
        x.update(_packed([0.0] * len(line), [1.0] * len(line), line, half, gap))
    for sweep in range(SWEEPS):
        firmness = 8.0 if sweep < SWEEPS // 2 else 1e4  # at last, what can be straight is straight
        for line in rows if sweep % 2 == 0 else rows[::-1]:
            wanted, weights = [], []
            for key in line:
                pulls = [firmness if single else 1.0 for _, _, single in links[key]]
                ends = [x[other] + shift for other, shift, _ in links[key]]
                total = sum(end * pull for end, pull in zip(ends, pulls, strict=True))
                wanted.append(total / sum(pulls) if pulls else x[key])
                weights.append(sum(pulls) or 0.1)
            x.update(_packed(wanted, weights, line, half, gap))
    left = min((x[key] - half[key] for key in x), default=0.0)
    return {key: value - left for key, value in x.items()}


def _packed(
    wanted: list[float],
    weights: list[float],
    line: list[str],
    half: dict[str, float],
    gap: float,
) -> dict[str, float]:
    """Return the places nearest to those wanted that keep order and distances."""
    offsets = [0.0]
    for left, right in itertools.pairwise(line):
        offsets.append(offsets[-1] + half[left] + gap + half[right])
    blocks: list[tuple[float, float, int]] = []  # mean, weight, number of boxes
    for value, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, total, count = value - offset, weight, 1
        while blocks and blocks[-1][0] >= mean:
            before, more, size = blocks.pop()
            mean = (mean * total + before * more) / (total + more)
            total, count = total + more, count + size
        blocks.append((mean, total, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return {key: m + o for key, m, o in zip(line, means, offsets, strict=True)}
