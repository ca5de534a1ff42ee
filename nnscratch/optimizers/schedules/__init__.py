"""Learning rates that change with the number of steps taken.

>>> schedule = PolynomialDecay(0.5, decay_steps=100, end_learning_rate=0.0)
>>> float(schedule(0)), float(schedule(50))
(0.5, 0.25)
"""

from __future__ import annotations

from nnscratch.optimizers.schedules.base import LearningRateSchedule
from nnscratch.optimizers.schedules.cosine import CosineDecay
from nnscratch.optimizers.schedules.cosine_restarts import CosineDecayRestarts
from nnscratch.optimizers.schedules.exponential import ExponentialDecay
from nnscratch.optimizers.schedules.inverse_time import InverseTimeDecay
from nnscratch.optimizers.schedules.lookup import deserialize, serialize
from nnscratch.optimizers.schedules.piecewise import PiecewiseConstantDecay
from nnscratch.optimizers.schedules.polynomial import PolynomialDecay

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
