"""Parallel coordinates: each trial a line through its values to its score."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.tuner.figures.axes import Axis, searched
from nnscratch.tuner.objective import Objective
from nnscratch.tuner.trial import Trial
from nnscratch.typing import Array


def parallel(trials: Sequence[Trial], objective: Objective, title: str = "") -> Any:
    """Draw each trial as a line through an axis for each hyper-parameter, the score the last.

    The better the score, the darker the line; the best trial stands out. A line is dotted where a
    hyper-parameter does not count.

    Args:
        trials: the trials.
        objective: the objective.
        title: a line above.

    Returns:
        A figure of matplotlib.
    """
    scored = [trial for trial in trials if trial.score is not None]
    axes_of = searched(scored)
    if not axes_of:
        raise ValueError("There is nothing to draw before trials with different values have ended.")
    random = np.random.default_rng(0)
    columns = [_shares(axis, scored, random) for axis in axes_of]
    values = np.array([float(trial.score or 0.0) for trial in scored])
    low, high = values.min(), values.max()
    columns.append((values - low) / ((high - low) or 1.0))
    lines = np.array(columns)
    goodness = 1.0 - np.argsort(np.argsort(objective.sign * values)) / max(len(values) - 1, 1)
    with style.theme(style.current().name):
        figure, panels = style.panels(width=1.0 + 1.55 * len(lines), height=4.4, title=title)
        panel = panels[0, 0]
        ramp = _ramp()
        for i in np.argsort(goodness, kind="stable"):
            best = goodness[i] == 1.0
            known = np.flatnonzero(~np.isnan(lines[:, i]))
            if len(known) < len(lines):
                shade = style.color(1) if best else ramp(goodness[i])
                panel.plot(known, lines[known, i], color=shade, linewidth=0.9,
                           linestyle=(0, (1, 2)), zorder=1)  # fmt: skip
            panel.plot(
                range(len(lines)), lines[:, i],
                color=style.color(1) if best else ramp(goodness[i]),
                linewidth=2.6 if best else 1.3, alpha=1.0 if best else 0.35 + 0.6 * goodness[i],
                zorder=3 if best else 2, solid_capstyle="round",
            )  # fmt: skip
        _ticks(panel, axes_of, low, high)
        panel.set_xticks(range(len(lines)), [*(a.name for a in axes_of), objective.name])
    return figure


def _shares(axis: Axis, trials: Sequence[Trial], random: np.random.Generator) -> Array:
    positions = axis.positions(trials)
    if axis.labels:
        positions = positions + random.uniform(-0.12, 0.12, len(positions))
    return np.asarray(axis.share(positions))


def _ramp() -> Any:
    """Return the colours from a bad trial to a good one: from the paper's side to the ink's."""
    colors = import_module("matplotlib.colors")
    theme = style.current()
    return colors.LinearSegmentedColormap.from_list("goodness", [theme.rule, theme.series[0]])


def _ticks(panel: Any, axes_of: Sequence[Axis], low: float, high: float) -> None:
    """Draw the upright axes with their values."""
    theme = style.current()
    panel.set_yticks([])
    panel.set_ylim(-0.04, 1.04)
    panel.set_xlim(-0.25, len(axes_of) + 0.45)
    for side in ("left", "bottom"):
        panel.spines[side].set_visible(False)
    panel.tick_params(axis="x", length=0, pad=8)
    marks = [[(float(a.share(p)), label) for p, label in a.ticks()] for a in axes_of]
    marks.append(
        [(share, f"{low + share * (high - low):.3g}") for share in (0, 0.25, 0.5, 0.75, 1)]
    )
    around = {"boxstyle": "round,pad=0.12", "facecolor": theme.paper, "edgecolor": "none"}
    for x, ticks in enumerate(marks):
        panel.plot([x, x], [0, 1], color=theme.quiet, linewidth=1, zorder=1)
        for y, label in ticks:
            panel.plot([x - 0.025, x + 0.025], [y, y], color=theme.quiet, linewidth=1, zorder=4)
            panel.text(x + 0.05, y, label, fontsize=9.5, va="center", color=theme.ink, zorder=5,
                       bbox={**around, "alpha": 0.8})  # fmt: skip
