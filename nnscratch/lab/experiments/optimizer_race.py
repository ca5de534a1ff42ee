"""Optimizers on a real network: learning curves over several seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.dialects import FORMS, optimizer
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.intervals import interval
from nnscratch.lab.experiments.paths import FIVE, OTHERS, title
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import NOTES, Curves, choose, network, seeded, train

RATES = {
    "sgd": 0.3, "momentum": 0.05, "nesterov": 0.1, "adagrad": 0.1, "rmsprop": 0.005,
    "adam": 0.01, "adadelta": 10.0, "adafactor": 0.02, "adamax": 0.03, "adamw": 0.01,
    "ftrl": 0.1, "lamb": 0.01, "lion": 0.002, "muon": 0.01, "nadam": 0.01,
    "schedulefreeadamw": 0.02,
}  # fmt: skip
"""Of 1, 2, 3 and 5 times the powers of ten the learning rate with the lowest mean log loss.

Found with the digits, the notes' network, ten epochs and two seeds. Ftrl learns at none of them:
its first step replaces the initial weights by multiples of the gradient, and layers of equal units
follow. Adafactor divides 0 by 0 where a pixel is always white and a unit is dead.
"""


@dataclass(eq=False, repr=False)
class OptimizerRace(Result):
    """Learning curves of several optimizers.

    Attributes:
        runs: by rule the curves of each seed.
        rates: by rule the learning rate.
    """

    name: ClassVar[str] = "optimizer-race"
    title: ClassVar[str] = "Optimizers on a real network, over several seeds"

    runs: dict[str, list[Curves]]
    rates: dict[str, float]

    def tables(self) -> dict[str, list[Row]]:
        """Return every run's curves."""
        return {
            "race": [
                {
                    "rule": rule,
                    "seed": self.settings["seeds"][number],
                    "epoch": epoch + 1,
                    "loss": curves.loss[epoch],
                    "accuracy": curves.accuracy[epoch],
                    "val_loss": curves.val_loss[epoch],
                    "val_accuracy": curves.val_accuracy[epoch],
                }
                for rule, runs in self.runs.items()
                for number, curves in enumerate(runs)
                for epoch in range(len(curves.loss))
            ]
        }

    def findings(self) -> dict[str, Any]:
        """Return by rule the last training loss and test accuracy with their intervals.

        Losses are averaged as logarithms, since they can be many times apart and not negative.
        """
        found = {}
        for rule, runs in self.runs.items():
            loss = interval(np.log(np.array([run.loss[-1] for run in runs])))
            accuracy = interval(np.array([run.val_accuracy[-1] for run in runs]))
            found[rule] = {
                "learning_rate": self.rates[rule],
                "loss": [float(np.exp(end)) for end in (loss.low, loss.mean, loss.high)],
                "test_accuracy": [accuracy.low, accuracy.mean, accuracy.high],
            }
        return found

    def text(self) -> str:
        """Rank the rules, and say which differences the seeds allow to speak of."""
        found = self.findings()
        ranked = sorted(found, key=lambda rule: float(np.nan_to_num(found[rule]["loss"][1], nan=9)))
        s = self.settings
        lines = [
            f"{s['data']}, {len(s['seeds'])} seeds, {s['epochs']} epochs; last training loss in "
            "nats with its 95 % interval over the seeds, and test accuracy:"
        ]
        for rule in ranked:
            if not np.isfinite(found[rule]["loss"][1]):
                lines.append(f"  {title(rule)}, η = {self.rates[rule]:g}: diverged")
                continue
            low, mean, high = (style.number(float(v)) for v in found[rule]["loss"])
            accuracy = float(found[rule]["test_accuracy"][1])
            lines.append(
                f"  {title(rule)}, η = {self.rates[rule]:g}: {mean} ({low} to {high}), "
                f"{accuracy:.1%}"
            )
        ranked = [rule for rule in ranked if np.isfinite(found[rule]["loss"][1])]
        if len(ranked) < 2:
            return "\n".join(lines)
        first, last = found[ranked[0]]["loss"], found[ranked[-1]]["loss"]
        apart = float(first[2]) < float(last[0])
        lines.append(
            f"The bands of {title(ranked[0])} and {title(ranked[-1])} "
            + ("do not touch at the end." if apart else "still overlap at the end.")
            + " Where two bands overlap, the seeds do not tell the rules apart."
        )
        return "\n".join(lines)

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the figure of training loss and test accuracy."""
        return {"race": self._draw}

    def _draw(self) -> Any:
        s = self.settings
        height = max(4.4, 0.6 + 0.27 * len(self.runs))
        figure, axes = style.panels(
            1, 2, width=9.0, height=height,
            title=f"Mean and 95 % interval of {len(s['seeds'])} seeds ({s['data']})",
        )  # fmt: skip
        left, right = axes[0]
        ends: list[tuple[float, str, str]] = []
        for i, (rule, runs) in enumerate(self.runs.items()):
            losses = interval(np.log(np.array([run.loss for run in runs])))
            accuracies = interval(100 * np.array([run.val_accuracy for run in runs]))
            epochs = np.arange(1, len(losses.mean) + 1)
            shade, line = style.color(i), style.dash(i)
            left.plot(epochs, np.exp(losses.mean), color=shade, linestyle=line)
            left.fill_between(
                epochs, np.exp(losses.low), np.exp(losses.high), color=shade, alpha=0.14, lw=0
            )
            right.plot(epochs, accuracies.mean, color=shade, linestyle=line)
            right.fill_between(
                epochs, accuracies.low, accuracies.high, color=shade, alpha=0.14, lw=0
            )
            name = title(rule) if np.isfinite(losses.mean[-1]) else f"{title(rule)} (diverged)"
            ends.append((float(accuracies.mean[-1]), name, shade))
        left.set_yscale("log")
        left.set_ylabel("training loss (nats)")
        finals = [runs[0].val_accuracy for runs in self.runs.values()]
        bottom = max(0.0, 100 * float(np.nanmin([curve[len(curve) // 4] for curve in finals])) - 6)
        right.set(ylabel="test accuracy (%)", ylim=(bottom, 100))
        for panel in (left, right):
            panel.grid(axis="y")
            style.show_epochs(panel, epochs[-1])
        style.log_axis(left.yaxis)
        style.label_ends(right, ends, gap=0.27 / height)
        return figure


def optimizer_race(
    rules: Sequence[str] = FIVE,
    *,
    data: str | Data = "digits",
    hidden: tuple[int, ...] = NOTES,
    epochs: int | None = None,
    seeds: int | None = None,
    learning_rates: Mapping[str, float] | None = None,
    dialect: str = "keras",
    batch_size: int = 50,
    seed: int = 0,
    fast: bool = False,
) -> OptimizerRace:
    """Train one network with several optimizers, each from the same several starts.

    For a seed all optimizers get the same initial weights and the same order of rows.

    Args:
        rules: see `optimizer_paths`; `"all"` for all.
        data: `"digits"`, `"mnist"` or `Data`.
        hidden: units of each hidden layer.
        epochs: 20, or 8 if fast.
        seeds: number of runs of each rule; 10, or 5 if fast.
        learning_rates: η by rule, instead of `RATES`.
        dialect: who writes the rules.
        batch_size: rows per update.
        seed: the first seed; the others count up from it.
        fast: fewer runs of fewer epochs.

    >>> result = optimizer_race(["sgd", "adam"], epochs=2, seeds=2)
    >>> [len(runs) for runs in result.runs.values()]
    [2, 2]
    """
    loaded = load(data, fast=fast)
    names = (*FIVE, *OTHERS) if list(rules) == ["all"] else tuple(rules)
    epochs, seeds = choose(epochs, 20, 8, fast), choose(seeds, 10, 5, fast)
    rates = {rule: {**RATES, **(learning_rates or {})}[rule] for rule in names}
    numbers = list(range(seed, seed + seeds))
    runs: dict[str, list[Curves]] = {rule: [] for rule in names}
    for number in numbers:
        for rule in names:
            seeded(number)
            model = network(loaded, hidden)
            walker = optimizer(rule, dialect if rule in FORMS else "keras", rates[rule])
            runs[rule].append(train(model, loaded, walker, epochs, batch_size=batch_size))
    return OptimizerRace(
        runs=runs,
        rates=rates,
        settings={
            "rules": list(names),
            "data": loaded.label,
            "hidden": list(hidden),
            "epochs": epochs,
            "seeds": numbers,
            "learning_rates": rates,
            "dialect": dialect,
            "batch_size": batch_size,
        },
    )
