"""The same rule in four dialects: where they part, and whether it matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.dialects import DIALECTS, FORMS, dialect_table, optimizer
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.paths import title
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import Curves, choose, network, seeded, train
from nnscratch.typing import Array
from nnscratch.variable import Variable

NAMES = {"keras": "Keras", "torch": "PyTorch", "dlfs": "the book", "paper": "the paper"}
SIZES = np.logspace(-12, 2, 141)
"""Sizes of the gradient whose first step is looked at."""

DROP = 10
"""The learning rate of the momentum experiment falls to a tenth after so many steps."""


@dataclass(eq=False, repr=False)
class Dialects(Result):
    """First steps, a falling learning rate and training in several dialects.

    Attributes:
        first_steps: by rule and dialect |Δw| of the first step at η = 1, for each of `SIZES`.
        momentum: by dialect the way of one weight under a constant gradient of 1 as η falls.
        curves: by rule and dialect the training with each dialect's own default numbers.
    """

    name: ClassVar[str] = "dialects"
    title: ClassVar[str] = "One rule, four dialects"

    first_steps: dict[str, dict[str, Array]]
    momentum: dict[str, Array]
    curves: dict[str, dict[str, Curves]]

    def tables(self) -> dict[str, list[Row]]:
        """Return the formulas, first steps, the momentum experiment and the training curves."""
        steps = [
            {"rule": rule, "dialect": dialect, "gradient": g, "step": step}
            for rule, by_dialect in self.first_steps.items()
            for dialect, found in by_dialect.items()
            for g, step in zip(SIZES, found, strict=True)
        ]
        momentum = [
            {"dialect": dialect, "step": i, "w": w}
            for dialect, way in self.momentum.items()
            for i, w in enumerate(way)
        ]
        curves = [
            {
                "rule": rule,
                "dialect": d,
                "epoch": i + 1,
                "loss": c.loss[i],
                "val_accuracy": accuracy,
            }
            for rule, by_dialect in self.curves.items()
            for d, c in by_dialect.items()
            for i, accuracy in enumerate(c.val_accuracy)
        ]
        return {
            "formulas": dialect_table(),
            "first_steps": steps,
            "momentum": momentum,
            "dialect_training": curves,
        }

    def findings(self) -> dict[str, Any]:
        """Return where ε takes over, where momentum ends, and the last training losses."""
        return {
            "gradient_at_half_the_full_step": {
                rule: {dialect: _half(found) for dialect, found in by_dialect.items()}
                for rule, by_dialect in self.first_steps.items()
            },
            "momentum_end": {dialect: way[-1] for dialect, way in self.momentum.items()},
            "last_loss": {
                rule: {dialect: c.loss[-1] for dialect, c in by_dialect.items()}
                for rule, by_dialect in self.curves.items()
            },
        }

    def text(self) -> str:
        """Say where the dialects part and what that does."""
        found = self.findings()
        told = []
        for rule, halves in found["gradient_at_half_the_full_step"].items():
            told.append(
                f"{title(rule)}: a first gradient gets half its full step at "
                + ", ".join(f"{style.number(g)} ({NAMES[d]})" for d, g in halves.items() if g)
                + "."
            )
        ends = found["momentum_end"]
        told.append(
            f"Momentum, η from 1 to 0.1 after {DROP} steps: Keras keeps η inside the velocity, so "
            f"it rolls on to {ends['keras']:.1f}; PyTorch multiplies by the new η at once and "
            f"stands at {ends['torch']:.1f}."
        )
        losses = found["last_loss"]
        for rule, by_dialect in losses.items():
            parts = ", ".join(
                f"{style.number(float(v))} ({NAMES[d]})" for d, v in by_dialect.items()
            )
            told.append(f"{title(rule)} with each dialect's defaults, last training loss: {parts}.")
        told.append(
            "With all numbers alike the dialects differ for small gradients, and in the first "
            "steps: through ε, and in AdaGrad through the 0.1 that Keras's h starts from. What "
            "differs in practice is the default numbers, the learning rate above all."
        )
        return "\n".join(told)

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the figures of first steps, of momentum, and of training."""
        return {
            "first-steps": self._draw_first_steps,
            "momentum-dialects": self._draw_momentum,
            "dialect-training": self._draw_training,
        }

    def _draw_first_steps(self) -> Any:
        figure, axes = style.panels(
            1, len(self.first_steps), width=9.0, height=4.6,
            title="The first step at η = 1, by the size of the gradient",
        )  # fmt: skip
        for panel, (rule, by_dialect) in zip(axes[0], self.first_steps.items(), strict=True):
            for i, (dialect, found) in enumerate(by_dialect.items()):
                panel.plot(
                    SIZES, found, color=style.color(i), linestyle=style.dash(i),
                    label=NAMES[dialect], linewidth=2.4 - 0.3 * i,
                )  # fmt: skip
            panel.set(xscale="log", yscale="log", title=title(rule), xlabel="gradient |g|")
            panel.set_xticks([1e-12, 1e-8, 1e-4, 1])
            panel.set_ylim(1e-6, 30)
            panel.grid()
        axes[0, 0].set_ylabel("first step |Δw|")
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=4, handlelength=3)
        return figure

    def _draw_momentum(self) -> Any:
        figure, axes = style.panels(
            height=4.0, title="Momentum as the learning rate falls from 1 to 0.1"
        )
        panel = axes[0, 0]
        ends = []
        for i, (dialect, way) in enumerate(self.momentum.items()):
            panel.plot(way, color=style.color(i), linestyle=style.dash(i), linewidth=2.6 - 0.4 * i)
            ends.append((float(way[-1]), NAMES[dialect], style.color(i)))
        panel.axvline(DROP, color=style.current().quiet, linewidth=1)
        panel.set(xlabel="step", ylabel="weight under a gradient of 1", xlim=(0, len(way) - 1))
        panel.text(DROP + 0.4, 0.93, "η: 1 → 0.1", transform=panel.get_xaxis_transform())
        panel.grid(axis="y")
        style.label_ends(panel, ends)
        return figure

    def _draw_training(self) -> Any:
        rules = list(self.curves)
        columns = 3
        figure, axes = style.panels(
            -(-len(rules) // columns), columns, width=9.0, height=6.0, sharex=True, sharey=True,
            title=f"Training with each dialect's default numbers ({self.settings['data']})",
        )  # fmt: skip
        for panel, rule in zip(axes.ravel(), rules, strict=False):
            for i, (dialect, c) in enumerate(self.curves[rule].items()):
                panel.plot(
                    np.arange(1, len(c.loss) + 1), c.loss, color=style.color(i),
                    linestyle=style.dash(i), label=NAMES[dialect], linewidth=2.6 - 0.4 * i,
                )  # fmt: skip
            panel.set(title=title(rule), yscale="log")
            style.show_epochs(panel, len(c.loss), name="")
            panel.grid(axis="y")
            style.log_axis(panel.yaxis)
        for spare in axes.ravel()[len(rules) :]:
            spare.set_visible(False)
        for panel in axes[-1]:
            panel.set_xlabel("epoch")
        for panel in axes[:, 0]:
            panel.set_ylabel("training loss (nats)")
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=4, handlelength=3)
        return figure


