"""Dropout from none to almost all: overfitting turns into underfitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.sweep import Sweep
from nnscratch.lab.experiments.training import Curves, choose, network, seeded, train
from nnscratch.optimizers import Adam


@dataclass(eq=False, repr=False)
class DropoutSweep(Sweep):
    """Training runs at several dropout rates."""

    name: ClassVar[str] = "dropout-sweep"
    title: ClassVar[str] = "Dropout: from overfitting to underfitting"
    parameter: ClassVar[str] = "rate"
    figure_name: ClassVar[str] = "dropout"

    def text(self) -> str:
        """Say where overfitting ends and underfitting begins."""
        return (
            f"{self.settings['data']}, hidden layers {self.settings['hidden']}, Adam, "
            f"{self.settings['epochs']} epochs, accuracies measured after training without "
            f"Dropout:\n{self.table_text()}\n"
            f"Best on test data: rate {self.best:g}. Without Dropout the network learns the wrong "
            "labels by heart, and test images like those are misread. With more Dropout it can no "
            "longer remember single rows, but what many rows have in common. With too much of it "
            "it does not learn even that."
        )


def dropout_sweep(
    rates: Sequence[float] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
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
) -> DropoutSweep:
    """Train one network at several dropout rates on rows with wrong labels.

    Args:
        rates: share of units that are left out in each step.
        data: `"digits"`, `"mnist"` or `Data`.
        rows: number of training rows.
        wrong: share of training labels drawn by lot, so that there is something to overfit.
        hidden: units of each hidden layer, Dropout after each.
        epochs: 60, or 20 if fast.
        seeds: runs at each rate; 5, or 3 if fast.
        learning_rate: Adam's η.
        seed: the first seed.
        fast: fewer runs of fewer epochs.

    Source: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov (2014), "Dropout: a simple
    way to prevent neural networks from overfitting".

    >>> result = dropout_sweep([0.0, 0.9], rows=100, hidden=(32,), epochs=8, seeds=1)
    >>> [len(runs) for runs in result.runs.values()]
    [1, 1]
    """
    loaded = load(data, rows).with_wrong_labels(wrong, seed)
    epochs, seeds = choose(epochs, 60, 20, fast), choose(seeds, 5, 3, fast)
    numbers = list(range(seed, seed + seeds))
    runs: dict[float, list[Curves]] = {}
    for rate in rates:
        runs[rate] = []
        for number in numbers:
            seeded(number)
            model = network(loaded, hidden, dropout=rate)
            runs[rate].append(train(model, loaded, Adam(learning_rate), epochs))
    return DropoutSweep(
        runs=runs,
        settings={
            "axis": "dropout rate",
            "rates": list(rates),
            "data": f"{loaded.label}, {wrong:.0%} of the labels by lot",
            "hidden": list(hidden),
            "epochs": epochs,
            "seeds": numbers,
            "learning_rate": learning_rate,
        },
    )
