"""Adam, RMSprop and Adagrad: where ε stands, how averages start, what ρ weighs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.causes.rules import change_scalars, use_rule
from nnscratch.lab.differences.trial import Trial
from nnscratch.optimizers import SGD, Adagrad, Adam, RMSprop
from nnscratch.optimizers.rmsprop import rmsprop


def _is_adam(trial: Trial) -> bool:
    return isinstance(trial.optimizer, Adam)


@cause(
    "ε after the bias correction",
    "Adam adds ε to the corrected √v̂, as the paper's algorithm 1 and PyTorch do; Keras adds it to "
    "the uncorrected √v.",
    "weights, most in the first steps",
)
def epsilon_after(trial: Trial) -> bool:
    """Scale ε by √(1 − β₂ᵗ): √v + ε·√(1 − β₂ᵗ) is √(1 − β₂ᵗ)·(√v̂ + ε)."""
    if not _is_adam(trial):
        return False

    def change(adam: Any, t: int, rate: float) -> dict[str, Any]:
        return {"epsilon": adam.epsilon * math.sqrt(1 - adam.beta_2**t)}

    change_scalars(trial, change)
    return True


@cause(
    "ε inside the root",
    "The step is divided by √(v + ε); here Adam divides by √v + ε.",
    "weights",
)
def epsilon_inside(trial: Trial) -> bool:
    """Move Adam's ε under the root."""
    if not _is_adam(trial):
        return False

    def rule(w: Any, g: Any, m: Any, v: Any, v_hat: Any = None, *, alpha: Any, **c: Any) -> None:
        _follow(g, m, v, c)
        if v_hat is not None:
            v = np.maximum(v_hat, v, out=v_hat)
        w -= alpha * m / np.sqrt(v + c["epsilon"])

    use_rule(trial, rule)
    return True


def _follow(g: Any, m: Any, v: Any, c: dict[str, Any]) -> None:
    m += c["one_minus_beta_1"] * (g - m)
    v += c["one_minus_beta_2"] * (g * g - v)


@cause(
    "ε outside the root",
    "The step is divided by √v + ε, as in PyTorch and the book; Keras's RMSprop and Adagrad "
    "divide by √(v + ε).",
    "weights, most where gradients are small",
)
def epsilon_outside(trial: Trial) -> bool:
    """Move ε of RMSprop or Adagrad out of the root."""
    if isinstance(trial.optimizer, RMSprop) and not trial.optimizer.centered:
        use_rule(trial, _rmsprop_outside)
    elif isinstance(trial.optimizer, Adagrad):
        use_rule(trial, _adagrad_outside)
    else:
        return False
    return True


def _rmsprop_outside(w: Any, g: Any, v: Any, u: Any = None, **c: Any) -> None:
    v *= c["rho"]
    v += c["one_minus_rho"] * g * g
    step = c["learning_rate"] * g / (np.sqrt(v) + c["epsilon"])
    if u is not None:
        u *= c["momentum"]
        u += step
        step = u
    w -= step


def _adagrad_outside(w: Any, g: Any, h: Any, **c: Any) -> None:
    h += g * g
    w -= c["learning_rate"] * g / (np.sqrt(h) + c["epsilon"])


@cause(
    "ε is {}",
    "The optimizer has another ε: Keras takes 1e-7, PyTorch 1e-8 (Adagrad 1e-10).",
    "weights, most where gradients are small",
    (1e-8, 1e-7, 1e-10, 1e-6, 1e-5, 1e-3, 1e-4, 1e-12, 0.0),
)
def epsilon_value(trial: Trial, value: float) -> bool:
    """Set ε."""
    if getattr(trial.optimizer, "epsilon", None) in (None, value):
        return False
    trial.remake_optimizer(epsilon=value)
    return True


@cause(
    "no bias correction",
    "Adam's averages are taken as if they had not started at zero.",
    "weights, most in the first steps",
)
def no_correction(trial: Trial) -> bool:
    """Take the learning rate as α."""
    if not _is_adam(trial):
        return False
    change_scalars(trial, lambda adam, t, rate: {"alpha": rate})
    return True


@cause(
    "bias correction counts from zero",
    "Adam's t is one step behind from the second step on.",
    "weights from the second step on",
)
def correction_late(trial: Trial) -> bool:
    """Correct by the step before."""
    if not _is_adam(trial):
        return False

    def change(adam: Any, t: int, rate: float) -> dict[str, Any]:
        return {"alpha": _alpha(adam, max(1, t - 1), rate, rounded=True)}

    change_scalars(trial, change)
    return True


