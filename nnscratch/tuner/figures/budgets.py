"""Which method gets how far with which budget."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.tuner.comparing import Comparison

COLUMNS = 4


def budgets(comparison: Comparison, title: str = "") -> Any:
    """Draw the best score so far over the epochs trained, for each method of a comparison.

    A panel for each method: its mean over the seeds, with the 95 % confidence interval of the
    mean (Student's t) as a band, before the means of the others. The last panel has all means at
    the end of the budget with their intervals.

    Args:
        comparison: what `compare` returned.
        title: a line above.

    Returns:
        A figure of matplotlib.
    """
    methods = comparison.methods
    rows = math.ceil((len(methods) + 1) / COLUMNS)
    with style.theme(style.current().name):
        figure, panels = style.panels(
            rows, COLUMNS, width=3.2 * COLUMNS, height=2.9 * rows + 0.4, title=title
        )
        flat = list(panels.ravel())
        limits = _limits(comparison)
        for i, (name, panel) in enumerate(zip(methods, flat, strict=False)):
            _method(panel, comparison, name, style.color(i))
            panel.set_ylim(limits)
        _ends(flat[len(methods)], comparison)
        for panel in flat[len(methods) + 1 :]:
            panel.set_visible(False)
        for panel in panels[:, 0]:
            panel.set_ylabel(f"best {comparison.objective.name} so far")
        for panel in flat[max(0, len(methods) - COLUMNS) : len(methods)]:
            panel.set_xlabel("epochs trained in all")
    return figure


def _method(panel: Any, comparison: Comparison, chosen: str, shade: str) -> None:
    theme = style.current()
    for name in comparison.methods:
        mean, _ = comparison.interval(name)
        panel.plot(np.arange(1, len(mean) + 1), mean, color=theme.quiet, linewidth=0.8, alpha=0.55)
    mean, half = comparison.interval(chosen)
    epochs = np.arange(1, len(mean) + 1)
    panel.fill_between(epochs, mean - half, mean + half, color=shade, alpha=0.2, linewidth=0)
    panel.plot(epochs, mean, color=shade, linewidth=2.4)
    panel.set_title(chosen, color=shade, fontweight="bold")
    panel.set_xlim(1, len(mean))
    panel.grid(axis="y")


def _ends(panel: Any, comparison: Comparison) -> None:
    """Draw the means at the end of the budget, the best above."""
    sign = comparison.objective.sign
    last = {name: [part[-1] for part in comparison.interval(name)] for name in comparison.methods}
    order = sorted(last, key=lambda name: sign * last[name][0])
    for row, name in enumerate(order):
        mean, half = last[name]
        shade = style.color(comparison.methods.index(name))
        panel.errorbar(mean, row, xerr=half, color=shade, marker="o", markersize=6, capsize=4,
                       linewidth=1.8)  # fmt: skip
    panel.set_yticks(range(len(order)), order)
    panel.set_ylim(len(order) - 0.5, -0.5)
    panel.tick_params(axis="y", length=0)
    panel.grid(axis="x")
    panel.set_title(f"at the end ({len(comparison.seeds)} seeds, 95 %)")
    panel.set_xlabel(f"best {comparison.objective.name}")


def _limits(comparison: Comparison) -> tuple[float, float]:
    """Leave out the first epochs, where every method is still bad."""
    means = np.array([comparison.interval(name)[0] for name in comparison.methods])
    inner = means[:, max(1, means.shape[1] // 12) :]
    low, high = float(np.nanmin(inner)), float(np.nanmax(inner))
    pad = 0.12 * ((high - low) or 1.0)
    return low - pad, high + pad
