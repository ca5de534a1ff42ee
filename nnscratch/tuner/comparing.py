"""Search methods side by side, each with the same number of epochs to train."""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.tuner.bandit import Bandit
from nnscratch.tuner.bayesian import BayesianOptimization
from nnscratch.tuner.grid_search import GridSearch, combinations
from nnscratch.tuner.hyperband import Hyperband
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.objective import Objective
from nnscratch.tuner.random_search import RandomSearch
from nnscratch.tuner.trial import Trial
from nnscratch.tuner.tuner import Tuner
from nnscratch.typing import Array

APART = 1_000_003
"""Seeds of random search are this far apart: keras-tuner's draws for neighbours overlap."""

ENOUGH = 20
"""How many times more trials than planned a method may begin while epochs are left."""


@dataclass(frozen=True)
class Budget:
    """What each method may spend.

    Attributes:
        trials: how many configurations could be trained to the end.
        epochs: how many epochs that takes each.
    """

    trials: int
    epochs: int

    @property
    def total(self) -> int:
        """All epochs together."""
        return self.trials * self.epochs


Maker = Callable[..., Tuner]


def _grid(budget: Budget, hypermodel: Any, objective: Any, **kwargs: Any) -> Tuner:
    """Return a search of the finest grid that the budget is enough for."""
    probe = GridSearch(hypermodel, objective, **kwargs)
    resolution = finest(probe.oracle.get_space(), budget.trials)
    kwargs["overwrite"] = True
    return GridSearch(hypermodel, objective, resolution=resolution, shuffled=True, **kwargs)


def _random(budget: Budget, hypermodel: Any, objective: Any, **kwargs: Any) -> Tuner:
    return RandomSearch(hypermodel, objective, max_trials=ENOUGH * budget.trials, **kwargs)


