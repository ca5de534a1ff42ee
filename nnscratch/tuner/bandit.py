"""A multi-armed bandit: a few configurations, and which of them to train on next."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.oracle import Oracle, running
from nnscratch.tuner.trial import Trial, TrialStatus
from nnscratch.tuner.tuner import Tuner

POLICIES = ("ucb", "thompson")


class Arm(NamedTuple):
    """What is known of one machine before a pull.

    Attributes:
        number: its number.
        pulls: its trials so far, in order.
        mean: the discounted mean of its rewards.
    """

    number: int
    pulls: list[Trial]
    mean: float

    @property
    def times(self) -> int:
        """The number of its pulls."""
        return len(self.pulls)


class BanditOracle(Oracle):
    """Chooses an arm by its past rewards; see `Bandit`."""

    continues = True

    def __init__(
        self,
        objective: Any = None,
        max_trials: int = 30,
        arms: int = 8,
        epochs_per_pull: int = 1,
        policy: str = "ucb",
        exploration: float = 0.5,
        discount: float = 0.7,
        **kwargs: Any,
    ) -> None:
        super().__init__(objective, max_trials, **kwargs)
        if policy not in POLICIES:
            raise unknown_name("policy", policy, POLICIES)
        if arms < 1 or epochs_per_pull < 1:
            raise ValueError(
                "`arms` and `epochs_per_pull` must be at least 1. Received: "
                f"arms={arms}, epochs_per_pull={epochs_per_pull}"
            )
        if not 0 < discount <= 1:
            raise ValueError(f"`discount` must be in (0, 1]. Received: {discount}")
        self.number_of_arms = arms
        self.epochs_per_pull = epochs_per_pull
        self.policy = policy
        self.exploration = exploration
        self.discount = discount

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Pull every arm once, then the one that the policy says."""
        begun = {t.notes["arm"] for t in self.trials.values()}
        if len(begun) < self.number_of_arms:
            drawn = self.random_values()
            if drawn is not None:
                return self._pull(drawn["values"], len(begun), None, drawn["notes"])
        free = [arm for arm in self.arms() if all(t.is_finished for t in arm.pulls)]
        free = [arm for arm in free if arm.pulls[-1].status != TrialStatus.FAILED]
        if not free:
            return {"status": TrialStatus.IDLE if self.is_waiting() else TrialStatus.STOPPED}
        index = self.indices(free, trial_id)
        best = free[int(np.argmax(index))]
        notes = {"indices": {str(a.number): i for a, i in zip(free, index, strict=True)}}
        return self._pull(best.pulls[-1].values, best.number, best.pulls[-1], notes)

    def arms(self) -> list[Arm]:
        """Return the arms and what is known of them."""
        rewards = self.rewards()
        found = []
        for number in sorted({t.notes["arm"] for t in self.trials.values()}):
            pulls = [t for t in self.trials.values() if t.notes["arm"] == number]
            own = [rewards[t.trial_id] for t in pulls if t.trial_id in rewards]
            ages = np.arange(len(own) - 1, -1, -1)
            weights = self.discount**ages
            mean = float(weights @ own / weights.sum()) if own else 0.0
            found.append(Arm(number, pulls, mean))
        return found

    def rewards(self) -> dict[str, float]:
        """Return the reward of each pull: its rank among all scores, from 0 to 1, ties shared."""
        scored = self.finished()
        costs = np.array([self.objective.sign * float(t.score or 0.0) for t in scored])
        beaten = [(costs > c).sum() + 0.5 * ((costs == c).sum() - 1) for c in costs]
        most = max(len(scored) - 1, 1)
        return {t.trial_id: float(b) / most for t, b in zip(scored, beaten, strict=True)}

    def indices(self, arms: list[Arm], trial_id: str) -> list[float]:
        """Return how promising each arm is, by the policy.

        Args:
            arms: the arms.
            trial_id: the trial that is chosen.
        """
        if self.policy == "thompson":
            draws = self.random_state(trial_id).standard_normal(len(arms))
            widths = [self.exploration / math.sqrt(arm.times) for arm in arms]
            return [float(a.mean + w * d) for a, w, d in zip(arms, widths, draws, strict=True)]
        unknown = math.log(sum(arm.times for arm in arms))
        return [arm.mean + self.exploration * math.sqrt(unknown / arm.times) for arm in arms]

    def _pull(
        self, values: dict[str, Any], arm: int, last: Trial | None, notes: dict[str, Any]
    ) -> dict[str, Any]:
        trained = 0 if last is None else int(last.hyperparameters.values["tuner/epochs"])
        own: dict[str, Any] = {"tuner/arm": arm}
        if last is not None:
            own["tuner/trial_id"] = last.trial_id
            notes = {**notes, "root": last.notes.get("root", last.number)}
        own["tuner/epochs"] = trained + self.epochs_per_pull
        own["tuner/initial_epoch"] = trained
        return running({**values, **own}, {**notes, "arm": arm})


class Bandit(Tuner):
    """Draw a few configurations, then train on, again and again, the one that promises most.

    Each configuration is a slot machine, each trial one pull of it: `epochs_per_pull` epochs more
    of training, from where it stopped. The reward of a pull is the rank of its score among all
    scores so far, from 0 to 1. Let n_i be the number of pulls of arm i, n = Σ n_i, and μ_i the
    mean of its rewards in which a pull counts γ^age, its age in later pulls of the arm. The next
    pull goes to the arm with the largest

        ucb       μ_i + c √(ln n / n_i)
        thompson  a draw from the normal distribution with mean μ_i and deviation c / √n_i

    Args:
        hypermodel: a function `build(hp)` that returns a compiled model, or a `HyperModel`.
        objective: name of the metric to optimize, an `Objective`, or a list of these.
        max_trials: how many pulls there are in all.
        arms: how many configurations.
        epochs_per_pull: epochs of one pull.
        policy: `"ucb"` or `"thompson"`.
        exploration: c; the larger, the more often arms are pulled about which little is known.
        discount: γ; 1 forgets nothing, less lets the last pulls count for more, since a model
            becomes better by training.
        seed: as for `RandomSearch`, like all that follow.
        hyperparameters: see there.
        tune_new_entries: see there.
        allow_new_entries: see there.
        max_retries_per_trial: see there.
        max_consecutive_failed_trials: see there.
        kwargs: see `Tuner`.

    Source: P. Auer, N. Cesa-Bianchi, P. Fischer (2002), "Finite-time Analysis of the Multiarmed
    Bandit Problem", Machine Learning 47, whose UCB1 has c = √2 and γ = 1; W. R. Thompson (1933),
    "On the Likelihood that One Unknown Probability Exceeds Another", Biometrika 25.
    """

    oracle: BanditOracle

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int = 30,
        arms: int = 8,
        epochs_per_pull: int = 1,
        policy: str = "ucb",
        exploration: float = 0.5,
        discount: float = 0.7,
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        **kwargs: Any,
    ) -> None:
        oracle = BanditOracle(
            objective,
            max_trials,
            arms,
            epochs_per_pull,
            policy,
            exploration,
            discount,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle, hypermodel, **kwargs)
