"""Crossentropies and other surprises, gathered over batches."""

from __future__ import annotations

from typing import Any

from nnscratch.losses.binary import binary_crossentropy
from nnscratch.losses.categorical import categorical_crossentropy
from nnscratch.losses.divergence import kl_divergence, poisson
from nnscratch.losses.sparse import sparse_categorical_crossentropy
from nnscratch.metrics.reduction import MeanMetricWrapper


class KLDivergence(MeanMetricWrapper):
    """The mean Kullback-Leibler divergence over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.KLDivergence`.

    Units: nats.

    Source: the loss of this name.

    >>> round(float(KLDivergence()([[1.0, 0.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    _options = ()

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(kl_divergence, name, dtype)


class Poisson(MeanMetricWrapper):
    """The mean Poisson loss over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    Shapes: as in `nnscratch.losses.Poisson`.

    Units: nats, up to a number that depends on the targets alone.

    Source: the loss of this name.

    >>> round(float(Poisson()([[2.0]], [[1.0]])), 4)
    1.0
    """

    _options = ()

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(poisson, name, dtype)


class BinaryCrossentropy(MeanMetricWrapper):
    """The mean binary crossentropy over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: s in [0, 1]; targets become y (1 - s) + s / 2.

    Shapes: as in `nnscratch.losses.BinaryCrossentropy`.

    Units: nats, the mean over outputs.

    Source: the loss of this name.

    >>> round(float(BinaryCrossentropy()([[1.0], [0.0]], [[0.5], [0.75]])), 4)
    1.0397
    """

    _options = ("from_logits", "label_smoothing")

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(binary_crossentropy, name, dtype, **options)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing


class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of one-hot targets over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: s in [0, 1]; targets become y (1 - s) + s / C.
        axis: the axis of the classes.

    Shapes: as in `nnscratch.losses.CategoricalCrossentropy`.

    Units: nats.

    Source: the loss of this name.

    >>> metric = CategoricalCrossentropy()
    >>> round(float(metric([[0.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [0.25, 0.75]])), 4)
    1.0397
    """

    _options = ("from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, name, dtype, **options)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean crossentropy of class numbers over all samples.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.
        from_logits: whether predictions are logits rather than probabilities.
        ignore_class: a label whose crossentropy counts as 0. As in Keras it still counts as a
            sample, unless there are sample weights.
        axis: the axis of the classes.

    Shapes: as in `nnscratch.losses.SparseCategoricalCrossentropy`.

    Units: nats.

    Source: the loss of this name.

    >>> metric = SparseCategoricalCrossentropy()
    >>> round(float(metric([1, 0], [[0.5, 0.5], [0.25, 0.75]])), 4)
    1.0397
    """

    _options = ("from_logits", "ignore_class", "axis")

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, name, dtype, **options)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis
