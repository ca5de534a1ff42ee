"""Go on where a run that was cut short had got to, with the numbers that it would have had."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.errors import ModelFileError
from nnscratch.saving import atomic, get_limits, hdf5, keras_format
from nnscratch.saving.limits import reading
from nnscratch.utils.random_state import random_state, set_random_state

METADATA = "training_metadata"


class BackupAndRestore(Callback):
    """Keep a backup of a training run, and take it up again when the same `fit` is called anew.

    The backup holds weights, the optimizer's state, the number of the epoch and the state of every
    random stream, in one file that appears whole or not at all; a run that was killed ends with
    the very numbers of one that was not. `fit` goes on at the beginning of the epoch that was cut
    short. With `save_freq` in batches that epoch begins again with the weights of its middle, as
    in Keras. The history begins anew. A run that comes to its end takes its backup away.

    Args:
        backup_dir: folder of the backup, for this run alone; it is made.
        save_freq: `"epoch"`, or a number of batches.
        double_checkpoint: keep the backup before the last one too, and take it if the last one is
            damaged.
        delete_checkpoint: False keeps the backup at the end of the run.

    Raises:
        ValueError: no folder, or a `save_freq` that is not offered.
        ModelFileError: the backup is damaged, or that of another model.
    """

    def __init__(
        self,
        backup_dir: Any,
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ValueError("`backup_dir` must be the path of a folder. Received nothing.")
        counts = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if save_freq != "epoch" and not counts:
            raise ValueError(
                "`save_freq` must be 'epoch' or a positive number of batches. Received: "
                f"save_freq={save_freq!r}"
            )
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._epoch = 0
        self._batches_to_go = save_freq if isinstance(save_freq, int) else 0
        self._latest = Path(self.backup_dir, "latest.weights.h5")
        self._previous = Path(self.backup_dir, "previous.weights.h5")

    def on_train_begin(self, logs: Logs = None) -> None:
        """Take the backup up, if there is one."""
        if not self._latest.exists() and not self._previous.exists():
            return
        try:
            self._restore(self._latest)
        except ModelFileError:
            if not self._previous.exists():
                raise
            self._restore(self._previous)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take note of the number of the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Back up if enough batches have gone by."""
        if self.save_freq == "epoch":
            return
        self._batches_to_go -= 1
        if self._batches_to_go == 0:
            self._batches_to_go = int(self.save_freq)
            self._save(self._epoch, batch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Back up, if it is to be done by epochs."""
        if self.save_freq == "epoch":
            self._save(epoch + 1, 0)

    def on_train_end(self, logs: Logs = None) -> None:
        """Take the backup away; the folder too, if there is nothing else in it."""
        if not self.delete_checkpoint:
            return
        for file in (self._latest, self._previous):
            file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            Path(self.backup_dir).rmdir()

    def _save(self, epoch: int, batch: int) -> None:
        Path(self.backup_dir).mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and self._latest.exists():
            atomic.copy(self._latest, self._previous)
        metadata = {"epoch": epoch, "batch": batch, "random": random_state(self.model)}
        keras_format.save_weights(self.model, self._latest, {METADATA: json.dumps(metadata)})

    def _restore(self, file: Path) -> None:
        limits = get_limits()
        with hdf5.opened(file, str(file), "", limits) as reader:
            text = reader.text(reader.root, METADATA)
        with reading(file, METADATA):
            metadata = keras_format.parsed(text or "null", limits)
            epoch = int(metadata["epoch"])
            keras_format.load_weights(self.model, file, False, limits, restores=True)
            set_random_state(self.model, metadata["random"])
        self.model.initial_epoch = epoch
