"""What a training history says: overfitting, underfitting, still learning, diverged, or good."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from nnscratch.errors import DataError
from nnscratch.lab import style
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.typing import Array

ADVICE = {
    "overfitting": "Stop at the best epoch (EarlyStopping), add rows, Dropout or L2, or take a "
    "smaller network.",
    "underfitting": "Take a larger network, less Dropout or L2, another optimizer or learning "
    "rate, He's or Xavier's start, or BatchNormalization.",
    "still learning": "Train for more epochs, or with a larger learning rate.",
    "diverged": "Take a smaller learning rate, scaled inputs, or clipnorm=1.0.",
    "good fit": "Leave it as it is.",
}
"""What helps, by verdict: the remedies of the course notes."""


class Evidence(NamedTuple):
    """One number and what it speaks for.

    Attributes:
        name: what was measured.
        value: how much it is.
        limit: where it begins to count.
        counts: whether it is beyond the limit.
        meaning: the sentence for people.
    """

    name: str
    value: float
    limit: float
    counts: bool
    meaning: str


@dataclass(eq=False, repr=False)
class Diagnosis(Result):
    """A verdict on a training history, with the numbers it rests on.

    Attributes:
        verdict: `"overfitting"`, `"underfitting"`, `"still learning"`, `"diverged"` or
            `"good fit"`.
        evidence: the numbers.
        history: the curves it was made from.
        best_epoch: epoch of the lowest validation loss, counted from 1.
    """

    name: ClassVar[str] = "diagnosis"
    title: ClassVar[str] = "What the learning curves say"

    verdict: str
    evidence: list[Evidence]
    history: dict[str, Array]
    best_epoch: int

    def tables(self) -> dict[str, list[Row]]:
        """Return the evidence, one row a number."""
        return {"evidence": [item._asdict() for item in self.evidence]}

    def findings(self) -> dict[str, Any]:
        """Return the verdict and each number by its name."""
        numbers = {item.name: item.value for item in self.evidence}
        return {"verdict": self.verdict, "best_epoch": self.best_epoch, **numbers}

    def text(self) -> str:
        """Return verdict, evidence and advice."""
        lines = [f"{self.verdict.capitalize()}."]
        lines += [f"  {'•' if item.counts else '◦'} {item.meaning}" for item in self.evidence]
        return "\n".join([*lines, f"  → {ADVICE[self.verdict]}"])

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the curves with the verdict above them."""
        return {"diagnosis": self._draw}

    def _draw(self) -> Any:
        figure, axes = style.panels(height=4.4, title=self.verdict.capitalize())
        draw_curves(axes[0, 0], self, label=True)
        axes[0, 0].set_ylabel("loss (nats)")
        return figure


def draw_curves(panel: Any, found: Diagnosis, label: bool = False) -> None:
    """Draw training and validation loss into a panel and mark the best epoch."""
    ends = []
    for i, (name, word) in enumerate((("loss", "training"), ("val_loss", "validation"))):
        values = found.history[name]
        panel.plot(
            np.arange(1, len(values) + 1), values, color=style.color(i), linestyle=style.dash(i),
            label=word,
        )  # fmt: skip
        ends.append((float(values[-1]), word, style.color(i)))
    best = found.best_epoch
    height = float(found.history["val_loss"][best - 1])
    panel.plot(best, height, "o", markersize=9, markerfacecolor="none",
               markeredgecolor=style.current().ink, markeredgewidth=1.6, clip_on=False)  # fmt: skip
    panel.set_ylim(0, None)
    style.show_epochs(panel, len(found.history["loss"]))
    panel.grid(axis="y")
    if label:
        panel.annotate(
            f"best: epoch {best}", (best, height), xytext=(0, -30), textcoords="offset points",
            ha="center", fontsize=10.5,
        )  # fmt: skip
        style.label_ends(panel, ends)


