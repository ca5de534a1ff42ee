"""The score against each hyper-parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.tuner.figures.axes import Axis, searched
from nnscratch.tuner.objective import Objective
from nnscratch.tuner.trial import Trial, TrialStatus
from nnscratch.typing import Array

COLUMNS = 3


def scores(trials: Sequence[Trial], objective: Objective, title: str = "") -> Any:
    """Draw a panel for each hyper-parameter: its value, and the score of each trial.

    The scale is a log scale where the hyper-parameter was sampled on one. Rings are trials that
    were pruned, crosses at the edge those that failed; the best trial stands out.

    Args:
        trials: the trials.
        objective: the objective.
        title: a line above.

    Returns:
        A figure of matplotlib.
    """
    axes_of = searched(trials)
    scored = [trial for trial in trials if trial.score is not None]
    failed = [trial for trial in trials if trial.status == TrialStatus.FAILED]
    if not axes_of or not scored:
        raise ValueError("There is nothing to draw before trials with different values have ended.")
    columns = min(COLUMNS, len(axes_of))
    rows = math.ceil(len(axes_of) / columns)
    with style.theme(style.current().name):
        figure, panels = style.panels(
            rows, columns, width=3.4 * columns, height=3.1 * rows + 0.5 * bool(title), title=title,
            sharey=True,
        )  # fmt: skip
        flat = panels.ravel()
        random = np.random.default_rng(0)
        for axis, panel in zip(axes_of, flat, strict=False):
            _panel(panel, axis, scored, failed, objective, random)
        for panel in flat[len(axes_of) :]:
            panel.set_visible(False)
        for panel in panels[:, 0]:
            panel.set_ylabel(objective.name)
        handles, labels = flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _panel(
    panel: Any, axis: Axis, scored: Sequence[Trial], failed: Sequence[Trial],
    objective: Objective, random: np.random.Generator,
) -> None:  # fmt: skip
    values = np.array([float(trial.score or 0.0) for trial in scored])
    x = axis.positions(scored) + _jitter(axis, len(scored), random)
    pruned = np.array([trial.status == TrialStatus.PRUNED for trial in scored])
    axis.apply(panel.xaxis, panel.set_xscale, panel.set_xticks)
    panel.grid(axis="y")
    dot = {"s": 34, "linewidths": 1.1}
    blue, orange = style.color(0), style.color(1)
    panel.scatter(x[~pruned], values[~pruned], color=blue, alpha=0.65, label="completed", **dot)
    if pruned.any():
        panel.scatter(x[pruned], values[pruned], facecolor="none", edgecolor=blue, label="pruned",
                      **dot)  # fmt: skip
    best = int(np.argmin(objective.sign * np.where(pruned, np.inf * objective.sign, values)))
    panel.scatter(x[best], values[best], s=110, color=orange, marker="*", zorder=3, label="best")
    if failed:
        where = axis.positions(failed) + _jitter(axis, len(failed), random)
        edge = panel.get_xaxis_transform()
        panel.scatter(where, np.full(len(failed), 0.02), color=style.color(6), marker="x", s=30,
                      transform=edge, clip_on=False, label="failed")  # fmt: skip
    panel.margins(x=0.08)
    if axis.labels:
        panel.set_xlim(axis.limits)
    panel.set_xlabel(axis.name)


def _jitter(axis: Axis, count: int, random: np.random.Generator) -> Array:
    """Return small shifts that part equal categories."""
    few = axis.is_whole and not axis.is_log and np.ptp(axis.limits) <= 6
    return random.uniform(-0.13, 0.13, count) if few else np.zeros(count)
