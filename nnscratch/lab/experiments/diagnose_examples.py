"""Five runs and their diagnoses: one for each verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from nnscratch.initializers import RandomNormal
from nnscratch.lab import style
from nnscratch.lab.experiments.data import Data, load
from nnscratch.lab.experiments.diagnosis import ADVICE, Diagnosis, diagnose, draw_curves
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.training import choose, network, seeded, train
from nnscratch.optimizers import SGD, Adam


@dataclass(eq=False, repr=False)
class DiagnoseExamples(Result):
    """Runs and what `diagnose` says of them.

    Attributes:
        found: by what was done, the diagnosis.
    """

    name: ClassVar[str] = "diagnose"
    title: ClassVar[str] = "Learning curves and what they say"

    found: dict[str, Diagnosis]

    def tables(self) -> dict[str, list[Row]]:
        """Return all evidence and all curves."""
        evidence = [
            {"run": run, "verdict": found.verdict, **item._asdict()}
            for run, found in self.found.items()
            for item in found.evidence
        ]
        curves = [
            {"run": run, "epoch": i + 1, "loss": loss, "val_loss": found.history["val_loss"][i]}
            for run, found in self.found.items()
            for i, loss in enumerate(found.history["loss"])
        ]
        return {"evidence": evidence, "diagnose_curves": curves}

    def findings(self) -> dict[str, Any]:
        """Return each run's findings."""
        return {run: found.findings() for run, found in self.found.items()}

    def text(self) -> str:
        """Return each run's verdict, evidence and advice."""
        return "\n\n".join(f"{run}: {found.text()}" for run, found in self.found.items())

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the one figure."""
        return {"diagnose": self._draw}

    def _draw(self) -> Any:
        figure, axes = style.panels(
            1, len(self.found), width=max(8.0, 2.3 * len(self.found)), height=4.2,
            title=self.title, sharey=True,
        )  # fmt: skip
        for panel, (run, found) in zip(axes[0], self.found.items(), strict=True):
            draw_curves(panel, found)
            panel.set_title(f"{found.verdict}\n", fontweight="bold")
            panel.text(0, 1.025, run, transform=panel.transAxes, fontsize=10)
            if found.verdict == "diverged":
                panel.text(0.5, 0.5, "not finite", transform=panel.transAxes, ha="center")
        axes[0, 0].set(ylabel="loss (nats)", ylim=(0, 2.5))
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=2, handlelength=3)
        return figure


def diagnose_examples(
    *, data: str | Data = "digits", epochs: int | None = None, seed: int = 0, fast: bool = False
) -> DiagnoseExamples:
    """Train five networks, each with one thing wrong or none, and diagnose them.

    Args:
        data: `"digits"`, `"mnist"` or `Data`.
        epochs: 40, or 25 if fast.
        seed: of weights and order of rows.
        fast: fewer epochs.

    >>> sorted(diagnose_examples(epochs=2).found["all well"].findings())[:2]
    ['best_epoch', 'gap']
    """
    everything = load(data, fast=fast)
    few = load(data, 300).with_wrong_labels(0.2, seed)
    epochs = choose(epochs, 40, 25, fast)
    found = {}
    for run, loaded, hidden, optimizer, more in (
        ("all well", everything, (64, 64), Adam(0.001), {"l2": 1e-5}),
        ("300 rows, 20% wrong", few, (128, 128), Adam(0.006), {}),
        ("three hidden units", everything, (3,), Adam(0.03), {"dropout": 0.3}),
        ("learning rate 0.003", everything, (64, 64), SGD(0.003), {}),
        ("weights of std 1", everything, (99,) * 4, SGD(0.1), {"initializer": RandomNormal(0, 1)}),
    ):
        seeded(seed)
        curves = train(network(loaded, hidden, **more), loaded, optimizer, epochs)
        found[run] = diagnose(
            {
                "loss": curves.loss,
                "val_loss": curves.val_loss,
                "accuracy": curves.accuracy,
                "val_accuracy": curves.val_accuracy,
            }
        )
    return DiagnoseExamples(
        found=found,
        settings={
            "data": everything.label,
            "epochs": epochs,
            "seed": seed,
            "verdicts": list(ADVICE),
        },
    )
