"""Sums and means over all samples of all batches."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import as_numeric
from nnscratch.errors import ShapeError
from nnscratch.losses import Loss
from nnscratch.losses.reduction import same_rank
from nnscratch.losses.wrapper import deserialize_function, rule_of, serialize_function
from nnscratch.metrics.base import Metric
from nnscratch.typing import Array, ArrayLike


def per_sample(
    values: ArrayLike, sample_weight: Any, reduce: np.ufunc | None, dtype: np.dtype[Any]
) -> tuple[Array, Array | None]:
    """Return one weighted value per sample, and one weight per sample if there are weights.

    Axes beyond the first are summed or averaged. Weights that have fewer axes than the values meet
    them after that; where they have several axes themselves they are reduced likewise.

    Args:
        values: the values (N, ...), or one number.
        sample_weight: number or array, or None.
        reduce: `np.add` to sum the further axes, None to average them.
        dtype: float type of the results.

    Raises:
        ShapeError: the weights do not fit.

    Source: Keras 3, `keras/src/metrics/reduction_metrics.py`.

    >>> v, w = per_sample([[1.0, 3.0], [5.0, 5.0]], [1.0, 2.0], None, np.dtype("float32"))
    >>> v.tolist(), w.tolist()
    ([2.0, 10.0], [1.0, 2.0])
    """
    array = as_numeric(values, "values").astype(dtype, copy=False)
    weights = None
    if sample_weight is not None:
        weights = as_numeric(sample_weight, "sample_weight").astype(dtype, copy=False)
        array, weights = same_rank(array, weights)
        rank = weights.ndim
        if array.ndim > rank:
            array = _reduced(array, reduce, rank)
        try:
            weights = np.broadcast_to(weights, array.shape)
        except ValueError as error:
            raise ShapeError(
                f"`sample_weight` of shape {np.shape(sample_weight)} does not fit values of shape "
                f"{np.shape(values)}. Give one weight per sample, or one per value."
            ) from error
        array = array * weights
        if rank > 1:
            weights = _reduced(weights, reduce, 1)
    return (_reduced(array, reduce, 1) if array.ndim > 1 else array), weights


def _reduced(array: Array, reduce: np.ufunc | None, first_axis: int) -> Array:
    axes = tuple(range(first_axis, array.ndim))
    total = np.asarray(np.add.reduce(array, axis=axes))
    if reduce is None:
        total = np.asarray(total / array.dtype.type(math.prod(array.shape[first_axis:])))
    return total


class Sum(Metric):
    """The sum of all values: Σ w_i v_i.

    Args:
        name: name in logs.
        dtype: float type of the variable and the result.

    >>> metric = Sum()
    >>> float(metric([1.0, 2.0])), float(metric([3.0], sample_weight=2.0))
    (3.0, 9.0)
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")

    def update_state(self, values: ArrayLike, sample_weight: Any = None) -> None:
        """Take values in; further axes than the first are summed.

        Args:
            values: values (N, ...), or one number.
            sample_weight: weight of each sample, or of each value.
        """
        array, _ = per_sample(values, sample_weight, np.add, self._numpy_dtype)
        self.total.value[...] += np.add.reduce(array, axis=None)

    def result(self) -> Any:
        """Return the sum as a NumPy float."""
        return self.total.value[()]


