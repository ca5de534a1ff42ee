"""Between steps: whether training has made a weight, or a number of the optimizer, NaN or infinite.

A step looks at its loss only, which tells of an update that overflowed when the next step comes.
Here all numbers are looked at where one look costs nothing beside what was computed since the last
one: at the end of an epoch (unless epochs are of very few steps), before a file is written, before
training ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnscratch.errors import NonFiniteError
from nnscratch.training.step import Stepper
from nnscratch.variable import Variable

SPACING = 32
"""So many steps make the cost of a look vanish, also in the smallest of networks."""


class FiniteWeights:
    """Holds a run of `fit` to weights and an optimizer state of finite numbers.

    What was not finite when the run began (a mask of -inf, say) is not held against it.

    Args:
        model: the model about to be trained.
        stepper: its training step, whose `raises` says whether anything is looked at.
    """

    def __init__(self, model: Any, stepper: Stepper) -> None:
        self.model = model
        self.stepper = stepper
        self._steps = 0
        self._known = frozenset(variable.path for variable in self._not_finite())

    def check(self, steps: int | None = None) -> None:
        """Look at every number, unless `nan_policy` is `"keras"`.

        Args:
            steps: steps taken since the last call; nothing is looked at until they have come to
                `SPACING`. None looks in any case.

        Raises:
            NonFiniteError: a weight, or a variable of the optimizer, is NaN or infinite.
        """
        self._steps += SPACING if steps is None else steps
        if self._steps < SPACING or not self.stepper.raises:
            return
        self._steps = 0
        for variable in self._not_finite():
            if variable.path not in self._known:
                raise self._error(variable)

    def _not_finite(self) -> Iterator[Variable]:
        for variable in (*self.model.weights, *self.model.optimizer.variables):
            if not np.isfinite(variable.value).all():
                yield variable

    def _error(self, variable: Variable) -> NonFiniteError:
        step = self.stepper.step_number
        return NonFiniteError(
            f"{variable.path!r} of {self.model.name!r} holds NaN or infinity after step {step} of "
            "the epoch, though no loss was NaN or infinite: a gradient or an update overflowed "
            f"{variable.dtype}. Training stops, and no file was written with these weights. Go "
            "back to the last checkpoint, or build the model anew. A smaller learning_rate, "
            "scaled inputs or clipnorm=1.0 in the optimizer usually help; "
            "compile(nan_policy='keras') carries on as Keras does.",
            step,
            None,
            variable.path,
        )
