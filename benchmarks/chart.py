"""The chart: how many times longer each peer takes than nnscratch, workload by workload."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

from benchmarks.results import FLOOR, OURS, ratio
from benchmarks.session import Times
from benchmarks.table import PEERS
from benchmarks.workloads import workload

_SHADES = ["#d1495b", "#edae49", "#8d5fb5", "#c9a9e0", "#00798c", "#66b3ba", "#5a6f8a"]
COLOURS = dict(zip(PEERS, _SHADES, strict=True))


def draw(measured: Mapping[str, Times], path: Path) -> None:
    """Draw the chart into a PNG file; the line at 1 is nnscratch, the tick below it the floor."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    peers = [peer for peer in PEERS if any(peer in times for times in measured.values())]
    figure, axes = pyplot.subplots(figsize=(11, 0.95 * len(measured) + 1.6), dpi=130)
    height = 0.8 / max(1, len(peers))
    for row, times in enumerate(measured.values()):
        for place, peer in enumerate(peers):
            multiple = ratio(times, peer, OURS)
            if multiple is None:
                continue
            middle = row + (place - (len(peers) - 1) / 2) * height
            axes.barh(
                middle,
                multiple - 1,
                height * 0.9,
                left=1,
                color=COLOURS[peer],
                label=peer if peer not in axes.get_legend_handles_labels()[1] else None,
            )
            axes.annotate(
                f"{multiple:.1f}",
                (max(multiple, 1), middle),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
                color="#444444",
            )
        floor = ratio(times, FLOOR, OURS)
        if floor is not None:
            axes.plot([floor, floor], [row - 0.42, row + 0.42], color="#222222", lw=1.6)
    titles = [
        f"{number}  " + "\n".join(textwrap.wrap(workload(int(number)).title, 28))
        for number in measured
    ]
    axes.set_yticks(range(len(titles)), titles, fontsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel(
        "time per step as a multiple of nnscratch's (black ticks: matrix products alone)",
        fontsize=9,
    )
    ticks = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 20, 50]
    low, high = axes.get_xlim()
    shown = [tick for tick in ticks if low <= tick <= high]
    axes.set_xticks(shown, [f"{tick:g}×" for tick in shown], fontsize=8)
    axes.set_xticks([], minor=True)
    axes.axvline(1, color="#222222", lw=0.8)
    axes.grid(axis="x", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    handles, labels = axes.get_legend_handles_labels()
    ordered = sorted(zip(handles, labels, strict=True), key=lambda pair: PEERS.index(pair[1]))
    figure.legend(
        *zip(*ordered, strict=True), loc="upper center", ncols=len(peers), frameon=False, fontsize=8
    )
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)
