"""What the three crossentropies share: logits in place of probabilities, smoothed labels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.checks import check_number
from nnscratch.losses.base import RuleLoss
from nnscratch.typing import Array


class LogitsLoss(RuleLoss):
    """A loss of probabilities that is computed from the logits behind them where there are any.

    As Keras on TensorFlow does, a crossentropy takes the logits of a softmax and of a sigmoid
    output alike, without asking which of the two it was: categorical crossentropy on a sigmoid
    output is the softmax crossentropy of its logits.
    """

    from_logits: bool
    _activation = ""
    _warned = False

    @property
    def uses_logits(self) -> bool:
        """Whether `forward` wants the z behind a softmax or sigmoid output, if there is one."""
        return self._by_rule

    def compare(
        self, y_true: Array, y_pred: Array, cache: Cache, logits: Array | None = None
    ) -> None:
        """Compute one value per sample; see `Loss.compare`."""
        if logits is not None and self.from_logits and not self._warned:
            self._warned = True
            warnings.warn(
                f"`{self.name}` was made with from_logits=True, but the model's output comes from "
                f"a {self._activation} or like activation, so it holds no logits. The logits "
                "behind it are used, as Keras on TensorFlow does. Set from_logits=False, or take "
                "the activation away.",
                stacklevel=2,
            )
        super().compare(y_true, y_pred, cache, logits)


def smooth(y_true: Array, smoothing: float, classes: int, cache: Cache) -> Array:
    """Return y (1 - s) + s / C.

    Source: Szegedy et al. 2016, section 7. Keras takes C = 2 for the binary crossentropy.

    >>> smooth(np.array([0.0, 1.0]), 0.5, 2, Cache()).tolist()
    [0.25, 0.75]
    """
    smoothed = cache.buffer("smoothed", y_true.shape, y_true.dtype)
    number = y_true.dtype.type
    np.multiply(y_true, number(1.0 - smoothing), out=smoothed)
    smoothed += number(smoothing) / number(classes)
    return smoothed


def check_smoothing(smoothing: Any) -> float:
    """Return the label smoothing if it lies in [0, 1], or raise a ValueError."""
    check_number("label_smoothing", smoothing, 0, 1)
    return float(smoothing)


def check_axis(axis: Any) -> int:
    """Return the axis if it is an integer, or raise a ValueError."""
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise ValueError(f"`axis` must be an integer. Received: axis={axis!r}")
    return int(axis)
