"""Update rules in four dialects: the formula, the default numbers, and where both stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.lab.dialects import constants, rules
from nnscratch.lab.dialects.constants import Numbers
from nnscratch.optimizers.adadelta import adadelta
from nnscratch.optimizers.adagrad import adagrad
from nnscratch.optimizers.adam import adam
from nnscratch.optimizers.adamax import adamax
from nnscratch.optimizers.blocks import Rule
from nnscratch.optimizers.nadam import nadam
from nnscratch.optimizers.rmsprop import rmsprop
from nnscratch.optimizers.sgd import sgd, sgd_momentum, sgd_nesterov

DIALECTS = ("keras", "torch", "dlfs", "paper")
"""Keras 3; PyTorch; the book "Deep Learning from Scratch" (K. Saito, 2016); the rule's paper."""


@dataclass(frozen=True)
class Form:
    """One rule as one dialect writes it.

    Attributes:
        equation: the update.
        source: where it is written.
        rule: the function of one array.
        slots: what is kept for each weight, in the order of the rule's arguments.
        defaults: the dialect's own numbers, the learning rate among them.
        constants: the rule's constants from the numbers and the count t of updates, from 1.
    """

    equation: str
    source: str
    rule: Rule
    slots: tuple[str, ...]
    defaults: dict[str, float]
    constants: Callable[[Numbers, int], dict[str, float]] = constants.unchanged


def _numbers(learning_rate: float, **more: float) -> dict[str, float]:
    return {"learning_rate": learning_rate, **more}


def _adam_numbers(epsilon: float, learning_rate: float = 0.001) -> dict[str, float]:
    return _numbers(learning_rate, beta_1=0.9, beta_2=0.999, epsilon=epsilon)


_BOOK = "Deep Learning from Scratch, section 6.1, common/optimizer.py"
_TORCH = "torch.optim."
_PLAIN = "w ← w − ηg"
_INSIDE = "v ← μv − ηg; w ← w + v"
_LOOKING = "v ← μv − ηg; w ← w + μv − ηg"
_ROOT_H = "h ← h + g²; w ← w − ηg/(√h + ε)"
_ROOT_V = "v ← ρv + (1−ρ)g²; w ← w − ηg/(√v + ε)"
_HAT = "w ← w − η·m̂/(√v̂ + ε)"
_EPSILON_HAT = "w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√v + ε)"
_V = ("velocity",)
_MV = ("momentum", "velocity")
_STEPS = "v ← ρv + (1−ρ)g²; Δ = √(u + ε)/√(v + ε)·g; u ← ρu + (1−ρ)Δ²; w ← w − ηΔ"
_LARGEST = "u ← max(β₂u, |g| + ε); w ← w − η·m̂/u"
_AHEAD = "w ← w − η·(μₜ₊₁m/(1−Πₜ₊₁) + (1−μₜ)g/(1−Πₜ))/(√v̂ + ε), "
_AU = ("accumulated_grad", "accumulated_delta_var")

