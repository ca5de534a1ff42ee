"""Three scales of normal weights, and what a sigmoid layer makes of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch import activations
from nnscratch.initializers import RandomNormal
from nnscratch.lab import style
from nnscratch.lab.experiments.normality import Moments, moments
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.signals import Histogram, histogram


@dataclass(frozen=True, eq=False)
class Scale:
    """Weights of one scale.

    Attributes:
        scale: s in W = s·N(0, 1).
        weights: moments of W.
        outputs: moments of sigmoid(xW) for normal x.
        at_the_ends: share of outputs below 0.05 or above 0.95.
        in_the_middle: share of outputs within 0.05 of a half.
        weight_histogram: of W, over four standard deviations.
        output_histogram: of the outputs, from 0 to 1.
    """

    scale: float
    weights: Moments
    outputs: Moments
    at_the_ends: float
    in_the_middle: float
    weight_histogram: Histogram
    output_histogram: Histogram


@dataclass(eq=False, repr=False)
class WeightHistograms(Result):
    """Histograms of weights and of the activations that follow.

    Attributes:
        scales: one entry for each scale.
    """

    name: ClassVar[str] = "weight-histograms"
    title: ClassVar[str] = "Three scales of weights: equally normal, not equally good"

    scales: list[Scale]

    def tables(self) -> dict[str, list[Row]]:
        """Return one row a scale."""
        return {
            "weights": [
                {
                    "scale": s.scale,
                    "weight_std": s.weights.std,
                    "weight_skewness": s.weights.skewness,
                    "weight_kurtosis": s.weights.kurtosis,
                    "output_mean": s.outputs.mean,
                    "output_std": s.outputs.std,
                    "at_the_ends": s.at_the_ends,
                    "in_the_middle": s.in_the_middle,
                }
                for s in self.scales
            ]
        }

    def findings(self) -> dict[str, Any]:
        """Return the shares of outputs at the ends and in the middle."""
        return {
            f"{s.scale:g}": {"at_the_ends": s.at_the_ends, "in_the_middle": s.in_the_middle}
            for s in self.scales
        }

    def text(self) -> str:
        """Say what the scale changes and what it does not."""
        rows = "; ".join(
            f"{s.scale:g}·randn puts {s.at_the_ends:.0%} of the outputs at the ends and "
            f"{s.in_the_middle:.0%} at a half"
            for s in self.scales
        )
        return (
            "Upper row: the weights are a normal bell at every scale (excess kurtosis "
            + ", ".join(f"{s.weights.kurtosis:.2f}" for s in self.scales)
            + "). Lower row: what a sigmoid makes of them is not. "
            + rows
            + ". Outputs at the ends have no slope left to learn by; outputs that are all one "
            "half say nothing about the input."
        )

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the one figure."""
        return {"weights": self._draw}

    def _draw(self) -> Any:
        columns = len(self.scales)
        inputs, units = self.settings["shape"]
        figure, axes = style.panels(
            2, columns, height=5.2, sharey="row",
            title=f"Weights of shape ({inputs}, {units}), and what a sigmoid makes of them",
        )  # fmt: skip
        for column, s in enumerate(self.scales):
            upper, lower = axes[:, column]
            for panel, bars, shade in (
                (upper, s.weight_histogram, style.color(0)),
                (lower, s.output_histogram, style.color(1)),
            ):
                panel.stairs(100 * bars.shares, bars.edges, fill=True, color=shade)
                panel.grid(axis="y")
            upper.set_title(f"{s.scale:.9f}".rstrip("0").rstrip(".") + " · randn")
            ticks = [-3 * s.scale, 0, 3 * s.scale]
            upper.set_xticks(ticks, [style.number(tick) for tick in ticks])
            upper.set_xlabel("weight")
            lower.set_xlabel("sigmoid(xW)")
            lower.set_xlim(-0.04, 1.04)
            lower.set_xticks([0, 0.5, 1], ["0", "½", "1"])
            lower.set_ylim(0, 105)
            crowded = s.in_the_middle > 0.9
            lower.text(
                0.58 if crowded else 0.5, 0.9, f"σ = {style.number(s.outputs.std)}",
                transform=lower.transAxes, ha="left" if crowded else "center",
            )  # fmt: skip
        axes[0, 0].set_ylabel("share of weights (%)")
        axes[1, 0].set_ylabel("share of outputs (%)")
        return figure


def weight_histograms(
    scales: Sequence[float] = (100.0, 1e-5, 0.01),
    shape: Sequence[int] = (784, 100),
    *,
    rows: int = 500,
    seed: int = 0,
) -> WeightHistograms:
    """Draw W = s·randn(shape) for several scales s, and sigmoid(xW) for normal x.

    Args:
        scales: s of each.
        shape: inputs and units.
        rows: number of inputs x.
        seed: of weights and inputs.

    >>> big, tiny, good = weight_histograms(rows=100).scales
    >>> big.at_the_ends > 0.99, tiny.in_the_middle == 1.0, good.at_the_ends < 0.01
    (True, True, True)
    """
    x = np.random.default_rng(seed).standard_normal((rows, shape[0]))
    found = []
    for i, scale in enumerate(scales):
        weights = RandomNormal(stddev=scale, seed=1000 * seed + i)(shape, "float64")
        outputs = activations.sigmoid(x @ weights)
        found.append(
            Scale(
                scale=scale,
                weights=moments(weights),
                outputs=moments(outputs),
                at_the_ends=float(np.mean((outputs < 0.05) | (outputs > 0.95))),
                in_the_middle=float(np.mean(np.abs(outputs - 0.5) < 0.05)),
                weight_histogram=histogram(weights, (-4 * scale, 4 * scale)),
                output_histogram=histogram(outputs, (0.0, 1.0)),
            )
        )
    settings = {"scales": list(scales), "shape": list(shape), "rows": rows, "seed": seed}
    return WeightHistograms(scales=found, settings=settings)
