"""A learning rate that falls to an end value along a power of the time left."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.schedules.arithmetic import (
    cast,
    check_initial,
    check_positive,
    dtype_of,
    power,
    share,
    steps_as,
)
from nnscratch.optimizers.schedules.base import LearningRateSchedule


class PolynomialDecay(LearningRateSchedule):
    """Polynomial decay: η(t) = (η₀ − η₁)(1 − t/T)ᵖ + η₁, and η₁ from t = T on.

    Args:
        initial_learning_rate: η₀, a float of 0 or more.
        decay_steps: T > 0, the number of updates until η₁ is reached.
        end_learning_rate: η₁, 0 or more.
        power: p, 0 or more; with 1 the rate falls along a straight line.
        cycle: whether, past T, T is replaced by its next multiple, so that the rate jumps up and
            falls again, ever more slowly.
        name: kept for the configuration.

    Raises:
        ValueError: an argument out of range.

    Source: Chen et al. (2015), "DeepLab", section 4.1, calls it the "poly" policy. Convention:
    computed in float32, as in Keras.

    >>> schedule = PolynomialDecay(0.5, decay_steps=4, end_learning_rate=0.0, power=2.0)
    >>> [float(schedule(step)) for step in (0, 2, 4, 5)]
    [0.5, 0.125, 0.0, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        check_initial("initial_learning_rate", initial_learning_rate)
        check_positive("decay_steps", decay_steps)
        check_number("end_learning_rate", end_learning_rate, 0)
        check_number("power", power, 0)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update that follows `step` others."""
        dtype = dtype_of(self.initial_learning_rate)
        first, last = dtype.type(self.initial_learning_rate), cast(self.end_learning_rate, dtype)
        t, length = steps_as(step, dtype), cast(self.decay_steps, dtype)
        if self.cycle:
            cycles = np.ceil(share(step, self.decay_steps, dtype))
            done = t / (length * np.maximum(cycles, dtype.type(1)))
        else:
            done = share(np.minimum(t, length), self.decay_steps, dtype)
        left = dtype.type(1) - done
        return _times_power(first - last, left, cast(self.power, dtype)) + last

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }


def _times_power(factor: Any, base: Any, exponent: Any) -> Any:
    """Return factor·baseᵖ, for some p by the shorter ways that TensorFlow takes."""
    if exponent == 0.5:
        return factor * np.sqrt(base)
    if exponent == 2:
        return factor * (base * base)
    if exponent == 3:
        return (factor * base) * (base * base)
    return factor * power(base, exponent)
