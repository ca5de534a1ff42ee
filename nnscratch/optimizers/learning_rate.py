"""The learning rate of an optimizer: a variable, a schedule or a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from nnscratch import config
from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.optimizers import schedules
from nnscratch.optimizers.arguments import check_learning_rate
from nnscratch.optimizers.schedules import LearningRateSchedule
from nnscratch.optimizers.state import OptimizerState
from nnscratch.outdated import note
from nnscratch.variable import Variable

LearningRate: TypeAlias = float | LearningRateSchedule | Callable[[], float]


class HasLearningRate(OptimizerState):
    """Optimizer state with a learning rate.

    Args:
        name: first part of every path.
        learning_rate: a float, which becomes a variable; a schedule, called with the iteration
            counter in every update; or a function, called without arguments.
    """

    def __init__(self, name: str, learning_rate: LearningRate) -> None:
        if not callable(learning_rate):
            learning_rate = check_learning_rate(learning_rate)
        super().__init__(name)
        self._learning_rate: Variable | LearningRateSchedule | Callable[[], Any]
        if callable(learning_rate):
            self._learning_rate = learning_rate
        else:
            self._learning_rate = self._track(
                Variable, learning_rate, dtype=config.floatx(), name="learning_rate"
            )

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a scalar `Variable`, or the present value of a schedule or function.

        Set it to a number of 0 or more, or to a schedule or function.
        """
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._iterations)
        return self._learning_rate()

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        present = self._learning_rate
        if callable(value):
            if isinstance(present, Variable):
                self._variables = [v for v in self._variables if v is not present]
            self._learning_rate = value
        elif isinstance(present, Variable):
            number = float(np.asarray(value))
            check_number("learning_rate", number, 0)
            present.assign(number)
        else:
            raise TypeError(
                f"The learning rate of optimizer {self.name!r} comes from {present!r} and cannot "
                "be set to a number. Make the optimizer with a float learning_rate to set it, or "
                "set another schedule."
            )

    @property
    def lr(self) -> Any:
        """The learning rate under its old name."""
        note("`optimizer.lr` is called `optimizer.learning_rate` today.")
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        note("`optimizer.lr` is called `optimizer.learning_rate` today.")
        self.learning_rate = value

    def _learning_rate_now(self) -> float:
        """Return the learning rate of the coming update; refuse one that is not a number >= 0."""
        if isinstance(self._learning_rate, Variable):
            number = float(self._learning_rate.value)
        else:
            value = self.learning_rate
            number = float(value) if hasattr(value, "dtype") else self._from_function(value)
        if not 0.0 <= number < np.inf:
            check_number("learning_rate", number, 0)
        return number

    def _from_function(self, value: float) -> float:
        """Return what a function gave as learning rate in the precision that Keras casts it to."""
        return through_float32(value)

    def _learning_rate_config(self) -> Any:
        source = self._learning_rate
        if isinstance(source, Variable):
            return float(source)
        if isinstance(source, LearningRateSchedule):
            return schedules.serialize(source)
        if not inspect.isfunction(source) or source.__name__ == "<lambda>":
            raise ValueError(
                f"The learning rate {source!r} cannot be saved: use a function with a name, or a "
                "LearningRateSchedule with get_config()."
            )
        return {
            "module": "builtins",
            "class_name": "function",
            "config": source.__name__,
            "registered_name": "function",
        }
