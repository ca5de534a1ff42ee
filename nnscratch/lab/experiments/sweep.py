"""One number of the regularization changed step by step: from overfitting to underfitting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.experiments.intervals import Interval, interval
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import Curves

SHORT = 0.03
"""Values that lose more test accuracy than this to the best over- or underfit."""


@dataclass(eq=False, repr=False)
class Sweep(Result):
    """Training runs for several values of one setting.

    Attributes:
        runs: by value the curves of each seed.
    """

    parameter: ClassVar[str]
    figure_name: ClassVar[str]

    runs: dict[float, list[Curves]]

    def accuracies(self) -> tuple[Interval, Interval]:
        """Return the last training and test accuracy over the values, with intervals.

        Shapes: (values,) each.
        """
        by_seed = list(zip(*self.runs.values(), strict=True))
        train = np.array([[run.accuracy[-1] for run in runs] for runs in by_seed])
        test = np.array([[run.val_accuracy[-1] for run in runs] for runs in by_seed])
        return interval(np.nan_to_num(train)), interval(np.nan_to_num(test))

    def verdicts(self) -> dict[float, str]:
        """Return for each value `"overfitting"`, `"underfitting"` or `"balanced"`.

        Balanced is who comes within three points of the best test accuracy. Of the others, those
        with a higher training accuracy than the best overfit, those with a lower one underfit.
        """
        train, test = (ends.mean for ends in self.accuracies())
        best = int(np.argmax(test))
        return {
            value: "balanced"
            if test[i] >= test[best] - SHORT
            else "overfitting"
            if train[i] > train[best]
            else "underfitting"
            for i, value in enumerate(self.runs)
        }

    @property
    def best(self) -> float:
        """The value with the highest mean test accuracy."""
        return list(self.runs)[int(np.argmax(self.accuracies()[1].mean))]

    def tables(self) -> dict[str, list[Row]]:
        """Return every run's curves."""
        rows = [
            {
                self.parameter: value,
                "seed": seed,
                "epoch": epoch + 1,
                "loss": run.loss[epoch],
                "accuracy": run.accuracy[epoch],
                "val_loss": run.val_loss[epoch],
                "val_accuracy": run.val_accuracy[epoch],
            }
            for value, runs in self.runs.items()
            for seed, run in zip(self.settings["seeds"], runs, strict=True)
            for epoch in range(len(run.loss))
        ]
        return {self.figure_name: rows}

    def findings(self) -> dict[str, Any]:
        """Return accuracies and a verdict for each value, and the best value."""
        train, test = self.accuracies()
        by_value = {
            f"{value:g}": {
                "train_accuracy": train.mean[i],
                "test_accuracy": test.mean[i],
                "verdict": verdict,
            }
            for i, (value, verdict) in enumerate(self.verdicts().items())
        }
        return {"by_value": by_value, "best": self.best}

    def table_text(self) -> str:
        """Return one line for each value: accuracies and verdict."""
        train, test = (ends.mean for ends in self.accuracies())
        return "\n".join(
            f"  {self.parameter} {value:g}: train {train[i]:.1%}, test {test[i]:.1%}: {verdict}"
            for i, (value, verdict) in enumerate(self.verdicts().items())
        )

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return accuracy over the values, and the learning curves."""
        return {self.figure_name: self._draw, f"{self.figure_name}-curves": self._draw_curves}

    def _draw(self) -> Any:
        train, test = self.accuracies()
        places = np.arange(len(self.runs))
        figure, axes = style.panels(height=4.8, title=self.title)
        panel = axes[0, 0]
        ends = []
        for i, (name, found) in enumerate((("training", train), ("test", test))):
            panel.plot(
                places, 100 * found.mean, color=style.color(i), linestyle=style.dash(i),
                marker=style.marker(i),
            )  # fmt: skip
            panel.fill_between(
                places, np.maximum(100 * found.low, 0), np.minimum(100 * found.high, 100),
                color=style.color(i), alpha=0.16, lw=0,
            )  # fmt: skip
            ends.append((100 * float(found.mean[-1]), name, style.color(i)))
        lowest = 100 * min(float(train.low.min()), float(test.low.min()))
        panel.set_ylim(max(0.0, lowest - 5), 106)
        panel.set_xlim(-0.35, len(places) - 0.65)
        panel.set_xticks(places, [style.number(value) if value else "0" for value in self.runs])
        panel.set(xlabel=self.settings["axis"], ylabel="accuracy after training (%)")
        panel.grid(axis="y")
        self._name_zones(panel)
        at = list(self.runs).index(self.best)
        panel.annotate(
            f"best test: {100 * test.mean[at]:.1f} %", (at, 100 * float(test.mean[at])),
            xytext=(at, 0.33), textcoords=panel.get_xaxis_transform(), ha="center",
            fontsize=10.5,
            arrowprops={"arrowstyle": "->", "color": style.current().ink, "shrinkB": 5},
        )  # fmt: skip
        style.label_ends(panel, ends)
        return figure

    def _name_zones(self, panel: Any) -> None:
        """Write the verdicts above the values they hold for, each run of equal ones once."""
        runs: list[tuple[str, int, int]] = []
        for i, verdict in enumerate(self.verdicts().values()):
            if runs and runs[-1][0] == verdict:
                runs[-1] = (verdict, runs[-1][1], i)
            else:
                runs.append((verdict, i, i))
        for verdict, first, last in runs:
            if first:
                panel.axvline(first - 0.5, color=style.current().rule, linewidth=1.2, zorder=0)
            panel.text(
                (first + last) / 2, 0.985, verdict, transform=panel.get_xaxis_transform(),
                ha="center", va="top", fontsize=10.5 if last > first else 9,
                color=style.current().quiet,
            )  # fmt: skip

    def _draw_curves(self) -> Any:
        values = list(self.runs)
        if len(values) > 6:
            values = [values[i] for i in np.linspace(0, len(values) - 1, 6).round().astype(int)]
        figure, axes = style.panels(
            1, len(values), width=9.0, height=3.8, sharey=True,
            title="Loss over epochs (solid: training, dashed: test)",
        )  # fmt: skip
        for panel, value in zip(axes[0], values, strict=True):
            epochs = np.arange(1, len(self.runs[value][0].loss) + 1)
            for i, name in enumerate(("loss", "val_loss")):
                curves = np.array([getattr(run, name) for run in self.runs[value]])
                panel.plot(
                    epochs, curves.mean(axis=0), color=style.color(i), linestyle=style.dash(i)
                )
            panel.set_title(f"{self.parameter} {style.number(value)}", fontsize=11)
            panel.set_ylim(0, 2.6)
            style.show_epochs(panel, epochs[-1])
            panel.grid(axis="y")
        axes[0, 0].set_ylabel("loss (nats)")
        return figure