def _alpha(adam: Any, t: int, rate: float, rounded: bool) -> float:
    b1, b2 = adam.beta_1, adam.beta_2
    if rounded:
        b1, b2 = float(np.float32(b1)), float(np.float32(b2))
    return float(rate * math.sqrt(1 - b2**t) / (1 - b1**t))


@cause(
    "constants in full precision",
    "Constants that Keras rounds to float32 (powers of Adam's betas, SGD's momentum) keep all "
    "their digits; or the bias correction is computed in float64.",
    "weights, by about 1e-8 in float64 and 1e-6 in float32",
)
def full_precision(trial: Trial) -> bool:
    """Compute the constants in float64 without rounding them on the way."""
    optimizer = trial.optimizer
    if isinstance(optimizer, SGD) and optimizer.momentum:
        change_scalars(trial, lambda sgd, t, rate: {"momentum": sgd.momentum})
    elif isinstance(optimizer, Adam):
        change_scalars(trial, lambda adam, t, rate: {"alpha": _alpha(adam, t, rate, False)})
    else:
        return False
    return True


@cause(
    "{} instead of the other betas",
    "Adam's averages remember longer or shorter.",
    "weights from the second step on",
    ("beta_1 = 0.5", "beta_1 = 0.99", "beta_1 = 0", "beta_2 = 0.99", "beta_2 = 0.9"),
)
def betas(trial: Trial, words: str) -> bool:
    """Set one of the betas."""
    name, _, value = words.partition(" = ")
    if not hasattr(trial.optimizer, name) or getattr(trial.optimizer, name) == float(value):
        return False
    trial.remake_optimizer(**{name: float(value)})
    return True


@cause(
    "AMSGrad turned round",
    "The step is divided by the root of the largest v so far instead of the present v, or the "
    "other way about.",
    "weights",
)
def amsgrad(trial: Trial) -> bool:
    """Turn AMSGrad on or off."""
    if not _is_adam(trial):
        return False
    trial.remake_optimizer(amsgrad=not trial.optimizer.amsgrad)
    return True


@cause(
    "initial accumulator {}",
    "Adagrad's sum of squares starts elsewhere: Keras at 0.1, PyTorch and the book at 0.",
    "weights, most in the first steps",
    (0.0, 0.1, 1.0, 0.01),
)
def accumulator(trial: Trial, value: float) -> bool:
    """Start Adagrad's sum of squares elsewhere."""
    optimizer = trial.optimizer
    if not isinstance(optimizer, Adagrad) or optimizer.initial_accumulator_value == value:
        return False
    trial.remake_optimizer(initial_accumulator_value=value)
    return True


@cause(
    "ρ weighs the new square",
    "RMSprop's ρ is the weight of the new square and not that of the past.",
    "weights",
)
def rho_reversed(trial: Trial) -> bool:
    """Exchange ρ and 1 − ρ."""
    if not isinstance(trial.optimizer, RMSprop):
        return False
    change_scalars(trial, lambda rule, t, rate: {"rho": 1 - rule.rho, "one_minus_rho": rule.rho})
    return True


@cause(
    "ρ is {}",
    "RMSprop or Adadelta remembers longer or shorter: Keras takes 0.9, PyTorch and the book 0.99.",
    "weights",
    (0.99, 0.9, 0.95, 0.999, 0.5),
)
def rho(trial: Trial, value: float) -> bool:
    """Set ρ."""
    if getattr(trial.optimizer, "rho", None) in (None, value):
        return False
    trial.remake_optimizer(rho=value)
    return True


@cause(
    "RMSprop not centered",
    "The mean gradient is kept but not taken off before the root, or `centered` is off.",
    "weights",
)
def not_centered(trial: Trial) -> bool:
    """Divide by √(v + ε) although `centered` is on."""
    if not isinstance(trial.optimizer, RMSprop) or not trial.optimizer.centered:
        return False

    def rule(w: Any, g: Any, v: Any, mean: Any, u: Any = None, **options: Any) -> None:
        rmsprop(w, g, v, u, **options)

    use_rule(trial, rule)
    return True


@cause(
    "RMSprop centered",
    "The mean gradient is taken off before the root.",
    "weights",
)
def centered(trial: Trial) -> bool:
    """Turn `centered` on."""
    if not isinstance(trial.optimizer, RMSprop) or trial.optimizer.centered:
        return False
    trial.remake_optimizer(centered=True)
    return True
