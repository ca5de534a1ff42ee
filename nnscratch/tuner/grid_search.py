"""Grid search: every combination of the values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from nnscratch.tuner.hyperparameter import HyperParameter, index_to_share
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.oracle import Oracle, fingerprint, running
from nnscratch.tuner.trial import TrialStatus
from nnscratch.tuner.tuner import Tuner

Resolution: TypeAlias = "int | Mapping[str, int] | None"


class GridSearchOracle(Oracle):
    """Goes through the grid, the last hyper-parameter fastest, each from its default on."""

    adaptive = False

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = None,
        resolution: Resolution = None,
        shuffled: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(objective, max_trials, **kwargs)
        counts = resolution.values() if isinstance(resolution, Mapping) else [resolution or 1]
        if any(count < 1 for count in counts) or resolution == 0:
            raise ValueError(f"`resolution` must be at least 1. Received: {resolution}")
        self.resolution = resolution
        self.shuffled = shuffled

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return the first combination that was not tried yet."""
        known = self.known()
        points: Iterable[dict[str, Any]] = combinations(self.get_space(), self.resolution)
        if self.shuffled:
            points = list(points)
            np.random.default_rng(self.seed).shuffle(points)
        for values in points:
            if fingerprint(values) not in known:
                return running(values)
        status = TrialStatus.IDLE if self.is_waiting() else TrialStatus.STOPPED
        return {"status": status}


class GridSearch(Tuner):
    """Try every combination of values.

    A range without a `step` gives ten values, in the middle of ten equal shares of its scale.
    A hyper-parameter under a condition takes part only where the condition holds.

    Args:
        hypermodel: a function `build(hp)` that returns a compiled model, or a `HyperModel`.
        objective: name of the metric to optimize, an `Objective`, or a list of these.
        max_trials: how many combinations are tried at most; all by default.
        seed: fixes every random number of every training.
        hyperparameters: as for `RandomSearch`, like all that follow.
        tune_new_entries: see there.
        allow_new_entries: see there.
        max_retries_per_trial: see there.
        max_consecutive_failed_trials: see there.
        resolution: how many values each hyper-parameter has at most, evenly spread over its
            distribution: one number for all, or a dict by name; all values by default.
        shuffled: take the combinations in an order drawn by the seed, so that a search that ends
            early has been everywhere.
        kwargs: see `Tuner`.

    >>> import tempfile
    >>> class Sum(GridSearch):
    ...     def run_trial(self, trial):
    ...         hp = trial.hyperparameters
    ...         return hp.Choice("a", [1, 2]) + hp.Choice("b", [10, 20])
    >>> tuner = Sum(directory=tempfile.mkdtemp())
    >>> tuner.search(verbose=0)
    >>> [trial.score for trial in tuner.trials()]
    [11.0, 21.0, 12.0, 22.0]
    """

    oracle: GridSearchOracle

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int | None = None,
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        *,
        resolution: Resolution = None,
        shuffled: bool = False,
        **kwargs: Any,
    ) -> None:
        oracle = GridSearchOracle(
            objective,
            max_trials,
            resolution,
            shuffled,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle, hypermodel, **kwargs)


def combinations(space: HyperParameters, resolution: Resolution = None) -> Iterator[dict[str, Any]]:
    """Yield every combination of values.

    Args:
        space: the search space.
        resolution: how many values each hyper-parameter has at most, one number or by name; all,
            the default in front, unless given.

    >>> hp = HyperParameters()
    >>> _ = hp.Choice("optimizer", ["adam", "sgd"])
    >>> _ = hp.Choice("momentum", [0.0, 0.9], parent_name="optimizer", parent_values=["sgd"])
    >>> [list(values.values()) for values in combinations(hp)]
    [['adam'], ['sgd', 0.0], ['sgd', 0.9]]
    """
    yield from _from(space.space, 0, HyperParameters(), resolution)


def _from(
    space: list[HyperParameter], index: int, point: HyperParameters, resolution: Resolution
) -> Iterator[dict[str, Any]]:
    if index == len(space):
        yield dict(point.values)
        return
    hyperparameter = space[index]
    if not point.is_active(hyperparameter):
        yield from _from(space, index + 1, point, resolution)
        return
    for value in grid_values(hyperparameter, _resolution_of(hyperparameter, resolution)):
        point.values[hyperparameter.name] = value
        yield from _from(space, index + 1, point, resolution)
    del point.values[hyperparameter.name]


def _resolution_of(hyperparameter: HyperParameter, resolution: Resolution) -> int | None:
    if isinstance(resolution, Mapping):
        return resolution.get(hyperparameter.name)
    return resolution


def grid_values(hyperparameter: HyperParameter, resolution: int | None = None) -> list[Any]:
    """Return the values that a hyper-parameter has in a grid.

    Args:
        hyperparameter: the hyper-parameter.
        resolution: how many at most, each the middle of an equal share of the distribution; all
            values, the default in front, unless given.

    >>> from nnscratch.tuner.numerical import Float
    >>> rate = Float("learning_rate", 1e-4, 1e-1, sampling="log")
    >>> [float(f"{value:.1g}") for value in grid_values(rate, 3)]
    [0.0003, 0.003, 0.03]
    """
    if resolution is None:
        default = hyperparameter.default
        return [default, *(value for value in hyperparameter.values if value != default)]
    shares = [index_to_share(i, resolution) for i in range(resolution)]
    return list(dict.fromkeys(hyperparameter.prob_to_value(share) for share in shares))
