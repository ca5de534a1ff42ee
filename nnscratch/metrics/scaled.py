"""MASE: errors of a forecast beside those of the naive one."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.errors import DataError, ShapeError
from nnscratch.losses.reduction import same_rank
from nnscratch.metrics.base import Metric
from nnscratch.typing import Array, ArrayLike


def naive_error(series: ArrayLike, seasonality: int = 1) -> Array:
    r"""Return the mean absolute error of the naive forecast: mean of |y_t - y_{t-m}| over t > m.

    Args:
        series: one series (T,), or several side by side (T, K).
        seasonality: m, how many steps the naive forecast looks back.

    Raises:
        DataError: a series no longer than m, with no change at all, or with values that are not
            finite.

    >>> naive_error([1.0, 2.0, 4.0, 4.0]).tolist(), naive_error([1.0, 5.0, 2.0, 7.0], 2).tolist()
    (1.0, 1.5)
    """
    values = as_numeric(series, "training_series").astype(np.float64)
    if values.ndim not in (1, 2) or len(values) <= seasonality:
        raise DataError(
            f"`training_series` must be a series (T,) or several (T, K) with T > seasonality = "
            f"{seasonality}. Received shape {values.shape}."
        )
    error = np.mean(np.abs(values[seasonality:] - values[:-seasonality]), axis=0)
    if not np.all(np.isfinite(error) & (error > 0)):
        raise DataError(
            "`training_series` must be finite and must change from one season to the next, or "
            f"there is no scale. Received a series with a naive error of {error}."
        )
    return np.asarray(error)


def mean_absolute_scaled_error(
    y_true: ArrayLike, y_pred: ArrayLike, training_series: ArrayLike, seasonality: int = 1
) -> Any:
    """Return the scaled error of each sample; see `MeanAbsoluteScaledError`.

    >>> mean_absolute_scaled_error([[5.0], [6.0]], [[7.0], [6.0]], [1.0, 2.0, 4.0, 4.0]).tolist()
    [2.0, 0.0]
    """
    y, p = same_rank(as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred"))
    return np.mean(np.abs(y - p) / naive_error(training_series, seasonality), axis=-1)


class MeanAbsoluteScaledError(Metric):
    r"""MASE: the mean of |y_t - p_t| / q, q being the mean of |y_t - y_{t-m}| over the past.

    Below 1 the forecast is better, on average, than the naive one was, which repeats the value of
    one season ago. It has no units and stays finite where targets are 0.

    Args:
        seasonality: m, the length of a season; 1 compares with the value before.
        training_series: the series (T,), or one per output (T, K), that q is computed from. If
            None, q comes from the targets of the metric itself (in-sample), batch after batch:
            they must then arrive in the order of time, so not with `shuffle=True`.
        name: name in logs.
        dtype: float type of the variables and the result.
        scale: q itself, in place of a series.

    Shapes: y_true and y_pred (N,) or (N, K), samples in the order of time.

    Units: none. With K outputs the mean of their scaled errors.

    Raises:
        ValueError: `seasonality` is no positive integer, or both series and scale are given.
        DataError: a series that is too short, constant or not finite.

    Source: Hyndman and Koehler 2006, section 3, and with a season, Hyndman and Athanasopoulos,
    Forecasting: Principles and Practice, section 5.8. Keras has no such metric.

    >>> metric = MeanAbsoluteScaledError(training_series=[1.0, 2.0, 4.0, 4.0])  # q = 1
    >>> float(metric([5.0, 6.0], [7.0, 6.0]))
    1.0
    >>> float(MeanAbsoluteScaledError()([1.0, 2.0, 4.0, 5.0], [1.0, 1.0, 3.0, 3.0]))  # 1 / (4/3)
    0.75
    """

    _direction = "down"

    def __init__(
        self,
        seasonality: int = 1,
        training_series: ArrayLike | None = None,
        name: str | None = "mean_absolute_scaled_error",
        dtype: Any = None,
        *,
        scale: ArrayLike | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if isinstance(seasonality, bool) or not isinstance(seasonality, int) or seasonality < 1:
            raise ValueError(
                f"`seasonality` must be an integer >= 1. Received: seasonality={seasonality!r}"
            )
        if training_series is not None and scale is not None:
            raise ValueError("Give `training_series` or `scale`, not both.")
        self.seasonality = seasonality
        self.scale = None if scale is None else np.asarray(scale, dtype=np.float64)
        if training_series is not None:
            self.scale = naive_error(training_series, seasonality)
        self._built = False

    def _build(self, outputs: int) -> None:
        self.total = self.add_variable((outputs,), "zeros", self.dtype, name="total")
        self.count = self.add_variable((outputs,), "zeros", self.dtype, name="count")
        if self.scale is None:
            season = (self.seasonality, outputs)
            self.change = self.add_variable((outputs,), "zeros", self.dtype, name="change")
            self.past = self.add_variable((), "zeros", self.dtype, name="past")
            self.latest = self.add_variable(season, "zeros", self.dtype, name="latest")
        self._built = True

    def update_state(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Any = None) -> None:
        """Take a batch in.

        Args:
            y_true: targets.
            y_pred: predictions.
            sample_weight: weight of each sample's errors; the scale is not weighted.
        """
        y = as_numeric(y_true, "y_true").astype(self._numpy_dtype, copy=False)
        p = as_numeric(y_pred, "y_pred").astype(self._numpy_dtype, copy=False)
        y, p = (x[:, np.newaxis] if x.ndim == 1 else x for x in (y, p))
        if y.ndim != 2 or y.shape != p.shape:
            raise ShapeError(
                "MeanAbsoluteScaledError needs targets and predictions of one shape (n,) or "
                f"(n, outputs). Received y_true.shape={np.shape(y_true)}, "
                f"y_pred.shape={np.shape(y_pred)}."
            )
        self._check_outputs(y.shape[1])
        weights = np.ones(len(y), self._numpy_dtype)
        if sample_weight is not None:
            weights = np.asarray(sample_weight, self._numpy_dtype).reshape(-1)
        if weights.size not in (1, len(y)):
            raise ShapeError(
                f"`sample_weight` must hold one weight for each of {len(y)} samples. "
                f"Received shape {np.shape(sample_weight)}."
            )
        weights = np.broadcast_to(weights, (len(y),))
        self.total.value[...] += weights @ np.abs(y - p)
        self.count.value[...] += np.add.reduce(weights)
        if self.scale is None:
            self._take_in(y)

    def _check_outputs(self, outputs: int) -> None:
        if self.scale is not None and self.scale.size not in (1, outputs):
            raise ShapeError(
                f"The training series has {self.scale.size} columns, one per output. Received "
                f"targets with {outputs}."
            )
        if not self._built:
            self._build(outputs)

    def _take_in(self, y: Array) -> None:
        """Add the changes from season to season; the last season is kept for the next batch."""
        known = min(int(self.past.value), self.seasonality)
        series = np.concatenate([self.latest.value[self.seasonality - known :], y])
        self.change.value[...] += np.add.reduce(
            np.abs(series[self.seasonality :] - series[: -self.seasonality])
        )
        self.past.value[...] += self._numpy_dtype.type(len(y))
        kept = series[-self.seasonality :]
        self.latest.value[self.seasonality - len(kept) :] = kept

    def result(self) -> Any:
        """Return the scaled error; 0 before the first batch, infinite where there is no scale."""
        number = self._numpy_dtype.type
        if not self._built or not self.count.value.any():
            return number(0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = self.scale
            if scale is None:
                scale = self.change.value / number(float(self.past.value) - self.seasonality)
            errors = self.total.value / self.count.value / scale.astype(self._numpy_dtype)
        none = (self.total.value == 0) & ~(scale > 0)
        return np.mean(np.where(none, number(0), np.where(scale > 0, errors, number(np.inf))))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric; a series goes in as its scale."""
        scale = None if self.scale is None else self.scale.tolist()
        return {**super().get_config(), "seasonality": self.seasonality, "scale": scale}
