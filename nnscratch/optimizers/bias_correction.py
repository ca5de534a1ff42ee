"""What makes up for moving averages that start at 0: powers of the betas, and Adam's step size."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.optimizers.powf import powf


def power(base: float, t: int, dtype: np.dtype[Any]) -> Any:
    """Return baseᵗ in a dtype, from a base rounded to float32.

    Convention: as in Keras the power is taken in the weights' dtype. The bits matter: where 1−β₂ᵗ
    is small, the last one of β₂ᵗ counts a thousandfold (3e-6 of Adam's α with β₂ = 0.999 in
    float32, 1e-4 with 0.9999).

    >>> round(float(power(0.9, 2, np.dtype("float32"))), 6)
    0.81
    """
    base = through_float32(base)
    return dtype.type(powf(base, through_float32(t)) if dtype == np.float32 else base**t)


AT_ONCE = 64
"""Steps whose corrections are computed at once: the functions that do it stay at hand."""


@functools.lru_cache(maxsize=256)
def _corrections(dtype: np.dtype[Any], beta_1: float, beta_2: float, lot: int) -> list[Any]:
    """Return (√(1−β₂ᵗ), 1−β₁ᵗ) for each t of a lot of steps that follow each other."""
    one, steps = dtype.type(1), range(lot * AT_ONCE, (lot + 1) * AT_ONCE)
    return [(np.sqrt(one - power(beta_2, t, dtype)), one - power(beta_1, t, dtype)) for t in steps]


def corrected_rate(
    dtype: np.dtype[Any], learning_rate: float, beta_1: float, beta_2: float, t: int
) -> Any:
    """Return Adam's α = η√(1−β₂ᵗ)/(1−β₁ᵗ), computed in the weights' dtype.

    Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization", end of section 2.

    >>> round(float(corrected_rate(np.dtype("float64"), 1.0, 0.5, 0.75, 1)), 6)
    1.0
    """
    root, rest = _corrections(dtype, beta_1, beta_2, t // AT_ONCE)[t % AT_ONCE]
    return dtype.type(learning_rate) * root / rest