FORMS: dict[str, dict[str, Form]] = {
    "sgd": {
        "keras": Form(_PLAIN, "keras.optimizers.SGD", sgd, (), _numbers(0.01)),
        "torch": Form(_PLAIN, _TORCH + "SGD", sgd, (), _numbers(0.001)),
        "dlfs": Form(_PLAIN, _BOOK, sgd, (), _numbers(0.01)),
        "paper": Form(_PLAIN, "Robbins & Monro (1951)", sgd, (), _numbers(0.01)),
    },
    "momentum": {
        "keras": Form(
            _INSIDE, "keras.optimizers.SGD(momentum=0.9)", sgd_momentum, _V,
            _numbers(0.01, momentum=0.9),
        ),
        "torch": Form(
            "v ← μv + g; w ← w − ηv", _TORCH + "SGD(momentum=0.9)", rules.momentum_rate_outside,
            _V, _numbers(0.001, momentum=0.9),
        ),
        "dlfs": Form(_INSIDE, _BOOK, sgd_momentum, _V, _numbers(0.01, momentum=0.9)),
        "paper": Form(
            _INSIDE, "Polyak (1964); Sutskever et al. (2013), equations 1 and 2", sgd_momentum,
            _V, _numbers(0.01, momentum=0.9),
        ),
    },
    "nesterov": {
        "keras": Form(
            _LOOKING, "keras.optimizers.SGD(momentum=0.9, nesterov=True)", sgd_nesterov, _V,
            _numbers(0.01, momentum=0.9),
        ),
        "torch": Form(
            "v ← μv + g; w ← w − η(g + μv)", _TORCH + "SGD(momentum=0.9, nesterov=True)",
            rules.nesterov_rate_outside, _V, _numbers(0.001, momentum=0.9),
        ),
        "dlfs": Form(
            "v ← μv − ηg; w ← w + μ²v − (1+μ)ηg", _BOOK, rules.nesterov_velocity_first, _V,
            _numbers(0.01, momentum=0.9),
        ),
        "paper": Form(
            _LOOKING, "Nesterov (1983) as in Bengio et al. (2013), section 3.5", sgd_nesterov,
            _V, _numbers(0.01, momentum=0.9),
        ),
    },
    "adagrad": {
        "keras": Form(
            "h ← h + g²; w ← w − ηg/√(h + ε)", "keras.optimizers.Adagrad", adagrad,
            ("accumulator",),
            _numbers(0.001, initial_accumulator_value=0.1, epsilon=1e-7), constants.adagrad,
        ),
        "torch": Form(
            _ROOT_H, _TORCH + "Adagrad", rules.adagrad_epsilon_outside, ("accumulator",),
            _numbers(0.01, initial_accumulator_value=0.0, epsilon=1e-10), constants.adagrad,
        ),
        "dlfs": Form(
            _ROOT_H, _BOOK, rules.adagrad_epsilon_outside, ("accumulator",),
            _numbers(0.01, initial_accumulator_value=0.0, epsilon=1e-7), constants.adagrad,
        ),
        "paper": Form(
            _ROOT_H, "Duchi, Hazan & Singer (2011), figure 1, with δ = 0",
            rules.adagrad_epsilon_outside, ("accumulator",),
            _numbers(0.01, initial_accumulator_value=0.0, epsilon=0.0), constants.adagrad,
        ),
    },
    "rmsprop": {
        "keras": Form(
            "v ← ρv + (1−ρ)g²; w ← w − ηg/√(v + ε)", "keras.optimizers.RMSprop", rmsprop, _V,
            _numbers(0.001, rho=0.9, epsilon=1e-7), constants.rmsprop,
        ),
        "torch": Form(
            _ROOT_V, _TORCH + "RMSprop", rules.rmsprop_epsilon_outside, _V,
            _numbers(0.01, rho=0.99, epsilon=1e-8), constants.rmsprop,
        ),
        "dlfs": Form(
            _ROOT_V, _BOOK, rules.rmsprop_epsilon_outside, _V,
            _numbers(0.01, rho=0.99, epsilon=1e-7), constants.rmsprop,
        ),
        "paper": Form(
            "v ← 0.9v + 0.1g²; w ← w − ηg/√v", "Hinton (2012), lecture 6e",
            rules.rmsprop_epsilon_outside, _V,
            _numbers(0.001, rho=0.9, epsilon=0.0), constants.rmsprop,
        ),
    },
    "adam": {
        "keras": Form(
            _EPSILON_HAT, "keras.optimizers.Adam", adam, _MV, _adam_numbers(1e-7), constants.adam
        ),
        "torch": Form(
            _HAT, _TORCH + "Adam", rules.adam_corrected, _MV, _adam_numbers(1e-8),
            constants.adam_corrected,
        ),
        "dlfs": Form(_EPSILON_HAT, _BOOK, adam, _MV, _adam_numbers(1e-7), constants.adam),
        "paper": Form(
            _HAT, "Kingma & Ba (2015), algorithm 1", rules.adam_corrected, _MV,
            _adam_numbers(1e-8), constants.adam_corrected,
        ),
    },
    "adadelta": {
        "keras": Form(
            _STEPS, "keras.optimizers.Adadelta", adadelta, _AU,
            _numbers(0.001, rho=0.95, epsilon=1e-7), constants.rmsprop,
        ),
        "torch": Form(
            _STEPS, _TORCH + "Adadelta", adadelta, _AU,
            _numbers(1.0, rho=0.9, epsilon=1e-6), constants.rmsprop,
        ),
        "paper": Form(
            _STEPS, "Zeiler (2012), algorithm 1", adadelta, _AU,
            _numbers(1.0, rho=0.95, epsilon=1e-6), constants.rmsprop,
        ),
    },
    "adamax": {
        "keras": Form(
            "u ← max(β₂u, |g|); w ← w − η·m̂/(u + ε)", "keras.optimizers.Adamax", adamax,
            ("momentum", "norm"), _adam_numbers(1e-7), constants.adamax,
        ),
        "torch": Form(
            _LARGEST, _TORCH + "Adamax", rules.adamax_epsilon_inside, ("momentum", "norm"),
            _adam_numbers(1e-8, 0.002), constants.adamax_inside,
        ),
        "paper": Form(
            "u ← max(β₂u, |g|); w ← w − η·m̂/u", "Kingma & Ba (2015), algorithm 2",
            rules.adamax_epsilon_inside, ("momentum", "norm"), _adam_numbers(0.0, 0.002),
            constants.adamax_inside,
        ),
    },
    "nadam": {
        "keras": Form(
            _AHEAD + "μₜ = β₁(1 − ½·0.96ᵗ)", "keras.optimizers.Nadam", nadam, _MV,
            _adam_numbers(1e-7), constants.nadam,
        ),
        "torch": Form(
            _AHEAD + "μₜ = β₁(1 − ½·0.96^(t/250))", _TORCH + "NAdam", nadam, _MV,
            _adam_numbers(1e-8, 0.002), partial(constants.nadam, pace=0.004),
        ),
        "paper": Form(
            "m ← μₜm + (1−μₜ)g; " + _AHEAD + "μₜ = β₁(1 − ½·0.96^(t/250))",
            "Dozat (2016), algorithm 2", nadam, _MV, _adam_numbers(1e-8, 0.002),
            partial(constants.nadam, pace=0.004, following=True),
        ),
    },
}  # fmt: skip
"""By rule and dialect; the book has the first six."""


