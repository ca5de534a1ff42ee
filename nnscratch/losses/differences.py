"""The gradient of a loss that was given without one, by central differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.errors import DataError, ShapeError
from nnscratch.outdated import note
from nnscratch.typing import Array

STEP = float(np.finfo(np.float64).eps) ** (1 / 3)
SMALLEST = 1e-3
"""Predictions below this are moved as if they were as large: by 6e-9."""
BENT = 1e-9
"""A value that bends by more than this share of itself over such a step is given a smaller one."""


class NumericalGradient:
    r"""The derivative of each sample's value by its predictions: (v(p + h) - v(p - h)) / 2h.

    Everything is computed in float64, with h = ∛ε·max(|p|, 0.001) for each element. The value of
    a sample may depend on no other sample, so one output column of all rows is moved at once: for
    C outputs, 2 C evaluations of the function per batch. Where that is too far for a prediction
    near 0, such as for log p with a p about as small as h, steps are taken again with h = ∛ε·|p|.

    The first batch of two rows or more is examined: some rows are moved, and the values of the
    others must stay. A warning says once that the gradient is numerical.

    Args:
        function: takes targets and predictions, returns one value per sample.
        name: its name for messages.

    Units: relative error about 1e-8; near a corner such as that of |x| it is a mean of both sides.

    >>> import warnings
    >>> gradient = NumericalGradient(lambda y, p: ((p - y) ** 4).mean(axis=-1), "quartic")
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     gradient(np.zeros((2, 1)), np.array([[1.0], [2.0]])).round(6).tolist()
    [[4.0], [32.0]]
    """

    def __init__(self, function: Callable[[Array, Array], Any], name: str) -> None:
        self.function = function
        self.name = name
        self._examined = False
        self._announced = False

    def __call__(self, y_true: Array, y_pred: Array) -> Array:
        """Return d value_i / d y_pred_i of every sample i, of the shape of `y_pred`.

        Raises:
            ShapeError: the function does not return one value per sample.
            DataError: its values are not float64, or one depends on other samples' predictions.
        """
        p = y_pred.astype(np.float64)
        y = y_true.astype(np.float64) if y_true.dtype.kind == "f" else y_true
        values = np.asarray(self.function(y, p))
        rank = self._rank_of(values, p)
        rows = p.reshape(math.prod(p.shape[:rank]), -1)

        def evaluate(moved: Array) -> Array:
            with np.errstate(all="ignore"):
                return np.asarray(self.function(y, moved.reshape(p.shape))).reshape(-1)

        values = values.reshape(-1)
        self._announce(rows.shape[1])
        self._examine(rows, values, evaluate)
        slope = np.empty_like(rows)
        for column in range(rows.shape[1]):
            slope[:, column] = _slope_of_column(evaluate, rows, column, values)
        return slope.reshape(p.shape)

    def _rank_of(self, values: Array, p: Array) -> int:
        """Return how many axes of the predictions the values have."""
        if values.dtype != np.float64:
            raise DataError(
                f"{self.name} must compute in the type it is given: for float64 predictions it "
                f"returned {values.dtype}. Leave out conversions, or give the loss a `gradient`."
            )
        rank = values.ndim
        while rank > 1 and values.shape[rank - 1] == 1 != p.shape[min(rank, p.ndim) - 1]:
            rank -= 1
        if rank == 0 or values.shape[:rank] != p.shape[:rank]:
            hint = " Take the mean over the outputs only: axis=-1." if rank == 0 else ""
            raise ShapeError(
                f"{self.name} must return one value per sample to be differentiated numerically. "
                f"Received values of shape {values.shape} for predictions of shape {p.shape}."
                f"{hint} Or give the loss a `gradient`."
            )
        return rank

    def _announce(self, outputs: int) -> None:
        if not self._announced:
            self._announced = True
            note(
                f"{self.name} comes without a gradient, so it is differentiated numerically: "
                f"{2 * outputs} more evaluations in every step. A `gradient` makes it faster "
                "and exact: LossFunctionWrapper(fn, gradient=...), or a method of the Loss.",
                UserWarning,
            )

    def _examine(self, rows: Array, values: Array, evaluate: Callable[[Array], Array]) -> None:
        if self._examined or len(rows) < 2:
            return
        self._examined = True
        rng = np.random.default_rng(0)
        moves = rng.permutation(len(rows)) < len(rows) // 2
        shift = 1e-3 * rng.uniform(0.5, 1.0, rows.shape) * np.maximum(np.abs(rows), SMALLEST)
        after = evaluate(rows + shift * moves[:, np.newaxis])
        still, before = after[~moves], values[~moves]
        limit = 1e-12 * max(1.0, float(np.max(np.abs(before), initial=0.0)))
        if not np.allclose(still, before, rtol=0.0, atol=limit, equal_nan=True):
            raise DataError(
                f"{self.name}: the value of a sample changes when another sample's predictions "
                "do, so it cannot be differentiated one output at a time. Compute each value from "
                "its own row, or give the loss a `gradient`."
            )


def _slope_of_column(
    evaluate: Callable[[Array], Array], rows: Array, column: int, values: Array
) -> Array:
    """Return the derivative of each row's value by its element in this column."""
    size = np.abs(rows[:, column])
    slope, bend = _central(evaluate, rows, column, STEP * np.maximum(size, SMALLEST), values)
    sharp = ~(bend <= BENT * np.abs(values)) & (size > 0) & (size < SMALLEST)
    if sharp.any():
        nearer, _ = _central(evaluate, rows, column, STEP * size, values)
        slope = np.where(sharp & np.isfinite(nearer), nearer, slope)
    return slope


def _central(
    evaluate: Callable[[Array], Array], rows: Array, column: int, step: Array, values: Array
) -> tuple[Array, Array]:
    """Return the central difference, and |v(p + h) - 2 v(p) + v(p - h)|."""
    ends, places = [], []
    for sign in (1.0, -1.0):
        moved = rows.copy()
        moved[:, column] += sign * step
        places.append(moved[:, column])
        ends.append(evaluate(moved))
    with np.errstate(all="ignore"):
        slope = (ends[0] - ends[1]) / (places[0] - places[1])
        return np.asarray(slope), np.abs(ends[0] - 2 * values + ends[1])
