"""Any sampler of Optuna as a search method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.optuna_bridge import (
    direction,
    distribution,
    from_optuna,
    frozen,
    optuna,
)
from nnscratch.tuner.oracle import Oracle, penalized_scores, running
from nnscratch.tuner.tuner import Tuner

SAMPLERS = {
    "tpe": "TPESampler",
    "random": "RandomSampler",
    "cmaes": "CmaEsSampler",
    "qmc": "QMCSampler",
    "gp": "GPSampler",
    "nsgaii": "NSGAIISampler",
}


def suggest(sampler: Any, oracle: Oracle, trial_id: str) -> dict[str, Any]:
    """Return what a sampler of Optuna would try next.

    The sampler is made anew with a seed that belongs to the trial and sees the trials so far, so
    it has no memory that a crash could take away.

    Args:
        sampler: its name, or a function of a seed that makes it.
        oracle: the search method, with the trials so far.
        trial_id: the trial.
    """
    library = optuna()
    seed = int(oracle.random_state(trial_id).integers(2**31))
    study = library.create_study(
        direction=direction(oracle.objective), sampler=make_sampler(sampler, seed)
    )
    study.add_trials(_seen(oracle))
    trial = study.ask()
    values = HyperParameters()
    for hyperparameter in oracle.get_space().space:
        kind = distribution(hyperparameter)
        if not values.is_active(hyperparameter):
            continue
        if kind is None:
            values.values[hyperparameter.name] = hyperparameter.default
        else:
            seen = _ask(trial, hyperparameter.name, kind)
            values.values[hyperparameter.name] = from_optuna(hyperparameter, seen)
    return values.values


def _ask(trial: Any, name: str, kind: Any) -> Any:
    """Ask a trial of Optuna for a value by its distribution."""
    if hasattr(kind, "choices"):
        return trial.suggest_categorical(name, kind.choices)
    ask = trial.suggest_int if type(kind).__name__ == "IntDistribution" else trial.suggest_float
    return ask(name, kind.low, kind.high, step=kind.step, log=kind.log)


def _seen(oracle: Oracle) -> list[Any]:
    """Return the trials in Optuna's terms, failed ones with the worst score."""
    trials, scores = penalized_scores(oracle)
    costs = {t.trial_id: score for t, score in zip(trials, scores, strict=True)}
    sign = oracle.objective.sign
    seen = []
    for trial in oracle.trials.values():
        copy = trial.copy()
        if trial.trial_id in costs:
            copy.status, copy.score = "COMPLETED", sign * costs[trial.trial_id]
        seen.append(frozen(copy))
    return seen


def make_sampler(sampler: Any, seed: int) -> Any:
    """Return a sampler of Optuna.

    Args:
        sampler: its name, or a function of a seed that makes it.
        seed: the seed.

    Raises:
        ValueError: there is none of that name.
        TypeError: it is neither a name nor a function.
    """
    if callable(sampler):
        return sampler(seed)
    if not isinstance(sampler, str):
        raise TypeError(
            "`sampler` must be a name or a function of a seed, such as "
            f"`lambda seed: optuna.samplers.TPESampler(seed=seed)`. Received: {sampler!r}"
        )
    if sampler not in SAMPLERS:
        raise unknown_name("sampler", sampler, SAMPLERS)
    settings = {"n_startup_trials": 0} if sampler == "tpe" else {}
    return getattr(optuna().samplers, SAMPLERS[sampler])(seed=seed, **settings)


class OptunaOracle(Oracle):
    """Chooses as a sampler of Optuna does; see `OptunaSearch`."""

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = 10,
        sampler: str | Callable[[int], Any] = "tpe",
        **kwargs: Any,
    ) -> None:
        super().__init__(objective, max_trials, **kwargs)
        self.sampler = sampler

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Ask the sampler."""
        return running(suggest(self.sampler, self, trial_id))


class OptunaSearch(Tuner):
    """Let any sampler of Optuna choose what is tried next.

    Args:
        hypermodel: a function `build(hp)` that returns a compiled model, or a `HyperModel`.
        objective: name of the metric to optimize, an `Objective`, or a list of these.
        max_trials: how many configurations are tried at most.
        sampler: `"tpe"`, `"random"`, `"cmaes"`, `"qmc"`, `"gp"` (this one needs PyTorch),
            `"nsgaii"`; or a function that makes a sampler from a seed.
        seed: fixes the configurations, and every random number of every training.
        kwargs: see `Tuner`; those of `RandomSearch` too.
    """

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int = 10,
        sampler: str | Callable[[int], Any] = "tpe",
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        **kwargs: Any,
    ) -> None:
        oracle = OptunaOracle(
            objective,
            max_trials,
            sampler,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle, hypermodel, **kwargs)
