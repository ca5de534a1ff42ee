"""The numbers of a run: weights after some steps and the history, however they were kept."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.errors import ShapeError
from nnscratch.layers import BatchNormalization
from nnscratch.typing import Array

END = -1
"""Stands for the step after which training was over."""

FLOOR = 1e-3
"""Root mean square below which differences are measured against this instead."""


@dataclass
class Numbers:
    """What a run left behind.

    Attributes:
        weights: all weights of the model, by the number of steps done; `END` for the last.
        history: one number per epoch, by name.
    """

    weights: dict[int, list[Array]] = field(default_factory=dict)
    history: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Gap:
    """How far a run is from the numbers of another.

    Attributes:
        parts: by quantity, the root mean square of the difference over that of the numbers.
    """

    parts: dict[str, float]

    @property
    def total(self) -> float:
        """The root mean square of all parts."""
        if not all(map(math.isfinite, self.parts.values())):
            return math.inf
        squares = [part * part for part in self.parts.values()]
        return math.sqrt(sum(squares) / len(squares)) if squares else 0.0


class Yardstick:
    """Measures runs against the other run's numbers.

    Args:
        other: the other run's numbers.
        names: name of each weight.
        ignored: indices of weights that do not count.
        resolution: how far the numbers given may be off, because they were rounded.
    """

    def __init__(
        self, other: Numbers, names: Sequence[str], ignored: set[int], resolution: float
    ) -> None:
        self.other = other
        self.names = names
        self.ignored = ignored
        self.resolution = resolution

    def gap(self, found: Numbers) -> Gap:
        """Return how far a run is from the other.

        Args:
            found: its numbers.
        """
        parts = dict(self._weights(found))
        for name, theirs in self.other.history.items():
            ours = found.history.get(name, [])[: len(theirs)]
            parts[name] = self._apart(np.array(ours), np.array(theirs))
        return Gap(parts)

    def _weights(self, found: Numbers) -> Iterator[tuple[str, float]]:
        for step, theirs in self.other.weights.items():
            ours = found.weights.get(step)
            when = "at the end" if step == END else f"after step {step}"
            for i, (name, tensor) in enumerate(zip(self.names, theirs, strict=True)):
                if i not in self.ignored:
                    mine = np.empty(0) if ours is None else ours[i]
                    yield f"{name} {when}", self._apart(mine, tensor)

    def _apart(self, ours: Array, theirs: Array) -> float:
        if ours.shape != theirs.shape:
            return math.inf
        if theirs.size == 0:
            return 0.0
        a, b = ours.astype(np.float64), theirs.astype(np.float64)
        both = np.isnan(a) & np.isnan(b)
        a, b = np.where(both, 0.0, a), np.where(both, 0.0, b)
        with np.errstate(all="ignore"):
            off = np.maximum(np.abs(a - b) - self.resolution, 0.0)
            size = math.sqrt(float(np.mean(b * b)))
            apart = math.sqrt(float(np.mean(off * off))) / max(size, FLOOR)
        return apart if math.isfinite(apart) else math.inf


def idle_weights(model: Any) -> set[int]:
    """Return the indices of the weights that only rounding moves, or that follow such a weight.

    A normalization takes away any constant that the linear layer just before it adds: the gradient
    of that bias is zero but for rounding, of which Adam makes whole steps, and the moving mean
    follows it. No training step depends on either.

    Args:
        model: a built model.
    """
    idle: list[Any] = []
    for before, after in itertools.pairwise(model.layers):
        bias = getattr(before, "bias", None)
        linear = getattr(getattr(before, "activation", None), "name", "") == "linear"
        normalizes = isinstance(after, BatchNormalization) and after.trainable
        if linear and bias is not None and normalizes:
            idle += [bias, after.moving_mean]
    return {i for i, w in enumerate(model.weights) if any(w is one for one in idle)}


def read_weights(given: Any, model: Any) -> dict[int, list[Array]]:
    """Return weights by step, from arrays, a dict, a file or a model.

    Args:
        given: a list of arrays in the order of `model.get_weights()`; a dict of arrays by path or
            in that order; a dict from numbers of steps to any of these; a model; the path of a
            `.keras`, `.h5`, `.weights.h5` or `.npz` file; or None.
        model: the model whose weights they are.

    Raises:
        ShapeError: the arrays do not fit the model.
    """
    if given is None:
        return {}
    if isinstance(given, Mapping) and all(isinstance(k, (int, np.integer)) for k in given):
        return {int(step): _tensors(arrays, model) for step, arrays in given.items()}
    return {END: _tensors(given, model)}


def _tensors(given: Any, model: Any) -> list[Array]:
    if isinstance(given, (str, Path)):
        given = _from_file(Path(given), model)
    if hasattr(given, "get_weights"):
        given = given.get_weights()
    if isinstance(given, Mapping):
        given = _by_path(given, model)
    found = [np.asarray(array) for array in given]
    wanted = [tuple(w.shape) for w in model.weights]
    if [a.shape for a in found] != wanted:
        raise ShapeError(
            f"`weights` must hold one array for each of the model's {len(wanted)} weights, of "
            f"shapes {wanted}. Received {len(found)} of shapes {[a.shape for a in found]}"
        )
    return found


def _by_path(given: Mapping[str, Any], model: Any) -> list[Any]:
    paths = [w.path for w in model.weights]
    if all(path in given for path in paths):
        return [given[path] for path in paths]
    return list(given.values())


def _from_file(path: Path, model: Any) -> Any:
    import copy

    from nnscratch.saving import load_model

    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    if path.name.endswith(".weights.h5"):
        twin = copy.deepcopy(model)
        twin.load_weights(path)
        return twin
    return load_model(path, compile=False)


def read_history(given: Any) -> dict[str, list[float]]:
    """Return a history by name, from a `History`, a dict, a list of losses or a CSV file.

    Args:
        given: what `fit` returned, its `history`, the losses of the epochs, the path of a file
            that `CSVLogger` wrote, or None.
    """
    if given is None:
        return {}
    if isinstance(given, (str, Path)):
        with Path(given).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        names = [name for name in (rows[0] if rows else {}) if name != "epoch"]
        missing = ("NA", "")  # CSVLogger's word for an epoch without validation
        return {n: [float(row[n]) for row in rows if row[n] not in missing] for n in names}
    given = getattr(given, "history", given)
    if not isinstance(given, Mapping):
        given = {"loss": given}
    return {
        str(name): [float(v) for v in np.atleast_1d(np.asarray(values, np.float64))]
        for name, values in given.items()
    }
