"""A learning rate that falls as one over the time."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.schedules.arithmetic import (
    cast,
    check_initial,
    check_positive,
    dtype_of,
    share,
    steps_as,
)
from nnscratch.optimizers.schedules.base import LearningRateSchedule


class InverseTimeDecay(LearningRateSchedule):
    """Decay with the time's inverse: η(t) = η₀ / (1 + r·t/T).

    Args:
        initial_learning_rate: η₀, a float of 0 or more.
        decay_steps: T > 0, the unit of time in updates.
        decay_rate: r, 0 or more.
        staircase: whether t/T is rounded down, so that the rate falls in steps.
        name: kept for the configuration.

    Raises:
        ValueError: an argument out of range.

    Source: Robbins & Monro (1951), "A stochastic approximation method": Σηₜ = ∞ and Σηₜ² < ∞.
    Convention: computed in float32, as in Keras.

    >>> schedule = InverseTimeDecay(0.5, decay_steps=10, decay_rate=1.0)
    >>> [float(schedule(step)) for step in (0, 10, 30)]
    [0.5, 0.25, 0.125]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
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
        one, rate = dtype.type(1), cast(self.decay_rate, dtype)
        if self.staircase:
            grown = rate * np.floor(share(step, self.decay_steps, dtype))
        else:
            grown = steps_as(step, dtype) * (rate * (one / cast(self.decay_steps, dtype)))
        return dtype.type(self.initial_learning_rate) / (one + grown)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }
