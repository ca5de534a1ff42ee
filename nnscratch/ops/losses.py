"""Losses and penalties as operations, for tapes and for the `call` of a layer."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.losses.reduction import fold
from nnscratch.ops.operation import Operation, apply
from nnscratch.typing import Array
from nnscratch.variable import Variable


class LossValue(Operation):
    """The value of a loss; its gradient goes to the predictions."""

    takes_logits = True
    loss: Any
    z: Array | None = None
    mask: Array | None = None

    def take_logits(self, z: Array) -> bool:
        """Compute from the logits behind the predictions, if the loss wants them."""
        if self.loss.uses_logits and self.loss.dtype == z.dtype.name:
            self.z = z
        return self.z is not None

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the loss, reduced as it says."""
        y_true, sample_weight, y_pred = operands
        y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
        cache.mask = self.mask
        return np.asarray(self.loss.forward(y_true, y_pred, cache, sample_weight, self.z))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return dL/dy_pred; where nothing was reduced, each value has its own factor."""
        if dy.ndim == 0:
            return [None, None, self.loss.backward(cache, float(dy))]
        weights = 1.0 if cache.weights is None else cache.weights
        dvalues = fold(np.asarray(dy * weights), cache.values_shape)
        slope = self.loss._slope_of(dvalues, cache)
        return [None, None, fold(slope, cache.output_shape)]


def loss_value(
    loss: Any, y_true: Any, y_pred: Any, sample_weight: Any, reduces: bool = True
) -> Any:
    """Return the value of a loss.

    Args:
        loss: the loss.
        y_true: targets.
        y_pred: predictions.
        sample_weight: weights of the rows.
        reduces: whether to reduce the values as the loss says, or to return one per row.
    """
    if not reduces:
        loss = copy.copy(loss)
        loss.reduction = "none"
    return apply(LossValue(loss=loss), y_true, sample_weight, y_pred)


class Penalty(Operation):
    """The penalty on a weight; its gradient goes to the weight."""

    regularizer: Any

    def compute(self, cache: Cache, *operands: Any) -> Any:
        """Return the penalty."""
        return np.asarray(self.regularizer(operands[0]))

    def gradients(self, dy: Array, cache: Cache, *operands: Any) -> Sequence[Any]:
        """Return the regularizer's gradient times dy."""
        return [self.regularizer.gradient(operands[0]) * dy]


def penalty(variable: Variable, regularizer: Any) -> Any:
    """Return what a regularizer adds to the loss for a weight."""
    return apply(Penalty(regularizer=regularizer), variable)
