"""The tuners under the name that keras-tuner has for them."""

from __future__ import annotations

from nnscratch.tuner.bandit import Bandit
from nnscratch.tuner.bayesian import BayesianOptimization
from nnscratch.tuner.grid_search import GridSearch
from nnscratch.tuner.hyperband import Hyperband
from nnscratch.tuner.random_search import RandomSearch
from nnscratch.tuner.samplers import OptunaSearch

__all__ = [
    "Bandit",
    "BayesianOptimization",
    "GridSearch",
    "Hyperband",
    "OptunaSearch",
    "RandomSearch",
]
