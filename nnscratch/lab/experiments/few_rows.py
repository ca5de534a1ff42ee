"""The fewer the rows, the wider the gap: overfitting by the number of training rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.intervals import Interval, interval
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import Curves, choose, network, seeded, train
from nnscratch.optimizers import SGD

MEASUREMENTS = 40
"""The curves have so many points at most."""


@dataclass(eq=False, repr=False)
class FewRows(Result):
    """Training runs on several numbers of rows.

    Attributes:
        runs: by number of rows the curves of each seed.
    """

    name: ClassVar[str] = "few-rows"
    title: ClassVar[str] = "Few rows: the network learns them by heart"

    runs: dict[int, list[Curves]]

    def accuracies(self) -> tuple[Interval, Interval]:
        """Return the last training and test accuracy by number of rows, with intervals."""
        by_seed = list(zip(*self.runs.values(), strict=True))
        train = np.array([[run.accuracy[-1] for run in runs] for runs in by_seed])
        test = np.array([[run.val_accuracy[-1] for run in runs] for runs in by_seed])
        return interval(train), interval(test)

    def tables(self) -> dict[str, list[Row]]:
        """Return every run's curves."""
        return {
            "few_rows": [
                {
                    "rows": rows,
                    "seed": seed,
                    "epoch": int(run.epochs[i]),
                    "accuracy": run.accuracy[i],
                    "val_accuracy": run.val_accuracy[i],
                }
                for rows, runs in self.runs.items()
                for seed, run in zip(self.settings["seeds"], runs, strict=True)
                for i in range(len(run.loss))
            ]
        }

    def findings(self) -> dict[str, Any]:
        """Return accuracies and their gap by number of rows."""
        train, test = self.accuracies()
        return {
            str(rows): {
                "train_accuracy": train.mean[i],
                "test_accuracy": test.mean[i],
                "gap": train.mean[i] - test.mean[i],
            }
            for i, rows in enumerate(self.runs)
        }

    def text(self) -> str:
        """Say how the gap closes as rows are added."""
        lines = [
            f"  {rows} rows: train {f['train_accuracy']:.1%}, test {f['test_accuracy']:.1%}, gap "
            f"{100 * f['gap']:.1f} points"
            for rows, f in self.findings().items()
        ]
        return (
            f"{self.settings['source']}, {len(self.settings['hidden'])} hidden layers of "
            f"{self.settings['hidden'][0]} units, the same number of updates for each:\n"
            + "\n".join(lines)
            + "\nWhatever the number of rows, the network learns all or nearly all of them. What "
            "it learns holds for other images the better, the more rows there were: more data is "
            "the first remedy for overfitting."
        )

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return accuracy by number of rows, and the book's figure of one number."""
        return {"few-rows": self._draw, "few-rows-curves": self._draw_curves}

    def _draw(self) -> Any:
        train, test = self.accuracies()
        rows = np.array(list(self.runs))
        figure, axes = style.panels(height=4.6, title=self.title)
        panel = axes[0, 0]
        ends = []
        for i, (name, found) in enumerate((("training", train), ("test", test))):
            panel.plot(
                rows, 100 * found.mean, color=style.color(i), linestyle=style.dash(i),
                marker=style.marker(i),
            )  # fmt: skip
            panel.fill_between(
                rows, 100 * found.low, np.minimum(100 * found.high, 100), color=style.color(i),
                alpha=0.15, lw=0,
            )  # fmt: skip
            ends.append((100 * float(found.mean[-1]), name, style.color(i)))
        panel.set_xscale("log")
        panel.set_xticks(rows, [str(count) for count in rows], minor=False)
        panel.minorticks_off()
        panel.set(xlabel="training rows", ylabel="accuracy after training (%)", ylim=(None, 102))
        panel.set_xlim(rows[0] * 0.92, rows[-1] * 1.03)
        panel.grid(axis="y")
        style.label_ends(panel, ends)
        return figure

    def _draw_curves(self) -> Any:
        rows = min(self.runs, key=lambda count: abs(count - 300))
        figure, axes = style.panels(
            height=4.4, title=f"Accuracy over epochs, {rows} training rows, one seed"
        )
        panel, run = axes[0, 0], self.runs[rows][0]
        epochs = run.epochs
        ends = []
        for i, (name, values) in enumerate(
            (("training", run.accuracy), ("test", run.val_accuracy))
        ):
            panel.plot(epochs, 100 * values, color=style.color(i), linestyle=style.dash(i))
            ends.append((100 * float(values[-1]), name, style.color(i)))
        panel.set(ylabel="accuracy (%)", ylim=(0, 103))
        style.show_epochs(panel, epochs[-1], first=epochs[0])
        panel.annotate(
            "", (epochs[-1] * 0.97, 100 * float(run.accuracy[-1])),
            xytext=(epochs[-1] * 0.97, 100 * float(run.val_accuracy[-1])),
            arrowprops={"arrowstyle": "<->", "color": style.current().ink, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip
        gap = 100 * float(run.accuracy[-1] - run.val_accuracy[-1])
        panel.text(
            epochs[-1] * 0.955, 100 * float(run.val_accuracy[-1]) - 8, f"gap: {gap:.1f} points",
            ha="right", va="center",
        )  # fmt: skip
        panel.grid(axis="y")
        style.label_ends(panel, ends)
        return figure


def few_rows(
    rows: Sequence[int] = (30, 50, 100, 200, 300, 500, 1000, 1437),
    *,
    data: str | Data = "digits",
    hidden: tuple[int, ...] = (100, 100, 100, 100, 100, 100),
    updates: int | None = None,
    seeds: int | None = None,
    learning_rate: float = 0.05,
    batch_size: int = 50,
    seed: int = 0,
    fast: bool = False,
) -> FewRows:
    """Train one network on more and more rows, with the same number of updates each time.

    Args:
        rows: numbers of training rows.
        data: `"digits"`, `"mnist"` or `Data`.
        hidden: units of each hidden layer; the book's network has six of 100.
        updates: of the weights in each run; 1,200, or 500 if fast.
        seeds: runs on each number of rows; 5, or 3 if fast.
        learning_rate: η of plain SGD.
        batch_size: rows per update.
        seed: the first seed.
        fast: fewer and shorter runs.

    Source: K. Saito (2016), "Deep Learning from Scratch", section 6.4.1, figure 6-20 (300 rows).

    >>> result = few_rows([50, 400], updates=60, seeds=1, hidden=(50,))
    >>> few, more = (found["test_accuracy"] for found in result.findings().values())
    >>> bool(few < more)
    True
    """
    everything = load(data)
    updates, seeds = choose(updates, 1200, 500, fast), choose(seeds, 5, 3, fast)
    numbers = list(range(seed, seed + seeds))
    runs: dict[int, list[Curves]] = {}
    for count in rows:
        loaded = everything.some(count)
        epochs = max(1, round(updates / -(-len(loaded.x_train) // batch_size)))
        every = -(-epochs // MEASUREMENTS)
        runs[count] = []
        for number in numbers:
            seeded(number)
            optimizer = SGD(learning_rate)
            model = network(loaded, hidden)
            runs[count].append(
                train(model, loaded, optimizer, epochs, batch_size=batch_size, every=every)
            )
    return FewRows(
        runs=runs,
        settings={
            "rows": list(rows),
            "source": everything.name,
            "hidden": list(hidden),
            "updates": updates,
            "seeds": numbers,
            "learning_rate": learning_rate,
            "batch_size": batch_size,
        },
    )
