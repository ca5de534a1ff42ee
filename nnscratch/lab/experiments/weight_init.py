"""Initial weights: what their scale does to the signals of a deep stack, before and in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from nnscratch.lab import style
from nnscratch.lab.experiments import weight_init_figures as figures
from nnscratch.lab.experiments.init_training import InitTraining, init_training
from nnscratch.lab.experiments.result import Result, Row
from nnscratch.lab.experiments.signals import LayerSignal, pass_through
from nnscratch.lab.experiments.starts import BOOK, Starts, starts
from nnscratch.lab.experiments.weight_histograms import WeightHistograms, weight_histograms

Signals = dict[str, dict[str, list[LayerSignal]]]
"""By activation, then by label of the initial weights: each layer's signal."""


@dataclass(eq=False, repr=False)
class WeightInit(Result):
    """Activations and gradients of a deep stack for several initial weights.

    Attributes:
        signals: by activation and initial weights, what each layer shows.
        weights: the weights themselves and what a sigmoid makes of them; None if left out.
        training: the training curves that follow; None if left out.
    """

    name: ClassVar[str] = "weight-init"
    title: ClassVar[str] = "Initial weights: what their scale does to a deep network"

    signals: Signals
    weights: WeightHistograms | None
    training: InitTraining | None

    @property
    def parts(self) -> list[Result]:
        """The results within this one."""
        return [part for part in (self.weights, self.training) if part is not None]

    def tables(self) -> dict[str, list[Row]]:
        """Return the signals layer by layer, their histograms, and the tables of the parts."""
        layers: list[Row] = []
        bars: list[Row] = []
        for activation, by_start in self.signals.items():
            for start, stack in by_start.items():
                for signal in stack:
                    where = {"activation": activation, "init": start, "layer": signal.layer}
                    layers.append({**where, **_row(signal)})
                    bars += [{**where, **bar} for bar in _bars(signal)]
        tables = {"signals": layers, "histograms": bars}
        for part in self.parts:
            tables |= part.tables()
        return tables

    def findings(self) -> dict[str, Any]:
        """Return for each activation and start what the last layer shows, and how it trains."""
        last = {
            activation: {
                start: {
                    "std": stack[-1].activation.std,
                    "saturated": stack[-1].saturated,
                    "gradient_std_at_first_layer": stack[0].gradient.std,
                    "straightness": stack[-1].qq.straightness,
                }
                for start, stack in by_start.items()
            }
            for activation, by_start in self.signals.items()
        }
        return {"last_layer": last} | {part.name: part.findings() for part in self.parts}

    def text(self) -> str:
        """Say where signals saturate, vanish, explode and hold."""
        depth = self.settings["depth"]
        told = [
            f"Normal numbers go through {depth} layers of {self.settings['width']} units; the "
            "gradient at the last layer is normal too and goes back. A start is good where both "
            "keep their spread from layer to layer."
        ]
        for activation, by_start in self.signals.items():
            told.append(
                "\n".join([activation, *(f"  {s}: {_verdict(st)}" for s, st in by_start.items())])
            )
        return "\n\n".join(told + [f"{part.title}. {part.text()}" for part in self.parts])

    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the histograms by activation, spreads over layers, Q-Q plots, and the parts'."""
        drawn: dict[str, Callable[[], Any]] = {}
        for activation, by_start in self.signals.items():
            drawn[f"activations-{activation}"] = figures.histograms(activation, by_start)
            drawn[f"gradients-{activation}"] = figures.histograms(
                activation, by_start, gradients=True
            )
        drawn["spread"] = figures.spreads(self.signals)
        drawn["normality"] = figures.quantiles(self.signals)
        for part in self.parts:
            drawn |= part.drawings()
        return drawn


