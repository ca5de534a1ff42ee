"""The mean of several runs, and how well they fix it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnscratch.typing import Array

T_95 = (
    np.inf, np.inf, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201,
    2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093,
)  # fmt: skip
"""97.5 % points of Student's t by the number of runs, up to 20; 1.96 serves from there on."""


@dataclass(frozen=True, eq=False)
class Interval:
    """A mean over runs with its 95 % confidence interval.

    Attributes:
        mean: over the runs.
        low: lower end.
        high: upper end; with one run both are the mean.

    Shapes: those of one run.
    """

    mean: Array
    low: Array
    high: Array


def interval(runs: Array) -> Interval:
    """Return mean ± t·s/√n over the first axis, s the sample's standard deviation.

    Shapes: runs (n, …).

    Source: Student (1908), "The probable error of a mean".

    >>> found = interval(np.array([[1.0], [2.0], [3.0]]))
    >>> found.mean.tolist(), found.high.round(3).tolist()  # 2 + 4.303/√3
    ([2.0], [4.484])
    """
    runs = np.asarray(runs, np.float64)
    count, mean = len(runs), runs.mean(axis=0)
    if count < 2:
        return Interval(mean, mean, mean)
    t = T_95[count] if count < len(T_95) else 1.96
    half = t * runs.std(axis=0, ddof=1) / np.sqrt(count)
    return Interval(mean, mean - half, mean + half)
