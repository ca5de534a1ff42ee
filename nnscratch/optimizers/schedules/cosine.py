"""A learning rate that falls along half a cosine, after a linear warm-up if wanted."""

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
    steps_as,
)
from nnscratch.optimizers.schedules.base import LearningRateSchedule


class CosineDecay(LearningRateSchedule):
    """Cosine decay: η(t) = η₀·((1−α)·(1 + cos(πt/T))/2 + α), and αη₀ from t = T on.

    With a warm-up to η₁ over W updates: η(t) = η₀ + (η₁ − η₀)·t/W for t < W, from there on the
    decay from η₁, with t − W in the place of t.

    Args:
        initial_learning_rate: η₀, a float of 0 or more.
        decay_steps: T > 0, the length of the decay (without the warm-up) in updates.
        alpha: α, the part of the rate that is left at the end, 0 or more.
        name: kept for the configuration.
        warmup_target: η₁, the rate at the end of the warm-up; None for no warm-up.
        warmup_steps: W, 0 or more.

    Raises:
        ValueError: an argument out of range.

    Source: Loshchilov & Hutter (2017), "SGDR: stochastic gradient descent with warm restarts",
    equation 5, within one run; the warm-up is that of Goyal et al. (2017), "Accurate, large
    minibatch SGD", section 2.2. Convention: computed in float32, as in Keras.

    >>> schedule = CosineDecay(0.0, decay_steps=8, warmup_target=1.0, warmup_steps=4)
    >>> [round(float(schedule(step)), 4) for step in (0, 2, 4, 8, 12)]
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        check_initial("initial_learning_rate", initial_learning_rate)
        check_positive("decay_steps", decay_steps)
        check_number("alpha", alpha, 0)
        check_number("warmup_steps", warmup_steps, 0)
        if warmup_target is not None:
            check_number("warmup_target", warmup_target, 0)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_steps = warmup_steps
        self.warmup_target = warmup_target

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update that follows `step` others."""
        dtype = dtype_of(self.initial_learning_rate)
        first, t = dtype.type(self.initial_learning_rate), steps_as(step, dtype)
        length, pi = cast(self.decay_steps, dtype), dtype.type(math.pi)
        if self.warmup_target is None:
            angle = np.minimum(t, length) * (pi * (dtype.type(1) / length))
            return self._fallen(angle, first)
        top, warmup = cast(self.warmup_target, dtype), cast(self.warmup_steps, dtype)
        angle = pi * (np.clip(t - warmup, dtype.type(0), length) / length)
        done = np.minimum(t, warmup) / np.maximum(warmup, np.finfo(dtype).tiny)
        rising = (top - first) * done + first
        return np.where(t < warmup, rising, self._fallen(angle, top))[()]

    def _fallen(self, angle: Any, top: Any) -> Any:
        number = top.dtype.type
        half = number(0.5) * (number(1) + cosine(angle))
        return top * (number(1 - self.alpha) * half + number(self.alpha))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }
