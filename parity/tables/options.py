"""Options of the base optimizer, while training a small network with BatchNormalization."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.tables.nets import BN, Network, dense
from parity.units import Case

NET: Network = (dense(12, "tanh"), BN, dense(8, "sigmoid"), dense(10, "softmax"))

OPTIONS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "clipnorm": ("SGD", {"learning_rate": 0.2, "clipnorm": 0.05}, ("D7",)),
    "clipvalue": ("SGD", {"learning_rate": 0.2, "clipvalue": 0.01}, ("D7",)),
    "global-clipnorm": ("SGD", {"learning_rate": 0.2, "global_clipnorm": 0.1}, ("D7",)),
    "clipnorm-adam": ("Adam", {"clipnorm": 0.02}, ("D7",)),
    "weight-decay": ("SGD", {"learning_rate": 0.1, "weight_decay": 0.05}, ("D6",)),
    "weight-decay-adam": ("Adam", {"weight_decay": 0.02}, ("D6",)),
    "decay-and-clip": (
        "RMSprop",
        {"weight_decay": 0.02, "global_clipnorm": 0.05, "momentum": 0.3},
        ("D6", "D7"),
    ),
    "ema": ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9}, ()),
    "ema-overwrite": (
        "Adam",
        {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 7},
        (),
    ),
    "accumulation": ("Adam", {"gradient_accumulation_steps": 3}, ()),
    "accumulation-clip": (
        "SGD",
        {"learning_rate": 0.1, "momentum": 0.9, "gradient_accumulation_steps": 4, "clipnorm": 0.1},
        (),
    ),
    "loss-scale": ("SGD", {"learning_rate": 0.1, "loss_scale_factor": 128.0}, ()),
    "loss-scale-adam": ("Adam", {"loss_scale_factor": 1024.0, "clipnorm": 0.05}, ()),
    "adam-betas": ("Adam", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-4}, ("D1",)),
    "rmsprop-rho": ("RMSprop", {"rho": 0.7, "epsilon": 1e-3, "momentum": 0.2}, ("D3",)),
    "adagrad-start": (
        "Adagrad",
        {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 1e-4},
        ("D4",),
    ),
}

QUICK = {"clipnorm", "weight-decay-adam", "ema-overwrite", "accumulation", "loss-scale"}

for option, (optimizer, kwargs, behaviours) in OPTIONS.items():
    registry.add(
        Case(
            f"option/{option}",
            "optimizer options",
            NET,
            (optimizer, kwargs),
            "categorical_crossentropy",
            ("accuracy",),
            parts=7,
            quick=option in QUICK,
            behaviours=behaviours,
        )
    )
