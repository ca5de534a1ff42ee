"""The base class of learning-rate schedules."""

from __future__ import annotations

from typing import Any


class LearningRateSchedule:
    """A learning rate as a function of the number of updates made so far.

    A subclass implements `__call__(step)`, and `get_config()` so that it can be saved.

    >>> class Inverse(LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 / (1 + int(step))
    >>> [Inverse()(step) for step in (0, 1, 4)]
    [0.1, 0.05, 0.02]
    """

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update that follows `step` others.

        Args:
            step: the optimizer's iteration counter; `int(step)` is a plain number.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement __call__(self, step).")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        raise NotImplementedError(f"{type(self).__name__} must implement get_config() to be saved.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        """Make a schedule from what `get_config` returned."""
        return cls(**config)
