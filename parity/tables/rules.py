"""Update rules alone: each optimizer with its options, fed the same gradients."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.units import Allowance, Obj, Rule

RULES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "sgd": ("SGD", {}, ()),
    "sgd-momentum": ("SGD", {"momentum": 0.9}, ("D5",)),
    "sgd-nesterov": ("SGD", {"momentum": 0.85, "nesterov": True}, ("D5",)),
    "adagrad": ("Adagrad", {}, ("D4",)),
    "adagrad-options": (
        "Adagrad",
        {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "epsilon": 1e-3},
        ("D4",),
    ),
    "rmsprop": ("RMSprop", {}, ("D3",)),
    "rmsprop-momentum": ("RMSprop", {"momentum": 0.9}, ("D3",)),
    "rmsprop-centered": ("RMSprop", {"centered": True}, ("D3",)),
    "rmsprop-all": (
        "RMSprop",
        {"learning_rate": 0.01, "rho": 0.8, "momentum": 0.5, "epsilon": 1e-5, "centered": True},
        ("D3",),
    ),
    "adam": ("Adam", {}, ("D1", "D2")),
    "adam-options": (
        "Adam",
        {"learning_rate": 0.01, "beta_1": 0.7, "beta_2": 0.98, "epsilon": 1e-5},
        ("D1", "D2"),
    ),
    "amsgrad": ("Adam", {"amsgrad": True}, ("D1", "D2")),
    "clipnorm": ("SGD", {"clipnorm": 0.5}, ("D7",)),
    "clipvalue": ("SGD", {"clipvalue": 0.3}, ("D7",)),
    "global-clipnorm": ("Adam", {"global_clipnorm": 1.0}, ("D7",)),
    "weight-decay": ("SGD", {"learning_rate": 0.05, "weight_decay": 0.1}, ("D6",)),
    "weight-decay-adam": ("Adam", {"weight_decay": 0.004}, ("D6",)),
    "weight-decay-clip": ("RMSprop", {"weight_decay": 0.1, "clipnorm": 0.5}, ("D6", "D7")),
    "ema": ("Adam", {"use_ema": True, "ema_momentum": 0.95}, ()),
    "ema-overwrite": (
        "SGD",
        {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 10},
        (),
    ),
    "accumulation": ("SGD", {"momentum": 0.9, "gradient_accumulation_steps": 5}, ()),
    "accumulation-adam": ("Adam", {"gradient_accumulation_steps": 2, "clipvalue": 0.5}, ()),
    "loss-scale": ("RMSprop", {"loss_scale_factor": 512.0}, ()),
    "adamw": ("AdamW", {}, ("D6",)),
    "adamax": ("Adamax", {}, ()),
    "nadam": ("Nadam", {}, ()),
    "adadelta": ("Adadelta", {"learning_rate": 0.1}, ()),
    "ftrl": ("Ftrl", {"l1_regularization_strength": 1e-3, "beta": 0.1}, ()),
    "lion": ("Lion", {}, ()),
    "lamb": ("Lamb", {}, ()),
    "adafactor": ("Adafactor", {}, ()),
}

SCHEDULES: dict[str, Obj] = {
    "exponential": Obj(
        "optimizers.schedules.ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 70, "decay_rate": 0.8},
    ),
    "staircase": Obj(
        "optimizers.schedules.ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 70, "decay_rate": 0.8, "staircase": True},
    ),
    "piecewise": Obj(
        "optimizers.schedules.PiecewiseConstantDecay",
        {"boundaries": [100, 300], "values": [0.1, 0.03, 0.01]},
    ),
    "polynomial": Obj(
        "optimizers.schedules.PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 400, "power": 2.0, "cycle": True},
    ),
    "inverse-time": Obj(
        "optimizers.schedules.InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 50, "decay_rate": 0.5},
    ),
    "cosine": Obj(
        "optimizers.schedules.CosineDecay",
        {
            "initial_learning_rate": 0.01,
            "decay_steps": 500,
            "alpha": 0.1,
            "warmup_target": 0.1,
            "warmup_steps": 100,
        },
    ),
    "cosine-restarts": Obj(
        "optimizers.schedules.CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 100, "t_mul": 1.5, "m_mul": 0.9},
    ),
}

ALLOWANCES = {
    "adadelta": (
        Allowance(
            "float32",
            "slot/*/accumulated_delta_var",
            5e-6,
            "Adadelta feeds its own updates back, so rounding adds up: after 1,000 steps Keras in "
            "float32 is 2.1e-6 from Keras in float64",
        ),
    ),
}

QUICK = {"sgd-nesterov", "adagrad", "rmsprop-all", "adam", "amsgrad", "weight-decay-clip"}

for name, schedule in SCHEDULES.items():
    RULES[f"schedule-{name}"] = ("SGD", {"learning_rate": schedule, "momentum": 0.5}, ())

for name, (optimizer, kwargs, behaviours) in RULES.items():
    registry.add(
        Rule(
            f"rule/{name}",
            "optimizer rules",
            (optimizer, kwargs),
            allowances=ALLOWANCES.get(name, ()),
            quick=name in QUICK,
            behaviours=behaviours,
        )
    )
