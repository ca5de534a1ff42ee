"""Feed two optimizers the same gradients and judge variables and slots after every step."""

from __future__ import annotations

import numpy as np

from nnscratch.typing import Array
from parity.bands import RULE, band_for
from parity.engines.protocol import Engine
from parity.results import Judge, Outcome
from parity.units import Rule

SHAPES = ((7, 5), (12,), (4, 3, 2))
"""Shapes of the variables; each has elements enough never to pass through zero as a whole."""


def initial_values(rule: Rule, dtype: str) -> list[Array]:
    """Return the values the variables start from."""
    rng = np.random.default_rng(rule.seed)
    return [np.asarray(rng.normal(size=shape), dtype) for shape in SHAPES]


def gradients(rule: Rule, dtype: str) -> list[list[Array]]:
    """Return the gradients of every step: from 1e-5 to 10 in size, some zero, their signs kept.

    Each element keeps a size and a preferred sign of its own, so that slow and fast directions,
    noisy and steady ones all occur; every seventh step one variable's gradient is all zero.
    """
    rng = np.random.default_rng(rule.seed + 1)
    sizes = [10.0 ** rng.uniform(-5, 1, size=shape) for shape in SHAPES]
    means = [rng.normal(size=shape) for shape in SHAPES]
    steps = []
    for step in range(rule.steps):
        given = [
            np.asarray(size * (mean + rng.normal(size=shape)), dtype)
            for size, mean, shape in zip(sizes, means, SHAPES, strict=True)
        ]
        if step % 7 == 6:
            given[step % len(SHAPES)] = np.zeros(SHAPES[step % len(SHAPES)], dtype)
        steps.append(given)
    return steps


def run_rule(rule: Rule, dtype: str, reference: Engine, candidate: Engine) -> Outcome:
    """Run one optimizer rule in one float type, freely over all its steps.

    Args:
        rule: the rule.
        dtype: `"float32"` or `"float64"`.
        reference: Keras.
        candidate: nnscratch.
    """
    outcome = Outcome(rule.name, rule.area, "rule", dtype, behaviours=rule.behaviours)
    judge = Judge(outcome, lambda t: band_for(t, dtype, RULE[dtype], rule.allowances))
    values = initial_values(rule, dtype)
    ref = reference.rule_twin(rule, dtype, [v.copy() for v in values])
    got = candidate.rule_twin(rule, dtype, [v.copy() for v in values])
    for number, given in enumerate(gradients(rule, dtype), start=1):
        expected = ref.step([g.copy() for g in given])
        for finding in judge.compare(number, expected, got.step([g.copy() for g in given])):
            judge.settle(finding)
    outcome.steps = rule.steps
    return outcome
