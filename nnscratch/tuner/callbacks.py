"""What a search listens to while a model trains: hooks, checkpoints, and when to stop early."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.saving import atomic, keras_format
from nnscratch.tuner.objective import DefaultObjective, Objective, is_better
from nnscratch.tuner.project import BEST, LAST, Project, write_json
from nnscratch.tuner.seeds import save_whole_state
from nnscratch.tuner.trial import Trial, TrialStatus
from nnscratch.typing import Array

BUILD = "build_config.json"


class TunerHooks(Callback):
    """Tells the tuner's `on_epoch_begin` and its like of every moment.

    Args:
        tuner: the tuner.
        trial: the trial.
    """

    def __init__(self, tuner: Any, trial: Trial) -> None:
        super().__init__()
        self.tuner = tuner
        self.trial = trial

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Tell of the beginning of an epoch."""
        self.tuner.on_epoch_begin(self.trial, self.model, epoch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell of the beginning of a batch."""
        self.tuner.on_batch_begin(self.trial, self.model, batch, logs)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell of the end of a batch."""
        self.tuner.on_batch_end(self.trial, self.model, batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Tell of the end of an epoch."""
        self.tuner.on_epoch_end(self.trial, self.model, epoch, logs=logs)


class BestWeights(Callback):
    """Keeps the weights of the best epoch over all executions of a trial.

    They are held in memory and written once, when a training ends. Without an objective, or where
    it is not known during training, the last epoch counts as the best.

    Args:
        objective: the objective.
        project: the folder of the search.
        trial_id: the trial.
        keep_last: write the state at the end too, the optimizer's included, for a trial that goes
            on from there.

    Attributes:
        was_unbuilt: whether the model learned its input's shape from the data; then it is written
            down too.
    """

    def __init__(
        self, objective: Objective, project: Project, trial_id: str, keep_last: bool
    ) -> None:
        super().__init__()
        self.objective = objective
        self.project = project
        self.trial_id = trial_id
        self.keep_last = keep_last
        self.was_unbuilt = False
        self._best: float | None = None
        self._weights: list[Array] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Hold no weights of this training yet."""
        self._weights = None

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Hold the weights if they are the best so far."""
        known = bool(logs) and self.objective.has_value(logs or {})
        if known and not isinstance(self.objective, DefaultObjective):
            value = self.objective.get_value(logs or {})
            if not is_better(self.objective, value, self._best):
                return
            self._best = value
        self._weights = [weight.copy() for weight in self.model.get_weights()]

    def on_train_end(self, logs: Logs = None) -> None:
        """Write what is to be kept."""
        folder = self.project.trial_folder(self.trial_id)
        folder.mkdir(parents=True, exist_ok=True)
        if self.was_unbuilt:
            write_json(folder / BUILD, self.model.get_build_config() or {})
        if self.keep_last:
            save_whole_state(self.model, folder / LAST)
        if self._weights is not None:
            self._write(folder / BEST, self._weights)

    def _write(self, path: Path, weights: list[Array]) -> None:
        present = [weight.copy() for weight in self.model.get_weights()]
        self.model.set_weights(weights)
        try:
            atomic.write_bytes(path, keras_format.weights_bytes(self.model, False))
        finally:
            self.model.set_weights(present)


class Pruned(Callback):
    """Ends a training that a pruner of Optuna does not expect to become good.

    Args:
        judge: what says so; see `Judge`.
        objective: the objective.
        trial: the trial, whose status becomes `"PRUNED"`.
    """

    def __init__(self, judge: Any, objective: Objective, trial: Trial) -> None:
        super().__init__()
        self.judge = judge
        self.objective = objective
        self.trial = trial

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Ask the pruner."""
        if not self.objective.has_value(logs or {}):
            return
        if self.judge.is_hopeless(epoch, self.objective.get_value(logs or {})):
            self.trial.status = TrialStatus.PRUNED
            self.model.stop_training = True
