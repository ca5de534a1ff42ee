"""Save the model, or its weights, while it trains."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.callbacks.callback import Logs
from nnscratch.callbacks.monitor import MonitorCallback
from nnscratch.utils import io

WHOLE = (".keras", ".h5", ".hdf5")
WEIGHTS = (".weights.h5", ".h5", ".hdf5", ".safetensors")


class ModelCheckpoint(MonitorCallback):
    """Save after every epoch, or every so many batches, or only when a metric has improved.

    Each file appears whole or not at all, so that a run that is killed leaves the last one intact.
    Decisions in `trace()`: `"saved"`, `"improved, saved"`, `"not improved"`, and
    `"missing, saved"` where the logs lack the metric, as Keras does it; None stands there for
    a value that was not looked at.

    Args:
        filepath: path of the file, with places for the epoch, counted from 1, and the metrics, as
            in `"{epoch:02d}-{val_loss:.2f}.keras"`; with `save_freq` in batches also for `batch`.
            It ends in `.keras`, `.h5` or `.hdf5`, or with `save_weights_only` in `.weights.h5`,
            `.h5`, `.hdf5` or `.safetensors`. Folders are made.
        monitor: name of the metric in the logs.
        verbose: 1 prints what is done, 0 does not.
        save_best_only: save only when the metric has improved.
        save_weights_only: save the weights and the optimizer's state, not the configuration.
        mode: `"min"`, `"max"` or `"auto"`; see `MonitorCallback`.
        save_freq: `"epoch"`, or a number of batches.
        initial_value_threshold: what the metric must improve on to be saved at all.
        max_to_keep: keep only so many of the files that this callback wrote, the latest ones.

    Raises:
        ValueError: an ending or a `save_freq` that is not offered; or `mode="auto"` and the metric
            does not say which way is better.
        KeyError: `filepath` has a place for a metric that the logs lack.
    """

    kept = ("best", "_batches_to_go", "_written")

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
        *,
        max_to_keep: int | None = None,
    ) -> None:
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath: str = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.max_to_keep = max_to_keep
        self._epoch = 0
        self._batches_to_go = save_freq if isinstance(save_freq, int) else 0
        self._written: list[str] = []
        self._check()

    def _check(self) -> None:
        frequency, keep = self.save_freq, self.max_to_keep
        counts = isinstance(frequency, int) and not isinstance(frequency, bool) and frequency > 0
        if frequency != "epoch" and not counts:
            raise ValueError(
                "`save_freq` must be 'epoch' or a positive number of batches. Received: "
                f"save_freq={frequency!r}"
            )
        if keep is not None and (not isinstance(keep, int) or keep < 1):
            raise ValueError(f"`max_to_keep` must be a positive integer. Received: {keep!r}")
        endings = WEIGHTS if self.save_weights_only else WHOLE
        if not self.filepath.endswith(endings):
            raise ValueError(
                f"`filepath` of ModelCheckpoint with save_weights_only={self.save_weights_only} "
                f"must end in one of {', '.join(endings)}. Received: filepath={self.filepath!r}"
            )

    def on_train_begin(self, logs: Logs = None) -> None:
        """Start the trace anew; the best value so far stays, as in Keras."""
        self._trace = []

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take note of the number of the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Save if enough batches have gone by."""
        if self.save_freq == "epoch":
            return
        self._batches_to_go -= 1
        if self._batches_to_go == 0:
            self._batches_to_go = int(self.save_freq)
            self._act(self._epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Save, if it is to be done by epochs."""
        self._resolve_direction()
        if self.save_freq == "epoch":
            self._act(epoch, None, logs or {})

    def _act(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        path = self._path(epoch, batch, logs)
        value = logs.get(self.monitor) if self.save_best_only else None
        decision = self._decision(epoch, value, path)
        if decision != "not improved":
            self._save(epoch, path)
        self._record(epoch, value if np.ndim(value or 0) == 0 else None, 0, decision)

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> str:
        places = dict(logs, epoch=epoch + 1)
        if batch is not None:
            places.setdefault("batch", batch + 1)
        try:
            return self.filepath.format(**places)
        except KeyError as error:
            raise KeyError(
                f"`filepath` {self.filepath!r} has a place for {error}, which the logs lack. "
                f"Available: {', '.join(places)}."
            ) from error

    def _decision(self, epoch: int, value: Any, path: str) -> str:
        if not self.save_best_only:
            self._say(f"\nEpoch {epoch + 1}: saving model to {path}")
            return "saved"
        if value is None or np.ndim(value) > 0:
            what = "which the logs do not have" if value is None else "which is no single number"
            warnings.warn(
                f"ModelCheckpoint with save_best_only watches `{self.monitor}`, {what}; the model "
                "is saved as it is, as in Keras. Pass validation data for names with `val_`, or "
                "another `monitor`.",
                stacklevel=4,
            )
            return "missing, saved"
        self._resolve_direction()
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(value, self.best):
            self._say(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {before}")
            return "not improved"
        self._say(
            f"\nEpoch {epoch + 1}: {self.monitor} improved from {before} to {value:.5f}, "
            f"saving model to {path}"
        )
        self.best = value
        return "improved, saved"

    def _save(self, epoch: int, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        self._say(f"\nEpoch {epoch + 1}: finished saving model to {path}")
        self._written = [*(p for p in self._written if p != path), path]
        while self.max_to_keep is not None and len(self._written) > self.max_to_keep:
            Path(self._written.pop(0)).unlink(missing_ok=True)

    def _say(self, message: str) -> None:
        if self.verbose > 0:
            io.print_msg(message)
