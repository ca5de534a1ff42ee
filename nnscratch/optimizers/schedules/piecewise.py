"""A learning rate that changes at given steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.schedules.arithmetic import dtype_of
from nnscratch.optimizers.schedules.base import LearningRateSchedule


class PiecewiseConstantDecay(LearningRateSchedule):
    """A staircase: η(t) = vᵢ for bᵢ₋₁ < t ≤ bᵢ.

    Args:
        boundaries: b₀ ≤ b₁ ≤ …, the last step of each value but the last.
        values: v₀, v₁, …, one more than boundaries, each 0 or more.
        name: kept for the configuration.

    Raises:
        ValueError: the lengths do not fit, the boundaries are not in order, or a value is negative.

    Source: Krizhevsky, Sutskever & Hinton (2012), "ImageNet classification with deep convolutional
    neural networks", section 5. Convention: step bᵢ itself still has vᵢ; as in Keras a fractional
    boundary is rounded down where the step is an integer.

    >>> schedule = PiecewiseConstantDecay([2, 4], [0.5, 0.25, 0.125])
    >>> [float(schedule(step)) for step in range(6)]
    [0.5, 0.5, 0.5, 0.25, 0.25, 0.125]
    """

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        if len(values) != len(boundaries) + 1 or not len(boundaries):
            raise ValueError(
                "`values` must have one element more than `boundaries`, of which there is at "
                f"least one. Received: boundaries={boundaries} of length {len(boundaries)}, and "
                f"values={values} of length {len(values)}"
            )
        for boundary in boundaries:
            check_number("boundaries", boundary, 0)
        for value in values:
            check_number("values", value, 0)
        if any(b < a for a, b in pairwise(boundaries)):
            raise ValueError(f"`boundaries` must increase. Received: boundaries={boundaries}")
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        """Return the learning rate of the update that follows `step` others."""
        t = np.asarray(step)
        values = np.array(self.values, dtype_of(self.values[0]))
        return values[np.searchsorted(np.array(self.boundaries).astype(t.dtype), t)]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
