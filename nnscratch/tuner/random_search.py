"""Random search: every configuration is drawn anew."""

from __future__ import annotations

from typing import Any

from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.oracle import Oracle, running
from nnscratch.tuner.trial import TrialStatus
from nnscratch.tuner.tuner import Tuner


class RandomSearchOracle(Oracle):
    """Draws configurations; for the same seed those of keras-tuner."""

    adaptive = False

    def __init__(self, objective: Any = None, max_trials: int | None = 10, **kwargs: Any) -> None:
        super().__init__(objective, max_trials, **kwargs)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Draw a configuration that was not tried yet."""
        drawn = self.random_values()
        if drawn is not None:
            return running(**drawn)
        return {"status": TrialStatus.IDLE if self.is_waiting() else TrialStatus.STOPPED}


class RandomSearch(Tuner):
    """Try configurations drawn at random.

    Of d hyper-parameters often few matter. N random trials show N values of each of them, a grid
    of N trials only N^(1/d).

    Args:
        hypermodel: a function `build(hp)` that returns a compiled model, or a `HyperModel`.
        objective: name of the metric to optimize, an `Objective`, or a list of these.
        max_trials: how many configurations are tried at most.
        seed: fixes the configurations, and every random number of every training.
        hyperparameters: hyper-parameters declared in advance; they replace what the model asks
            for under the same name.
        tune_new_entries: False leaves what the model asks for besides them at its defaults.
        allow_new_entries: False makes it an error to ask for others.
        max_retries_per_trial: how often a trial that failed is tried again.
        max_consecutive_failed_trials: after so many failed trials in a row the search ends.
        kwargs: see `Tuner`.

    Source: J. Bergstra, Y. Bengio (2012), "Random Search for Hyper-Parameter Optimization",
    Journal of Machine Learning Research 13.

    >>> import tempfile
    >>> class Parabola(RandomSearch):
    ...     def run_trial(self, trial):
    ...         return (trial.hyperparameters.Float("x", -2, 2) - 1) ** 2
    >>> tuner = Parabola(max_trials=20, seed=1, directory=tempfile.mkdtemp())
    >>> tuner.search(verbose=0)
    >>> round(tuner.get_best_hyperparameters()[0]["x"], 1)
    1.2
    """

    def __init__(
        self,
        hypermodel: Any = None,
        objective: Any = None,
        max_trials: int = 10,
        seed: int | None = None,
        hyperparameters: HyperParameters | None = None,
        tune_new_entries: bool = True,
        allow_new_entries: bool = True,
        max_retries_per_trial: int = 0,
        max_consecutive_failed_trials: int = 3,
        **kwargs: Any,
    ) -> None:
        oracle = RandomSearchOracle(
            objective,
            max_trials,
            seed=seed,
            hyperparameters=hyperparameters,
            tune_new_entries=tune_new_entries,
            allow_new_entries=allow_new_entries,
            max_retries_per_trial=max_retries_per_trial,
            max_consecutive_failed_trials=max_consecutive_failed_trials,
        )
        super().__init__(oracle, hypermodel, **kwargs)
