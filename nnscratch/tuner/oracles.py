"""The search methods under the names that keras-tuner has for them."""

from __future__ import annotations

from nnscratch.tuner.bandit import BanditOracle
from nnscratch.tuner.bayesian import BayesianOptimizationOracle
from nnscratch.tuner.grid_search import GridSearchOracle
from nnscratch.tuner.hyperband import HyperbandOracle
from nnscratch.tuner.random_search import RandomSearchOracle
from nnscratch.tuner.samplers import OptunaOracle

__all__ = [
    "BanditOracle",
    "BayesianOptimizationOracle",
    "GridSearchOracle",
    "HyperbandOracle",
    "OptunaOracle",
    "RandomSearchOracle",
]