def weight_init(
    initializers: Starts = BOOK,
    activations: Sequence[str] = ("sigmoid", "tanh", "relu"),
    *,
    depth: int = 5,
    width: int = 100,
    rows: int = 1000,
    batch_normalization: bool = False,
    training: bool = True,
    data: Any = "digits",
    epochs: int | None = None,
    seed: int = 0,
    fast: bool = False,
) -> WeightInit:
    """Compare initial weights by the activations and gradients they lead to, and by training.

    The experiment of "Deep Learning from Scratch", section 6.2 (K. Saito, 2016): 1,000 rows of
    normal numbers through 5 layers of 100 units. Gradients are sent back as well.

    Args:
        initializers: `"std 1"` with any number, `"Xavier"`, `"He"`, Keras's names, or a
            dictionary from labels to initializers.
        activations: names of activations.
        depth: number of layers.
        width: units of each.
        rows: number of inputs.
        batch_normalization: whether to normalize before each nonlinearity.
        training: whether to add the weights' own histograms and the training curves.
        data: `"digits"` or `"mnist"`, for the training.
        epochs: of the training; 30, or 8 if fast.
        seed: of everything random.
        fast: fewer epochs.

    Returns:
        The numbers, with figures, tables and a text.

    Raises:
        ValueError: an unknown name.

    >>> result = weight_init(["std 1", "Xavier"], ["tanh"], training=False, rows=200)
    >>> big, xavier = (result.signals["tanh"][start][-1] for start in ("std 1", "Xavier"))
    >>> big.saturated > 0.7, xavier.saturated < 0.05
    (True, True)
    """
    chosen = starts(initializers)
    signals = {
        activation: {
            label: pass_through(
                start,
                activation,
                depth=depth,
                width=width,
                rows=rows,
                batch_normalization=batch_normalization,
                seed=seed,
            )
            for label, start in chosen.items()
        }
        for activation in activations
    }
    more = {"data": data, "epochs": epochs, "seed": seed, "fast": fast}
    return WeightInit(
        signals=signals,
        weights=weight_histograms(seed=seed) if training else None,
        training=init_training(
            {**chosen, "zeros": "zeros"},
            batch_normalization=batch_normalization,
            **more,
        )
        if training
        else None,
        settings={
            "initializers": list(chosen),
            "activations": list(activations),
            "depth": depth,
            "width": width,
            "rows": rows,
            "batch_normalization": batch_normalization,
            "seed": seed,
        },
    )


def _row(signal: LayerSignal) -> Row:
    return {
        "mean": signal.activation.mean,
        "std": signal.activation.std,
        "skewness": signal.activation.skewness,
        "kurtosis": signal.activation.kurtosis,
        "saturated": signal.saturated,
        "dead": signal.dead,
        "gradient_std": signal.gradient.std,
        "weight_gradient_std": signal.weight_gradient_std,
        "qq_straightness": signal.qq.straightness,
    }


def _bars(signal: LayerSignal) -> list[Row]:
    kinds = {"activation": signal.activation_histogram, "gradient": signal.gradient_histogram}
    return [
        {"of": kind, "from": low, "to": high, "share": share}
        for kind, bars in kinds.items()
        for low, high, share in zip(bars.edges[:-1], bars.edges[1:], bars.shares, strict=True)
    ]


def _verdict(stack: list[LayerSignal]) -> str:
    """Say in a few words what becomes of the signals, by the spread of activation and gradient."""
    first, last = stack[0], stack[-1]
    if last.saturated > 0.4 and last.activation.kurtosis < -1:  # two ends, little between
        share = f"{last.saturated:.0%} of the last layer saturated"
        return f"{share}, gradient {_times(first.gradient.std)} at the first layer"
    growth = last.activation.std / first.activation.std if first.activation.std else 0.0
    if growth > 10:
        return f"explodes, {_from_to(first, last)}"
    if growth < 0.1 or last.activation.std < 0.02:
        return f"collapses, {_from_to(first, last)}"
    return f"{_from_to(first, last)}, gradient {_times(first.gradient.std)} on its way back"


def _from_to(first: LayerSignal, last: LayerSignal) -> str:
    ends = (style.number(signal.activation.std) for signal in (first, last))
    return "σ from {} at the first layer to {} at the last".format(*ends)


def _times(ratio: float) -> str:
    return f"×{style.number(ratio)}"
