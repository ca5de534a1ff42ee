"""Sabotages of the update rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from parity.sabotage.table import Change, around, module, sabotage

ADAM, ADAGRAD = module("optimizers.adam"), module("optimizers.adagrad")
RMSPROP, SGD = module("optimizers.rmsprop"), module("optimizers.sgd")


def _with_scalars(cls: Any, change: Any) -> Change:
    """Change what a rule's constants are."""

    def wrapper(original: Any) -> Any:
        def scalars(self: Any, dtype: Any, learning_rate: float) -> dict[str, Any]:
            found = dict(original(self, dtype, learning_rate))
            changed = change(self, found, int(self.iterations) + 1, learning_rate)
            return found | {name: np.array(value, dtype) for name, value in changed.items()}

        return scalars

    return around(cls, "scalars", wrapper)


@sabotage("adam-epsilon-after-the-correction", "rule/adam-options", "adam-epsilon-hat")
def adam_epsilon_after() -> Sequence[Change]:
    """Adam adds ε to the corrected √v̂, as PyTorch does."""

    def change(adam: Any, found: dict[str, Any], t: int, rate: float) -> dict[str, Any]:
        return {"epsilon": adam.epsilon * np.sqrt(1 - adam.beta_2**t)}

    return [_with_scalars(ADAM.Adam, change)]


@sabotage("adam-epsilon-under-the-root", "rule/adam-options", "adam-epsilon-hat")
def adam_epsilon_under() -> Sequence[Change]:
    """Adam divides by √(v + ε)."""

    def adam(
        w: Any,
        g: Any,
        m: Any,
        v: Any,
        v_hat: Any = None,
        *,
        alpha: Any,
        one_minus_beta_1: Any,
        one_minus_beta_2: Any,
        epsilon: Any,
        scratch: Any,
    ) -> None:
        m += one_minus_beta_1 * (g - m)
        v += one_minus_beta_2 * (g * g - v)
        if v_hat is not None:
            v = np.maximum(v_hat, v, out=v_hat)
        w -= alpha * m / np.sqrt(v + epsilon)

    return [Change(ADAM, "adam", adam)]


@sabotage("adam-without-bias-correction", "rule/adam", "option/adam-betas")
def adam_uncorrected() -> Sequence[Change]:
    """Adam's averages are taken as if they had not started at zero."""
    return [_with_scalars(ADAM.Adam, lambda adam, found, t, rate: {"alpha": rate})]


@sabotage("adam-corrected-in-float64", "rule/adam", "adam-bias-correction-dtype")
def adam_in_float64() -> Sequence[Change]:
    """Adam's bias correction is computed from betas that were never rounded to float32."""

    def change(adam: Any, found: dict[str, Any], t: int, rate: float) -> dict[str, Any]:
        return {"alpha": rate * np.sqrt(1 - adam.beta_2**t) / (1 - adam.beta_1**t)}

    return [_with_scalars(ADAM.Adam, change)]


@sabotage("adam-counts-from-zero", "rule/adam")
def adam_late() -> Sequence[Change]:
    """Adam's t is one step behind from the second step on."""

    def change(adam: Any, found: dict[str, Any], t: int, rate: float) -> dict[str, Any]:
        t = max(1, t - 1)
        b1, b2 = float(np.float32(adam.beta_1)), float(np.float32(adam.beta_2))
        return {"alpha": rate * np.sqrt(1 - b2**t) / (1 - b1**t)}

    return [_with_scalars(ADAM.Adam, change)]


@sabotage("amsgrad-ignored", "rule/amsgrad", "blocks/amsgrad")
def amsgrad_ignored() -> Sequence[Change]:
    """AMSGrad divides by the present v, not by the largest."""

    def wrapper(original: Any) -> Any:
        def adam(w: Any, g: Any, m: Any, v: Any, v_hat: Any = None, **options: Any) -> None:
            original(w, g, m, v, None, **options)

        return adam

    return [around(ADAM, "adam", wrapper)]


