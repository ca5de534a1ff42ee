"""Hyperband: many configurations for a few epochs, the better ones for more."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.oracle import Oracle, running
from nnscratch.tuner.trial import Trial, TrialStatus
from nnscratch.tuner.tuner import Tuner


class Round(NamedTuple):
    """One round of a bracket.

    Attributes:
        size: how many configurations it has.
        initial_epoch: how many epochs they were trained before.
        epochs: how many they are trained in all.
    """

    size: int
    initial_epoch: int
    epochs: int


def schedule(max_epochs: int, factor: int) -> list[list[Round]]:
    """Return the rounds of each bracket, the one with most configurations first.

    Bracket s has s + 1 rounds. With n = ⌈1 + log_η R⌉, R = `max_epochs` and η = `factor`, its
    round r has ⌈n/(s + 1) · η^(s − r)⌉ configurations and ends after ⌈R / η^(s − r)⌉ epochs. These
    are the sizes of keras-tuner.

    Args:
        max_epochs: the epochs of the last round.
        factor: how many times fewer configurations each round has.

    >>> [[tuple(r) for r in rounds] for rounds in schedule(9, 3)]
    [[(9, 0, 1), (3, 1, 3), (1, 3, 9)], [(5, 0, 3), (2, 3, 9)], [(3, 0, 9)]]
    """
    brackets, epochs = 0, float(max_epochs)
    while epochs >= 1:
        epochs, brackets = epochs / factor, brackets + 1
    n = math.ceil(1 + math.log(max_epochs, factor))
    plan = []
    for s in reversed(range(brackets)):
        ends = [0, *(math.ceil(max_epochs / factor ** (s - r)) for r in range(s + 1))]
        sizes = [math.ceil(n / (s + 1) * factor ** (s - r)) for r in range(s + 1)]
        plan.append([Round(sizes[r], ends[r], ends[r + 1]) for r in range(s + 1)])
    return plan


class HyperbandOracle(Oracle):
    """Fills bracket after bracket, and within each round after round."""

    continues = True

    def __init__(
        self,
        objective: Any = None,
        max_epochs: int = 100,
        factor: int = 3,
        hyperband_iterations: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(objective, **kwargs)
        if factor < 2:
            raise ValueError(f"`factor` must be at least 2. Received: factor={factor}")
        if max_epochs < 1:
            raise ValueError(f"`max_epochs` must be at least 1. Received: {max_epochs}")
        self.max_epochs = max_epochs
        self.factor = factor
        self.hyperband_iterations = hyperband_iterations
        self.plan = schedule(max_epochs, factor)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return the first trial that any bracket has room for."""
        for iteration in range(self.hyperband_iterations):
            for index, rounds in enumerate(self.plan):
                bracket = len(self.plan) - 1 - index
                filled = [self._members(iteration, bracket, r) for r in range(len(rounds))]
                if len(filled[0]) < rounds[0].size:
                    return self._new(iteration, bracket, rounds[0])
                for r in range(1, len(rounds)):
                    chosen = self._promoted(rounds, filled, r)
                    if chosen is not None:
                        return self._further(chosen, iteration, bracket, r, rounds[r])
        return {"status": TrialStatus.IDLE if self.is_waiting() else TrialStatus.STOPPED}

    def _members(self, iteration: int, bracket: int, r: int) -> list[Trial]:
        place = {"iteration": iteration, "bracket": bracket, "round": r}
        return [t for t in self.trials.values() if t.notes.get("hyperband") == place]

    def _promoted(self, rounds: list[Round], filled: list[list[Trial]], r: int) -> Trial | None:
        """Return the best of the last round that is sure to be among those that go on."""
        gone = {t.hyperparameters.values["tuner/trial_id"] for t in filled[r]}
        left = [t for t in filled[r - 1] if t.trial_id not in gone]
        scored = [t for t in left if t.status in ("COMPLETED", "PRUNED") and t.score is not None]
        failed = sum(t.status == TrialStatus.FAILED for t in left)
        is_sure = len(scored) + failed > rounds[r - 1].size - rounds[r].size
        if not scored or len(filled[r]) >= rounds[r].size or not is_sure:
            return None
        return min(scored, key=lambda t: self.objective.sign * float(t.score or 0.0))

    def _new(self, iteration: int, bracket: int, first: Round) -> dict[str, Any]:
        drawn = self.random_values()
        if drawn is None:
            return {"status": TrialStatus.IDLE if self.is_waiting() else TrialStatus.STOPPED}
        own = {"epochs": first.epochs, "initial_epoch": 0, "bracket": bracket, "round": 0}
        place = {"iteration": iteration, "bracket": bracket, "round": 0}
        notes = {**drawn["notes"], "hyperband": place}
        return running({**drawn["values"], **_prefixed(own)}, notes)

    def _further(
        self, trial: Trial, iteration: int, bracket: int, r: int, now: Round
    ) -> dict[str, Any]:
        own = {
            "trial_id": trial.trial_id,
            "epochs": now.epochs,
            "initial_epoch": now.initial_epoch,
            "bracket": bracket,
            "round": r,
        }
        place = {"iteration": iteration, "bracket": bracket, "round": r}
        notes = {"hyperband": place, "root": trial.notes.get("root", trial.number)}
        return running({**trial.values, **_prefixed(own)}, notes)


class Hyperband(Tuner):
    """Train many configurations for a few epochs, the best third of them on, and so forth.

    Brackets differ in how bold they are: the first begins with most configurations and fewest
    epochs, the last is random search. A configuration that goes on does so where it stopped, with
    the state of its optimizer and of its random numbers: as if it had never been interrupted.

    Args:
        hypermodel: a function `build(hp)` that returns a compiled model, or a `HyperModel`.
        objective: name of the metric to optimize, an `Objective`, or a list of these.
        max_epochs: epochs of the configurations that get furthest.
        factor: what share goes on: one in `factor`.
        hyperband_iterations: how often to do it all.
        seed: as for `RandomSearch`, like all that follow.
        hyperparameters: see there.
        tune_new_entries: see there.
        allow_new_entries: see there.
        max_retries_per_trial: see there.
        max_consecutive_failed_trials: see there.
        kwargs: see `Tuner`.

    Source: L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh, A. Talwalkar (2018), "Hyperband: A
    Novel Bandit-Based Approach to Hyperparameter Optimization", Journal of Machine Learning
    Research 18; sizes of the rounds as in keras-tuner.
    """

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_epochs: int = 100,
        factor: int = 3,
        hyperband_iterations: int = 1,
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        **kwargs: Any,
    ) -> None:
        oracle = HyperbandOracle(
            objective,
            max_epochs,
            factor,
            hyperband_iterations,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle, hypermodel, **kwargs)


def _prefixed(own: dict[str, Any]) -> dict[str, Any]:
    return {f"tuner/{name}": value for name, value in own.items()}
