"""Every optimizer's update as lines of arithmetic, one line a step of the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.optimizers.muon import orthogonalize
from nnscratch.typing import Array
from nnscratch.variable import Variable


@dataclass(frozen=True)
class Line:
    """One assignment: `target` ← `expression`.

    Attributes:
        target: the name that gets the value.
        expression: in the notation of `expressions`; None where it is computed by `compute`.
        compute: makes the value from all names, where it cannot be written as an expression.
        words: what it is, where that does not show.
    """

    target: str
    expression: str | None
    words: str = ""
    compute: Callable[[Mapping[str, Any]], Any] | None = None


@dataclass(frozen=True)
class Rule:
    """An update rule.

    Attributes:
        slots: symbol of each slot, by the slot's name.
        numbers: the constants, by symbol.
        lines: the arithmetic.
        source: where it is from.
    """

    slots: dict[str, str]
    numbers: dict[str, float]
    lines: list[Line]
    source: str


M = Line("m", "m + (1 - beta_1)*(g - m)", "running mean of the gradient")
V = Line("v", "v + (1 - beta_2)*(g**2 - v)", "running mean of its square")
ALPHA = Line(
    "alpha", "eta*sqrt(1 - beta_2**t)/(1 - beta_1**t)", "step size without the bias of m, v"
)
MV = {"momentum": "m", "velocity": "v"}
KINGMA = "Kingma & Ba (2015)"


def _betas(o: Any) -> dict[str, float]:
    return {"beta_1": o.beta_1, "beta_2": o.beta_2, "epsilon": o.epsilon}


def _sgd(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    if "momentum" not in slots:
        return Rule({}, {}, [Line("w", "w - eta*g")], "Robbins & Monro (1951)")
    velocity = Line("v", "mu*v - eta*g", "velocity")
    step = "w + mu*v - eta*g" if o.nesterov else "w + v"
    source = "Nesterov (1983), Bengio et al. (2013)" if o.nesterov else "Polyak (1964)"
    return Rule({"momentum": "v"}, {"mu": o.momentum}, [velocity, Line("w", step)], source)


def _adam(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    names = dict(MV)
    lines = [M, V]
    root = "v"
    if "velocity_hat" in slots:
        names["velocity_hat"], root = "v_hat", "v_hat"
        lines.append(Line("v_hat", "max(v_hat, v)", "the largest v so far"))
    lines += [ALPHA, Line("w", f"w - alpha*m/(sqrt({root}) + epsilon)")]
    return Rule(names, _betas(o), lines, f"{KINGMA}, with ε added to the uncorrected root")


def _adamax(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    largest = Line("u", "max(beta_2*u, abs(g))", "fading largest gradient")
    step = Line("w", "w - eta*m/((1 - beta_1**t)*(u + epsilon))")
    return Rule({"momentum": "m", "norm": "u"}, _betas(o), [M, largest, step],
                f"{KINGMA}, section 7.1")  # fmt: skip


def _nadam(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    product = o._u_product
    lines = [
        Line("mu", "beta_1*(1 - 0.5*0.96**t)", "momentum of this step"),
        Line("mu_next", "beta_1*(1 - 0.5*0.96**(t + 1))", "momentum of the next one"),
        Line("product", "product*mu", "product of all momenta so far"),
        *(M, V),
        Line("m_hat", "mu_next*m/(1 - product*mu_next) + (1 - mu)*g/(1 - product)"),
        Line("w", "w - eta*m_hat/(sqrt(v/(1 - beta_2**t)) + epsilon)"),
    ]
    return Rule(MV, {**_betas(o), "product": float(product.value)}, lines, "Dozat (2016)")


def _adagrad(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    lines = [Line("h", "h + g**2", "sum of squares"), Line("w", "w - eta*g/sqrt(h + epsilon)")]
    return Rule({"accumulator": "h"}, {"epsilon": o.epsilon}, lines, "Duchi et al. (2011)")


def _rmsprop(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    numbers = {"rho": o.rho, "epsilon": o.epsilon}
    names = {"velocity": "v"}
    lines = [Line("v", "rho*v + (1 - rho)*g**2", "running mean of the square")]
    step = "eta*g/sqrt(v + epsilon)"
    if "average_gradient" in slots:
        names["average_gradient"] = "g_mean"
        lines.append(Line("g_mean", "rho*g_mean + (1 - rho)*g", "running mean"))
        step = "eta*g/sqrt(v - g_mean**2 + epsilon)"
    if "momentum" in slots:
        names["momentum"], numbers["mu"] = "u", o.momentum
        lines.append(Line("u", f"mu*u + {step}", "gathered steps"))
        step = "u"
    lines.append(Line("w", f"w - {step}"))
    return Rule(names, numbers, lines, "Hinton (2012), lecture 6e")


def _adadelta(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    first, second = "accumulated_grad", "accumulated_delta_var"
    lines = [
        Line("v", "rho*v + (1 - rho)*g**2", "running mean of squared gradients"),
        Line("delta", "sqrt(u + epsilon)/sqrt(v + epsilon)*g"),
        Line("u", "rho*u + (1 - rho)*delta**2", "running mean of squared steps"),
        Line("w", "w - eta*delta"),
    ]
    numbers = {"rho": o.rho, "epsilon": o.epsilon}
    return Rule({first: "v", second: "u"}, numbers, lines, "Zeiler (2012)")


def _ftrl(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    lines = [
        Line("lam_2", "lam_2 + beta/(2*eta)"),
        Line("n_new", "n + g**2", "sum of squares"),
        Line("sigma", "(n_new**p - n**p)/eta"),
        Line("z", "z + g + 2*s*w - sigma*w"),
        Line("w", "(clip(z, -lam_1, lam_1) - z)/(n_new**p/eta + 2*lam_2)"),
        Line("n", "n_new"),
    ]
    numbers = {
        "p": -o.learning_rate_power,
        "beta": o.beta,
        "lam_1": o.l1_regularization_strength,
        "lam_2": o.l2_regularization_strength,
        "s": o.l2_shrinkage_regularization_strength,
    }
    return Rule({"accumulator": "n", "linear": "z"}, numbers, lines, "McMahan et al. (2013)")


def _lion(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    lines = [
        Line("w", "w - eta*sign(beta_1*m + (1 - beta_1)*g)"),
        Line("m", "beta_2*m + (1 - beta_2)*g"),
    ]
    numbers = {"beta_1": o.beta_1, "beta_2": o.beta_2}
    return Rule({"momentum": "m"}, numbers, lines, "Chen et al. (2023)")


def _lamb(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    lines = [
        *(M, V),
        Line("m_hat", "m/(1 - beta_1**t)"),
        Line("v_hat", "v/(1 - beta_2**t)"),
        Line("r", "m_hat/(sqrt(v_hat) + epsilon)", "Adam's step"),
        Line("q", None, "‖w‖/‖r‖, or 1 where one of them is 0", _trust),
        Line("w", "w - q*eta*r"),
    ]
    return Rule(MV, _betas(o), lines, "You et al. (2020)")


def _trust(env: Mapping[str, Any]) -> float:
    w, r = (float(np.sqrt(np.sum(np.square(env[name])))) for name in "wr")
    return w / r if w > 0 and r > 0 else 1.0


def _adafactor(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    numbers = {
        "decay": o.beta_2_decay,
        "epsilon_1": o.epsilon_1,
        "epsilon_2": o.epsilon_2,
        "d": o.clip_threshold,
    }
    names = {"velocity": "v"}
    lines = [Line("beta_2", "1 - t**decay"), Line("s", "g**2 + epsilon_1")]
    if variable.value.ndim < 2:
        lines.append(Line("v", "beta_2*v + (1 - beta_2)*s"))
    else:
        names |= {"r": "r", "c": "c"}
        lines += [
            Line("r", "beta_2*r + (1 - beta_2)*mean_columns(s)", "the row's part"),
            Line("c", "beta_2*c + (1 - beta_2)*mean_rows(s)", "the column's part"),
            Line("v", "r*c/mean_rows(r)"),
        ]
    lines += [
        Line("u", "g/sqrt(v)"),
        Line("u", "u/max(1, rms(u)/d)"),
        Line("rho", "min(eta, 1/sqrt(t))"),
        Line("w", "w - rho*max(epsilon_2, rms(w))*u"),
    ]
    return Rule(names, numbers, lines, "Shazeer & Stern (2018)")


def _muon(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    if "velocity" in slots:
        numbers = {
            "beta_1": o.adam_beta_1,
            "beta_2": o.adam_beta_2,
            "epsilon": o.epsilon,
            "q": o.adam_lr_ratio,
        }
        rate = Line("eta_t", "eta*q", "Adam's learning rate, for what is not a matrix")
        alpha = Line("alpha", "eta_t*sqrt(1 - beta_2**t)/(1 - beta_1**t)")
        lines = [rate, M, V, alpha, Line("w", "w - alpha*m/(sqrt(v) + epsilon)")]
        return Rule(MV, numbers, lines, KINGMA)
    longest = float(max(variable.shape))
    scale = 1.0 if o.rms_rate is None else o.rms_rate * longest**0.5

    def turned(env: Mapping[str, Any]) -> Array:
        return orthogonalize(env["q"], (o.muon_a, o.muon_b, o.muon_c), o.ns_steps, 1e-7)

    lines = [
        Line("m", "mu*m + g", "sum of gradients"),
        Line("q", "g + mu*m" if o.nesterov else "m", "direction"),
        Line("o", None, f"q made orthogonal in {o.ns_steps} Newton-Schulz steps", turned),
        Line("w", "w - eta*s*o"),
    ]
    return Rule({"momentum": "m"}, {"mu": o.momentum, "s": scale}, lines, "Jordan et al. (2024)")


def _schedule_free(o: Any, variable: Variable, slots: Mapping[str, Any]) -> Rule:
    rate = f"eta*min(t/{o.warmup_steps}, 1)" if o.warmup_steps > 0 else "eta"
    lines = [
        Line("eta_t", rate, "with warm-up" if o.warmup_steps > 0 else ""),
        V,
        Line("z", "z - eta_t*g/(sqrt(v/(1 - beta_2**t)) + epsilon)", "the point that steps"),
        Line("x", "(w - (1 - beta_1)*z)/beta_1", "the mean so far"),
        Line("c", "1/t"),
        Line("x", "(1 - c)*x + c*z", "the mean with z"),
        Line("w", "(1 - beta_1)*z + beta_1*x"),
    ]
    return Rule({"momentum": "z", "velocity": "v"}, _betas(o), lines, "Defazio et al. (2024)")


RULES: dict[str, Callable[[Any, Variable, Mapping[str, Any]], Rule]] = {
    "Adadelta": _adadelta,
    "Adafactor": _adafactor,
    "Adagrad": _adagrad,
    "Adam": _adam,
    "AdamW": _adam,
    "Adamax": _adamax,
    "Ftrl": _ftrl,
    "Lamb": _lamb,
    "Lion": _lion,
    "Muon": _muon,
    "Nadam": _nadam,
    "RMSprop": _rmsprop,
    "SGD": _sgd,
    "ScheduleFreeAdamW": _schedule_free,
}
"""The rule of each optimizer's class, by name; `LossScaleOptimizer` has that of its inner one."""
