"""Stop training once a metric no longer improves."""

from __future__ import annotations

import warnings
from typing import Any

from nnscratch.callbacks.callback import Logs
from nnscratch.callbacks.monitor import MonitorCallback
from nnscratch.checks import check_whole
from nnscratch.utils import io


class EarlyStopping(MonitorCallback):
    """Stop training after `patience` epochs in which a metric has not improved.

    After each epoch: wait ← wait + 1. If the value improves on the best so far by more than
    `min_delta`, it becomes the best, and wait ← 0 (with a `baseline` only if it improves on that
    as well). Otherwise training stops if wait ≥ patience. The first value always improves.

    Three consequences that surprise: with `restore_best_weights` the best weights come back at
    the end of every run, also of one that was not stopped; a first value of NaN is never improved
    on, so training stops after `patience` epochs with the weights of the first; and `patience=0`
    stops at the first epoch without improvement, as `patience=1` does.

    Args:
        monitor: name of the metric in the logs.
        min_delta: least change that counts as an improvement.
        patience: number of epochs without improvement that end training.
        verbose: 1 says at the end what happened, 0 does not.
        mode: `"min"`, `"max"` or `"auto"`; see `MonitorCallback`.
        baseline: a value that must be improved on for the waiting to start again.
        restore_best_weights: whether to end with the weights of the best epoch.
        start_from_epoch: number of epochs at the start that are not looked at.

    Raises:
        ValueError: `mode="auto"` and the metric does not say which way is better.

    Source: L. Prechelt (1998), "Early Stopping - But When?", criterion UP; the rules for ties,
    baseline and restoring are those of Keras 3.15.1.

    >>> callback = EarlyStopping(monitor="loss", patience=2, mode="min")
    >>> callback.set_model(type("Model", (), {"stop_training": False})())
    >>> callback.on_train_begin()
    >>> for epoch, loss in enumerate([0.5, 0.4, 0.4, 0.6]):
    ...     callback.on_epoch_end(epoch, {"loss": loss})
    >>> callback.model.stop_training
    True
    >>> for row in callback.trace():
    ...     print(*row)
    0 0.5 0.5 0 improved
    1 0.4 0.4 0 improved
    2 0.4 0.4 1 waiting
    3 0.6 0.4 2 stop
    """

    kept = ("best", "wait", "stopped_epoch", "best_epoch", "best_weights")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        check_whole("patience", patience, 0)
        check_whole("start_from_epoch", start_from_epoch, 0)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.on_train_begin()

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget earlier runs."""
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None
        self._trace = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Judge the epoch and stop training if the patience is at an end."""
        self._resolve_direction()
        value = self._monitored(logs or {})
        decision = self._judge(epoch, value)
        self._record(epoch, value, self.wait, decision)

    def on_train_end(self, logs: Logs = None) -> None:
        """Say what happened and bring back the best weights, if asked to."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            io.print_msg(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is None:
            return
        if self.verbose > 0:
            io.print_msg(
                f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}."
            )
        self.model.set_weights(self.best_weights)

    def _monitored(self, logs: dict[str, Any]) -> float | None:
        """Return the monitored value, warning if the logs lack it."""
        value: float | None = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"Early stopping watches `{self.monitor}`, which this epoch does not have. "
                f"Available: {', '.join(logs)}. Pass validation data for names with `val_`, or "
                "another `monitor`.",
                stacklevel=3,
            )
        return value

    def _judge(self, epoch: int, value: float | None) -> str:
        """Update the state by the value of an epoch and return the decision."""
        if value is None:
            return "missing"
        if epoch < self.start_from_epoch:
            return "warm-up"
        self.wait += 1
        if self._is_improvement(value, self.best):
            self.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is not None and not self._is_improvement(value, self.baseline):
                return "improved, short of the baseline"
            self.wait = 0
            return "improved"
        if self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True
            return "stop"
        return "waiting"
