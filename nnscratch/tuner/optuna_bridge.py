"""Hyper-parameters and trials in Optuna's terms."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from nnscratch.tuner.categorical import Boolean, Choice, Fixed
from nnscratch.tuner.hyperparameter import HyperParameter
from nnscratch.tuner.numerical import Float, Int, Numerical
from nnscratch.tuner.objective import Objective
from nnscratch.tuner.trial import Trial, TrialStatus


def optuna() -> Any:
    """Return Optuna, told to be quiet.

    Raises:
        ImportError: it is not installed.
    """
    try:
        library = import_module("optuna")
    except ImportError as error:
        raise ImportError(
            "This needs Optuna, whose samplers, pruners and storages the tuner uses: "
            'pip install "nnscratch[tune]"'
        ) from error
    library.logging.set_verbosity(library.logging.WARNING)
    return library


def distribution(hyperparameter: HyperParameter) -> Any:
    """Return Optuna's distribution of a hyper-parameter; None for one that is not searched.

    Ranges that Optuna knows are given as they are. Where it knows no such scale, and for ordered
    choices, it sees the number of the value among all, or the share p in [0, 1] that
    `prob_to_value` takes.

    Args:
        hyperparameter: the hyper-parameter.
    """
    of = optuna().distributions
    if isinstance(hyperparameter, Fixed):
        return None
    if isinstance(hyperparameter, (Boolean, Choice)):
        if isinstance(hyperparameter, Choice) and hyperparameter.ordered:
            return of.IntDistribution(0, len(hyperparameter.values) - 1)
        return of.CategoricalDistribution(hyperparameter.values)
    assert isinstance(hyperparameter, Numerical)
    low, high = hyperparameter.min_value, hyperparameter.max_value
    log = hyperparameter.sampling == "log"
    if _is_native(hyperparameter):
        if isinstance(hyperparameter, Int):
            top = high if log else low + (hyperparameter.count - 1) * hyperparameter.step
            return of.IntDistribution(low, top, log, 1 if log else hyperparameter.step)
        return of.FloatDistribution(low, high, log)
    if hyperparameter.step is not None:
        return of.IntDistribution(0, hyperparameter.count - 1)
    return of.FloatDistribution(0.0, 1.0)


def to_optuna(hyperparameter: HyperParameter, value: Any) -> Any:
    """Return what Optuna sees for a value."""
    if isinstance(hyperparameter, Choice) and hyperparameter.ordered:
        return hyperparameter.values.index(value)
    if not isinstance(hyperparameter, Numerical) or _is_native(hyperparameter):
        return value
    if hyperparameter.step is not None:
        return hyperparameter.index_of(value)
    return hyperparameter.value_to_prob(value)


def from_optuna(hyperparameter: HyperParameter, seen: Any) -> Any:
    """Return the value for what Optuna sees."""
    if isinstance(hyperparameter, Choice) and hyperparameter.ordered:
        return hyperparameter.values[int(seen)]
    if not isinstance(hyperparameter, Numerical) or _is_native(hyperparameter):
        return seen
    if hyperparameter.step is not None:
        return hyperparameter.values[int(seen)]
    return hyperparameter.prob_to_value(seen)


def parameters(trial: Trial) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a trial's values as Optuna sees them, and their distributions.

    Args:
        trial: the trial.
    """
    seen: dict[str, Any] = {}
    distributions: dict[str, Any] = {}
    values = trial.hyperparameters.values
    for hyperparameter in trial.hyperparameters.space:
        kind = distribution(hyperparameter)
        active = trial.hyperparameters.is_active(hyperparameter)
        if kind is not None and active and hyperparameter.name in values:
            seen[hyperparameter.name] = to_optuna(hyperparameter, values[hyperparameter.name])
            distributions[hyperparameter.name] = kind
    return seen, distributions


def direction(objective: Objective) -> str:
    """Return which way is better in Optuna's words."""
    return "maximize" if objective.direction == "max" else "minimize"


def state(trial: Trial) -> Any:
    """Return a trial's status in Optuna's words."""
    states = optuna().trial.TrialState
    return {
        TrialStatus.COMPLETED: states.COMPLETE,
        TrialStatus.PRUNED: states.PRUNED,
        TrialStatus.FAILED: states.FAIL,
    }.get(trial.status, states.RUNNING)


def frozen(trial: Trial, attributes: Mapping[str, Any] | None = None) -> Any:
    """Return a trial as Optuna keeps trials.

    Args:
        trial: the trial.
        attributes: what a pruner wants to find with it.
    """
    seen, distributions = parameters(trial)
    ended = state(trial)
    has_value = ended.is_finished() and ended.name != "FAIL"
    first = trial.executions[0].first_epoch if trial.executions else 0
    return optuna().trial.create_trial(
        state=ended,
        value=trial.score if has_value else None,
        params=seen,
        distributions=distributions,
        system_attrs=dict(attributes or {}),
        intermediate_values={first + i: value for i, value in enumerate(trial.curve)},
    )


def _is_native(hyperparameter: Numerical) -> bool:
    """Tell whether Optuna knows a range of this kind."""
    if isinstance(hyperparameter, Int):
        return hyperparameter.sampling == "linear" or (
            hyperparameter.sampling == "log" and hyperparameter.step is None
        )
    assert isinstance(hyperparameter, Float)
    return hyperparameter.sampling != "reverse_log" and hyperparameter.step is None
