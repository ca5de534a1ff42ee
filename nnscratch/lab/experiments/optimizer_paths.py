"""The ways of optimizers over surfaces of two variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.experiments.animation import page
from nnscratch.lab.experiments.paths import (
    BOOK_RATES,
    FIVE,
    OTHERS,
    Path,
    follow,
    title,
    tuned,
)
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.surfaces import SURFACES, Surface, surface


@dataclass(eq=False, repr=False)
class OptimizerPaths(Result):
    """Ways of several optimizers over several surfaces.

    Attributes:
        paths: by surface, then by rule.
        surfaces: the surfaces by name.
    """

    name: ClassVar[str] = "optimizer-paths"
    title: ClassVar[str] = "Optimizers on surfaces of two variables"

    paths: dict[str, dict[str, Path]]
    surfaces: dict[str, Surface]

    def tables(self) -> dict[str, list[Row]]:
        """Return every step: where, how high, the gradient, and what the rule keeps."""
        rows: list[Row] = []
        for ground, ways in self.paths.items():
            for rule, way in ways.items():
                for step, ((x, y), f, (gx, gy)) in enumerate(
                    zip(way.points, way.values, way.gradients, strict=True)
                ):
                    row = {"surface": ground, "rule": rule, "step": step, "x": x, "y": y, "f": f}
                    row |= {"gx": gx, "gy": gy}
                    for slot, kept in way.state.items():
                        row |= {f"{slot}_x": kept[step, 0], f"{slot}_y": kept[step, 1]}
                    rows.append(row)
        return {"paths": rows}

    def findings(self) -> dict[str, Any]:
        """Return for each surface and rule the learning rate, the last point and its height."""
        return {
            ground: {
                rule: {
                    "learning_rate": way.learning_rate,
                    "end": way.points[-1],
                    "f": way.values[-1],
                    "length": _length(way),
                }
                for rule, way in ways.items()
            }
            for ground, ways in self.paths.items()
        }

    def text(self) -> str:
        """Say who gets how low, and how far he walks for it."""
        told = []
        for ground, ways in self.paths.items():
            lines = [f"{ground}: f(x, y) = {self.surfaces[ground].formula}"]
            for rule, way in ways.items():
                end = f"f = {style.number(float(way.values[-1]))}, {_length(way):.3g} walked"
                end = "lost" if way.lost else end
                lines.append(f"  {title(rule)}, η = {way.learning_rate:g}: {end}")
            told.append("\n".join(lines))
        told.append(
            "SGD follows the steepest slope and so crosses a narrow valley to and fro. Momentum "
            "gathers speed along the valley and overshoots. AdaGrad, RMSProp and Adam divide each "
            "coordinate by the root of its own squared gradients, which makes steep and flat "
            "directions alike. optimizer-paths.html shows every step with a slider."
        )
        return "\n\n".join(told)

    def pages(self) -> dict[str, str]:
        """Return the animation, one file of HTML."""
        return {"optimizer-paths.html": page(self.surfaces, self.paths)}

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the ways over each surface, and the rules' insides on the first."""
        drawn: dict[str, Callable[[], Any]] = {
            f"paths-{ground}": partial(self._draw_paths, ground) for ground in self.paths
        }
        first = next(iter(self.paths))
        return drawn | {f"state-{first}": partial(self._draw_state, first)}

    def _draw_paths(self, ground: str) -> Any:
        ways, where = self.paths[ground], self.surfaces[ground]
        columns = 3
        rows = -(-(len(ways) + 1) // columns)
        figure, axes = style.panels(
            rows, columns, width=9.0, height=0.5 + 2.75 * rows,
            title=f"{ground.capitalize()}: f(x, y) = {where.formula}",
        )  # fmt: skip
        panels = list(axes.ravel())
        for i, (rule, way) in enumerate(ways.items()):
            draw_contours(panels[i], where)
            _draw_way(panels[i], way, i)
            name = f"{title(rule)}, η = {way.learning_rate:g}"
            panels[i].set_title(name, color=style.color(i))
        last = panels[len(ways)]
        _draw_heights(last, ways, min(float(where.f(*minimum)) for minimum in where.minima))
        for spare in panels[len(ways) + 1 :]:
            spare.set_visible(False)
        return figure

    def _draw_state(self, ground: str) -> Any:
        ways = self.paths[ground]
        figure, axes = style.panels(
            len(ways), 3, width=9.0, height=0.9 + 1.55 * len(ways), sharex=True,
            title=f"Inside the rules on the {ground} (solid: x, dashed: y)",
        )  # fmt: skip
        for i, (rule, way) in enumerate(ways.items()):
            _draw_inside(axes[i], way, i)
            axes[i, 0].set_ylabel(title(rule), fontsize=12, fontweight="bold")
        axes[0, 0].set_title("gradient (thin), its mean (bold)", fontsize=11)
        axes[0, 1].set_title("root of squares kept", fontsize=11)
        axes[0, 2].set_title("step taken", fontsize=11)
        for panel in axes[-1]:
            panel.set_xlabel("step")
        return figure


def draw_contours(panel: Any, ground: Surface) -> None:
    """Draw a surface's contour lines and mark its minima."""
    left, right, low, high = ground.window
    x, y = np.meshgrid(np.linspace(left, right, 121), np.linspace(low, high, 121))
    shades = style.current()
    panel.contour(
        x, y, ground.f(x, y), levels=sorted(ground.levels), colors=shades.quiet, linewidths=0.7,
        linestyles="solid", alpha=0.55,
    )  # fmt: skip
    for minimum in ground.minima:
        panel.plot(*minimum, marker="+", color=shades.ink, markersize=11, markeredgewidth=2)
    panel.set(xlim=(left, right), ylim=(low, high), xlabel="x", ylabel="y")


def _draw_way(panel: Any, way: Path, number: int) -> None:
    x, y = way.points.T
    panel.plot(
        x, y, "-", color=style.color(number), linewidth=1.6, marker="o",
        markersize=3.4 if len(x) < 60 else 2,
    )  # fmt: skip
    panel.plot(
        x[0], y[0], "o", markersize=8, markerfacecolor=style.current().paper,
        markeredgecolor=style.color(number), markeredgewidth=2,
    )  # fmt: skip
    if way.mean is None:
        return
    chosen = _spaced(way.points, panel, 7)
    sign = 1.0 if way.rule in ("momentum", "nesterov") else -1.0  # m points uphill, v downhill
    arrows = sign * way.mean[chosen]
    sizes = np.linalg.norm(arrows, axis=1, keepdims=True)
    span = (panel.get_xlim()[1] - panel.get_xlim()[0]) * 0.16
    arrows = np.divide(arrows, sizes.max(), where=sizes > 0, out=np.zeros_like(arrows)) * span
    panel.quiver(
        x[chosen], y[chosen], arrows[:, 0], arrows[:, 1], angles="xy", scale_units="xy", scale=1,
        color=style.current().ink, width=0.009, zorder=5,
    )  # fmt: skip


def _spaced(points: Any, panel: Any, count: int) -> Any:
    """Return numbers of points about equally far apart along the part of the way that shows."""
    known = points[np.all(np.isfinite(points), axis=1)]
    steps = np.linalg.norm(np.diff(known, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    goals = np.linspace(0.06, 0.94, count) * walked[-1]
    return np.unique(np.searchsorted(walked, goals).clip(1, len(known) - 1))


def _draw_heights(panel: Any, ways: Mapping[str, Path], lowest: float) -> None:
    ends = []
    for i, (rule, way) in enumerate(ways.items()):
        above = np.maximum(way.values - lowest, 1e-12)
        panel.plot(above, color=style.color(i), linestyle=style.dash(i))
        ends.append((float(above[-1]), title(rule), style.color(i)))
    panel.set_yscale("log")
    panel.set_title("height above the minimum")
    panel.set(xlabel="step", xlim=(0, len(next(iter(ways.values())).values) - 1))
    panel.grid(axis="y")
    if len(ends) <= len(style.DASHES):
        style.label_ends(panel, ends, gap=0.095, size=9.5)


def _draw_inside(panels: Any, way: Path, number: int) -> None:
    shade = style.color(number)
    first, second, third = panels
    for axis, line in ((0, "-"), (1, (0, (4, 2)))):
        first.plot(way.gradients[:, axis], color=style.current().quiet, linestyle=line, lw=0.9)
        if way.mean is not None:
            first.plot(way.mean[:, axis], color=shade, linestyle=line)
        if way.square is not None:
            second.plot(np.sqrt(np.maximum(way.square[:, axis], 0)), color=shade, linestyle=line)
        third.plot(np.diff(way.points[:, axis]), color=shade, linestyle=line)
    for panel in panels:
        panel.grid(axis="y")
        panel.margins(x=0.01)
        panel.locator_params(axis="y", nbins=4)
    if way.square is None:
        second.text(0.5, 0.5, "none", transform=second.transAxes, ha="center", va="center")
        second.set_yticks([])


def _length(way: Path) -> float:
    return float(np.nansum(np.linalg.norm(np.diff(way.points, axis=0), axis=1)))


def optimizer_paths(
    rules: Sequence[str] = FIVE,
    surfaces: Sequence[str] | Sequence[Surface] = tuple(SURFACES),
    *,
    steps: int | None = None,
    learning_rates: Mapping[str, float] | None = None,
    dialect: str = "keras",
    fast: bool = False,
) -> OptimizerPaths:
    """Let optimizers walk down surfaces of two variables from one start.

    Args:
        rules: `"sgd"`, `"momentum"`, `"nesterov"`, `"adagrad"`, `"rmsprop"`, `"adam"`, any other
            optimizer by its name, or `"all"`.
        surfaces: names of surfaces, or surfaces of one's own.
        steps: 30 on the bowl, as in the book, and 200 elsewhere; 100 if fast.
        learning_rates: η by rule. By default the book's on the bowl, and elsewhere for each rule
            the best of fifteen from 0.0001 to 5.
        dialect: who writes the rules; `"dlfs"` gives the very figure of the book.
        fast: fewer steps.

    Source: K. Saito (2016), "Deep Learning from Scratch", section 6.1, figure 6-8.

    >>> result = optimizer_paths(["sgd", "adam"], ["bowl"])
    >>> result.paths["bowl"]["sgd"].points[0].tolist()
    [-7.0, 2.0]
    """
    names = (*FIVE, *OTHERS) if list(rules) == ["all"] else tuple(rules)
    grounds = {ground.name: ground for ground in map(surface, surfaces)}
    paths: dict[str, dict[str, Path]] = {}
    for ground in grounds.values():
        count = steps or (30 if ground.name == "bowl" else 100 if fast else 200)
        given = dict(BOOK_RATES if ground.name == "bowl" else {}) | dict(learning_rates or {})
        paths[ground.name] = {
            rule: follow(ground, rule, given[rule], count, dialect)
            if rule in given
            else tuned(ground, rule, count, dialect)
            for rule in names
        }
    return OptimizerPaths(
        paths=paths,
        surfaces=grounds,
        settings={
            "rules": list(names),
            "surfaces": list(grounds),
            "steps": {
                ground: len(next(iter(w.values())).values) - 1 for ground, w in paths.items()
            },
            "dialect": dialect,
        },
    )
