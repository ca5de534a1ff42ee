"""Random optimizers with the options of their own and of the base class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parity.fuzz.chooser import Chooser

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


OPTIMIZERS: dict[str, Callable[[Chooser], Options]] = {
    "SGD": _sgd,
    "Adagrad": _adagrad,
    "RMSprop": _rmsprop,
    "Adam": _adam,
}


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
    name = c.weigh({"SGD": 4, "Adam": 4, "RMSprop": 3, "Adagrad": 2})
    if c.chance(0.1):
        return name, {}
    return name, {**OPTIMIZERS[name](c), **_shared(c)}


def excluded(c: Chooser) -> tuple[str, ...]:
    """Return patterns of variables that weight decay leaves alone."""
    return c.pick((("bias",), ("bias", "gamma", "beta"), ("kernel",), ("0_", "nothing")))
