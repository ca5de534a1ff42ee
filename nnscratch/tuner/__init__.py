"""Search for hyper-parameters with keras-tuner's API: grid, random, Bayesian, Hyperband, bandit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnscratch import lazy

if TYPE_CHECKING:
    from nnscratch.tuner import errors, oracles, tuners
    from nnscratch.tuner.bandit import Bandit
    from nnscratch.tuner.bayesian import BayesianOptimization
    from nnscratch.tuner.comparing import compare
    from nnscratch.tuner.errors import FailedTrialError
    from nnscratch.tuner.grid_search import GridSearch
    from nnscratch.tuner.hyperband import Hyperband
    from nnscratch.tuner.hypermodel import HyperModel
    from nnscratch.tuner.hyperparameters import HyperParameters
    from nnscratch.tuner.objective import Objective
    from nnscratch.tuner.oracle import Oracle
    from nnscratch.tuner.presets import DenseNetwork
    from nnscratch.tuner.random_search import RandomSearch
    from nnscratch.tuner.samplers import OptunaSearch
    from nnscratch.tuner.tuner import Tuner

__version__ = "1.4.8"
"""The version of keras-tuner whose API this is."""

_HOMES = {
    "Bandit": "bandit",
    "BayesianOptimization": "bayesian",
    "DenseNetwork": "presets",
    "FailedTrialError": "errors",
    "GridSearch": "grid_search",
    "HyperModel": "hypermodel",
    "HyperParameters": "hyperparameters",
    "Hyperband": "hyperband",
    "Objective": "objective",
    "OptunaSearch": "samplers",
    "Oracle": "oracle",
    "RandomSearch": "random_search",
    "Tuner": "tuner",
    "compare": "comparing",
    **dict.fromkeys(("errors", "figures", "oracles", "tuners"), ""),
}
"""Public names and the module of each; modules are their own."""

__all__ = [
    "Bandit",
    "BayesianOptimization",
    "DenseNetwork",
    "FailedTrialError",
    "GridSearch",
    "HyperModel",
    "HyperParameters",
    "Hyperband",
    "Objective",
    "OptunaSearch",
    "Oracle",
    "RandomSearch",
    "Tuner",
    "compare",
    "errors",
    "figures",
    "oracles",
    "tuners",
]


__getattr__, __dir__ = lazy.names(__name__, _HOMES)
