"""The learning rate and its schedule."""

from __future__ import annotations

from typing import Any

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.optimizers.schedules import LearningRateSchedule


@cause(
    "learning rate × {}",
    "The learning rate is another: a default of another library, or a factor of ten.",
    "weights",
    (0.1, 10.0, 0.5, 2.0, 0.01, 100.0, 0.2, 5.0, 0.3, 3.0),
)
def learning_rate(trial: Trial, factor: float) -> bool:
    """Multiply the learning rate."""

    def wrapper(original: Any) -> Any:
        return lambda self: original(self) * factor

    vary(trial.optimizer, _learning_rate_now=wrapper)
    return True


@cause(
    "learning rate constant",
    "The schedule of the learning rate is not followed; its first value stays.",
    "weights from the second step on",
)
def schedule_ignored(trial: Trial) -> bool:
    """Keep the schedule's first value."""
    schedule = trial.optimizer._learning_rate
    if not isinstance(schedule, LearningRateSchedule):
        return False
    trial.optimizer.learning_rate = lambda: float(schedule(0))
    return True


@cause(
    "staircase turned round",
    "The schedule falls in steps instead of smoothly, or the other way about.",
    "weights",
)
def staircase(trial: Trial) -> bool:
    """Turn the schedule's `staircase` round."""
    schedule = trial.optimizer._learning_rate
    if not hasattr(schedule, "staircase"):
        return False
    schedule.staircase = not schedule.staircase
    return True


@cause(
    "schedule one step ahead",
    "The schedule counts updates from 1 and not from 0.",
    "weights",
)
def schedule_from_one(trial: Trial) -> bool:
    """Ask the schedule for the next step's rate."""
    schedule, optimizer = trial.optimizer._learning_rate, trial.optimizer
    if not isinstance(schedule, LearningRateSchedule):
        return False
    optimizer.learning_rate = lambda: float(schedule(int(optimizer.iterations) + 1))
    return True
