"""Random optimizers with the options of their own and of the base class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parity.fuzz.chooser import Chooser
from parity.units import Obj

Options = dict[str, Any]


def _sgd(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.005, 0.3)}
    if c.chance(0.6):
        options["momentum"] = c.pick((0.9, 1.0, c.real(0.1, 0.99)))
        if c.chance(0.5):
            options["nesterov"] = True
    return options


def _adagrad(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.005, 0.3)}
    if c.chance(0.5):
        options["initial_accumulator_value"] = c.pick((0.0, 0.3, c.size(1e-3, 1.0)))
    if c.chance(0.5):
        options["epsilon"] = c.size(1e-8, 1e-2)
    return options


def _rmsprop(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.0005, 0.02)}
    if c.chance(0.5):
        options["rho"] = c.real(0.3, 0.999)
    if c.chance(0.5):
        options["momentum"] = c.real(0.1, 0.95)
    if c.chance(0.5):
        options["epsilon"] = c.size(1e-8, 1e-2)
    if c.chance(0.4):
        options["centered"] = True
    return options


def _adam(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.0005, 0.05)}
    if c.chance(0.5):
        options["beta_1"] = c.pick((0.0, 0.9, c.real(0.3, 0.99)))
    if c.chance(0.5):
        options["beta_2"] = c.pick((0.99, c.real(0.5, 0.9999)))
    if c.chance(0.5):
        options["epsilon"] = c.size(1e-8, 1e-2)
    if c.chance(0.4):
        options["amsgrad"] = True
    return options


def _moments(c: Chooser) -> Options:
    """Return options of rules with two moments."""
    options = _adam(c)
    options.pop("amsgrad", None)
    return options


def _adadelta(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.05, 2.0)}
    if c.chance(0.5):
        options["rho"] = c.real(0.3, 0.99)
    if c.chance(0.5):
        options["epsilon"] = c.size(1e-8, 1e-2)
    return options


def _adafactor(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.005, 0.1)}
    if c.chance(0.4):
        options["beta_2_decay"] = c.real(-0.95, -0.4)
    if c.chance(0.4):
        options["clip_threshold"] = c.real(0.3, 2.0)
    if c.chance(0.4):
        options["relative_step"] = False
    if c.chance(0.3):
        options["epsilon_2"] = c.size(1e-4, 1e-1)
    return options


def _ftrl(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.005, 0.2)}
    if c.chance(0.4):
        options["initial_accumulator_value"] = c.size(0.01, 1.0)
    if c.chance(0.3):
        options["learning_rate_power"] = c.real(-0.9, -0.2)
    for name in ("l1", "l2", "l2_shrinkage"):
        if c.chance(0.4):
            options[f"{name}_regularization_strength"] = c.size(1e-4, 0.1)
    if c.chance(0.3):
        options["beta"] = c.real(0.0, 0.5)
    return options


def _lion(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.0005, 0.02)}
    if c.chance(0.5):
        options |= {"beta_1": c.real(0.3, 0.95), "beta_2": c.real(0.5, 0.99)}
    return options


def _muon(c: Chooser) -> Options:
    options: Options = {"learning_rate": c.size(0.001, 0.05)}
    if c.chance(0.4):
        options["momentum"] = c.real(0.3, 0.99)
    if c.chance(0.4):
        options["nesterov"] = False
    if c.chance(0.3):
        options["ns_steps"] = c.whole(1, 6)
    if c.chance(0.3):
        options["rms_rate"] = None
    if c.chance(0.3):
        options["adam_lr_ratio"] = c.real(0.1, 2.0)
    return options


def _schedule_free(c: Chooser) -> Options:
    options = _moments(c)
    options.pop("beta_1", None)
    if c.chance(0.5):
        options["beta_1"] = c.real(0.3, 0.98)
    if c.chance(0.5):
        options["warmup_steps"] = c.whole(1, 5)
    return options


OPTIMIZERS: dict[str, Callable[[Chooser], Options]] = {
    "SGD": _sgd,
    "Adagrad": _adagrad,
    "RMSprop": _rmsprop,
    "Adam": _adam,
    "AdamW": _adam,
    "Nadam": _moments,
    "Adamax": _moments,
    "Lamb": _moments,
    "Adadelta": _adadelta,
    "Adafactor": _adafactor,
    "Ftrl": _ftrl,
    "Lion": _lion,
    "Muon": _muon,
    "ScheduleFreeAdamW": _schedule_free,
}

COMMON = {"SGD": 4.0, "Adam": 4.0, "RMSprop": 3.0, "Adagrad": 2.0}
"""Optimizers that are drawn more often than once in so many."""

SCHEDULES: dict[str, Callable[[Chooser], Options]] = {
    "ExponentialDecay": lambda c: {"decay_rate": c.real(0.3, 0.99), "staircase": c.chance(0.4)},
    "InverseTimeDecay": lambda c: {"decay_rate": c.real(0.1, 2.0), "staircase": c.chance(0.4)},
    "PolynomialDecay": lambda c: {
        "end_learning_rate": c.size(1e-4, 1e-2),
        "power": c.pick((1.0, c.real(0.4, 3.0))),
        "cycle": c.chance(0.4),
    },
    "CosineDecay": lambda c: {
        "alpha": c.real(0.0, 0.5),
        **({"warmup_target": c.size(0.01, 0.1), "warmup_steps": 2} if c.chance(0.4) else {}),
    },
    "CosineDecayRestarts": lambda c: {
        "t_mul": c.pick((1.0, 2.0, c.real(0.6, 3.0))),
        "m_mul": c.real(0.4, 1.1),
        "alpha": c.real(0.0, 0.4),
    },
}


def schedule(c: Chooser, rate: float) -> Obj:
    """Return a random schedule that starts at or near a learning rate."""
    name = c.pick((*SCHEDULES, "PiecewiseConstantDecay"))
    if name == "PiecewiseConstantDecay":
        options: Options = {"boundaries": [1, c.whole(2, 4)], "values": [rate, rate / 2, rate / 8]}
    else:
        steps = "first_decay_steps" if name == "CosineDecayRestarts" else "decay_steps"
        options = {"initial_learning_rate": rate, steps: c.whole(1, 6), **SCHEDULES[name](c)}
    return Obj(f"optimizers.schedules.{name}", options)


def _shared(c: Chooser) -> Options:
    """Return options that every optimizer has."""
    options: Options = {}
    if c.chance(0.3):
        clip = c.pick(("clipnorm", "clipvalue", "global_clipnorm"))
        options[clip] = c.size(0.003, 3.0)
    if c.chance(0.25):
        options["weight_decay"] = c.size(0.003, 0.3)
    if c.chance(0.15):
        options["use_ema"] = True
        if c.chance(0.6):
            options["ema_momentum"] = c.real(0.3, 0.99)
        if c.chance(0.5):
            options["ema_overwrite_frequency"] = c.whole(1, 3)
    if c.chance(0.15):
        options["gradient_accumulation_steps"] = c.whole(2, 3)
    if c.chance(0.12):
        options["loss_scale_factor"] = c.pick((2.0, 128.0, 1024.0, c.real(0.3, 30.0)))
    return options


def optimizer(c: Chooser) -> tuple[str, Options]:
    """Return a random optimizer: class name and arguments."""
    name = c.weigh({name: COMMON.get(name, 0.8) for name in OPTIMIZERS})
    if c.chance(0.1):
        return name, {}
    options = {**OPTIMIZERS[name](c), **_shared(c)}
    if c.chance(0.12):
        options["learning_rate"] = schedule(c, options["learning_rate"])
    elif c.chance(0.04):
        options.pop("loss_scale_factor", None)
        inner = {"inner_optimizer": Obj(f"optimizers.{name}", options)}
        scale = {"initial_scale": c.pick((2.0, 1024.0)), "dynamic_growth_steps": c.whole(1, 3)}
        return "LossScaleOptimizer", {**inner, **scale}
    return name, options


def excluded(c: Chooser) -> tuple[str, ...]:
    """Return patterns of variables that weight decay leaves alone."""
    return c.pick((("bias",), ("bias", "gamma", "beta"), ("kernel",), ("0_", "nothing")))
