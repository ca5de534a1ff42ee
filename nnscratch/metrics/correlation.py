"""Correlations between targets and predictions, sample by sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.config import epsilon, floatx
from nnscratch.losses.logits import check_axis
from nnscratch.losses.reduction import same_rank
from nnscratch.metrics.reduction import MeanMetricWrapper
from nnscratch.typing import Array, ArrayLike


def pearson_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
    r"""Return Pearson's correlation along an axis: mean((y - ȳ)(p - p̄)) / (σ_y σ_p).

    It is NaN where either side is constant.

    >>> round(float(pearson_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 9.0]])[0]), 4)
    0.9707
    """
    y, p = _pair(y_true, y_pred)
    with np.errstate(divide="ignore", invalid="ignore"):
        y, p = (_standardized(x, axis) for x in (y, p))
    return np.mean(y * p, axis=axis)


def _standardized(x: Array, axis: int) -> Array:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    return np.asarray(centred / np.std(centred, axis=axis, keepdims=True))


def concordance_correlation(y_true: ArrayLike, y_pred: ArrayLike, axis: int = -1) -> Any:
    r"""Return Lin's concordance along an axis: 2 cov(y, p) / (σ_y² + σ_p² + (ȳ - p̄)² + ε).

    >>> round(float(concordance_correlation([[1.0, 2.0, 3.0]], [[2.0, 3.0, 4.0]])[0]), 4)
    0.5714
    """
    y, p = _pair(y_true, y_pred)
    y_mean, p_mean = (np.mean(x, axis=axis, keepdims=True) for x in (y, p))
    y_var = np.var(y - y_mean, axis=axis, keepdims=True)
    p_var = np.var(p - p_mean, axis=axis, keepdims=True)
    norm = y_var + p_var + np.square(y_mean - p_mean) + p.dtype.type(epsilon())
    return np.mean(2 * ((y - p_mean) * (p - p_mean)) / norm, axis=axis)


def _pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[Array, Array]:
    p = as_numeric(y_pred, "y_pred")
    if p.dtype.kind != "f":
        p = p.astype(floatx())
    return same_rank(as_numeric(y_true, "y_true").astype(p.dtype, copy=False), p)


class PearsonCorrelation(MeanMetricWrapper):
    """The mean over samples of Pearson's correlation between target and prediction.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.
        axis: the axis along which to correlate: the outputs of a sample, not the samples.

    Shapes: y_true and y_pred (N, ..., K).

    Units: none, in [-1, 1]; NaN as soon as one sample is constant.

    Source: Pearson 1895; Keras 3.

    >>> round(float(PearsonCorrelation()([[0.0, 1.0, 0.5]], [[0.1, 0.9, 1.0]])), 4)
    0.8109
    """

    _options = ("axis",)
    _direction = "up"

    def __init__(
        self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)
        self.axis = check_axis(axis)


class ConcordanceCorrelation(MeanMetricWrapper):
    """The mean over samples of Lin's concordance between target and prediction.

    Args:
        name: name in logs.
        dtype: float type of the variables and the result.
        axis: the axis along which to correlate: the outputs of a sample, not the samples.

    Shapes: y_true and y_pred (N, ..., K).

    Units: none, in [-1, 1]; 1 only where prediction and target are equal.

    Source: Lin 1989; ε as in Keras 3.

    >>> round(float(ConcordanceCorrelation()([[1.0, 2.0, 3.0]], [[2.0, 3.0, 4.0]])), 4)
    0.5714
    """

    _options = ("axis",)
    _direction = "up"

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
        self.axis = check_axis(axis)
