"""Which method gets how far with which budget."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.tuner.comparing import Comparison


def budgets(comparison: Comparison, title: str = "") -> Any:
    """Draw the best score so far over the epochs trained, for each method of a comparison.

    The line is the mean over the seeds, the band its 95 % confidence interval (Student's t).

    Args:
        comparison: what `compare` returned.
        title: a line above.

    Returns:
        A figure of matplotlib.
    """
    with style.theme(style.current().name):
        figure, panels = style.panels(width=9.0, height=4.8, title=title)
        panel = panels[0, 0]
        ends = []
        for i, name in enumerate(comparison.methods):
            mean, half = comparison.interval(name)
            epochs = np.arange(1, len(mean) + 1)
            shade = style.color(i)
            panel.plot(epochs, mean, color=shade, linestyle=style.dash(i))
            panel.fill_between(epochs, mean - half, mean + half, color=shade, alpha=0.13,
                               linewidth=0)  # fmt: skip
            ends.append((float(mean[-1]), name, shade))
        _limits(panel, comparison)
        seeds = len(comparison.seeds)
        panel.set(xlabel="epochs trained in all", ylabel=f"best {comparison.objective.name} so far")
        panel.set_title(f"mean of {seeds} seeds with 95 % confidence interval", fontsize=11)
        panel.grid()
        style.label_ends(panel, ends)
    return figure


def _limits(panel: Any, comparison: Comparison) -> None:
    """Leave out the first epochs, where every method is still bad."""
    means = np.array([comparison.interval(name)[0] for name in comparison.methods])
    skip = max(1, means.shape[1] // 12)
    inner = means[:, skip:]
    low, high = float(np.nanmin(inner)), float(np.nanmax(inner))
    pad = 0.1 * ((high - low) or 1.0)
    panel.set_ylim(low - pad, high + pad)
    panel.set_xlim(1, means.shape[1])