def form(rule: str, dialect: str) -> Form:
    """Return a rule in a dialect.

    Args:
        rule: `"sgd"`, `"momentum"`, `"nesterov"`, `"adagrad"`, `"rmsprop"` or `"adam"`; also
            `"adadelta"`, `"adamax"` and `"nadam"`, which the book does not have.
        dialect: `"keras"`, `"torch"`, `"dlfs"` or `"paper"`.

    Raises:
        ValueError: there is no such rule or dialect, with the nearest name that exists.
    """
    if rule not in FORMS:
        raise unknown_name("update rule with dialects", rule, FORMS)
    if dialect not in DIALECTS:
        raise unknown_name("dialect", dialect, DIALECTS)
    if dialect not in FORMS[rule]:
        raise ValueError(
            f"The dialect {dialect!r} has no rule {rule!r}: it is not in the book. Its dialects: "
            f"{', '.join(FORMS[rule])}."
        )
    return FORMS[rule][dialect]


def dialect_table() -> list[dict[str, Any]]:
    """Return every rule in every dialect: equation, default numbers and source, one a row.

    >>> row = next(r for r in dialect_table() if (r["rule"], r["dialect"]) == ("adam", "torch"))
    >>> row["equation"], row["epsilon"]
    ('w ← w − η·m̂/(√v̂ + ε)', 1e-08)
    """
    return [
        {
            "rule": rule,
            "dialect": dialect,
            "equation": form.equation,
            **form.defaults,
            "source": form.source,
        }
        for rule, forms in FORMS.items()
        for dialect, form in forms.items()
    ]
