"""`explain_diff`: from the numbers of another run to the cause of the difference."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from nnscratch.errors import DataError, NonFiniteError, NotReadyError, ShapeError, unknown_name
from nnscratch.lab.differences.cause import Cause, Variation, known_causes
from nnscratch.lab.differences.numbers import (
    Gap,
    Numbers,
    Yardstick,
    idle_weights,
    read_history,
    read_weights,
)
from nnscratch.lab.differences.result import Difference, Verdict, equally_good
from nnscratch.lab.differences.trial import Trial
from nnscratch.training.streams import is_stream

ROUNDING = {"float32": 2e-6, "float64": 1e-12}
"""Gaps up to here may be another order of the same sums."""

SOLVED = 0.999
"""Share of the gap that a cause must close for pairs not to be looked for."""

PARTNERS = 3
"""How many of the best causes are tried together with every other."""


def explain_diff(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    weights: Any = None,
    history: Any = None,
    causes: Sequence[str] | None = None,
    pairs: bool = True,
    ignore: Sequence[str] = (),
    resolution: float = 0.0,
    progress: Callable[[str], None] | None = None,
    **fit: Any,
) -> Difference:
    """Find out why another run of a model came to other numbers.

    The model is trained as the other run was, which gives the gap: the root mean square over all
    quantities of ‖ours − theirs‖/‖theirs‖. Then it is trained again with one known cause at work
    at a time (another place of ε, another momentum, other validation rows, …), and the causes are
    ranked by how much of the gap each closes, 1 − remaining gap / gap. If none closes it, the best
    are tried in pairs with all others. The model and the random streams are left as they were.

    Args:
        model: compiled model *at its start*: with the weights and, where it matters, the seeds
            (`set_random_seed`) from which the other run began.
        x: inputs that the other run was trained on.
        y: targets.
        weights: the other run's weights: arrays in the order of `model.get_weights()`, a dict of
            arrays by path, a model, or the path of a `.keras`, `.h5`, `.weights.h5` or `.npz`
            file, all from the end of training; or a dict from numbers of steps to any of these.
        history: the other run's history: what `fit` returned, a dict of lists, a list of losses,
            or the path of a file that `CSVLogger` wrote. With fewer epochs than were trained,
            training stops there.
        causes: names (globs may be used) of the causes to try; all by default.
        pairs: whether to look for two causes where one does not suffice.
        ignore: names (globs may be used) of weights that do not count. The bias of a linear layer
            just before a `BatchNormalization` and the moving mean behind it never do: only
            rounding moves them.
        resolution: how far the numbers given may be off because they were rounded, such as 1e-5
            for five decimals copied from a page.
        progress: told of each cause before it is tried.
        fit: further arguments of `fit`: `batch_size`, `epochs`, `validation_split`, `callbacks`, …

    Units: gaps are relative, without a unit; seconds where the result says so.

    Raises:
        NotReadyError: the model is not compiled.
        DataError: neither weights nor history were given, or the data is a stream.
        ShapeError: the weights do not fit the model.
        ValueError: no cause has such a name.

    >>> import numpy as np
    >>> from nnscratch import layers, models, utils
    >>> utils.set_random_seed(1)
    >>> x = np.random.default_rng(0).normal(size=(64, 3)); y = x[:, :1] ** 2
    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> twin = models.clone_model(model); twin.set_weights(model.get_weights())
    >>> twin.compile("sgd", "mae")  # the other run took another loss
    >>> theirs = twin.fit(x, y, epochs=2, shuffle=False, verbose=0)
    >>> found = explain_diff(
    ...     model, x, y, weights=twin.get_weights(), epochs=2, shuffle=False, causes=["*loss*"])
    >>> found.best.label, f"{found.best.closes:.1%}"
    ('another loss: the absolute error', '100.0%')
    """
    started = time.perf_counter()
    _check(model, x, weights, history)
    if not model.built:
        twin = Trial(model, x, y, fit).model
        twin.optimizer = copy.deepcopy(model.optimizer)
        model = twin
    names = [w.path.removeprefix(f"{model.name}/") for w in model.weights]
    other = Numbers(read_weights(weights, model), read_history(history))
    ignored = {i for i, n in enumerate(names) if any(fnmatchcase(n, p) for p in ignore)}
    ignored |= idle_weights(model)
    yardstick = Yardstick(other, names, ignored, resolution)
    bench = _Bench(model, x, y, fit, yardstick)
    base = bench.measure([])
    assert base is not None
    chosen = _chosen(causes)
    found: list[Verdict] = []
    tell = progress or (lambda words: None)
    if base.total > 0:
        found = bench.all_of(chosen, base, tell)
        floor = ROUNDING[_floatx(model)]
        found = _ranked(found, floor)
        if pairs and found and found[0].closes < SOLVED:
            found = _ranked(found + bench.pairs(found, chosen, base, tell), floor)
    seconds = time.perf_counter() - started
    return Difference(base, found, len(chosen), bench.runs, seconds, ROUNDING[_floatx(model)])


def _check(model: Any, x: Any, weights: Any, history: Any) -> None:
    if getattr(model, "_trainer", None) is None:
        raise NotReadyError("`model` is not compiled: call compile() as the other run was meant.")
    if weights is None and history is None:
        raise DataError("Nothing to explain: give the other run's `weights`, `history` or both.")
    if is_stream(x):
        raise DataError(
            f"`x` must be an array (or several): every cause trains anew. Received: "
            f"{type(x).__name__}. Gather its batches, np.concatenate([x for x, y in batches])."
        )


def _floatx(model: Any) -> str:
    return "float64" if all(w.value.dtype == np.float64 for w in model.weights) else "float32"


def _chosen(patterns: Sequence[str] | None) -> list[Cause]:
    every = known_causes()
    if patterns is None:
        return every
    for pattern in patterns:
        if not any(fnmatchcase(one.name, pattern) for one in every):
            raise unknown_name("cause", pattern, [one.name for one in every])
    return [one for one in every if any(fnmatchcase(one.name, p) for p in patterns)]


def _ranked(found: Iterable[Verdict], rounding: float) -> list[Verdict]:
    """Return the causes, the smallest remaining gap first; the equally good in their own order."""
    verdicts = list(found)
    limit = equally_good(verdicts, rounding)

    def key(verdict: Verdict) -> tuple[int, float]:
        if verdict.remaining <= limit:
            return len(verdict.causes), 0.0
        return 3, verdict.remaining

    return sorted(verdicts, key=key)


class _Bench:
    """Runs the model under causes and measures what remains of the gap."""

    def __init__(self, model: Any, x: Any, y: Any, fit: dict[str, Any], stick: Yardstick) -> None:
        self.model, self.x, self.y, self.fit = model, x, y, fit
        self.yardstick = stick
        self.runs = 0

    def measure(self, variations: Sequence[Variation]) -> Gap | None:
        """Return the gap under some causes; None if one does not apply."""
        trial = Trial(self.model, self.x, self.y, self.fit)
        if not all(one.apply(trial) for one in variations):
            return None
        self.runs += 1
        try:
            return self.yardstick.gap(trial.run(self.yardstick.other))
        except NonFiniteError:
            return Gap({"loss": np.inf})
        except (ShapeError, DataError, ValueError):  # this model cannot be run like that
            return None

    def all_of(
        self, chosen: Sequence[Cause], base: Gap, tell: Callable[[str], None]
    ) -> list[Verdict]:
        """Try every cause by itself; return the best variation of each."""
        return [verdict for cause in chosen for verdict in self._best((), cause, base, tell)]

    def pairs(
        self,
        singles: Sequence[Verdict],
        chosen: Sequence[Cause],
        base: Gap,
        tell: Callable[[str], None],
    ) -> list[Verdict]:
        """Try the best causes together with every other; return the pairs better than each."""
        found: list[Verdict] = []
        for first in singles[:PARTNERS]:
            for cause in chosen:
                if cause is first.causes[0] or any(
                    {c.name for c in v.causes} == {cause.name, first.causes[0].name} for v in found
                ):
                    continue
                better = [
                    v
                    for v in self._best((first,), cause, base, tell)
                    if v.remaining < 0.5 * first.remaining
                ]
                found += better
        return found

    def _best(
        self,
        before: tuple[Verdict, ...],
        cause: Cause,
        base: Gap,
        tell: Callable[[str], None],
    ) -> list[Verdict]:
        together = [one for verdict in before for one in verdict.variations]
        tell(" + ".join([v.label for v in before] + [cause.name]))
        best: Verdict | None = None
        for variation in cause.variations:
            gap = self.measure([*together, variation])
            if gap is not None and (best is None or gap.total < best.remaining):
                causes = (*(c for v in before for c in v.causes), cause)
                best = Verdict(causes, (*together, variation), gap, base)
        return [] if best is None else [best]
