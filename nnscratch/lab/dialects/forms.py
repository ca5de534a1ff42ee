"""Update rules in four dialects: the formula, the default numbers, and where both stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.lab.dialects import rules
from nnscratch.optimizers.adagrad import adagrad
from nnscratch.optimizers.adam import adam
from nnscratch.optimizers.blocks import Rule
from nnscratch.optimizers.rmsprop import rmsprop
from nnscratch.optimizers.sgd import sgd, sgd_momentum, sgd_nesterov

DIALECTS = ("keras", "torch", "dlfs", "paper")
"""Keras 3; PyTorch; the book "Deep Learning from Scratch" (K. Saito, 2016); the rule's paper."""

Numbers = Mapping[str, float]


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
    constants: Callable[[Numbers, int], dict[str, float]] = field(
        default=lambda numbers, t: dict(numbers)
    )


def _adagrad(numbers: Numbers, t: int) -> dict[str, float]:
    return {name: numbers[name] for name in ("learning_rate", "epsilon")}


def _rmsprop(numbers: Numbers, t: int) -> dict[str, float]:
    return {**numbers, "one_minus_rho": 1 - numbers["rho"]}


def _adam(numbers: Numbers, t: int) -> dict[str, float]:
    rate = numbers["learning_rate"] / (1 - numbers["beta_1"] ** t)
    return {**_betas(numbers), "alpha": rate * math.sqrt(1 - numbers["beta_2"] ** t)}


def _adam_corrected(numbers: Numbers, t: int) -> dict[str, float]:
    rate = numbers["learning_rate"] / (1 - numbers["beta_1"] ** t)
    return {**_betas(numbers), "rate": rate, "root": math.sqrt(1 - numbers["beta_2"] ** t)}


def _betas(numbers: Numbers) -> dict[str, float]:
    return {
        "one_minus_beta_1": 1 - numbers["beta_1"],
        "one_minus_beta_2": 1 - numbers["beta_2"],
        "epsilon": numbers["epsilon"],
    }


def _numbers(learning_rate: float, **more: float) -> dict[str, float]:
    return {"learning_rate": learning_rate, **more}


def _adam_numbers(epsilon: float) -> dict[str, float]:
    return _numbers(0.001, beta_1=0.9, beta_2=0.999, epsilon=epsilon)


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
            _numbers(0.001, initial_accumulator_value=0.1, epsilon=1e-7), _adagrad,
        ),
        "torch": Form(
            _ROOT_H, _TORCH + "Adagrad", rules.adagrad_epsilon_outside, ("accumulator",),
            _numbers(0.01, initial_accumulator_value=0.0, epsilon=1e-10), _adagrad,
        ),
        "dlfs": Form(
            _ROOT_H, _BOOK, rules.adagrad_epsilon_outside, ("accumulator",),
            _numbers(0.01, initial_accumulator_value=0.0, epsilon=1e-7), _adagrad,
        ),
        "paper": Form(
            _ROOT_H, "Duchi, Hazan & Singer (2011), figure 1, with δ = 0",
            rules.adagrad_epsilon_outside, ("accumulator",),
            _numbers(0.01, initial_accumulator_value=0.0, epsilon=0.0), _adagrad,
        ),
    },
    "rmsprop": {
        "keras": Form(
            "v ← ρv + (1−ρ)g²; w ← w − ηg/√(v + ε)", "keras.optimizers.RMSprop", rmsprop, _V,
            _numbers(0.001, rho=0.9, epsilon=1e-7), _rmsprop,
        ),
        "torch": Form(
            _ROOT_V, _TORCH + "RMSprop", rules.rmsprop_epsilon_outside, _V,
            _numbers(0.01, rho=0.99, epsilon=1e-8), _rmsprop,
        ),
        "dlfs": Form(
            _ROOT_V, _BOOK, rules.rmsprop_epsilon_outside, _V,
            _numbers(0.01, rho=0.99, epsilon=1e-7), _rmsprop,
        ),
        "paper": Form(
            "v ← 0.9v + 0.1g²; w ← w − ηg/√v", "Hinton (2012), lecture 6e",
            rules.rmsprop_epsilon_outside, _V,
            _numbers(0.001, rho=0.9, epsilon=0.0), _rmsprop,
        ),
    },
    "adam": {
        "keras": Form(
            _EPSILON_HAT, "keras.optimizers.Adam", adam, _MV, _adam_numbers(1e-7), _adam
        ),
        "torch": Form(
            _HAT, _TORCH + "Adam", rules.adam_corrected, _MV, _adam_numbers(1e-8), _adam_corrected
        ),
        "dlfs": Form(_EPSILON_HAT, _BOOK, adam, _MV, _adam_numbers(1e-7), _adam),
        "paper": Form(
            _HAT, "Kingma & Ba (2015), algorithm 1", rules.adam_corrected, _MV,
            _adam_numbers(1e-8), _adam_corrected,
        ),
    },
}  # fmt: skip
"""By rule and dialect."""


def form(rule: str, dialect: str) -> Form:
    """Return a rule in a dialect.

    Args:
        rule: `"sgd"`, `"momentum"`, `"nesterov"`, `"adagrad"`, `"rmsprop"` or `"adam"`.
        dialect: `"keras"`, `"torch"`, `"dlfs"` or `"paper"`.

    Raises:
        ValueError: there is no such rule or dialect, with the nearest name that exists.
    """
    if rule not in FORMS:
        raise unknown_name("update rule with dialects", rule, FORMS)
    if dialect not in DIALECTS:
        raise unknown_name("dialect", dialect, DIALECTS)
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