@sabotage("adagrad-starts-at-zero", "adagrad-starts-at-a-tenth", "rule/adagrad")
def adagrad_from_zero() -> Sequence[Change]:
    """Adagrad's accumulator starts at 0, as in the paper."""

    def create_slots(self: Any, variables: Any) -> Any:
        return [self.add_optimizer_variables(variables, "accumulator")]

    return [Change(ADAGRAD.Adagrad, "create_slots", create_slots)]


@sabotage("adagrad-epsilon-outside", "rule/adagrad-options", "option/adagrad-start")
def adagrad_epsilon() -> Sequence[Change]:
    """Adagrad adds ε to the root."""

    def adagrad(w: Any, g: Any, h: Any, *, learning_rate: Any, epsilon: Any, scratch: Any) -> None:
        h += g * g
        w -= learning_rate * g / (np.sqrt(h) + epsilon)

    return [Change(ADAGRAD, "adagrad", adagrad)]


@sabotage("rmsprop-epsilon-outside", "rmsprop-epsilon-inside", "rule/rmsprop")
def rmsprop_epsilon() -> Sequence[Change]:
    """RMSprop adds ε to the root, as PyTorch does."""

    def rmsprop(
        w: Any,
        g: Any,
        v: Any,
        u: Any = None,
        *,
        learning_rate: Any,
        rho: Any,
        one_minus_rho: Any,
        epsilon: Any,
        momentum: Any = None,
        scratch: Any,
    ) -> None:
        v *= rho
        v += one_minus_rho * g * g
        step = learning_rate * g / (np.sqrt(v) + epsilon)
        if u is not None:
            u *= momentum
            u += step
            step = u
        w -= step

    return [Change(RMSPROP, "rmsprop", rmsprop)]


@sabotage("rmsprop-rho-weighs-the-new", "rule/rmsprop", "option/rmsprop-rho")
def rmsprop_rho() -> Sequence[Change]:
    """RMSprop's ρ is the weight of the new square."""

    def change(rule: Any, found: dict[str, Any], t: int, rate: float) -> dict[str, Any]:
        return {"rho": 1 - rule.rho, "one_minus_rho": rule.rho}

    return [_with_scalars(RMSPROP.RMSprop, change)]


@sabotage("rmsprop-not-centered", "rule/rmsprop-centered", "regression-head/rmsprop-centered")
def rmsprop_not_centered() -> Sequence[Change]:
    """`centered` makes RMSprop keep the mean gradient, but not use it."""

    def centered(w: Any, g: Any, v: Any, mean: Any, u: Any = None, **options: Any) -> None:
        mean *= options["rho"]
        mean += options["one_minus_rho"] * g
        RMSPROP.rmsprop(w, g, v, u, **options)

    return [Change(RMSPROP, "rmsprop_centered", centered)]


@sabotage("nesterov-dropped", "rule/sgd-nesterov", "blocks/nesterov")
def nesterov_dropped() -> Sequence[Change]:
    """`nesterov=True` takes the plain momentum step."""
    return [Change(SGD, "sgd_nesterov", SGD.sgd_momentum)]


@sabotage("velocity-without-the-rate", "sgd-learning-rate-inside-the-velocity", "rule/sgd-momentum")
def velocity_without_rate() -> Sequence[Change]:
    """SGD's velocity holds gradients, and the rate multiplies it, as in PyTorch."""

    def momentum_step(
        w: Any, g: Any, v: Any, *, learning_rate: Any, momentum: Any, scratch: Any
    ) -> None:
        v *= momentum
        v -= g
        w += learning_rate * v

    return [Change(SGD, "sgd_momentum", momentum_step)]


@sabotage("momentum-dampened", "rule/sgd-momentum", "sigmoid/momentum")
def momentum_dampened() -> Sequence[Change]:
    """SGD's velocity takes in only (1 − μ) of each gradient."""

    def wrapper(original: Any) -> Any:
        def momentum_step(w: Any, g: Any, v: Any, *, momentum: Any, **options: Any) -> None:
            original(w, g * (1 - momentum), v, momentum=momentum, **options)

        return momentum_step

    return [around(SGD, "sgd_momentum", wrapper)]