def _bayesian(surrogate: str) -> Maker:
    def make(budget: Budget, hypermodel: Any, objective: Any, **kwargs: Any) -> Tuner:
        return BayesianOptimization(
            hypermodel,
            objective,
            max_trials=ENOUGH * budget.trials,
            num_initial_points=max(3, budget.trials // 3),
            surrogate=surrogate,
            **kwargs,
        )

    return make


def _hyperband(budget: Budget, hypermodel: Any, objective: Any, **kwargs: Any) -> Tuner:
    return Hyperband(
        hypermodel,
        objective,
        max_epochs=budget.epochs,
        hyperband_iterations=budget.trials,
        **kwargs,
    )


def _bandit(policy: str) -> Maker:
    def make(budget: Budget, hypermodel: Any, objective: Any, **kwargs: Any) -> Tuner:
        return Bandit(
            hypermodel,
            objective,
            max_trials=budget.total,
            arms=budget.trials,
            epochs_per_pull=max(1, budget.epochs // 3),
            policy=policy,
            **kwargs,
        )

    return make


METHODS: dict[str, Maker] = {
    "grid": _grid,
    "random": _random,
    "bayesian": _bayesian("gp"),
    "tpe": _bayesian("tpe"),
    "hyperband": _hyperband,
    "ucb": _bandit("ucb"),
    "thompson": _bandit("thompson"),
}


def finest(space: HyperParameters, trials: int) -> dict[str, int]:
    """Return how many values each hyper-parameter may have in a grid of at most `trials` points.

    They take turns, in the order of the space, in getting one value more, as long as it fits.

    Args:
        space: the search space.
        trials: how many points.

    >>> hp = HyperParameters()
    >>> _ = hp.Float("learning_rate", 1e-4, 1e-1), hp.Float("rate", 0, 0.5), hp.Boolean("noise")
    >>> finest(hp, 20)
    {'learning_rate': 3, 'rate': 3, 'noise': 2}
    """
    counts = {hyperparameter.name: 1 for hyperparameter in space.space}
    open_ones = list(counts)
    while open_ones:
        for name in list(open_ones):
            finer = {**counts, name: counts[name] + 1}
            points = len(list(itertools.islice(combinations(space, finer), trials + 1)))
            more = points > len(list(itertools.islice(combinations(space, counts), trials + 1)))
            if points <= trials and more:
                counts = finer
            else:
                open_ones.remove(name)
    return counts


@dataclass
class Comparison:
    """How far each method got, epoch by epoch.

    Attributes:
        objective: the objective.
        budget: what each search might spend.
        seeds: the seeds.
        best: for each method the best score so far after each epoch, a row for each seed.
        seconds: for each method the wall time of each search.
        trials: for each method how many trials each search began.
    """

    objective: Objective
    budget: Budget
    seeds: list[int]
    best: dict[str, Array] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    trials: dict[str, list[int]] = field(default_factory=dict)

    @property
    def methods(self) -> list[str]:
        """The names of the methods."""
        return list(self.best)

    def interval(self, method: str) -> tuple[Array, Array]:
        """Return the mean over the seeds after each epoch, and half its 95 % interval.

        Args:
            method: name of the method.
        """
        curves = self.best[method]
        count = len(curves)
        if count < 2:
            return curves.mean(axis=0), np.zeros(curves.shape[1])
        quantile = float(import_module("scipy.stats").t.ppf(0.975, count - 1))
        return curves.mean(axis=0), quantile * curves.std(axis=0, ddof=1) / np.sqrt(count)

    def to_frame(self) -> Any:
        """Return a pandas `DataFrame`: a row for each method, the best mean first.

        Columns: `mean` and `half_interval` (95 %) of the best score, `median`, `worst`, `half_way`
        (the mean at half the budget), `trials` and `seconds` (means for one search).
        """
        rows = []
        for name in self.methods:
            mean, half = self.interval(name)
            last = self.best[name][:, -1]
            rows.append(
                {
                    "method": name,
                    "mean": mean[-1],
                    "half_interval": half[-1],
                    "median": float(np.median(last)),
                    "worst": float(last.min() if self.objective.direction == "max" else last.max()),
                    "half_way": mean[len(mean) // 2],
                    "trials": float(np.mean(self.trials[name])),
                    "seconds": float(np.mean(self.seconds[name])),
                }
            )
        rows.sort(key=lambda row: self.objective.sign * float(row["mean"]))
        return import_module("pandas").DataFrame(rows).set_index("method")


def compare(
    hypermodel: Any,
    objective: Any,
    *fit_args: Any,
    methods: Iterable[str] | Mapping[str, Maker] = tuple(METHODS),
    trials: int = 27,
    epochs: int = 9,
    seeds: Sequence[int] = range(10),
    told: Callable[[str], None] | None = None,
    **fit_kwargs: Any,
) -> Comparison:
    """Search with several methods, each with `trials` × `epochs` epochs to train, over seeds.

    Methods that train every configuration to the end try `trials` of them; Hyperband and the
    bandits spend the same epochs on more, or on fewer for longer. A grid has the most values for
    each hyper-parameter with which its points are enough for the budget, in random order.

    Args:
        hypermodel: a function `build(hp)` or a `HyperModel`.
        objective: the objective.
        fit_args: arguments of `fit`: `x` and `y`.
        methods: names of methods, of `METHODS`; or functions that make a tuner, by name.
        trials: how many configurations the budget could train to the end.
        epochs: how many epochs that takes each.
        seeds: the seeds.
        told: is told of each search that ended.
        fit_kwargs: keyword arguments of `fit`, such as `validation_data`.

    Raises:
        ValueError: there is no method of that name.
    """
    makers = dict(methods) if isinstance(methods, Mapping) else {m: _maker(m) for m in methods}
    budget = Budget(trials, epochs)
    found: Comparison | None = None
    for name, maker in makers.items():
        curves = []
        for seed in seeds:
            start = time.perf_counter()
            tuner = _search(maker, budget, hypermodel, objective, seed, fit_args, fit_kwargs)
            if found is None:
                found = Comparison(tuner.oracle.objective, budget, list(seeds))
            curves.append(best_so_far(tuner.trials(), tuner.oracle.objective, budget.total))
            found.seconds.setdefault(name, []).append(time.perf_counter() - start)
            found.trials.setdefault(name, []).append(len(tuner.trials()))
            if told is not None:
                told(
                    f"{name}, seed {seed}: {curves[-1][-1]:.4f} in {found.seconds[name][-1]:.1f} s"
                )
        assert found is not None
        found.best[name] = np.array(curves)
    assert found is not None
    return found


def _maker(name: str) -> Maker:
    if name not in METHODS:
        raise unknown_name("method", name, METHODS)
    return METHODS[name]


def _search(
    maker: Maker, budget: Budget, hypermodel: Any, objective: Any, seed: int,
    fit_args: tuple[Any, ...], fit_kwargs: Mapping[str, Any],
) -> Tuner:  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="nnscratch-compare-") as folder:
        tuner = maker(
            budget,
            hypermodel,
            objective,
            seed=APART * (seed + 1),
            max_consecutive_failed_trials=0,
            directory=Path(folder),
        )
        spend: dict[str, Any] = {"epochs": budget.epochs, "max_total_epochs": budget.total}
        tuner.search(*fit_args, **{**fit_kwargs, **spend, "verbose": 0})
        return tuner


def best_so_far(trials: Sequence[Trial], objective: Objective, epochs: int) -> Array:
    """Return the best score after each epoch that was trained, in the order of the trials.

    Args:
        trials: the trials.
        objective: the objective.
        epochs: how many epochs; a shorter search keeps its last value.

    Shapes:
        (epochs,).

    >>> from nnscratch.tuner.trial import Execution
    >>> runs = [Execution(curve=[0.5, 0.4]), Execution(curve=[0.6])]
    >>> some = [Trial(HyperParameters(), str(i), executions=[run]) for i, run in enumerate(runs)]
    >>> best_so_far(some, Objective("val_accuracy", "max"), 4).tolist()
    [0.5, 0.5, 0.6, 0.6]
    """
    values = [value for trial in trials for run in trial.executions for value in run.curve][:epochs]
    better = np.maximum if objective.direction == "max" else np.minimum
    curve = better.accumulate(np.array(values or [np.nan]))
    return np.concatenate([curve, np.full(max(epochs - len(curve), 0), curve[-1])])
