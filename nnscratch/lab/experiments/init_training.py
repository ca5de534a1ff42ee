"""How training goes on from different initial weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.callbacks import Callback
from nnscratch.lab import style
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.signals import Histogram, histogram
from nnscratch.lab.experiments.starts import BOOK, Starts, starts
from nnscratch.lab.experiments.training import Curves, choose, network, seeded, train
from nnscratch.lab.experiments.weight_init_figures import draw_bars
from nnscratch.layers import Activation
from nnscratch.models import Sequential
from nnscratch.optimizers import SGD
from nnscratch.typing import Array

PROBE = 300
"""So many test rows are sent through the network after each epoch."""


@dataclass(frozen=True, eq=False)
class InitRun:
    """One network's training.

    Attributes:
        curves: loss and accuracy.
        spread: standard deviation of each hidden layer's activations, row 0 before training.
        histograms: of the last hidden layer's activations, the first before training.
        equal_units: largest difference between two units of the first hidden layer after training;
            0 where all units have stayed equal.

    Shapes: spread (epochs + 1, layers).
    """

    curves: Curves
    spread: Array
    histograms: list[Histogram]
    equal_units: float


@dataclass(eq=False, repr=False)
class InitTraining(Result):
    """Training curves from several initial weights.

    Attributes:
        runs: by label of the initial weights.
    """

    name: ClassVar[str] = "init-training"
    title: ClassVar[str] = "Initial weights: how training goes on from them"

    runs: dict[str, InitRun]

    def tables(self) -> dict[str, list[Row]]:
        """Return the curves and the spreads of activations, one row an epoch and start."""
        curves = [
            {
                "init": start,
                "epoch": epoch + 1,
                "loss": loss,
                "accuracy": accuracy,
                "val_loss": val_loss,
                "val_accuracy": val_accuracy,
            }
            for start, run in self.runs.items()
            for epoch, (loss, accuracy, val_loss, val_accuracy) in enumerate(
                zip(
                    run.curves.loss,
                    run.curves.accuracy,
                    run.curves.val_loss,
                    run.curves.val_accuracy,
                    strict=True,
                )
            )
        ]
        spreads = [
            {"init": start, "epoch": epoch, "layer": layer + 1, "std": std}
            for start, run in self.runs.items()
            for epoch, row in enumerate(run.spread)
            for layer, std in enumerate(row)
        ]
        return {"init_training": curves, "init_spread": spreads}

    def findings(self) -> dict[str, Any]:
        """Return first and last loss, test accuracy, and whether units stayed equal."""
        return {
            start: {
                "first_loss": run.curves.loss[0],
                "last_loss": run.curves.loss[-1],
                "test_accuracy": run.curves.val_accuracy[-1],
                "largest_difference_of_units": run.equal_units,
            }
            for start, run in self.runs.items()
        }

    def text(self) -> str:
        """Say which starts learn, and what zeros do."""
        s = self.settings
        told = [
            f"{s['data']}, hidden layers {s['hidden']}, {s['activation']}, SGD with learning rate "
            f"{s['learning_rate']:g}: test accuracy after {s['epochs']} epochs is "
            + ", ".join(
                f"none from {start} (diverged)"
                if run.curves.diverged
                else f"{run.curves.val_accuracy[-1]:.1%} from {start}"
                for start, run in self.runs.items()
            )
            + "."
        ]
        equal = [start for start, run in self.runs.items() if run.equal_units == 0]
        if equal:
            told.append(
                f"From {', '.join(equal)} all units of a layer get the same gradient in every "
                "step, so they stay equal for ever: symmetry is not broken, and the layer is worth "
                "one unit, or none."
            )
        return " ".join(told)

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the learning curves, and spread and histograms of activations over epochs."""
        return {
            "init-training": self._draw_curves,
            "init-over-time": self._draw_spreads,
            "init-histograms-over-time": self._draw_histograms,
        }

    def _draw_curves(self) -> Any:
        figure, axes = style.panels(
            1, 2, height=4.2, title=f"Training from several starts ({self.settings['data']})"
        )
        left, right = axes[0]
        for i, (_, run) in enumerate(self.runs.items()):
            look = {"color": style.color(i), "linestyle": style.dash(i)}
            epochs = np.arange(1, len(run.curves.loss) + 1)
            left.plot(epochs, run.curves.loss, **look)
            right.plot(epochs, 100 * run.curves.val_accuracy, **look)
        left.set(ylabel="training loss (nats)", ylim=(0, 2.6))
        right.set(ylabel="test accuracy (%)", ylim=(0, 102))
        for panel in (left, right):
            panel.grid(axis="y")
            style.show_epochs(panel, len(epochs))
        style.label_ends(
            right,
            [
                (
                    100 * float(run.curves.val_accuracy[-1]),
                    f"{start} (diverged)" if run.curves.diverged else start,
                    style.color(i),
                )
                for i, (start, run) in enumerate(self.runs.items())
            ],
        )
        return figure

    def _draw_spreads(self) -> Any:
        count = len(self.runs)
        figure, axes = style.panels(
            1, count, width=max(8.0, 1.75 * count), height=3.9, sharey=True,
            title="Spread of each hidden layer's activations as training goes on",
        )  # fmt: skip
        for i, (panel, (start, run)) in enumerate(zip(axes[0], self.runs.items(), strict=True)):
            layers = run.spread.shape[1]
            for layer in range(layers):
                strength = 0.3 + 0.7 * (layer + 1) / layers
                panel.plot(
                    np.where(run.spread[:, layer] > 0, run.spread[:, layer], np.nan),
                    color=style.color(i), alpha=strength, linewidth=1 + 1.4 * layer / layers,
                )  # fmt: skip
                if run.curves.diverged:
                    panel.plot(0, run.spread[0, layer], "o", color=style.color(i), alpha=strength)
            panel.set_title(start)
            panel.set_xlim(-0.02 * len(run.spread), len(run.spread) - 0.98)
            panel.xaxis.get_major_locator().set_params(integer=True)
            panel.set_yscale("log")
            panel.grid(axis="y")
            panel.set_xlabel("epoch")
            if run.curves.diverged or not np.any(run.spread > 0):
                told = "diverged" if run.curves.diverged else "all zero"
                panel.text(0.5, 0.5, told, transform=panel.transAxes, ha="center")
        axes[0, 0].set_ylabel("σ of activations (thin: first layer)")
        return figure

    def _draw_histograms(self) -> Any:
        last = self.settings["epochs"]
        stages = sorted({0, 1, max(1, last // 4), last})
        figure, axes = style.panels(
            len(self.runs), len(stages), height=0.75 + 1.35 * len(self.runs),
            title=f"The last hidden layer's activations ({self.settings['activation']})",
        )  # fmt: skip
        for row, (start, run) in enumerate(self.runs.items()):
            axes[row, 0].set_ylabel(start, fontsize=12, fontweight="bold")
            for panel, stage in zip(axes[row], stages, strict=True):
                if row == 0:
                    panel.set_title(f"epoch {stage}" if stage else "before training", fontsize=11.5)
                if stage < len(run.histograms):
                    spread = float(run.spread[stage, -1])
                    draw_bars(panel, run.histograms[stage], spread, style.color(row))
                else:
                    panel.text(0.5, 0.5, "diverged", transform=panel.transAxes, ha="center")
                    panel.set(xticks=[], yticks=[])
        figure.supxlabel("value of the activation", fontsize=11.5)
        return figure


class _Probe(Callback):
    """Send a few rows through the network and look at each activation."""

    def __init__(self, rows: Array) -> None:
        super().__init__()
        self.rows = rows
        self.spread: list[list[float]] = []
        self.histograms: list[Histogram] = []

    def look(self, model: Sequential) -> None:
        x, seen = self.rows, []
        for layer in model.layers:
            x = layer(x)
            if isinstance(layer, Activation):
                seen.append(x)
        self.spread.append([float(np.std(a, dtype=np.float64)) for a in seen])
        self.histograms.append(histogram(seen[-1]))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.look(self.model)


def init_training(
    initializers: Starts = (*BOOK, "zeros"),
    *,
    activation: str = "relu",
    hidden: tuple[int, ...] = (100, 100, 100, 100),
    batch_normalization: bool = False,
    learning_rate: float = 0.05,
    data: str | Data = "digits",
    epochs: int | None = None,
    batch_size: int = 50,
    seed: int = 0,
    fast: bool = False,
) -> InitTraining:
    """Train one network from several initial weights, all else equal.

    Args:
        initializers: see `weight_init`; `"zeros"` shows how symmetry is never broken.
        activation: of the hidden layers.
        hidden: units of each hidden layer.
        batch_normalization: whether to normalize before each activation.
        learning_rate: η of plain SGD.
        data: `"digits"`, `"mnist"` or `Data`.
        epochs: 30, or 8 if fast.
        batch_size: rows per update.
        seed: of weights and order of rows.
        fast: fewer epochs, and 2,000 rows of MNIST at most.

    >>> result = init_training(["He", "zeros"], hidden=(30, 30), data="digits", epochs=4)
    >>> he, zeros = result.runs["He"], result.runs["zeros"]
    >>> bool(he.curves.val_accuracy[-1] > 0.8), zeros.equal_units
    (True, 0.0)
    """
    loaded = load(data, fast=fast)
    epochs = choose(epochs, 30, 8, fast)
    runs = {}
    for label, start in starts(initializers).items():
        seeded(seed)
        model = network(
            loaded,
            hidden,
            activation,
            start,
            batch_normalization=batch_normalization,
        )
        probe = _Probe(loaded.x_test[:PROBE])
        probe.look(model)
        curves = train(
            model, loaded, SGD(learning_rate), epochs, batch_size=batch_size, callbacks=[probe]
        )
        kernel = model.layers[0].get_weights()[0]
        spread = np.full((epochs + 1, len(hidden)), np.nan)
        spread[: len(probe.spread)] = probe.spread
        runs[label] = InitRun(
            curves, spread, probe.histograms, float(np.max(np.ptp(kernel, axis=1)))
        )
    settings = {
        "initializers": list(runs),
        "activation": activation,
        "hidden": list(hidden),
        "batch_normalization": batch_normalization,
        "learning_rate": learning_rate,
        "data": loaded.label,
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": seed,
    }
    return InitTraining(runs=runs, settings=settings)
