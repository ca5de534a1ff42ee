"""A cosine that starts again and again, each time for longer."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.schedules.arithmetic import (
    cast,
    check_initial,
    check_positive,
    cosine,
    dtype_of,
    log,
    power,
    share,
)
from nnscratch.optimizers.schedules.base import LearningRateSchedule


class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decay with warm restarts: η(t) = η₀·((1−α)·mⁱ(1 + cos πf)/2 + α).

    Run i = 0, 1, … lasts T·kⁱ updates; f in [0, 1) is the part of it that is done.

    Args:
        initial_learning_rate: η₀, a float of 0 or more.
        first_decay_steps: T > 0, the length of the first run in updates.
        t_mul: k > 0, how many times longer each run is than the last.
        m_mul: m, 0 or more, how many times higher each run starts than the last.
        alpha: α, the part of η₀ that is left at the end of each run, 0 or more.
        name: kept for the configuration.

    Raises:
        ValueError: an argument out of range.

    Source: Loshchilov & Hutter (2017), "SGDR: stochastic gradient descent with warm restarts",
    equation 5. Convention: computed in float32, as in Keras, so that with an uneven k a restart
    may come one step early or late. With k < 1 the runs fill only T/(1−k) updates; beyond them the
    rate is NaN, which an optimizer refuses.

    >>> schedule = CosineDecayRestarts(1.0, first_decay_steps=2, m_mul=0.5)
    >>> [round(float(schedule(step)), 4) for step in range(7)]
    [1.0, 0.5, 0.5, 0.4268, 0.25, 0.0732, 0.25]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        check_initial("initial_learning_rate", initial_learning_rate)
        check_positive("first_decay_steps", first_decay_steps)
        check_positive("t_mul", t_mul)
        check_number("m_mul", m_mul, 0)
        check_number("alpha", alpha, 0)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.alpha = alpha
        self.name = name
        self._t_mul = t_mul
        self._m_mul = m_mul

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update that follows `step` others."""
        dtype = dtype_of(self.initial_learning_rate)
        first, one = dtype.type(self.initial_learning_rate), dtype.type(1)
        half, alpha = dtype.type(0.5), cast(self.alpha, dtype)
        run, done = self._place(share(step, self.first_decay_steps, dtype))
        start = power(cast(self._m_mul, dtype), run)
        fallen = one + cosine(dtype.type(math.pi) * done)
        if not self.alpha:
            return (first * half * start) * fallen
        return first * (((one - alpha) * half * start) * fallen + alpha)

    def _place(self, runs: Any) -> tuple[Any, Any]:
        """Return the number of the run and the part of it that is done, from t/T."""
        one, k = runs.dtype.type(1), cast(self._t_mul, runs.dtype)
        if k == one:
            whole = np.floor(runs)
            return whole, runs - whole
        i = np.floor(log(one - runs * (one - k)) * (one / log(k)))
        stretch = power(k, i)
        return i, (runs - (one - stretch) * (one / (one - k))) / stretch

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self._t_mul,
            "m_mul": self._m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }
