"""Go on where a run that was cut short had got to, with the numbers that it would have had."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.callbacks.callback_list import CallbackList
from nnscratch.callbacks.packing import packed, unpacked
from nnscratch.errors import ModelFileError
from nnscratch.saving import atomic, get_limits, hdf5, keras_format, state
from nnscratch.saving.limits import reading
from nnscratch.utils.random_state import random_state, set_random_state

GROUP = "run"
Step = TypeVar("Step")


class BackupAndRestore(Callback):
    """Keep a backup of a training run, and take it up again when the same `fit` is called anew.

    The backup is one file that appears whole or not at all. It holds weights, the optimizer's
    state, the running metrics, the place in the epoch, the state of every random stream, the
    history and what the other callbacks remember (`Callback.get_state`). A run that was killed at
    any moment and started again ends with the very bits of one that was not, also where it is
    taken up in the middle of an epoch, which Keras begins again. The data are passed over up to
    the place of the backup: a generator must yield the same batches again. A run that comes to its
    end takes its backup away.

    Args:
        backup_dir: folder of the backup, for this run alone; it is made.
        save_freq: `"epoch"`, or a number of batches.
        double_checkpoint: keep the backup before the last one too, and take it if the last one is
            damaged.
        delete_checkpoint: False keeps the backup at the end of the run; `fit` called again with
            the same number of epochs then has nothing left to do.

    Raises:
        ValueError: no folder, or a `save_freq` that is not offered.
        ModelFileError: the backup is damaged, or that of another model.
    """

    kept = ("_batches_to_go",)

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
        self._batches_to_go = save_freq if isinstance(save_freq, int) else 0
        self._due = False
        self._random: dict[str, Any] = {}
        self._latest = Path(self.backup_dir, "latest.weights.h5")
        self._previous = Path(self.backup_dir, "previous.weights.h5")

    def on_train_begin(self, logs: Logs = None) -> None:
        """Take the backup up, if there is one."""
        self._due = False
        self._random = {"train": random_state(self.model)}
        if Path(self.backup_dir).exists():
            atomic.remove_leftovers(self._latest)
            atomic.remove_leftovers(self._previous)
        files = [file for file in (self._latest, self._previous) if file.exists()]
        if not files:
            return
        try:
            self._take_up(files[0])
        except ModelFileError:
            if len(files) < 2:
                raise
            self._take_up(files[1])

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Count the batches."""
        if self.save_freq == "epoch":
            return
        self._batches_to_go -= 1
        if self._batches_to_go == 0:
            self._batches_to_go = int(self.save_freq)
            self._due = True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Back up after the epoch, if it is to be done by epochs."""
        self._due |= self.save_freq == "epoch"

    def at_rest(self, epoch: int, batch: int) -> None:
        """Back up, if it is time; take note of the random streams at the begin of an epoch."""
        if batch == 0:
            self._random["epoch"] = random_state(self.model)
        if self._due:
            self._due = False
            self._save(epoch, batch)

    def on_train_end(self, logs: Logs = None) -> None:
        """Take the backup away; the folder too, if there is nothing else in it."""
        if not self.delete_checkpoint:
            return
        for file in (self._latest, self._previous):
            file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            Path(self.backup_dir).rmdir()

    def _save(self, epoch: int, batch: int) -> None:
        self.model.check_finite()
        Path(self.backup_dir).mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and self._latest.exists():
            atomic.copy(self._latest, self._previous)
        arrays: list[Any] = []
        run = {
            "epoch": epoch,
            "batch": batch,
            "stopped": bool(self.model.stop_training),
            "random": {**self._random, "now": random_state(self.model)},
            "metrics": [variable.numpy() for variable in _running(self.model)],
            "callbacks": [
                [type(callback).__name__, callback.get_state()]
                for callback in self.model.running_callbacks.callbacks
                if isinstance(callback, Callback)
            ],
        }
        text = json.dumps(packed(run, arrays)).encode()
        with hdf5.writing(self._latest) as root:
            state.write(self.model, root)
            root[f"{GROUP}/json"] = np.frombuffer(text, np.uint8)
            for i, array in enumerate(arrays):
                root[f"{GROUP}/arrays/{i}"] = array

    def _take_up(self, file: Path) -> None:
        limits = get_limits()
        with hdf5.opened(file, str(file), "", limits) as reader, reading(file, GROUP):
            group = reader.group(GROUP)
            if group is None:
                raise ValueError("it is missing: this is no backup of a run")
            text = reader.array(group, "json").tobytes()
            names = reader.names(reader.group(f"{GROUP}/arrays"))
            arrays = [reader.array(group, f"arrays/{i}") for i in range(len(names))]
            run = unpacked(keras_format.parsed(text, limits), arrays)
            resumption = Resumption(self.model, file, run)
            resumption.restore()
            self._random = {name: run["random"][name] for name in ("train", "epoch")}
        self.model.resumption = resumption


class Resumption:
    """A run that is taken up: where it goes on, and all that must be as it was there.

    Args:
        model: the model, built and compiled as in the run that was cut short.
        file: the backup.
        run: what it holds beside the model.

    Attributes:
        epoch: the epoch where the run goes on.
        stopped: whether a callback had ended the run.
    """

    def __init__(self, model: Any, file: Path, run: dict[str, Any]) -> None:
        self.model = model
        self.file = file
        self.epoch = int(run["epoch"])
        self.stopped = bool(run["stopped"])
        self._batch = int(run["batch"])
        self._run = run

    def restore(self) -> None:
        """Give the model and the random streams the state that they had."""
        keras_format.load_weights(self.model, self.file, False, get_limits(), restores=True)
        set_random_state(self.model, self._run["random"]["now"])

    def replay_from(self, moment: str) -> None:
        """Put the random streams where they were at the begin of training or of the epoch."""
        set_random_state(self.model, self._run["random"][moment])

    def restore_callbacks(self, callbacks: CallbackList) -> None:
        """Give each callback what it remembered; those of one class are told apart by order."""
        states = list(self._run["callbacks"])
        for callback in callbacks.callbacks:
            found = [i for i, (name, _) in enumerate(states) if name == type(callback).__name__]
            if found and isinstance(callback, Callback):
                callback.set_state(states.pop(found[0])[1])

    def rest_of(self, steps: Iterator[Step], callbacks: CallbackList) -> Iterator[Step]:
        """Pass over the steps of the epoch that were done, then restore all and yield the others.

        Args:
            steps: the numbered batches of the epoch where the run goes on.
            callbacks: the callbacks of the run.
        """
        for number, step in enumerate(steps):
            if number == self._batch and number > 0:
                self.restore()
                self.restore_callbacks(callbacks)
                pairs = zip(_running(self.model), self._run["metrics"], strict=True)
                for variable, value in pairs:
                    variable.assign(value)
            if number >= self._batch:
                yield step


def _running(model: Any) -> list[Any]:
    """Return the variables of the running loss and metrics."""
    return [variable for metric in model.metrics for variable in metric.variables]
