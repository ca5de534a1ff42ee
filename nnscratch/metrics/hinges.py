"""Hinge errors, gathered over batches."""

from __future__ import annotations

from typing import Any

from nnscratch.losses.hinge import categorical_hinge, hinge, squared_hinge
from nnscratch.metrics.reduction import MeanMetricWrapper


class Hinge(MeanMetricWrapper):
    """The mean hinge loss over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.Hinge`.

    Units: those of the predictions.

    Source: the loss of this name.

    >>> float(Hinge()([[1.0], [-1.0]], [[0.5], [0.5]]))
    1.0
    """

    _options = ()

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The mean squared hinge loss over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.SquaredHinge`.

    Units: those of the predictions, squared.

    Source: the loss of this name.

    >>> float(SquaredHinge()([[1.0], [-1.0]], [[0.5], [0.5]]))
    1.25
    """

    _options = ()

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """The mean hinge loss of classes over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.CategoricalHinge`.

    Units: those of the predictions.

    Source: the loss of this name.

    >>> float(CategoricalHinge()([[0.0, 1.0]], [[0.75, 0.25]]))
    1.5
    """

    _options = ()

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(categorical_hinge, name, dtype)
