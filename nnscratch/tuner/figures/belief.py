"""What a Bayesian search believes, step by step, and where it goes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.tuner.bayesian import BayesianOptimization, BayesianOptimizationOracle
from nnscratch.tuner.categorical import Boolean, Choice
from nnscratch.tuner.figures.axes import Axis
from nnscratch.tuner.surrogate import Surrogate
from nnscratch.tuner.trial import Trial
from nnscratch.typing import Array

POINTS = 161


def belief(
    tuner: BayesianOptimization, steps: Sequence[int] | None = None, name: str | None = None,
    title: str = "",
) -> Any:  # fmt: skip
    """Draw, before each of some trials, what the Gaussian process expected and what was chosen.

    Above: the trials so far (dots), the expected score (line) and β standard deviations around it
    (band). Below: the bound on the score that may be hoped for; the next trial is where it is
    best. With several hyper-parameters this is a cut through the space along one of them, at the
    chosen values of the others; trials are then fainter the further they are from the cut.

    Args:
        tuner: the tuner, after its search, with `surrogate="gp"`.
        steps: numbers of trials that the model has chosen; four of them by default.
        name: the hyper-parameter along which; by default the one on which the scores depend most,
            as the process believed in the end.
        title: a line above.

    Returns:
        A figure of matplotlib.
    """
    oracle = tuner.oracle
    chosen = [t.number for t in tuner.trials() if t.notes.get("chosen")]
    if not chosen or oracle.surrogate != "gp":
        raise ValueError(
            "There is a belief to draw once a Gaussian process has chosen trials: "
            f'surrogate="gp" and more than `num_initial_points` trials. Received: '
            f'surrogate="{oracle.surrogate}", {len(chosen)} chosen trials'
        )
    if steps is None:
        places = np.linspace(0, len(chosen) - 1, min(4, len(chosen))).round().astype(int)
        steps = [chosen[i] for i in dict.fromkeys(places.tolist())]
    name = name or oracle.belief(f"{chosen[-1]:04d}").most_important.name
    with style.theme(style.current().name):
        figure, panels = style.panels(
            2, len(steps), width=3.3 * len(steps) + 0.8, height=4.9, title=title, sharex=True,
            sharey="row", height_ratios=[2.4, 1],
        )  # fmt: skip
        for column, step in enumerate(steps):
            _step(panels[:, column], oracle, f"{step:04d}", name)
        panels[0, 0].set_ylabel(oracle.objective.name)
        panels[1, 0].set_ylabel("bound")
        _limit(panels[0], oracle)
        handles, labels = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _step(panels: Any, oracle: BayesianOptimizationOracle, trial_id: str, name: str) -> None:
    model = oracle.belief(trial_id)
    names = [p.name for p in model.searched]
    along = names.index(name)
    axis = Axis(model.searched[along])
    trial = oracle.trials[trial_id]
    point = np.array(model.point(trial))
    points = np.tile(point, (POINTS, 1))
    points[:, along] = np.linspace(0, 1 - 1e-9, POINTS)
    x = np.array([axis.position(model.searched[along].prob_to_value(p)) for p in points[:, along]])
    mean, deviation = model.predict(points)
    sign, blue, orange = oracle.objective.sign, style.color(0), style.color(1)
    upper, lower = panels
    width = oracle.beta * deviation
    step = _is_stepped(model, along)
    options = {"step": "mid"} if step else {}
    upper.fill_between(x, sign * mean - width, sign * mean + width, color=blue, alpha=0.16,
                       linewidth=0, label=f"± {oracle.beta:g} σ", **options)  # fmt: skip
    upper.plot(x, sign * mean, color=blue, label="expected score")
    _dots(upper, oracle, model, trial, along, axis)
    bound = sign * oracle.bound(model, points)
    lower.plot(x, bound, color=style.color(2))
    picked = axis.position(trial.values[axis.name])
    for panel in panels:
        panel.axvline(picked, color=orange, linestyle=style.dash(1), linewidth=1.4)
        panel.grid(axis="y")
    best = sign * oracle.bound(model, point[None])[0]
    lower.scatter(picked, best, marker="v", s=70, color=orange, zorder=4, clip_on=False)
    axis.apply(lower.xaxis, lower.set_xscale, lower.set_xticks)
    upper.set_title(f"choice of trial {trial.number + 1}")
    lower.set_xlabel(axis.name)


def _dots(
    panel: Any, oracle: BayesianOptimizationOracle, model: Surrogate, chosen: Trial, along: int,
    axis: Axis,
) -> None:  # fmt: skip
    before = [t for t in oracle.finished() if t.number < chosen.number]
    x = axis.positions(before)
    y = np.array([float(t.score or 0.0) for t in before])
    others = np.delete(np.array([model.point(t) for t in before]), along, axis=1)
    here = np.delete(np.array(model.point(chosen)), along)
    panel.scatter(x, y, color=style.current().ink, s=30, zorder=3, alpha=_nearness(others, here),
                  label="trials so far")  # fmt: skip
    panel.scatter(
        axis.position(chosen.values[axis.name]), float(chosen.score or np.nan), marker="*", s=120,
        facecolor="none", edgecolor=style.color(1), linewidths=1.4, zorder=4,
        label="next trial, as it turned out",
    )  # fmt: skip


def _nearness(others: Array, here: Array) -> Array:
    """Return 1 for a trial on the cut, and less the further away it is."""
    distance = np.sqrt(((others - here) ** 2).sum(axis=1)) if others.size else np.zeros(len(others))
    return np.asarray(0.2 + 0.8 * np.exp(-((distance / 0.35) ** 2)))


def _is_stepped(model: Surrogate, along: int) -> bool:
    return isinstance(model.searched[along], (Boolean, Choice))


def _limit(panels: Sequence[Any], oracle: BayesianOptimizationOracle) -> None:
    """Let the scores fill the panels, not the width of the first, unsure beliefs."""
    y = [float(t.score or 0.0) for t in oracle.finished()]
    low, high = min(y), max(y)
    pad = 0.35 * ((high - low) or 1.0)
    for panel in panels:
        panel.set_ylim(low - pad, high + pad)
