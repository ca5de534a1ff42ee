"""Bayesian optimization: a model of the scores says where to look next."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.oracle import Oracle, fingerprint, penalized_scores, running
from nnscratch.tuner.samplers import suggest
from nnscratch.tuner.surrogate import Surrogate
from nnscratch.tuner.trial import TrialStatus
from nnscratch.tuner.tuner import Tuner
from nnscratch.typing import Array

SURROGATES = ("gp", "tpe")
CANDIDATES, KEPT, NEAR = 2000, 5, 100
WIDTHS = (0.1, 0.03, 0.01, 0.003)
"""The least bound is looked for among so many points, then near the best ones, ever nearer."""


class BayesianOptimizationOracle(Oracle):
    """Chooses by a model of the scores; see `BayesianOptimization`."""

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = 10,
        num_initial_points: int | None = None,
        alpha: float = 1e-4,
        beta: float = 2.6,
        surrogate: str = "gp",
        **kwargs: Any,
    ) -> None:
        super().__init__(objective, max_trials, **kwargs)
        if surrogate not in SURROGATES:
            raise unknown_name("surrogate", surrogate, SURROGATES)
        self.num_initial_points = num_initial_points
        self.alpha = alpha
        self.beta = beta
        self.surrogate = surrogate

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Draw the first configurations; then choose."""
        space = self.get_space()
        initial = self.num_initial_points or max(3 * len(space.space), 3)
        trials, _ = penalized_scores(self)
        if len(trials) < initial or not any(len(p.values) > 1 for p in space.space):
            return self._draw()
        if self.surrogate == "tpe":
            values = suggest("tpe", self, trial_id)
        else:
            values = self._optimum(trial_id)
        if fingerprint(values) in self.known():
            return self._draw()
        return running(values, {"chosen": True})

    def belief(self, trial_id: str) -> Surrogate:
        """Return what the Gaussian process believed when a trial was chosen.

        Args:
            trial_id: the trial; the results of those before it are known.
        """
        before = {t.trial_id: t for t in self.trials.values() if t.number < int(trial_id)}
        mine, self.trials = self.trials, before
        try:
            trials, scores = penalized_scores(self)
            random = self.random_state(trial_id)
            model = Surrogate(self.get_space(), self.alpha, int(random.integers(2**31)))
            model.fit(trials, scores)
            return model.believe([t for t in before.values() if not t.is_finished])
        finally:
            self.trials = mine

    def bound(self, model: Surrogate, points: Array) -> Array:
        """Return μ − β σ: the score that may still be hoped for, less being better.

        Args:
            model: the Gaussian process.
            points: where.
        """
        mean, deviation = model.predict(np.atleast_2d(points))
        return np.asarray(mean - self.beta * deviation)

    def _optimum(self, trial_id: str) -> dict[str, Any]:
        """Return the values with the least bound, by ever narrower samples around the best."""
        model = self.belief(trial_id)
        random = np.random.default_rng([self.seed, int(trial_id), 1])
        points = random.random((CANDIDATES, len(model.searched)))
        for width in WIDTHS:
            best = points[np.argsort(self.bound(model, points), kind="stable")[:KEPT]]
            near = best[:, None] + width * random.standard_normal((KEPT, NEAR, best.shape[1]))
            points = np.clip(np.vstack([best, near.reshape(-1, best.shape[1])]), 0.0, 1.0)
        return model.values(points[np.argmin(self.bound(model, points))])

    def _draw(self) -> dict[str, Any]:
        drawn = self.random_values()
        if drawn is not None:
            return running(**drawn)
        return {"status": TrialStatus.IDLE if self.is_waiting() else TrialStatus.STOPPED}


class BayesianOptimization(Tuner):
    """Let a model of the scores choose what is tried next, and learn from how it goes.

    After some random trials a Gaussian process (`surrogate="gp"`) is fitted to the scores; it
    gives for every point x the expected score μ(x) and how unsure it is, σ(x). With less being
    better, the next trial is where the bound μ(x) − β σ(x) is least: where the score is expected
    to be good, or where little is known. `"tpe"` is Optuna's tree-structured Parzen estimator: it
    models where good trials lie and where the others do, and goes where the ratio of the two
    densities is largest.

    Args:
        hypermodel: a function `build(hp)` that returns a compiled model, or a `HyperModel`.
        objective: name of the metric to optimize, an `Objective`, or a list of these.
        max_trials: how many configurations are tried at most.
        num_initial_points: how many random trials come first; three for each hyper-parameter
            unless given.
        alpha: variance added to each score, in units of the variance of all.
        beta: β; the larger, the more is explored.
        seed: as for `RandomSearch`, like those that follow.
        hyperparameters: see there.
        tune_new_entries: see there.
        allow_new_entries: see there.
        max_retries_per_trial: see there.
        max_consecutive_failed_trials: see there.
        surrogate: `"gp"` or `"tpe"`.
        kwargs: see `Tuner`.

    Source: N. Srinivas, A. Krause, S. Kakade, M. Seeger (2010), "Gaussian Process Optimization in
    the Bandit Setting"; J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl (2011), "Algorithms for
    Hyper-Parameter Optimization". The lengths and the noise of the process are learned, where
    keras-tuner has one length and no noise.
    """

    oracle: BayesianOptimizationOracle

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int = 10,
        num_initial_points: int | None = None,
        alpha: float = 1e-4,
        beta: float = 2.6,
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        *,
        surrogate: str = "gp",
        **kwargs: Any,
    ) -> None:
        oracle = BayesianOptimizationOracle(
            objective,
            max_trials,
            num_initial_points,
            alpha,
            beta,
            surrogate,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle, hypermodel, **kwargs)
