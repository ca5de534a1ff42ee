"""The ways of several optimizers over one loss landscape of a real network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.callbacks import Callback
from nnscratch.lab import style
from nnscratch.lab.dialects import FORMS, optimizer
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.optimizer_race import RATES
from nnscratch.lab.experiments.paths import FIVE, title
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import choose, network, seeded, train
from nnscratch.models import Sequential
from nnscratch.typing import Array


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through weight space: w = centre + a·axes[0] + b·axes[1].

    Attributes:
        centre: mean of all weights on all ways.
        axes: the two directions in which the ways spread most, orthonormal.
        explained: share of the ways' spread along each.

    Shapes: centre (P,); axes (2, P); explained (2,).
    """

    centre: Array
    axes: Array
    explained: Array


def principal_plane(weights: Array) -> Plane:
    """Return the plane closest to the given weights.

    Shapes: weights (steps, P), a row for each moment of each way.

    Source: Pearson (1901), "On lines and planes of closest fit to systems of points in space";
    used for ways of training by Li, Xu, Taylor, Studer & Goldstein (2018), "Visualizing the loss
    landscape of neural nets", section 7.

    >>> plane = principal_plane(np.array([[0.0, 0, 1], [2, 0, 1], [4, 1, 1], [6, 0, 1]]))
    >>> bool(abs(plane.axes[0, 0]) > 0.99), round(float(plane.explained.sum()), 6)
    (True, 1.0)
    """
    centre = weights.mean(axis=0)
    _, spread, axes = np.linalg.svd(weights - centre, full_matrices=False)
    return Plane(centre, axes[:2], spread[:2] ** 2 / np.sum(spread**2))


@dataclass(eq=False, repr=False)
class Landscape(Result):
    """Ways and heights in the plane that the ways share.

    Attributes:
        plane: the plane.
        ways: by rule the coordinates (a, b) after each part of an epoch.
        losses: by rule the training loss there.
        a: grid along the first axis.
        b: grid along the second axis.
        heights: training loss over the grid.

    Shapes: ways (points, 2); losses (points,); heights (len(b), len(a)).
    """

    name: ClassVar[str] = "optimizer-landscape"
    title: ClassVar[str] = "Optimizers on the loss landscape of a real network"

    plane: Plane
    ways: dict[str, Array]
    losses: dict[str, Array]
    a: Array
    b: Array
    heights: Array

    def tables(self) -> dict[str, list[Row]]:
        """Return the ways and the grid of losses."""
        ways = [
            {"rule": rule, "point": i, "a": a, "b": b, "loss": loss}
            for rule, way in self.ways.items()
            for i, ((a, b), loss) in enumerate(zip(way, self.losses[rule], strict=True))
        ]
        grid = [
            {"a": a, "b": b, "loss": self.heights[j, i]}
            for j, b in enumerate(self.b)
            for i, a in enumerate(self.a)
        ]
        return {"landscape_ways": ways, "landscape": grid}

    def findings(self) -> dict[str, Any]:
        """Return how much of the ways lies in the plane, and where each ends."""
        return {
            "explained": self.plane.explained,
            "ends": {
                rule: {"point": way[-1], "loss": self.losses[rule][-1]}
                for rule, way in self.ways.items()
            },
        }

    def text(self) -> str:
        """Say what the plane is, and what it hides."""
        share = float(self.plane.explained.sum())
        ends = ", ".join(
            f"{title(rule)} {style.number(float(losses[-1]))}"
            for rule, losses in self.losses.items()
        )
        return (
            f"One start, {len(self.ways)} optimizers, {len(self.plane.centre):,} weights. The "
            "plane is that of the first two principal components of all ways together; "
            f"{share:.0%} of their spread lies in it, the rest is out of sight. Contours are the "
            "training loss in nats of the weights in the plane; the real ways run above or below "
            "it, so a way's own loss "
            f"(last: {ends} nats) need not be the contour's. Ways that end apart have found "
            "different weights that do the same."
        )

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the one figure."""
        return {"landscape": self._draw}

    def _draw(self) -> Any:
        first, second = (float(share) for share in self.plane.explained)
        figure, axes = style.panels(
            width=8.0, height=6.0,
            title=f"Training loss around the ways of {len(self.ways)} optimizers",
        )  # fmt: skip
        panel, shades = axes[0, 0], style.current()
        levels = np.geomspace(max(self.heights.min() * 1.3, 1e-3), self.heights.max() * 0.8, 11)
        lines = panel.contour(
            self.a, self.b, self.heights, levels=levels, colors=shades.quiet, linewidths=0.8,
            alpha=0.7,
        )  # fmt: skip
        panel.clabel(lines, lines.levels[::2], fmt=lambda v: f"{v:.2g}", fontsize=8.5)
        start = next(iter(self.ways.values()))[0]
        for i, (rule, way) in enumerate(self.ways.items()):
            panel.plot(
                *way.T, color=style.color(i), linestyle=style.dash(i), marker=style.marker(i),
                markersize=4, markevery=max(1, len(way) // 10),
                label=f"{title(rule)} ({style.number(float(self.losses[rule][-1]))} nats)",
            )  # fmt: skip
            panel.plot(
                *way[-1], marker=style.marker(i), color=style.color(i), markersize=10,
                markeredgecolor=shades.paper, markeredgewidth=1.5, zorder=5,
            )  # fmt: skip
        panel.plot(*start, "o", color=shades.paper, markeredgecolor=shades.ink, markersize=10,
                   markeredgewidth=2, zorder=6)  # fmt: skip
        panel.annotate(
            "start", start, xytext=(0, 12), textcoords="offset points", fontsize=11, ha="center",
            bbox={"facecolor": shades.paper, "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
        panel.set_xlabel(f"first principal component, {first:.0%} of the spread")
        panel.set_ylabel(f"second principal component, {second:.0%}")
        figure.legend(loc="outside lower center", ncols=3, handlelength=3)
        return figure


class _Weights(Callback):
    """Keep all weights several times an epoch."""

    def __init__(self, every: int) -> None:
        super().__init__()
        self.every = every
        self.snapshots: list[Array] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.snapshots.append(flat(self.model))

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if (batch + 1) % self.every == 0:
            self.snapshots.append(flat(self.model))


def flat(model: Sequential) -> Array:
    """Return all of a model's weights as one vector."""
    return np.concatenate([w.ravel() for w in model.get_weights()])


