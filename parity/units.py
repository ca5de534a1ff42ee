"""What the suite compares, as plain data: networks, optimizer rules and single behaviours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DTYPES = ("float32", "float64")
NOISE_LAYERS = frozenset(
    {
        *("Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout1D"),
        *("RandomFlip", "RandomBrightness", "RandomContrast"),
    }
)


def named_layers(
    network: Sequence[tuple[str, Mapping[str, Any]]], seed: int, prefix: str = ""
) -> list[tuple[str, dict[str, Any]]]:
    """Return layers with what makes twins alike: fixed names and fixed noise seeds.

    Args:
        network: kinds and arguments of the layers.
        seed: what the seeds start from.
        prefix: of the names.
    """
    layers = []
    for i, (kind, given) in enumerate(network):
        kwargs = {"name": f"{prefix}{i}_{kind}", **given}
        if kind in NOISE_LAYERS:
            kwargs.setdefault("seed", seed + i)
        layers.append((kind, kwargs))
    return layers


@dataclass(frozen=True)
class Obj:
    """An object of a library, named so that either library can make it.

    Args:
        path: where the class is, such as `"regularizers.L2"`.
        kwargs: its arguments; they may hold further `Obj`s.
    """

    path: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.kwargs.items())
        return f"{self.path}({arguments})"


@dataclass(frozen=True)
class Data:
    """Which data a case trains on: the name of a maker in `parity.data` and its arguments."""

    maker: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Allowance:
    """A wider band for some tensors of one unit, and why.

    Args:
        dtype: the float type it holds for.
        tensors: a glob over tensor names, such as `"weight/*"`.
        band: the wider band.
        reason: why Keras itself is no closer than this; printed beside the figures.
    """

    dtype: str
    tensors: str
    band: float
    reason: str


@dataclass(frozen=True)
class Case:
    """One network, trained by both engines on the same batches, compared after every step.

    Args:
        name: unique name.
        area: the heading it is reported under.
        network: the layers in order, each a class name and its arguments.
        optimizer: class name and arguments.
        loss: a name or an `Obj`.
        metrics: names or `Obj`s.
        data: which data.
        samples: rows of one epoch; batches are taken in order and the last may be short.
        parts: how many epochs have rows of their own before rows come again; with few rows a
            network learns them by heart, and its gradients drown in rounding.
        batch_size: rows of a full batch.
        weighted: give every sample a weight (some of them zero).
        steps: how many training steps.
        forced_steps: at most so many in float32, where every step is judged by itself.
        seed: seed of initial weights and noise layers.
        dtypes: float types it runs in.
        allowances: wider bands, each with its reason.
        quick: part of the default selection.
        behaviours: which of the behaviours D1 to D25 it covers.
    """

    name: str
    area: str
    network: tuple[tuple[str, Mapping[str, Any]], ...]
    optimizer: tuple[str, Mapping[str, Any]]
    loss: str | Obj
    metrics: tuple[str | Obj, ...] = ()
    data: Data = Data("digits")
    samples: int = 200
    parts: int = 1
    batch_size: int = 32
    weighted: bool = False
    steps: int = 200
    forced_steps: int = 80
    seed: int = 777
    dtypes: tuple[str, ...] = DTYPES
    allowances: tuple[Allowance, ...] = ()
    quick: bool = False
    behaviours: tuple[str, ...] = ()

    @property
    def is_chain(self) -> bool:
        """Whether every layer works on what the one before it made."""
        return True

    def layers(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the layers with what makes the twins alike: fixed names and fixed noise seeds."""
        return named_layers(self.network, self.seed)


@dataclass(frozen=True)
class Rule:
    """One optimizer fed the same gradients by both engines, compared after every step.

    Args:
        name: unique name.
        area: the heading it is reported under.
        optimizer: class name and arguments.
        steps: how many updates.
        seed: seed of variables and gradients.
        dtypes: float types it runs in.
        allowances: wider bands, each with its reason.
        quick: part of the default selection.
        behaviours: which of the behaviours D1 to D25 it covers.
    """

    name: str
    area: str
    optimizer: tuple[str, Mapping[str, Any]]
    steps: int = 1000
    seed: int = 5
    dtypes: tuple[str, ...] = DTYPES
    allowances: tuple[Allowance, ...] = ()
    quick: bool = False
    behaviours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Golden:
    """A recorded value that both libraries must give.

    Args:
        value: the number or array.
        tolerance: relative to the largest element; recorded figures have few digits.
    """

    value: Any
    tolerance: float = 1e-6


@dataclass(frozen=True)
class Check:
    """One behaviour, written once as a function of a library and run against both.

    Args:
        name: unique name.
        area: the heading it is reported under.
        function: takes a `parity.engines.protocol.Library`, returns named values.
        golden: recorded values for some of the names.
        bands: band by dtype, where the default does not fit.
        reason: why `bands` are what they are.
        later: why the behaviour is not checked yet; such a check is listed, not run.
        differs: why nnscratch departs from Keras here on purpose; the check then fails if the
            two agree.
    """

    name: str
    area: str
    function: Callable[[Any], Mapping[str, Any]] | None = None
    golden: Mapping[str, Golden] = field(default_factory=dict)
    bands: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    later: str = ""
    differs: str = ""
    dtypes: tuple[str, ...] = DTYPES
    quick: bool = False
    behaviours: tuple[str, ...] = ()


Unit = Case | Rule | Check
