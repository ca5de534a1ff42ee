"""nnscratch: a glass-box neural-network engine in plain NumPy with Keras's public API.

Every room is imported when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnscratch import lazy

if TYPE_CHECKING:
    from nnscratch import (
        activations,
        callbacks,
        config,
        constraints,
        datasets,
        errors,
        gradcheck,
        initializers,
        layers,
        losses,
        metrics,
        models,
        ops,
        optimizers,
        preprocessing,
        random,
        regularizers,
        saving,
        tuner,
        utils,
        wrappers,
    )
    from nnscratch.compat import use_as_keras
    from nnscratch.initializers import Initializer
    from nnscratch.layers import Input, KerasTensor, Layer
    from nnscratch.losses import Loss
    from nnscratch.metrics import Metric
    from nnscratch.models import Model, Sequential
    from nnscratch.naming import name_scope
    from nnscratch.optimizers import Optimizer
    from nnscratch.regularizers import Regularizer
    from nnscratch.saving import from_keras
    from nnscratch.tape import GradientTape
    from nnscratch.variable import Variable

__version__ = "0.1.0"

_PLACES = {
    "GradientTape": "tape",
    "Initializer": "initializers",
    "Input": "layers",
    "KerasTensor": "layers",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "Sequential": "models",
    "Variable": "variable",
    "from_keras": "saving",
    "name_scope": "naming",
    "use_as_keras": "compat",
    **dict.fromkeys(
        (
            "activations",
            "callbacks",
            "config",
            "constraints",
            "datasets",
            "errors",
            "gradcheck",
            "initializers",
            "layers",
            "losses",
            "metrics",
            "models",
            "ops",
            "optimizers",
            "preprocessing",
            "random",
            "regularizers",
            "saving",
            "tuner",
            "utils",
            "wrappers",
            "lab",
        ),
        "",
    ),
}
"""Each public name and the room it comes from; rooms are their own."""

__all__ = [
    "GradientTape",
    "Initializer",
    "Input",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Regularizer",
    "Sequential",
    "Variable",
    "activations",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "errors",
    "from_keras",
    "gradcheck",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "preprocessing",
    "random",
    "regularizers",
    "saving",
    "tuner",
    "use_as_keras",
    "utils",
    "wrappers",
]

__getattr__, __dir__ = lazy.names(__name__, _PLACES)
