"""Learning rates that change with the number of steps taken."""

from __future__ import annotations

from nnscratch.optimizers.schedules.base import LearningRateSchedule
from nnscratch.optimizers.schedules.lookup import deserialize, serialize

__all__ = ["LearningRateSchedule", "deserialize", "serialize"]
