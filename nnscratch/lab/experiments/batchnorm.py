"""BatchNormalization on and off: how fast training goes, and how much the start matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.initializers import RandomNormal
from nnscratch.lab import style
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.intervals import interval
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import NOTES, Curves, choose, network, seeded, train
from nnscratch.optimizers import SGD

WORDS = {True: "with BatchNormalization", False: "without"}
LEARNT = 0.95
"""Training accuracy that counts as learnt."""


@dataclass(eq=False, repr=False)
class BatchNorm(Result):
    """Training with and without BatchNormalization.

    Attributes:
        scales: by standard deviation of the initial weights, with and without.
        notes: the notes' network with He's start, the curves of each seed with and without.
    """

    name: ClassVar[str] = "batchnorm"
    title: ClassVar[str] = "BatchNormalization: faster, and from almost any start"

    scales: dict[float, dict[bool, Curves]]
    notes: dict[bool, list[Curves]]

    def tables(self) -> dict[str, list[Row]]:
        """Return all curves."""
        scales = [
            {"std": std, "batch_normalization": on, "epoch": i + 1, "accuracy": accuracy}
            for std, pair in self.scales.items()
            for on, curves in pair.items()
            for i, accuracy in enumerate(curves.accuracy)
        ]
        notes = [
            {
                "batch_normalization": on,
                "seed": seed,
                "epoch": i + 1,
                "loss": curves.loss[i],
                "accuracy": curves.accuracy[i],
                "val_loss": curves.val_loss[i],
                "val_accuracy": curves.val_accuracy[i],
            }
            for on, runs in self.notes.items()
            for seed, curves in zip(self.settings["seeds"], runs, strict=True)
            for i in range(len(curves.loss))
        ]
        return {"batchnorm_scales": scales, "batchnorm_notes": notes}

    def findings(self) -> dict[str, Any]:
        """Return which starts learn, and the epochs the notes' network needs."""
        learnt = {
            WORDS[on]: [
                std
                for std, pair in self.scales.items()
                if np.nanmax(np.nan_to_num(pair[on].accuracy)) >= LEARNT
            ]
            for on in WORDS
        }
        epochs = {
            WORDS[on]: float(np.median([epochs_to(run, LEARNT) for run in runs]))
            for on, runs in self.notes.items()
        }
        return {"scales_that_learn": learnt, "epochs_to_95_percent": epochs}

    def text(self) -> str:
        """Say how many starts learn and how many epochs are saved."""
        found, s = self.findings(), self.settings
        learnt, epochs = found["scales_that_learn"], found["epochs_to_95_percent"]
        on, off = (
            f"over {s['epochs']}" if np.isinf(epochs[WORDS[k]]) else f"{epochs[WORDS[k]]:g}"
            for k in (True, False)
        )
        return (
            f"{s['data']}, five hidden layers of {s['units']} units, ReLU, SGD with η = "
            f"{s['learning_rate']:g}, initial weights of {len(self.scales)} standard deviations: "
            f"{len(learnt[WORDS[True]])} of them reach {LEARNT:.0%} training accuracy in "
            f"{s['epochs']} epochs with BatchNormalization, {len(learnt[WORDS[False]])} without.\n"
            f"The notes' network with He's start needs {on} epochs for {LEARNT:.0%} with it and "
            f"{off} without (median of {len(s['seeds'])} seeds). Each layer's input is brought "
            "back to mean 0 and variance 1 in every batch, so neither the scale of the start nor "
            "the depth can push it into a flat part of the activation."
        )

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the figure over starts and that of the notes' network."""
        return {"batchnorm-scales": self._draw_scales, "batchnorm": self._draw_notes}

    def _draw_scales(self) -> Any:
        columns = 4
        rows = -(-len(self.scales) // columns)
        figure, axes = style.panels(
            rows, columns, width=9.0, height=1.1 + 2.2 * rows, sharex=True, sharey=True,
            title="Training accuracy by the standard deviation of the initial weights",
        )  # fmt: skip
        for panel, (std, pair) in zip(axes.ravel(), self.scales.items(), strict=False):
            for i, on in enumerate(WORDS):
                accuracy = pair[on].accuracy
                panel.plot(
                    np.arange(1, len(accuracy) + 1), 100 * accuracy, color=style.color(i),
                    linestyle=style.dash(i), label=WORDS[on],
                )  # fmt: skip
            if pair[False].diverged:
                panel.text(
                    0.97, 0.06, "without: diverged", transform=panel.transAxes, ha="right",
                    fontsize=9.5, color=style.color(1),
                )  # fmt: skip
            panel.set(title=f"std {style.number(std)}", ylim=(0, 104))
            style.show_epochs(panel, len(accuracy), name="")
            panel.grid(axis="y")
        for spare in axes.ravel()[len(self.scales) :]:
            spare.set_visible(False)
        for panel in axes[-1]:
            panel.set_xlabel("epoch")
        for panel in axes[:, 0]:
            panel.set_ylabel("accuracy (%)")
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=2, handlelength=3)
        return figure

    def _draw_notes(self) -> Any:
        s = self.settings
        figure, axes = style.panels(
            1, 2, width=9.0, height=4.4,
            title=f"The notes' network: mean and 95 % interval of {len(s['seeds'])} seeds",
        )  # fmt: skip
        left, right = axes[0]
        for i, on in enumerate(WORDS):
            runs = self.notes[on]
            losses = interval(np.log(np.array([run.loss for run in runs])))
            accuracies = interval(100 * np.array([run.val_accuracy for run in runs]))
            epochs = np.arange(1, len(losses.mean) + 1)
            for panel, found, scale in ((left, losses, np.exp), (right, accuracies, np.array)):
                panel.plot(
                    epochs, scale(found.mean), color=style.color(i), linestyle=style.dash(i),
                    label=WORDS[on],
                )  # fmt: skip
                panel.fill_between(
                    epochs, scale(found.low), scale(found.high), color=style.color(i), alpha=0.15,
                    lw=0,
                )  # fmt: skip
        left.set_yscale("log")
        style.log_axis(left.yaxis)
        left.set(ylabel="training loss (nats)")
        right.set(ylabel="test accuracy (%)", ylim=(None, 101))
        for panel in (left, right):
            style.show_epochs(panel, epochs[-1])
            panel.grid(axis="y")
        handles, names = left.get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=2, handlelength=3)
        return figure