class Mean(Metric):
    """The weighted mean of all values: Σ w_i v_i / Σ w_i, 0 if there were none.

    Sums are kept in the metric's float type, as Keras does, so that float32 numbers agree.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.

    >>> metric = Mean()
    >>> float(metric([1.0, 3.0])), float(metric(8.0, sample_weight=2))
    (2.0, 5.0)
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype=self.dtype, name="total")
        self.count = self.add_variable((), "zeros", dtype=self.dtype, name="count")

    def update_state(self, values: ArrayLike, sample_weight: Any = None) -> None:
        """Take values in; further axes than the first are averaged.

        Args:
            values: values (N, ...), or one number, such as the loss of a batch.
            sample_weight: weight of each sample, or of each value, such as the batch size.
        """
        number = self._numpy_dtype.type
        if isinstance(values, number) and isinstance(sample_weight, (int, float)):
            self._add(values * number(sample_weight), sample_weight)
            return
        array, weights = per_sample(values, sample_weight, None, self._numpy_dtype)
        count = len(array) if array.ndim else 1
        self._add(
            np.add.reduce(array, axis=None),
            count if weights is None else np.add.reduce(weights, axis=None),
        )

    def _add(self, total: Any, count: Any) -> None:
        sums, counts = self.total.value, self.count.value
        sums[()] = sums[()] + total  # numbers, not arrays: ten times as fast as np.add
        counts[()] = counts[()] + count

    def result(self) -> Any:
        """Return the mean as a NumPy float."""
        count = self.count.value[()]
        return self.total.value[()] / count if count else self._numpy_dtype.type(0)


class MeanMetricWrapper(Mean):
    """The mean of a function `fn(y_true, y_pred, **kwargs)` with one value per sample.

    Args:
        fn: the function, or a Loss.
        name: name in logs.
        dtype: float type of the variables and the result.
        kwargs: further arguments of `fn`.

    >>> def off_by(y_true, y_pred):
    ...     return np.abs(y_true - y_pred)
    >>> metric = MeanMetricWrapper(off_by, name="off_by")
    >>> float(metric(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    1.0
    """

    _options: tuple[str, ...] | None = None

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        self._rule = rule_of(fn, **kwargs)
        if self._rule is not None or isinstance(fn, Loss):
            self._direction = "down"

    @property
    def uses_logits(self) -> bool:
        """Whether `update_state` wants the z behind a softmax or sigmoid output.

        Keras computes a crossentropy from those logits as a metric too, not only as the loss.
        """
        return self._rule is not None and self._rule.uses_logits

    def update_state(  # type: ignore[override]
        self,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        sample_weight: Any = None,
        *,
        logits: Array | None = None,
    ) -> None:
        """Take a batch in.

        Args:
            y_true: targets.
            y_pred: predictions.
            sample_weight: weight of each sample, or of each value.
            logits: the z behind the model's output, for a metric that `uses_logits`.
        """
        rows, found = np.shape(y_true)[:1], np.shape(y_pred)[:1]
        if rows != found and 1 not in (*rows, *found):
            raise ShapeError(
                f"Metric {self.name!r} needs one prediction for each target. Received "
                f"y_true.shape={np.shape(y_true)}, y_pred.shape={np.shape(y_pred)}"
            )
        if self._rule is None:
            values = self._fn(y_true, y_pred, **self._fn_kwargs)
        else:
            cache = Cache()
            values = self._rule.values_of(y_true, y_pred, cache, logits)
            if cache.counted is not None and sample_weight is not None:
                sample_weight = self.masked(sample_weight, cache.counted)
        super().update_state(values, sample_weight)

    def masked(self, sample_weight: Any, mask: Array) -> Array:
        """Return the weights with 0 for what a mask leaves out.

        Args:
            sample_weight: weights of the samples or values, None where all count alike.
            mask: which of them count.

        Source: Keras 3, where metrics that are means of a function look at the mask of the
        predictions; others, such as `Precision`, do not.
        """
        kept = mask.astype(self._numpy_dtype)
        if sample_weight is None:
            return kept
        kept, weights = same_rank(kept, np.asarray(sample_weight, dtype=self._numpy_dtype))
        return np.asarray(weights * kept)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric; a function goes by its name."""
        if self._options is not None:
            options = {option: getattr(self, option) for option in self._options}
            return {**super().get_config(), **options}
        return {**super().get_config(), "fn": serialize_function(self._fn), **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        """Make a metric from what `get_config` returned."""
        if "fn" not in config:
            return cls(**config)
        fn = deserialize_function("metric function", config["fn"])
        return cls(**{**config, "fn": fn})
