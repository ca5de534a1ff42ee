"""Search for hyper-parameters with keras-tuner's API: grid, random, Bayesian, Hyperband, bandit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nnscratch.errors import closest_name

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
}
"""Public names and the module of each, imported when the name is first used."""

_MODULES = ("errors", "figures", "oracles", "tuners")

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


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    near = None if name.startswith("_") else closest_name(name, __all__)
    hint = f". Did you mean {near!r}?" if near else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}", name=name)


def __dir__() -> list[str]:
    return sorted(__all__)
