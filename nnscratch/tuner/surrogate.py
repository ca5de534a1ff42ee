"""The model of the model: what a Gaussian process believes about the scores."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np

from nnscratch.tuner.categorical import Fixed
from nnscratch.tuner.hyperparameter import HyperParameter
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.trial import Trial
from nnscratch.typing import Array


class Surrogate:
    """A Gaussian process through the scores of trials, less being better.

    Each hyper-parameter is seen as the share p in [0, 1] of its distribution, so a log scale is
    even here; one that a trial does not have stands at its default. The kernel is Matérn's with
    ν = 5/2, a length of its own for each hyper-parameter, found by maximum likelihood, like the
    noise of the scores.

    Args:
        space: the search space.
        alpha: variance added to each score, in units of the variance of all.
        seed: seed of the starting points of the likelihood's maximization.

    Source: J. Snoek, H. Larochelle, R. P. Adams (2012), "Practical Bayesian Optimization of
    Machine Learning Algorithms"; the process is scikit-learn's.
    """

    def __init__(self, space: HyperParameters, alpha: float, seed: int) -> None:
        self.space = space
        self.searched: list[HyperParameter] = [
            p for p in space.space if not isinstance(p, Fixed) and len(p.values) > 1
        ]
        process = import_module("sklearn.gaussian_process")
        kernels = process.kernels
        lengths = np.full(max(len(self.searched), 1), 0.5)
        kernel = kernels.ConstantKernel(1.0, (0.05, 20.0)) * kernels.Matern(
            lengths, (0.05, 20.0), nu=2.5
        ) + kernels.WhiteKernel(0.05, (1e-5, 1.0))
        self._process = process.GaussianProcessRegressor(
            kernel=kernel,
            n_restarts_optimizer=2,
            normalize_y=True,
            alpha=alpha,
            random_state=seed,
        )

    def fit(self, trials: list[Trial], scores: list[float]) -> Surrogate:
        """Learn from trials and return itself.

        Args:
            trials: the trials.
            scores: their scores, less being better.
        """
        self.points = np.array([self.point(trial) for trial in trials])
        self.scores = np.array(scores)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of lengths at their bounds: they are meant as bounds
            self._process.fit(self.points, self.scores)
        return self

    def believe(self, trials: list[Trial]) -> Surrogate:
        """Add trials without a score, at what is expected of them, and return itself.

        Args:
            trials: the trials, under way.
        """
        if trials:
            extra = np.array([self.point(trial) for trial in trials])
            mean, _ = self.predict(extra)
            self._process.optimizer = None
            self._process.kernel = self._process.kernel_
            self._process.fit(np.vstack([self.points, extra]), np.concatenate([self.scores, mean]))
        return self

    def predict(self, points: Array) -> tuple[Array, Array]:
        """Return the expected score and its standard deviation at points.

        The deviation is that of the score without noise.

        Args:
            points: shares of the distributions.

        Shapes:
            points (n, d); both results (n,).
        """
        mean, deviation = self._process.predict(points, return_std=True)
        noise = self._process.kernel_.k2.noise_level * float(self._process._y_train_std) ** 2
        return mean, np.sqrt(np.maximum(deviation**2 - noise, 1e-12))

    @property
    def most_important(self) -> HyperParameter:
        """The hyper-parameter along which the scores change fastest: the one of least length."""
        lengths = np.atleast_1d(self._process.kernel_.k1.k2.length_scale)
        return self.searched[int(np.argmin(lengths))]

    def point(self, trial: Trial) -> list[float]:
        """Return a trial as a point.

        Args:
            trial: the trial.
        """
        hp = trial.hyperparameters
        return [
            p.value_to_prob(
                hp.values[p.name] if p.name in hp.values and hp.is_active(p) else p.default
            )
            for p in self.searched
        ]

    def values(self, point: Any) -> dict[str, Any]:
        """Return the values at a point; of those hyper-parameters that count.

        Args:
            point: shares of the distributions.
        """
        shares = {id(p): float(s) for p, s in zip(self.searched, point, strict=True)}
        found = HyperParameters()
        for p in self.space.space:
            if found.is_active(p):
                found.values[p.name] = (
                    p.prob_to_value(shares[id(p)]) if id(p) in shares else p.default
                )
        return found.values
