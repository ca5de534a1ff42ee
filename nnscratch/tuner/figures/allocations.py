"""Which machine a bandit fed, pull after pull."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch.lab import style
from nnscratch.tuner.bandit import Arm, Bandit
from nnscratch.tuner.display import shown


def allocations(tuner: Bandit, title: str = "") -> Any:
    """Draw the scores of each configuration over its epochs, and which one got each pull.

    Left: the learning curves; a configuration that was given up has a short one. Right: a row for
    each configuration, the best above, a mark for each pull; at the end how many it got.

    Args:
        tuner: the tuner, after its search.
        title: a line above.

    Returns:
        A figure of matplotlib.
    """
    oracle = tuner.oracle
    arms = [arm for arm in oracle.arms() if any(t.score is not None for t in arm.pulls)]
    if not arms:
        raise ValueError("There is nothing to draw before a pull has ended.")
    sign = oracle.objective.sign
    arms.sort(key=lambda arm: min(sign * s for s in _scores(arm)))
    with style.theme(style.current().name):
        figure, panels = style.panels(
            1, 2, width=10.5, height=max(3.6, 0.36 * len(arms) + 1.4), title=title,
            width_ratios=[1, 1.35],
        )  # fmt: skip
        left, right = panels[0]
        for row, arm in enumerate(arms):
            shade = _shade(row)
            epochs, curve = _curve(arm)
            left.plot(epochs, curve, color=shade, linewidth=2.2 if row < 3 else 1.2,
                      marker=style.marker(row) if row < 3 else ".", markersize=4.5,
                      zorder=len(arms) - row + 2)  # fmt: skip
            pulls = [trial.number + 1 for trial in arm.pulls]
            right.scatter(pulls, [row] * len(pulls), color=shade, marker="s", s=26)
        left.set(xlabel="epochs of the configuration", ylabel=oracle.objective.name)
        left.grid(axis="y")
        _rows(right, arms)
        tried = {name for arm in arms for name in arm.pulls[0].values}
        names = [p.name for p in oracle.get_space().space if p.name in tried]
        figure.supxlabel(f"configurations: {', '.join(names)}", fontsize=10, x=0.99, ha="right",
                         color=style.current().quiet)  # fmt: skip
    return figure


def _scores(arm: Arm) -> list[float]:
    return [float(t.score) for t in arm.pulls if t.score is not None]


def _curve(arm: Arm) -> tuple[list[float], list[float]]:
    done = [t for t in arm.pulls if t.score is not None]
    return [float(t.hyperparameters.values["tuner/epochs"]) for t in done], _scores(arm)


def _short(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float) else shown(value)


def _shade(row: int) -> str:
    return style.color(row) if row < 3 else style.current().quiet


def _rows(panel: Any, arms: Sequence[Arm]) -> None:
    labels = [", ".join(map(_short, arm.pulls[0].values.values())) for arm in arms]
    panel.set_yticks(range(len(arms)), labels)
    panel.set_ylim(len(arms) - 0.4, -0.6)
    panel.set(xlabel="pull")
    panel.grid(axis="x")
    last = max(t.number for arm in arms for t in arm.pulls) + 1
    panel.set_xlim(0, last + 1)
    for row, arm in enumerate(arms):
        panel.text(1.01, row, str(len(arm.pulls)), transform=panel.get_yaxis_transform(),
                   va="center", fontsize=10.5, color=_shade(row))  # fmt: skip
    panel.text(1.01, -0.6, "pulls", transform=panel.get_yaxis_transform(), va="bottom",
               fontsize=10.5, color=style.current().quiet)  # fmt: skip
    panel.tick_params(axis="y", length=0)
