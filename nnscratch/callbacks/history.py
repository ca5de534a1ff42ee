"""The record of a training run: every metric after every epoch."""

from __future__ import annotations

import importlib
from typing import Any

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.utils.notebook import history_html


class History(Callback):
    """Record the metrics of each epoch; every `fit` adds one and returns it.

    Attributes:
        history: for each metric the list of its values. Metrics of the validation are absent for
            epochs without one, so their lists are shorter.
        epoch: numbers of the recorded epochs, counted from 0.
        params: what `fit` was called with.

    >>> history = History()
    >>> history.on_train_begin()
    >>> history.on_epoch_end(0, {"loss": 0.5})
    >>> history.on_epoch_end(1, {"loss": 0.25, "val_loss": 0.5})
    >>> history.history
    {'loss': [0.5, 0.25], 'val_loss': [0.5]}
    """

    kept = ("history", "epoch", "_rows")

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self._rows: list[dict[str, Any]] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        """Start counting epochs anew; the metrics of earlier runs stay."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Record the epoch's metrics."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        self._rows.append({"epoch": epoch, **(logs or {})})
        if self.model is not None:
            self.model.history = self

    def to_frame(self) -> Any:
        """Return the record as a pandas `DataFrame`, one row an epoch, one column a metric.

        A metric that an epoch does not have, such as `val_loss` without a validation, is NaN.

        Raises:
            ImportError: pandas is not installed.
        """
        try:
            pandas = importlib.import_module("pandas")
        except ImportError as error:
            raise ImportError(
                "`History.to_frame()` needs pandas: run `pip install pandas`, or use "
                "`history.history`, a dict of lists."
            ) from error
        columns = ["epoch", *self.history]
        return pandas.DataFrame(self._rows, columns=columns).set_index("epoch")

    def _repr_html_(self) -> str:
        return history_html(self.history)
