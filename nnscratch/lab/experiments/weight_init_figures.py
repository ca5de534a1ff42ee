"""Figures of the weight-init experiment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.experiments.signals import Histogram, LayerSignal
from nnscratch.typing import Array

TALLEST = 0.4
"""Bars above this share are cut, their share written beside them."""

Stacks = Mapping[str, Sequence[LayerSignal]]


def histograms(activation: str, by_start: Stacks, *, gradients: bool = False) -> Callable[[], Any]:
    """Return the figure of one row of histograms for each start, one column a layer."""

    def draw() -> Any:
        depth = len(next(iter(by_start.values())))
        what = "Gradients dL/da" if gradients else "Activations"
        figure, axes = style.panels(
            len(by_start), depth, height=0.75 + 1.35 * len(by_start), sharey=True,
            title=f"{what} of {depth} layers, {activation}",
        )  # fmt: skip
        for row, (start, stack) in enumerate(by_start.items()):
            for column, signal in enumerate(stack):
                panel = axes[row, column]
                bars = signal.gradient_histogram if gradients else signal.activation_histogram
                found = signal.gradient if gradients else signal.activation
                draw_bars(panel, bars, found.std, style.color(row))
                if row == 0:
                    panel.set_title(f"layer {signal.layer}", fontsize=11.5)
            axes[row, 0].set_ylabel(start, fontsize=12, fontweight="bold")
        figure.supxlabel(
            "value of dL/da" if gradients else "value of the activation", fontsize=11.5
        )
        figure.supylabel(f"share of values in a bin, 0 to {TALLEST:.0%}", fontsize=11.5)
        return figure

    return draw


def draw_bars(panel: Any, bars: Histogram, spread: float, shade: str) -> None:
    """Draw a small histogram: shares up to 40 %, taller bars cut and labelled, σ above.

    Args:
        panel: where to.
        bars: the histogram.
        spread: σ of the values.
        shade: colour of the bars.
    """
    panel.set_ylim(0, TALLEST)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    panel.stairs(bars.shares, bars.edges, fill=True, color=shade)
    low, high = float(bars.edges[0]), float(bars.edges[-1])
    panel.set_xlim(low - 0.03 * (high - low), high + 0.03 * (high - low))
    panel.set_xticks([low, high], [style.number(low, 1), style.number(high, 1)])
    for tick, side in zip(panel.get_xticklabels(), ("left", "right"), strict=True):
        tick.set_horizontalalignment(side)
    thirds = [part.max() for part in np.array_split(bars.shares, 3)]
    side = "center" if thirds[1] < 0.7 * TALLEST else "right"
    panel.text(
        0.5 if side == "center" else 0.97, 0.97, f"σ {style.number(spread)}",
        transform=panel.transAxes, ha=side, va="top",
        fontsize=9.5, color=style.current().quiet,
    )  # fmt: skip
    for first, last in _cut(bars.shares):
        right = (last + 1) / len(bars.shares)
        beside_left = right > 0.7
        place = (first / len(bars.shares) - 0.04) if beside_left else right + 0.04
        panel.text(
            0.03 + 0.94 * place, 0.62, f"{bars.shares[first : last + 1].sum():.0%}",
            transform=panel.transAxes, ha="right" if beside_left else "left", va="center",
            fontsize=9.5,
        )  # fmt: skip


def _cut(shares: Array) -> list[tuple[int, int]]:
    """Return the first and last number of each run of bars that are taller than the panel."""
    runs: list[tuple[int, int]] = []
    for i in np.flatnonzero(shares > TALLEST):
        if runs and runs[-1][1] == i - 1:
            runs[-1] = (runs[-1][0], int(i))
        else:
            runs.append((int(i), int(i)))
    return runs


def spreads(signals: Mapping[str, Stacks]) -> Callable[[], Any]:
    """Return the figure of σ over layers: activations above, gradients below."""

    def draw() -> Any:
        figure, axes = style.panels(
            2, len(signals), width=max(8.0, 2.9 * len(signals)), height=6.2, sharex=True,
            sharey="row", title="How far the signals spread, layer by layer",
        )  # fmt: skip
        for column, (activation, by_start) in enumerate(signals.items()):
            forward, backward = axes[:, column]
            for i, (_, stack) in enumerate(by_start.items()):
                look = {
                    "color": style.color(i), "marker": style.marker(i), "linestyle": style.dash(i)
                }  # fmt: skip
                layers = [signal.layer for signal in stack]
                forward.plot(layers, [_positive(s.activation.std) for s in stack], **look)
                backward.plot(layers, [_positive(s.gradient.std) for s in stack], **look)
            for panel in (forward, backward):
                panel.set_yscale("log")
                panel.grid(axis="y")
                panel.set_xticks(layers)
            forward.set_title(activation)
            backward.set_xlabel("layer")
        axes[0, 0].set_ylabel("σ of activations")
        axes[1, 0].set_ylabel("σ of gradients dL/da")
        _legend(figure, axes[0, 0], list(next(iter(signals.values()))))
        return figure

    return draw


def quantiles(signals: Mapping[str, Stacks]) -> Callable[[], Any]:
    """Return the Q-Q plots of the last layer's activations."""

    def draw() -> Any:
        figure, axes = style.panels(
            1, len(signals), width=max(8.0, 2.9 * len(signals)), height=4.5, sharey=True,
            title="Are the last layer's activations normal?",
        )  # fmt: skip
        for panel, (activation, by_start) in zip(axes[0], signals.items(), strict=True):
            panel.axline((0, 0), slope=1, color=style.current().quiet, linewidth=1, zorder=0)
            for i, (_, stack) in enumerate(by_start.items()):
                found = stack[-1].qq
                panel.plot(
                    found.normal, found.sample, color=style.color(i), linestyle=style.dash(i)
                )
            panel.set_title(activation)
            panel.set_xlabel("quantile of N(0, 1)")
            panel.set_ylim(-3.4, 3.4)
            panel.grid()
            told = [f"{s}: r = {_r(stack[-1].qq.straightness)}" for s, stack in by_start.items()]
            panel.text(
                0.97, 0.03, "\n".join(told), transform=panel.transAxes, ha="right", va="bottom",
                fontsize=9.5, linespacing=1.25,
            )  # fmt: skip
        axes[0, 0].set_ylabel("quantile of a (in its own σ)")
        _legend(figure, axes[0, 0], list(next(iter(signals.values()))), lines=True)
        return figure

    return draw


def _r(value: float) -> str:
    return "none" if np.isnan(value) else f"{value:.3f}"


def _positive(value: float) -> float:
    return value if value > 0 else float("nan")


def _legend(figure: Any, panel: Any, names: Sequence[str], lines: bool = False) -> None:
    """Name the starts below the panels, where no data is."""
    drawn = [line for line in panel.get_lines() if not lines or len(line.get_xdata()) > 2]
    figure.legend(
        drawn[: len(names)], names, loc="outside lower center", ncols=len(names), fontsize=10.5,
        handlelength=2.8,
    )  # fmt: skip
