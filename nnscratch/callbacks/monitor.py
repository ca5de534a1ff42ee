"""Callbacks that watch one metric: which way is better, and what counts as an improvement."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

import numpy as np

from nnscratch import config
from nnscratch.callbacks.callback import Callback
from nnscratch.checks import check_number

MODES = ("auto", "min", "max")


class TraceRow(NamedTuple):
    """What a monitoring callback saw and decided after one epoch.

    Attributes:
        epoch: number of the epoch, counted from 0.
        value: the monitored value, None if the logs lacked it.
        best: the best value after this epoch.
        wait: number of epochs without improvement after this epoch.
        decision: such as `"improved"`, `"waiting"`, `"stop"`, `"reduced"`,
            `"warm-up"` or `"missing"`; each callback says which it has.
    """

    epoch: int
    value: float | None
    best: float | None
    wait: int
    decision: str


class MonitorCallback(Callback):
    """Base of the callbacks that watch one metric.

    A value c improves on a reference r where c + δ < r (mode `"min"`) or c − δ > r (mode
    `"max"`), with δ = |min_delta|. As in Keras, both sides are first rounded to the default float
    type, so a gain too small for float32 is none; and nothing improves on NaN, which also
    improves on nothing.

    Args:
        monitor: name of the metric in the logs of an epoch.
        mode: `"min"` if less is better, `"max"` if more is; `"auto"` means less for a loss, and
            for a metric of the model what the metric itself says.
        baseline: the first reference; None lets the first value be an improvement.
        min_delta: δ, the least change that counts; its sign is ignored.
    """

    kept: ClassVar[tuple[str, ...]] = ("best",)

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        check_number("min_delta", min_delta, -math.inf)
        if mode not in MODES:
            warnings.warn(
                f"{type(self).__name__} knows the modes 'auto', 'min' and 'max'. "
                f"Received: mode={mode!r}, taken as 'auto'.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(min_delta)
        self._direction: str | None = None if mode == "auto" else mode
        self._trace: list[TraceRow] = []

    def get_state(self) -> dict[str, Any]:
        """Return what is kept, and the trace."""
        return {**super().get_state(), "trace": [list(row) for row in self._trace]}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back what is kept, and the trace."""
        super().set_state(state)
        self._trace = [TraceRow(*row) for row in state["trace"]]

    def trace(self) -> list[TraceRow]:
        """Return what was seen and decided in the last run, one row an epoch."""
        return list(self._trace)

    def _record(self, epoch: int, value: float | None, wait: int, decision: str) -> None:
        """Add a row to the trace."""
        self._trace.append(TraceRow(epoch, value, self.best, wait, decision))

    def _is_improvement(self, value: float, reference: float | None) -> bool:
        """Return whether `value` improves on `reference`; None is always improved on."""
        if reference is None:
            return True
        real = np.dtype(config.floatx()).type
        with np.errstate(over="ignore"):
            if self._direction == "min":
                return bool(real(value + self.min_delta) < real(reference))
            return bool(real(value - self.min_delta) > real(reference))

    def _resolve_direction(self) -> None:
        """Find out which way is better, once the model knows its metrics.

        Raises:
            ValueError: the mode is `"auto"` and no metric of the model says which way is better.
        """
        if self._direction is not None:
            return
        name = self.monitor.removeprefix("val_")
        direction = "min" if name == "loss" else None
        for metric in _flat(getattr(self.model, "metrics", ())):
            if getattr(metric, "name", None) == name and hasattr(metric, "_direction"):
                direction = "max" if metric._direction == "up" else "min"
        if direction is None:
            raise ValueError(
                f"{type(self).__name__} cannot tell whether a lower or a higher "
                f"`{self.monitor}` is better, because no metric of the model with that name says "
                "so. Pass `mode='min'` or `mode='max'`."
            )
        self._direction = direction


def _flat(metrics: Iterable[Any]) -> Iterator[Any]:
    """Yield the metrics, those inside containers with `.metrics` as well."""
    for metric in metrics:
        if hasattr(metric, "metrics"):
            yield from _flat(metric.metrics)
        else:
            yield metric
