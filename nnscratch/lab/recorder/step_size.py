"""The effective step size of every parameter, optimizer by optimizer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nnscratch.typing import Array

Slots = Mapping[str, Array]
Rule = Callable[[Any, Slots, float, int], "Array | float"]
"""From optimizer, slots, learning rate and number of the step to the step sizes."""


def _adam(o: Any, s: Slots, rate: float, t: int) -> Array:
    v = s["velocity_hat"] if "velocity_hat" in s else s["velocity"]
    alpha = rate * math.sqrt(1.0 - o.beta_2**t) / (1.0 - o.beta_1**t)
    return _over(alpha, np.sqrt(v), o.epsilon)


def _nadam(o: Any, s: Slots, rate: float, t: int) -> Array:
    root = np.sqrt(s["velocity"] * np.asarray(1.0 / (1.0 - o.beta_2**t), s["velocity"].dtype))
    return _over(rate, root, o.epsilon)


def _adamax(o: Any, s: Slots, rate: float, t: int) -> Array:
    return _over(rate / (1.0 - o.beta_1**t), s["norm"].copy(), o.epsilon)


def _adagrad(o: Any, s: Slots, rate: float, t: int) -> Array:
    return _over(rate, np.sqrt(s["accumulator"] + np.asarray(o.epsilon, s["accumulator"].dtype)))


def _rmsprop(o: Any, s: Slots, rate: float, t: int) -> Array:
    v = s["velocity"]
    if "average_gradient" in s:
        v = v - np.square(s["average_gradient"])
    return _over(rate, np.sqrt(v + np.asarray(o.epsilon, v.dtype)))


def _over(rate: float, root: Array, epsilon: float = 0.0) -> Array:
    """Return rate / (root + epsilon), in the memory of `root`, which must be nobody else's."""
    if epsilon:
        root += np.asarray(epsilon, root.dtype)
    found: Array = np.divide(np.asarray(rate, root.dtype), root, out=root)
    return found


def _constant(o: Any, s: Slots, rate: float, t: int) -> float:
    return rate


RULES: dict[str, Rule] = {
    "SGD": _constant,
    "Lion": _constant,
    "Adam": _adam,
    "AdamW": _adam,
    "Nadam": _nadam,
    "Adamax": _adamax,
    "Adagrad": _adagrad,
    "RMSprop": _rmsprop,
}
"""For each rule, what the gradient (or its average) is multiplied by.

Others, such as Adadelta or Ftrl, and other dialects are measured: |Δw| / |g|, 0 where g is 0.
"""


def rule_of(optimizer: Any) -> Rule | None:
    """Return how the step size is found from the slots, None where it has to be measured."""
    keras = getattr(optimizer, "dialect", "keras") == "keras"
    return RULES.get(type(optimizer).__name__) if keras else None


def step_size(
    optimizer: Any, slots: Slots, rate: float, t: int, update: Array, grad: Array
) -> Array:
    """Return the effective step size of each element of one variable, after a step.

    Args:
        optimizer: the optimizer.
        slots: its slots for the variable, by name.
        rate: the learning rate of the step.
        t: number of the step, counted from 1.
        update: what the step added to the variable.
        grad: the gradient that it used.

    >>> from nnscratch.optimizers import Adagrad
    >>> slots = {"accumulator": np.array([4.0])}
    >>> step_size(Adagrad(epsilon=0.0), slots, 0.1, 1, np.zeros(1), np.ones(1)).tolist()
    [0.05]
    """
    rule = rule_of(optimizer)
    if rule is not None:
        found = np.asarray(rule(optimizer, slots, rate, t))
        return found if found.shape == update.shape else np.broadcast_to(found, update.shape)
    size = np.abs(grad)
    return np.divide(np.abs(update), size, out=np.zeros_like(size), where=size > 0)
