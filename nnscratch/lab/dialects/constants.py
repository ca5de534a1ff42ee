"""What the rules' functions are called with: constants from a dialect's numbers and the step t."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

Numbers = Mapping[str, float]
"""A rule's numbers by Keras's names, the learning rate among them."""


def unchanged(numbers: Numbers, t: int) -> dict[str, float]:
    """Return the numbers as they are: those of SGD and Momentum are the rule's constants."""
    return dict(numbers)


def adagrad(numbers: Numbers, t: int) -> dict[str, float]:
    """Return η and ε; what h starts from is no constant of the rule."""
    return {name: numbers[name] for name in ("learning_rate", "epsilon")}


def rmsprop(numbers: Numbers, t: int) -> dict[str, float]:
    """Return η, ρ, 1−ρ and ε; AdaDelta's are the same."""
    return {**numbers, "one_minus_rho": 1 - numbers["rho"]}


def adam(numbers: Numbers, t: int) -> dict[str, float]:
    """Return α = η√(1−β₂ᵗ)/(1−β₁ᵗ), 1−β₁, 1−β₂ and ε."""
    rate = numbers["learning_rate"] / (1 - numbers["beta_1"] ** t)
    return {**_betas(numbers), "alpha": rate * math.sqrt(1 - numbers["beta_2"] ** t)}


def adam_corrected(numbers: Numbers, t: int) -> dict[str, float]:
    """Return η/(1−β₁ᵗ), √(1−β₂ᵗ), 1−β₁, 1−β₂ and ε."""
    rate = numbers["learning_rate"] / (1 - numbers["beta_1"] ** t)
    return {**_betas(numbers), "rate": rate, "root": math.sqrt(1 - numbers["beta_2"] ** t)}


def _betas(numbers: Numbers) -> dict[str, float]:
    return {
        "one_minus_beta_1": 1 - numbers["beta_1"],
        "one_minus_beta_2": 1 - numbers["beta_2"],
        "epsilon": numbers["epsilon"],
    }


def adamax(numbers: Numbers, t: int) -> dict[str, float]:
    """Return η, 1−β₁, β₂, 1−β₁ᵗ and ε."""
    return {
        "learning_rate": numbers["learning_rate"],
        "one_minus_beta_1": 1 - numbers["beta_1"],
        "beta_2": numbers["beta_2"],
        "one_minus_beta_1_power": 1 - numbers["beta_1"] ** t,
        "epsilon": numbers["epsilon"],
    }


def adamax_inside(numbers: Numbers, t: int) -> dict[str, float]:
    """Return η/(1−β₁ᵗ), 1−β₁, β₂ and ε."""
    return {
        "rate": numbers["learning_rate"] / (1 - numbers["beta_1"] ** t),
        "one_minus_beta_1": 1 - numbers["beta_1"],
        "beta_2": numbers["beta_2"],
        "epsilon": numbers["epsilon"],
    }


def nadam(numbers: Numbers, t: int, pace: float = 1.0, following: bool = False) -> dict[str, float]:
    """Return Nadam's constants for μₜ = β₁(1 − ½·0.96^(pace·t)); m follows g by μₜ, or by β₁."""
    steps = np.arange(1, t + 2)
    mu = numbers["beta_1"] * (1 - 0.5 * 0.96 ** (pace * steps))
    now, product = float(mu[-2]), float(np.prod(mu[:-1]))
    return {
        "learning_rate": numbers["learning_rate"],
        "one_minus_beta_1": 1 - (now if following else numbers["beta_1"]),
        "one_minus_beta_2": 1 - numbers["beta_2"],
        "mu_next": float(mu[-1]),
        "one_minus_mu": 1 - now,
        "one_minus_product_next": 1 - product * float(mu[-1]),
        "one_minus_product": 1 - product,
        "one_minus_beta_2_power": 1 - numbers["beta_2"] ** t,
        "epsilon": numbers["epsilon"],
    }