def _half(found: Array) -> float | None:
    """Return the gradient at which the first step is half its largest, if it falls so far."""
    top = found[-1]
    below = np.flatnonzero(found < top / 2)
    return float(SIZES[below[-1] + 1]) if len(below) else None


def _first_steps(rule: str, dialect: str) -> Array:
    w = Variable(np.zeros(len(SIZES)), dtype="float64", name="w")
    optimizer(rule, dialect, 1.0).apply([SIZES], [w])
    return np.abs(w.numpy())


def _falling_rate(dialect: str, steps: int = 30) -> Array:
    w = Variable(np.zeros(1), dtype="float64", name="w")
    walker = optimizer("momentum", dialect, 1.0)
    way = [0.0]
    for step in range(steps):
        if step == DROP:
            walker.learning_rate = 0.1
        walker.apply([np.ones(1)], [w])
        way.append(float(w.numpy()[0]))
    return np.array(way)


def compare_dialects(
    rules: Sequence[str] = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"),
    *,
    data: str | Data = "digits",
    epochs: int | None = None,
    seed: int = 0,
    fast: bool = False,
) -> Dialects:
    """Compare the dialects: the first step, a falling learning rate, and training by default.

    Args:
        rules: what to train with.
        data: `"digits"`, `"mnist"` or `Data`.
        epochs: 15, or 6 if fast.
        seed: of weights and order of rows.
        fast: fewer epochs.

    >>> steps = compare_dialects(["adam"], epochs=1).first_steps["adam"]
    >>> tiny = int(np.argmin(np.abs(SIZES - 1e-8)))
    >>> round(float(steps["keras"][tiny]), 5), round(float(steps["torch"][tiny]), 5)
    (0.00315, 0.5)
    """
    loaded = load(data, fast=fast)
    epochs = choose(epochs, 15, 6, fast)
    curves: dict[str, dict[str, Curves]] = {}
    for rule in rules:
        curves[rule] = {}
        for dialect in FORMS[rule]:
            seeded(seed)
            curves[rule][dialect] = train(
                network(loaded), loaded, optimizer(rule, dialect), epochs, batch_size=50
            )
    return Dialects(
        first_steps={
            rule: {dialect: _first_steps(rule, dialect) for dialect in DIALECTS}
            for rule in ("adagrad", "rmsprop", "adam")
        },
        momentum={dialect: _falling_rate(dialect) for dialect in DIALECTS},
        curves=curves,
        settings={"rules": list(rules), "data": loaded.label, "epochs": epochs, "seed": seed},
    )