def set_flat(model: Sequential, weights: Array) -> None:
    """Give a model the weights of such a vector."""
    parts, start = [], 0
    for w in model.get_weights():
        parts.append(weights[start : start + w.size].reshape(w.shape).astype(w.dtype))
        start += w.size
    model.set_weights(parts)


def optimizer_landscape(
    rules: Sequence[str] = FIVE,
    *,
    data: str | Data = "digits",
    hidden: tuple[int, ...] = (24,),
    epochs: int | None = None,
    learning_rates: Mapping[str, float] | None = None,
    dialect: str = "keras",
    batch_size: int = 50,
    grid: int | None = None,
    seed: int = 0,
    fast: bool = False,
) -> Landscape:
    """Train with several optimizers from one start and look at their ways from above.

    Args:
        rules: see `optimizer_paths`.
        data: `"digits"`, `"mnist"` or `Data`.
        hidden: units of each hidden layer.
        epochs: 15, or 8 if fast.
        learning_rates: η by rule, instead of those of `optimizer_race`.
        dialect: who writes the rules.
        batch_size: rows per update.
        grid: points along each axis; 41, or 25 if fast.
        seed: of the start and the order of rows.
        fast: fewer epochs and a coarser grid.

    >>> result = optimizer_landscape(["sgd", "adam"], epochs=2, grid=5)
    >>> bool(np.allclose(result.ways["sgd"][0], result.ways["adam"][0]))  # one start
    True
    """
    loaded = load(data, fast=fast)
    epochs, grid = choose(epochs, 15, 8, fast), choose(grid, 41, 25, fast)
    every = max(1, len(loaded.x_train) // batch_size // 4)
    kept: dict[str, Array] = {}
    model = network(loaded, hidden)
    for rule in rules:
        seeded(seed)
        model = network(loaded, hidden)
        rate = {**RATES, **(learning_rates or {})}[rule]
        walker = optimizer(rule, dialect if rule in FORMS else "keras", rate)
        weights = _Weights(every)
        train(model, loaded, walker, epochs, batch_size=batch_size, callbacks=[weights])
        kept[rule] = np.array(weights.snapshots)
    plane = principal_plane(np.concatenate(list(kept.values())))
    ways = {rule: (weights - plane.centre) @ plane.axes.T for rule, weights in kept.items()}
    everywhere = np.concatenate(list(ways.values()))
    low, high = everywhere.min(axis=0), everywhere.max(axis=0)
    margin = 0.18 * (high - low)
    a, b = (
        np.linspace(low[i] - margin[i], high[i] + margin[i], grid, dtype=np.float64) for i in (0, 1)
    )

    def height(weights: Array) -> float:
        set_flat(model, weights)
        return float(model.evaluate(loaded.x_train, loaded.y_train, 2000, verbose=0)[0])

    return Landscape(
        plane=plane,
        ways=ways,
        losses={rule: np.array([height(w) for w in weights]) for rule, weights in kept.items()},
        a=a,
        b=b,
        heights=np.array(
            [[height(plane.centre + np.array([x, y]) @ plane.axes) for x in a] for y in b]
        ),
        settings={
            "rules": list(rules),
            "data": loaded.label,
            "hidden": list(hidden),
            "epochs": epochs,
            "dialect": dialect,
            "batch_size": batch_size,
            "grid": grid,
            "seed": seed,
        },
    )
