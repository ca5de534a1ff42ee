"""More update rules alone: further optimizers with their options, schedules at their edges."""

from __future__ import annotations

from typing import Any

from parity import registry
from parity.units import Allowance, Obj, Rule

SCHEDULES = "optimizers.schedules."

RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "adamw-options": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    "nadam-options": ("Nadam", {"beta_1": 0.8, "beta_2": 0.9999, "epsilon": 1e-4}),
    "nadam-accumulation": ("Nadam", {"gradient_accumulation_steps": 3, "clipnorm": 0.5}),
    "adamax-options": ("Adamax", {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-3}),
    "adadelta-options": ("Adadelta", {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-3}),
    "ftrl-options": (
        "Ftrl",
        {
            "learning_rate": 0.05,
            "initial_accumulator_value": 0.5,
            "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.02,
            "l2_shrinkage_regularization_strength": 0.01,
        },
    ),
    "ftrl-power": ("Ftrl", {"learning_rate": 0.05, "learning_rate_power": -0.7}),
    "lion-options": (
        "Lion",
        {"learning_rate": 1e-4, "beta_1": 0.6, "beta_2": 0.95, "weight_decay": 0.1},
    ),
    "lamb-options": ("Lamb", {"beta_1": 0.8, "beta_2": 0.98, "weight_decay": 0.01}),
    "adafactor-options": (
        "Adafactor",
        {"learning_rate": 0.05, "beta_2_decay": -0.6, "clip_threshold": 0.5, "epsilon_1": 1e-8},
    ),
    "muon": ("Muon", {}),
    "muon-options": (
        "Muon",
        {
            "learning_rate": 0.01,
            "weight_decay": 0.1,
            "momentum": 0.9,
            "nesterov": False,
            "ns_steps": 3,
            "rms_rate": None,
            "adam_lr_ratio": 0.1,
        },
    ),
    "schedule-free": ("ScheduleFreeAdamW", {}),
    "schedule-free-options": (
        "ScheduleFreeAdamW",
        {"learning_rate": 0.01, "beta_1": 0.8, "warmup_steps": 50, "weight_decay": 0.01},
    ),
    "loss-scale-dynamic": (
        "LossScaleOptimizer",
        {
            "inner_optimizer": Obj("optimizers.Adam", {"clipnorm": 1.0}),
            "initial_scale": 4.0,
            "dynamic_growth_steps": 100,
        },
    ),
    "schedule-late-stairs": (
        "SGD",
        {
            "learning_rate": Obj(
                SCHEDULES + "ExponentialDecay",
                {
                    "initial_learning_rate": 0.1,
                    "decay_steps": 41,
                    "decay_rate": 0.8,
                    "staircase": True,
                },
            )
        },
    ),
    "schedule-cosine-plain": (
        "SGD",
        {
            "learning_rate": Obj(
                SCHEDULES + "CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 700}
            )
        },
    ),
    "schedule-equal-restarts": (
        "Adam",
        {
            "learning_rate": Obj(
                SCHEDULES + "CosineDecayRestarts",
                {
                    "initial_learning_rate": 0.01,
                    "first_decay_steps": 70,
                    "t_mul": 1.0,
                    "alpha": 0.1,
                },
            )
        },
    ),
}

FOLDING = (
    "nnscratch has the bits of the learning rate in Keras's fit; in a graph of an optimizer alone "
    "TensorFlow folds the constants of a cosine in another order, so that the float32 "
    "rate differs in its last bit"
)
ALLOWANCES = {
    name: (Allowance("float64", "*", 2e-7, FOLDING),)
    for name in ("schedule-cosine-plain", "schedule-equal-restarts")
}

QUICK = {"nadam-options", "lamb-options", "muon"}

for name, optimizer in RULES.items():
    registry.add(
        Rule(
            f"rule/{name}",
            "optimizer rules",
            optimizer,
            allowances=ALLOWANCES.get(name, ()),
            quick=name in QUICK,
        )
    )
