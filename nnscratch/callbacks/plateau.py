"""Lower the learning rate once a metric no longer improves."""

from __future__ import annotations

import warnings

import numpy as np

from nnscratch.callbacks.callback import Logs
from nnscratch.callbacks.monitor import MonitorCallback
from nnscratch.checks import check_number, check_whole
from nnscratch.utils import io


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by `factor` after `patience` epochs without improvement.

    In each of the `cooldown` epochs after a reduction nothing is counted; the counter is lowered
    *before* it is looked at, so that a cooldown of 1 is none. The logs get `learning_rate` as it
    was before a reduction, so the history lags by one epoch. Decisions in `trace()`:
    `"improved"`, `"waiting"`, `"cooling down"`, `"reduced"`, `"at min_lr"`, `"missing"`.

    Args:
        monitor: name of the metric in the logs.
        factor: what the learning rate is multiplied by, below 1.
        patience: number of epochs without improvement before a reduction.
        verbose: 1 prints each reduction.
        mode: `"min"`, `"max"` or `"auto"`; see `MonitorCallback`.
        min_delta: least change that counts as an improvement.
        cooldown: number of epochs to wait after a reduction.
        min_lr: the learning rate goes no lower.

    Raises:
        ValueError: `factor` is not between 0 and 1.

    Source: Keras's rule; PyTorch's `ReduceLROnPlateau` compares relative changes by default.
    """

    kept = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        check_number("factor", factor, 0, 1, below_high=True)
        check_number("min_lr", min_lr, 0)
        check_whole("patience", patience, 0)
        check_whole("cooldown", cooldown, 0)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget earlier runs."""
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0
        self._trace = []

    def in_cooldown(self) -> bool:
        """Return whether a reduction was too short a time ago to count epochs."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Judge the epoch and lower the learning rate if the patience is at an end."""
        self._resolve_direction()
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"ReduceLROnPlateau watches `{self.monitor}`, which this epoch does not have. "
                f"Available: {', '.join(logs)}.",
                stacklevel=2,
            )
        self._record(epoch, value, self.wait, self._judge(epoch, value))

    def _judge(self, epoch: int, value: float | None) -> str:
        if value is None:
            return "missing"
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(value, self.best):
            self.best = value
            self.wait = 0
            return "improved"
        if self.in_cooldown():
            return "cooling down"
        self.wait += 1
        return "waiting" if self.wait < self.patience else self._reduce(epoch)

    def _reduce(self, epoch: int) -> str:
        optimizer = self.model.optimizer
        rate = float(optimizer.learning_rate)
        if not rate > np.float32(self.min_lr):
            return "at min_lr"
        rate = max(rate * self.factor, self.min_lr)
        optimizer.learning_rate = rate
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose > 0:
            io.print_msg(
                f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}."
            )
        return "reduced"
