"""Early stopping: where training should end, seen with what comes after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.callbacks import EarlyStopping
from nnscratch.callbacks.monitor import TraceRow
from nnscratch.lab import style
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import choose, network, seeded
from nnscratch.optimizers import Adam
from nnscratch.typing import Array

NAMES = ("loss", "val_loss", "accuracy", "val_accuracy")


@dataclass(eq=False, repr=False)
class EarlyStoppingResult(Result):
    """One run to the end and the same run stopped early.

    Attributes:
        history: of the run to the end, by metric.
        stopped: of the run with `EarlyStopping`, which is the same up to where it stops.
        trace: what the callback saw and decided after each epoch.
        crossings: epochs, counted from 1 and between two where need be, at which the training
            accuracy overtakes the validation accuracy or falls behind it.
        restored: test accuracy with the weights brought back. The test rows are others than those
            validated on, since these have chosen the weights.
        at_the_end: test accuracy of the run to the end.
    """

    name: ClassVar[str] = "early-stopping"
    title: ClassVar[str] = "Early stopping: where the validation loss turns"

    history: dict[str, Array]
    stopped: dict[str, Array]
    trace: list[TraceRow]
    crossings: list[float]
    restored: float
    at_the_end: float

    @property
    def best_epoch(self) -> int:
        """Epoch of the lowest monitored value, counted from 1."""
        improved = [row.epoch for row in self.trace if row.decision == "improved"]
        return improved[-1] + 1

    @property
    def last_epoch(self) -> int:
        """Epoch after which training stopped, counted from 1."""
        return self.trace[-1].epoch + 1

    def tables(self) -> dict[str, list[Row]]:
        """Return both runs' curves and the trace."""
        curves = [
            {
                "run": run,
                "epoch": i + 1,
                **{name: float(history[name][i]) for name in NAMES},
            }
            for run, history in (("to the end", self.history), ("stopped", self.stopped))
            for i in range(len(history["loss"]))
        ]
        return {"early_stopping": curves, "trace": [row._asdict() for row in self.trace]}

    def findings(self) -> dict[str, Any]:
        """Return the epochs that matter and the accuracies there."""
        return {
            "crossings": self.crossings,
            "best_epoch": self.best_epoch,
            "stopped_epoch": self.last_epoch,
            "test_accuracy_restored": self.restored,
            "val_loss_best": float(self.history["val_loss"].min()),
            "val_loss_at_the_end": float(self.history["val_loss"][-1]),
            "test_accuracy_at_the_end": self.at_the_end,
        }

    def text(self) -> str:
        """Say where the curves cross, where training stops and what it saves."""
        s, f = self.settings, self.findings()
        crossed = (
            f"cross {len(self.crossings)} times, first at epoch {self.crossings[0]:.1f}, last at "
            f"{self.crossings[-1]:.1f}"
            if self.crossings
            else "never cross"
        )
        return (
            f"{s['data']}; the curves of training and validation accuracy {crossed}. "
            f"The validation loss is lowest after epoch {self.best_epoch}; with a patience of "
            f"{s['patience']} training stops after epoch {self.last_epoch} of {s['epochs']} and "
            f"brings the weights of epoch {self.best_epoch} back: test accuracy "
            f"{self.restored:.1%} on rows that took no part, {self.at_the_end:.1%} with those of "
            f"the last epoch. To the end, the validation loss goes from "
            f"{style.number(f['val_loss_best'])} up to "
            f"{style.number(f['val_loss_at_the_end'])} nats while the training loss still falls."
            "\n\nWhat the callback saw (trace()):\n" + self.trace_text()
        )

    def trace_text(self) -> str:
        """Return the last rows of the trace, from the best epoch on."""
        lines = ["  epoch  val_loss  best     wait  decision"]
        for row in self.trace[max(0, self.best_epoch - 2) :]:
            lines.append(
                f"  {row.epoch + 1:>5}  {row.value:.5f}   {row.best:.5f}  {row.wait:>4}  "
                f"{row.decision}"
            )
        return "\n".join(lines)

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the one figure."""
        return {"early-stopping": self._draw}

    def _draw(self) -> Any:
        figure, axes = style.panels(
            2, 1, width=8.5, height=6.4, sharex=True,
            title=f"Early stopping on {self.settings['data']}",
        )  # fmt: skip
        upper, lower = axes[:, 0]
        epochs = np.arange(1, len(self.history["loss"]) + 1)
        for panel, names, scale in (
            (upper, ("loss", "val_loss"), 1), (lower, ("accuracy", "val_accuracy"), 100)
        ):  # fmt: skip
            ends = []
            for i, (name, word) in enumerate(zip(names, ("training", "validation"), strict=True)):
                values = scale * self.history[name]
                panel.plot(epochs, values, color=style.color(i), linestyle=style.dash(i))
                ends.append((float(values[-1]), word, style.color(i)))
            panel.axvline(self.best_epoch, color=style.current().ink, linewidth=1.2)
            panel.axvspan(
                self.last_epoch, epochs[-1], color=style.current().quiet, alpha=0.13, lw=0
            )
            style.show_epochs(panel, epochs[-1], name="epoch" if panel is lower else "")
            panel.grid(axis="y")
            if panel is lower:
                low = float(np.quantile(100 * self.history["val_accuracy"], 0.05)) - 6
                panel.set_ylim(max(0.0, low), 101.5)
            style.label_ends(panel, ends)
        self._annotate(upper, lower)
        upper.set_ylabel("loss (nats)")
        lower.set(ylabel="accuracy (%)")
        return figure

    def _annotate(self, upper: Any, lower: Any) -> None:
        top = upper.get_xaxis_transform()
        upper.text(
            self.best_epoch, 1.03, f"best: epoch {self.best_epoch}", transform=top, ha="right"
            if self.best_epoch > 0.25 * len(self.history["loss"]) else "center", fontsize=10.5,
        )  # fmt: skip
        upper.text(
            self.last_epoch, 1.03, f"stopped: epoch {self.last_epoch}", transform=top, ha="left",
            fontsize=10.5, color=style.current().quiet,
        )  # fmt: skip
        known = np.arange(1, len(self.history["loss"]) + 1)
        places = {"first": (0.21, 0.06), "last": (0.36, 0.92)}
        ends = [("first", e) for e in self.crossings[:1]]
        ends += [("last", e) for e in self.crossings[1:][-1:]]
        for word, epoch in ends:
            height = 100 * float(np.interp(epoch, known, self.history["val_accuracy"]))
            lower.plot(
                epoch, height, "o", markersize=11, markerfacecolor="none",
                markeredgecolor=style.current().ink, markeredgewidth=1.8,
            )  # fmt: skip
            lower.annotate(
                f"{word} crossing: epoch {epoch:.1f}", (epoch, height), xytext=places[word],
                textcoords="axes fraction", fontsize=10.5,
                arrowprops={"arrowstyle": "->", "color": style.current().ink, "shrinkB": 7},
            )  # fmt: skip


def crossings(first: Array, second: Array) -> list[float]:
    """Return where two curves cross, counted from 1, on the line between two epochs.

    >>> crossings(np.array([0.0, 0.4, 1.0]), np.array([0.5, 0.5, 0.5]))
    [2.1666666666666665]
    """
    ahead = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    found = []
    sign = np.sign(ahead)
    for i in np.flatnonzero(sign[:-1] * sign[1:] < 0):
        found.append(float(i + 1 + ahead[i] / (ahead[i] - ahead[i + 1])))
    found += [float(i + 1) for i in np.flatnonzero(ahead == 0)]
    return sorted(found)


def early_stopping(
    *,
    data: str | Data = "digits",
    rows: int = 500,
    hidden: tuple[int, ...] = (128, 64, 128),
    dropout: float = 0.1,
    wrong: float = 0.1,
    patience: int = 10,
    epochs: int | None = None,
    learning_rate: float = 0.003,
    seed: int = 0,
    fast: bool = False,
) -> EarlyStoppingResult:
    """Train to the end, and again with `EarlyStopping` on the validation loss.

    Both runs are the same from the seed up to where the second stops. Every other test row is
    validated on, the rest is kept for the accuracies at the end.

    Args:
        data: `"digits"`, `"mnist"` or `Data`.
        rows: number of training rows.
        hidden: units of each hidden layer.
        dropout: rate after each hidden layer.
        wrong: share of training labels drawn by lot, so that there is something to overfit.
        patience: epochs without improvement that end training.
        epochs: 80, or 60 if fast.
        learning_rate: Adam's η.
        seed: of weights, masks and order of rows.
        fast: fewer epochs.

    Source: Prechelt (1998), "Early stopping - but when?".

    >>> result = early_stopping(rows=200, epochs=6, patience=2)
    >>> [row.epoch for row in result.trace][:2]
    [0, 1]
    """
    loaded = load(data, rows).with_wrong_labels(wrong, seed)
    epochs = choose(epochs, 80, 60, fast)

    def run(callbacks: list[Any]) -> tuple[dict[str, Array], float]:
        seeded(seed)
        model = network(loaded, hidden, dropout=dropout)
        model.compile(Adam(learning_rate), "categorical_crossentropy", metrics=["accuracy"])
        history = model.fit(
            loaded.x_train,
            loaded.y_train,
            epochs=epochs,
            verbose=0,
            validation_data=(loaded.x_test[::2], loaded.y_test[::2]),
            callbacks=callbacks,
            reshuffle_each_epoch=True,
        ).history
        score = model.evaluate(loaded.x_test[1::2], loaded.y_test[1::2], verbose=0)
        return {name: np.array(history[name]) for name in NAMES}, float(score[1])

    history, at_the_end = run([])
    stopper = EarlyStopping(patience=patience, restore_best_weights=True)
    stopped, restored = run([stopper])
    return EarlyStoppingResult(
        history=history,
        stopped=stopped,
        trace=stopper.trace(),
        crossings=crossings(history["accuracy"], history["val_accuracy"]),
        restored=restored,
        at_the_end=at_the_end,
        settings={
            "data": f"{loaded.label}, {wrong:.0%} of the labels by lot",
            "hidden": list(hidden),
            "dropout": dropout,
            "patience": patience,
            "epochs": epochs,
            "learning_rate": learning_rate,
            "seed": seed,
        },
    )