def epochs_to(curves: Curves, accuracy: float) -> float:
    """Return the first epoch after which the training accuracy is this high, infinity if none."""
    reached = np.flatnonzero(np.nan_to_num(curves.accuracy) >= accuracy)
    return float(reached[0] + 1) if len(reached) else float("inf")


def batchnorm(
    scales: Sequence[float] = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001),
    *,
    data: str | Data = "digits",
    units: int = 100,
    epochs: int | None = None,
    seeds: int | None = None,
    learning_rate: float = 0.05,
    batch_size: int = 50,
    seed: int = 0,
    fast: bool = False,
) -> BatchNorm:
    """Train with BatchNormalization and without, from several starts.

    Args:
        scales: standard deviations of the initial weights.
        data: `"digits"`, `"mnist"` or `Data`.
        units: of each of the five hidden layers.
        epochs: 20, or 10 if fast.
        seeds: runs of the notes' network; 8, or 5 if fast.
        learning_rate: η of plain SGD.
        batch_size: rows per update.
        seed: the first seed.
        fast: fewer runs of fewer epochs.

    Source: K. Saito (2016), "Deep Learning from Scratch", section 6.3, figure 6-19; Ioffe & Szegedy
    (2015), "Batch normalization: accelerating deep network training by reducing internal covariate
    shift".

    >>> result = batchnorm([0.02], epochs=2, seeds=1, units=30)
    >>> sorted(result.scales[0.02])
    [False, True]
    """
    loaded = load(data, fast=fast)
    epochs, seeds = choose(epochs, 20, 10, fast), choose(seeds, 8, 5, fast)
    numbers = list(range(seed, seed + seeds))

    def run(hidden: Sequence[int], start: Any, on: bool, number: int) -> Curves:
        seeded(number)
        model = network(loaded, hidden, "relu", start, batch_normalization=on)
        return train(model, loaded, SGD(learning_rate), epochs, batch_size=batch_size)

    return BatchNorm(
        scales={
            std: {on: run([units] * 5, RandomNormal(stddev=std), on, seed) for on in WORDS}
            for std in scales
        },
        notes={on: [run(NOTES, "he_normal", on, number) for number in numbers] for on in WORDS},
        settings={
            "scales": list(scales),
            "data": loaded.label,
            "units": units,
            "epochs": epochs,
            "seeds": numbers,
            "learning_rate": learning_rate,
            "batch_size": batch_size,
        },
    )
