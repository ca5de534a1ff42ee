"""The list of trials that all processes of a search agree on, in a folder."""

from __future__ import annotations

import os
import secrets
import shutil
from typing import Protocol

from nnscratch.tuner.project import RECORD, Project, read_json, write_json
from nnscratch.tuner.trial import Trial


class Ledger(Protocol):
    """Where trials are written down; several processes may share it."""

    def load(self) -> list[Trial]:
        """Return all trials, by number."""

    def claim(self, trial: Trial) -> bool:
        """Add a trial under its number; False if another process was faster with that number."""

    def write(self, trial: Trial) -> None:
        """Replace the record of a trial that is under way."""

    def finish(self, trial: Trial) -> bool:
        """Replace the record of a trial for good; False if that had been done already."""

    def next_number(self) -> int:
        """Return the number that follows those that `load` has returned."""


class FolderLedger:
    """Trials in the folder of the search, a JSON file each.

    A new trial's folder is made whole under another name and renamed, which the system does for
    one process only; so each number is given once, and no record is ever half written.

    Args:
        project: the folder of the search.

    >>> import tempfile
    >>> from nnscratch.tuner.hyperparameters import HyperParameters
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ledger = FolderLedger(Project(folder))
    ...     trial = Trial(HyperParameters(), "0000")
    ...     ledger.claim(trial), ledger.claim(trial), len(ledger.load()), ledger.next_number()
    (True, False, 1, 1)
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._finished: dict[str, Trial] = {}
        self._next = 0

    def load(self) -> list[Trial]:
        """Return all trials, by number."""
        trials: list[Trial] = []
        for trial_id in self._project.trial_ids():
            trial = self._finished.get(trial_id) or self._read(trial_id)
            if trial.is_finished:
                self._finished[trial_id] = trial
            trials.append(trial)
        self._next = trials[-1].number + 1 if trials else 0
        return trials

    def claim(self, trial: Trial) -> bool:
        """Add a trial under its number; False if another process was faster with that number."""
        folder = self._project.trial_folder(trial.trial_id)
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}")
        made.mkdir()
        try:
            write_json(made / RECORD, trial.get_state())
            os.rename(made, folder)
        except OSError:
            shutil.rmtree(made)
            if not folder.exists():
                raise
            return False
        return True

    def write(self, trial: Trial) -> None:
        """Replace the record of a trial that is under way."""
        write_json(self._project.trial_folder(trial.trial_id) / RECORD, trial.get_state())

    def finish(self, trial: Trial) -> bool:
        """Replace the record of a trial for good; False if that had been done already."""
        if self._read(trial.trial_id).is_finished:
            return False
        self.write(trial)
        return True

    def next_number(self) -> int:
        """Return the number that follows those that `load` has returned."""
        return self._next

    def _read(self, trial_id: str) -> Trial:
        record = self._project.trial_folder(trial_id) / RECORD
        return Trial.from_state(read_json(record))
