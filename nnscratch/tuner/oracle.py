"""What decides which point of the search space is tried next."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.objective import Objective, as_objective
from nnscratch.tuner.trial import RESERVED, Trial, TrialStatus

MAX_COLLISIONS = 20
"""How many draws in a row may give known configurations before the space counts as used up."""


class Oracle:
    """A search method: a pure function from the trials so far to the next configuration.

    It remembers nothing besides `trials`, its seed and its arguments. So the same trials give the
    same next one, a search that was killed goes on as if it had not been, and what the method
    believed at any moment can be asked for later.

    Override `populate_space`. Arguments as for `RandomSearch`.

    Attributes:
        trials: the trials so far by number.
        hyperparameters: the search space at the start.
        adaptive: whether results decide what comes next.
        continues: whether trials go on where others stopped, which then keep the state of their
            optimizer.
    """

    adaptive = True
    continues = False

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = None,
        hyperparameters: HyperParameters | None = None,
        allow_new_entries: bool = True,
        tune_new_entries: bool = True,
        seed: int | None = None,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
    ) -> None:
        for name, value in (
            ("tune_new_entries", tune_new_entries),
            ("allow_new_entries", allow_new_entries),
        ):
            if not value and not hyperparameters:
                raise ValueError(
                    f"`{name}=False` limits the search to the `hyperparameters` that are passed. "
                    "Received: hyperparameters=None"
                )
        if max_trials is not None and max_trials < 1:
            raise ValueError(f"`max_trials` must be at least 1. Received: {max_trials}")
        self.objective: Objective = as_objective(objective)
        self.max_trials = max_trials
        self.hyperparameters = hyperparameters or HyperParameters()
        self.allow_new_entries = allow_new_entries
        self.tune_new_entries = tune_new_entries
        self.seed: int = random.randint(1, 10000) if seed is None else seed
        self.max_retries_per_trial = max_retries_per_trial
        self.max_consecutive_failed_trials = max_consecutive_failed_trials
        self.trials: dict[str, Trial] = {}

    # -- to override ---------------------------------------------------------------------------

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return what to try next.

        Args:
            trial_id: the number that the trial will have.

        Returns:
            A dict with `status`: `"RUNNING"` with the `values` to try and perhaps `notes` to be
            kept with the trial; `"IDLE"` if running trials must end first; `"STOPPED"` if there
            is nothing left to try.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method `populate_space`.")

    def score_trial(self, trial: Trial) -> None:
        """Give a trial that came to its end its score and the epoch of it."""
        trial.score = trial.metrics.get_best_value(self.objective.name)
        trial.best_step = trial.metrics.get_best_step(self.objective.name)

    # -- the space -----------------------------------------------------------------------------

    def get_space(self) -> HyperParameters:
        """Return a copy of the search space, with what the trials so far have added to it."""
        space = self.hyperparameters.copy()
        if self.tune_new_entries:
            for trial in self.trials.values():
                if trial.is_finished:
                    own = trial.hyperparameters.space
                    space.merge([p for p in own if not p.name.startswith(RESERVED)], False)
        return space

    def update_space(self, hyperparameters: HyperParameters) -> None:
        """Add new hyper-parameters to the space at the start.

        Raises:
            RuntimeError: there are new ones and `allow_new_entries` is False.
        """
        self.check_new_entries(hyperparameters)
        if self.tune_new_entries:
            self.hyperparameters.merge(hyperparameters, overwrite=False)

    def check_new_entries(self, hyperparameters: HyperParameters) -> None:
        """Refuse hyper-parameters that are not in the space, where that is forbidden."""
        known = self.get_space()
        new = [p.name for p in hyperparameters.space if not known.has(p)]
        if new and not self.allow_new_entries:
            raise RuntimeError(
                f"`allow_new_entries=False`, but the model asks for {', '.join(new)}, which "
                "`hyperparameters` does not have."
            )

    # -- trials --------------------------------------------------------------------------------

    def propose(self, trial_id: str, trials: Mapping[str, Trial]) -> dict[str, Any]:
        """Return what to try next if these are the trials so far; changes nothing.

        Args:
            trial_id: the number that the trial will have.
            trials: the trials so far.
        """
        mine, self.trials = self.trials, dict(trials)
        try:
            if self.max_trials is not None and len(self.trials) >= self.max_trials:
                return {"status": TrialStatus.STOPPED}
            proposal = dict(self.populate_space(trial_id))
            if proposal["status"] == TrialStatus.RUNNING:
                space = self.get_space()
                space.values = dict(proposal["values"])
                space.ensure_active_values()
                proposal["hyperparameters"] = space
            return proposal
        finally:
            self.trials = mine

    def get_trial(self, trial_id: Any) -> Trial:
        """Return a trial by its number.

        Args:
            trial_id: the number, or the text of it.
        """
        return self.trials[f"{int(trial_id):04d}"]

    def get_best_trials(self, num_trials: int = 1) -> list[Trial]:
        """Return the best trials that came to their end, the best first."""
        done = [t for t in self.trials.values() if t.status == TrialStatus.COMPLETED]
        ranked = sorted(done, key=lambda t: self.objective.sign * float(t.score or 0.0))
        return ranked[:num_trials]

    def remaining_trials(self) -> int | None:
        """Return how many trials are left; None where there is no limit."""
        return None if self.max_trials is None else self.max_trials - len(self.trials)

    def finished(self) -> list[Trial]:
        """Return the trials with a score, in order of their numbers."""
        return [
            t
            for t in self.trials.values()
            if t.status in (TrialStatus.COMPLETED, TrialStatus.PRUNED) and t.score is not None
        ]

    def is_waiting(self) -> bool:
        """Tell whether any trial is under way."""
        return any(not trial.is_finished for trial in self.trials.values())

    def random_state(self, trial_id: str) -> np.random.Generator:
        """Return the random numbers that belong to the choice of one trial."""
        return np.random.default_rng([self.seed, int(trial_id)])

    def random_values(self) -> dict[str, Any] | None:
        """Draw a configuration that no trial has; see `draw_values`."""
        drawn, state = draw_values(self.get_space(), self.known(), self._seed_state())
        return None if drawn is None else {"values": drawn, "notes": {"seed_state": state}}

    def known(self) -> set[str]:
        """Return the configurations of all trials within the space, as `fingerprint` has them."""
        names = {hyperparameter.name for hyperparameter in self.get_space().space}
        return {
            fingerprint({n: v for n, v in trial.values.items() if n in names})
            for trial in self.trials.values()
        }

    def _seed_state(self) -> int:
        """Return the seed of the next draw: one after the last that a trial has used."""
        used: Iterable[int] = (t.notes.get("seed_state", 0) for t in self.trials.values())
        return max([self.seed, *used])

    def settings(self) -> dict[str, Any]:
        """Return what a folder remembers of the search."""
        return {
            "method": type(self).__name__,
            "objective": str(self.objective),
            "seed": self.seed,
            "hyperparameters": self.hyperparameters.get_config(),
        }


def draw_values(
    space: HyperParameters, known: set[str], seed_state: int
) -> tuple[dict[str, Any] | None, int]:
    """Draw a random configuration that is not known yet.

    The numbers are those of keras-tuner: the hyper-parameter drawn k-th takes
    `random.Random(seed_state + k).random()`, so equal seeds try equal configurations.

    Args:
        space: the search space.
        known: the configurations known, as `fingerprint` has them.
        seed_state: the seed of the first draw.

    Returns:
        The values, or None after `MAX_COLLISIONS` known ones; and the seed of the next draw.
    """
    for _ in range(MAX_COLLISIONS + 1):
        values = HyperParameters()
        for hyperparameter in space.space:
            if values.is_active(hyperparameter):
                values.values[hyperparameter.name] = hyperparameter.random_sample(seed_state)
                seed_state += 1
        if fingerprint(values.values) not in known:
            return values.values, seed_state
    return None, seed_state


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return one string for a configuration, without what belongs to the search.

    >>> fingerprint({"units": 4, "rate": 0.5, "tuner/epochs": 3})
    "{'rate': 0.5, 'units': 4}"
    """
    return str({k: v for k, v in sorted(values.items()) if not k.startswith(RESERVED)})


def running(values: Mapping[str, Any], notes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the proposal to try these values."""
    return {"status": TrialStatus.RUNNING, "values": dict(values), "notes": dict(notes or {})}


def penalized_scores(oracle: Oracle) -> tuple[list[Trial], list[float]]:
    """Return the trials that ended and their scores, less being better.

    A trial that failed counts as the worst score seen, so that a model of the scores learns to
    stay away from where models break; before there is any score, failed trials are left out.

    Args:
        oracle: the search method.
    """
    scored = oracle.finished()
    sign = oracle.objective.sign
    worst = max((sign * float(t.score or 0.0) for t in scored), default=None)
    failed: Sequence[Trial] = [] if worst is None else [
        t for t in oracle.trials.values() if t.status == TrialStatus.FAILED
    ]  # fmt: skip
    trials = sorted([*scored, *failed], key=lambda t: t.number)
    scores = [worst if t in failed else sign * float(t.score or 0.0) for t in trials]
    return trials, [float(score) for score in scores if score is not None]