def diagnose(
    history: Any,
    *,
    good_accuracy: float = 0.9,
    rise: float = 0.1,
    gap: float = 0.05,
    slope: float = 0.01,
) -> Diagnosis:
    """Say whether a run overfitted or underfitted, and by which numbers.

    Looked at, in this order: a loss that is not finite or ends half as high again as it began has
    *diverged*. A validation loss that has risen by `rise` above its lowest while the training loss
    fell, or a training accuracy `gap` above the validation accuracy, is *overfitting*. A training
    accuracy under `good_accuracy` (or, without accuracies, a training loss above half of the
    first) is *underfitting*, unless the training loss still falls by `slope` an epoch: then it is
    *still learning*. All else is a *good fit*. Ends are means over the last tenth of the epochs.

    Args:
        history: what `fit` returned, nnscratch's or Keras's, or its dictionary. It needs `loss` and
            `val_loss`; accuracies count if they are there.
        good_accuracy: training accuracy that is enough, a share.
        rise: rise of the validation loss that counts, relative to its lowest.
        gap: of the accuracies that counts, a share.
        slope: fall of the training loss per epoch that counts, relative to it.

    Raises:
        DataError: `loss` or `val_loss` is missing, or they are not equally long.

    >>> found = diagnose({"loss": [2.0, 1.0, 0.4, 0.1], "val_loss": [2.0, 1.2, 1.0, 1.3]})
    >>> found.verdict, found.best_epoch
    ('overfitting', 3)
    """
    curves = _curves(history)
    loss, val_loss = curves["loss"], curves["val_loss"]
    if not (np.isfinite(loss).all() and np.isfinite(val_loss).all()):
        told = "The training loss is not a finite number at the end."
        broken = Evidence("loss", float(loss[-1]), np.inf, True, told)
        finite = int(np.argmin(np.nan_to_num(val_loss, nan=np.inf))) + 1
        return Diagnosis(
            verdict="diverged", evidence=[broken], history=curves, best_epoch=finite, settings={}
        )
    best = int(np.argmin(val_loss))
    evidence = [_growth(loss), _rise(loss, val_loss, best, rise)]
    accuracies = _accuracies(curves)
    if accuracies is not None:
        evidence += [_gap(*accuracies, gap), _level(accuracies[0], good_accuracy)]
    else:
        evidence.append(_loss_level(loss))
    evidence.append(_slope(loss, slope))
    by_name = {item.name: item.counts for item in evidence}
    if by_name["growth"]:
        verdict = "diverged"
    elif by_name["rise"] or by_name.get("gap"):
        verdict = "overfitting"
    elif by_name["level"]:
        verdict = "still learning" if by_name["slope"] else "underfitting"
    else:
        verdict = "good fit"
    settings = {"good_accuracy": good_accuracy, "rise": rise, "gap": gap, "slope": slope}
    return Diagnosis(
        verdict=verdict, evidence=evidence, history=curves, best_epoch=best + 1, settings=settings
    )


def _curves(history: Any) -> dict[str, Array]:
    table: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    missing = [name for name in ("loss", "val_loss") if name not in table]
    if missing:
        raise DataError(
            f"diagnose() needs `loss` and `val_loss`; {' and '.join(missing)} is missing. "
            f"Received: {', '.join(table)}. Give fit() validation_data or validation_split."
        )
    curves = {name: np.asarray(values, np.float64) for name, values in table.items()}
    lengths = {len(curves[name]) for name in ("loss", "val_loss")}
    if len(lengths) > 1 or 0 in lengths:
        raise DataError(
            "diagnose() needs one `val_loss` for each `loss`. Received: "
            f"{len(curves['loss'])} and {len(curves['val_loss'])}. Validate after every epoch."
        )
    return curves


def _end(values: Array) -> float:
    return float(values[-max(1, len(values) // 10) :].mean())


def _accuracies(curves: Mapping[str, Array]) -> tuple[Array, Array] | None:
    for name, values in curves.items():
        if "acc" in name and not name.startswith("val_") and f"val_{name}" in curves:
            return values, curves[f"val_{name}"]
    return None


def _growth(loss: Array) -> Evidence:
    value = _end(loss) / float(loss[0]) if loss[0] else 1.0
    told = f"The training loss went from {loss[0]:.3g} to {_end(loss):.3g}, ×{value:.2g}."
    return Evidence("growth", value, 1.5, value > 1.5, told)


def _rise(loss: Array, val_loss: Array, best: int, limit: float) -> Evidence:
    lowest = float(val_loss[best])
    value = (_end(val_loss) - lowest) / abs(lowest) if lowest else 0.0
    fell = _end(loss) < float(loss[best])
    went = "fell" if fell else "did not fall"
    told = (
        f"The validation loss was lowest after epoch {best + 1} of {len(loss)} ({lowest:.3g}) and "
        f"ends {value:.0%} above that, while the training loss {went}."
    )
    return Evidence("rise", value, limit, value > limit and fell, told)


def _gap(accuracy: Array, val_accuracy: Array, limit: float) -> Evidence:
    value = _end(accuracy) - _end(val_accuracy)
    told = (
        f"Training accuracy {_end(accuracy):.1%}, validation accuracy {_end(val_accuracy):.1%}: a "
        f"gap of {100 * value:.1f} points."
    )
    return Evidence("gap", value, limit, value > limit, told)


def _level(accuracy: Array, limit: float) -> Evidence:
    value = _end(accuracy)
    told = f"The training accuracy reaches {value:.1%}, of {limit:.0%} that would be enough."
    return Evidence("level", value, limit, value < limit, told)


def _loss_level(loss: Array) -> Evidence:
    value = _end(loss) / float(loss[0]) if loss[0] else 0.0
    told = f"The training loss ends at {value:.0%} of its first value."
    return Evidence("level", value, 0.5, value > 0.5, told)


def _slope(loss: Array, limit: float) -> Evidence:
    tail = loss[-max(2, len(loss) // 4) :]
    fall = float(tail[0] - tail[-1]) / max(1, len(tail) - 1) if len(tail) > 1 else 0.0
    value = fall / abs(float(tail[0])) if tail[0] else 0.0
    told = f"Over the last {len(tail)} epochs the training loss falls by {value:.1%} an epoch."
    return Evidence("slope", value, limit, value > limit, told)
