"""Weight decay from none to too much, and what becomes of the weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.normality import Moments, moments
from nnscratch.lab.experiments.result import Row
from nnscratch.lab.experiments.signals import Histogram, histogram
from nnscratch.lab.experiments.sweep import Sweep
from nnscratch.lab.experiments.training import Curves, choose, network, seeded, train
from nnscratch.models import Sequential
from nnscratch.optimizers import Adam
from nnscratch.typing import Array

REACH = 0.6
"""Weight histograms show weights from minus this to this."""


@dataclass(eq=False, repr=False)
class WeightDecaySweep(Sweep):
    """Training runs at several strengths of the penalty λΣw².

    Attributes:
        weights: by λ the moments of all kernels' weights after training, first seed.
        histograms: by λ their histogram.
    """

    name: ClassVar[str] = "weight-decay-sweep"
    title: ClassVar[str] = "Weight decay: from overfitting to underfitting"
    parameter: ClassVar[str] = "λ"
    figure_name: ClassVar[str] = "weight-decay"

    weights: dict[float, Moments]
    histograms: dict[float, Histogram]

    def tables(self) -> dict[str, list[Row]]:
        """Return the curves and the weights' histograms."""
        bars = [
            {"λ": value, "from": low, "to": high, "share": share}
            for value, found in self.histograms.items()
            for low, high, share in zip(
                found.edges[:-1], found.edges[1:], found.shares, strict=True
            )
        ]
        return super().tables() | {"weight-decay-histograms": bars}

    def findings(self) -> dict[str, Any]:
        """Return what `Sweep` does and the weights' spread for each λ."""
        return super().findings() | {
            "weight_std": {f"{v:g}": m.std for v, m in self.weights.items()}
        }

    def text(self) -> str:
        """Say what the penalty does to gap and weights."""
        spreads = ", ".join(f"{style.number(m.std)} at λ = {v:g}" for v, m in self.weights.items())
        return (
            f"{self.settings['data']}, hidden layers {self.settings['hidden']}, Adam, "
            f"{self.settings['epochs']} epochs, penalty λΣw² on all kernels:\n"
            f"{self.table_text()}\nStandard deviation of the weights: {spreads}. Best on test "
            f"data: λ = {self.best:g}. The penalty pulls every weight towards 0, the large ones "
            "most; too strong, it leaves nothing to tell the classes apart by."
        )

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return accuracies, learning curves, and weight histograms."""
        return super().drawings() | {"weight-decay-weights": self._draw_weights}

    def _draw_weights(self) -> Any:
        figure, axes = style.panels(
            1, len(self.weights), width=9.0, height=3.6, sharey=True,
            title="Weights of all kernels after training",
        )  # fmt: skip
        for panel, (value, found) in zip(axes[0], self.histograms.items(), strict=True):
            panel.stairs(
                100 * np.maximum(found.shares, 1e-9), found.edges, fill=True, color=style.color(0),
                baseline=1e-3,
            )  # fmt: skip
            panel.set_yscale("log")
            panel.set_ylim(0.02, 100)
            panel.set_title(f"λ = {style.number(value) if value else 0}")
            panel.set_xlabel("weight")
            panel.text(
                0.97, 0.97, f"σ {style.number(self.weights[value].std)}",
                transform=panel.transAxes, ha="right", va="top", fontsize=10,
                bbox={"facecolor": style.current().paper, "edgecolor": "none", "pad": 1},
            )  # fmt: skip
            panel.grid(axis="y")
        style.log_axis(axes[0, 0].yaxis)
        axes[0, 0].set_ylabel("share of weights (%)")
        return figure


def weight_decay_sweep(
    strengths: Sequence[float] = (0.0, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1),
    *,
    data: str | Data = "digits",
    rows: int = 500,
    wrong: float = 0.3,
    hidden: tuple[int, ...] = (128, 128),
    epochs: int | None = None,
    seeds: int | None = None,
    learning_rate: float = 0.003,
    seed: int = 0,
    fast: bool = False,
) -> WeightDecaySweep:
    """Train one network with several strengths of L2 regularization on rows with wrong labels.

    Convention: the penalty is Keras's λΣw², whose gradient is 2λw. The book's ½λΣw² and PyTorch's
    `weight_decay` pull half as hard for the same λ.

    Args:
        strengths: λ of `L2(λ)`.
        data: `"digits"`, `"mnist"` or `Data`.
        rows: number of training rows.
        wrong: share of training labels drawn by lot, so that there is something to overfit.
        hidden: units of each hidden layer.
        epochs: 60, or 20 if fast.
        seeds: runs at each λ; 5, or 3 if fast.
        learning_rate: Adam's η.
        seed: the first seed.
        fast: fewer runs of fewer epochs.

    Source: Krogh & Hertz (1991), "A simple weight decay can improve generalization".

    >>> result = weight_decay_sweep([0.0, 0.1], rows=100, hidden=(32,), epochs=8, seeds=1)
    >>> result.weights[0.1].std < result.weights[0.0].std
    True
    """
    loaded = load(data, rows).with_wrong_labels(wrong, seed)
    epochs, seeds = choose(epochs, 60, 20, fast), choose(seeds, 5, 3, fast)
    numbers = list(range(seed, seed + seeds))
    runs: dict[float, list[Curves]] = {strength: [] for strength in strengths}
    weights: dict[float, Array] = {}
    for strength in strengths:
        for number in numbers:
            seeded(number)
            model = network(loaded, hidden, l2=strength)
            runs[strength].append(train(model, loaded, Adam(learning_rate), epochs))
            weights.setdefault(strength, _kernels(model))
    return WeightDecaySweep(
        runs=runs,
        weights={strength: moments(found) for strength, found in weights.items()},
        histograms={s: histogram(found, (-REACH, REACH)) for s, found in weights.items()},
        settings={
            "axis": "λ of the penalty λΣw²",
            "strengths": list(strengths),
            "data": f"{loaded.label}, {wrong:.0%} of the labels by lot",
            "hidden": list(hidden),
            "epochs": epochs,
            "seeds": numbers,
            "learning_rate": learning_rate,
        },
    )


def _kernels(model: Sequential) -> Array:
    return np.concatenate([w.ravel() for w in model.get_weights() if w.ndim == 2])
