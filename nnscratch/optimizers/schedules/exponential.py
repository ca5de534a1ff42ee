"""A learning rate that shrinks by an equal factor in equal times."""

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
)
from nnscratch.optimizers.schedules.base import LearningRateSchedule


class ExponentialDecay(LearningRateSchedule):
    """Exponential decay: η(t) = η₀·rᵗᐟᵀ.

    Args:
        initial_learning_rate: η₀, a float of 0 or more.
        decay_steps: T > 0, the number of updates in which the rate shrinks by r.
        decay_rate: r, 0 or more.
        staircase: whether t/T is rounded down, so that the rate falls in steps.
        name: kept for the configuration.

    Raises:
        ValueError: an argument out of range.

    Source: Robbins & Monro (1951) ask for Σηₜ = ∞ to converge, which this schedule breaks; it is
    common practice all the same. Convention: computed in float32, as in Keras.

    >>> schedule = ExponentialDecay(0.5, decay_steps=10, decay_rate=0.25)
    >>> [float(schedule(step)) for step in (0, 5, 10)]
    [0.5, 0.25, 0.125]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        check_initial("initial_learning_rate", initial_learning_rate)
        check_positive("decay_steps", decay_steps)
        check_number("decay_rate", decay_rate, 0)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update that follows `step` others."""
        dtype = dtype_of(self.initial_learning_rate)
        p = share(step, self.decay_steps, dtype)
        if self.staircase:
            p = np.floor(p)
        return dtype.type(self.initial_learning_rate) * power(cast(self.decay_rate, dtype), p)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
