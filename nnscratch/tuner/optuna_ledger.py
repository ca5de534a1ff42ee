"""The list of trials in a storage of Optuna: a journal, SQLite, PostgreSQL, MySQL."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from typing import Any

from nnscratch.tuner.objective import Objective
from nnscratch.tuner.optuna_bridge import direction, optuna, parameters, state
from nnscratch.tuner.trial import Trial

RECORD = "nnscratch"
GIVEN_UP_AFTER = 30.0
"""Seconds within which a process says what it will do with the number that it was given."""


class OptunaLedger:
    """Trials as those of an Optuna study, which Optuna's own tools open as any other.

    The storage numbers the trials. A process that gets another number than it had expected gives
    it back, looks at the trials again and chooses anew.

    Args:
        storage: the URL of a database such as `sqlite:///trials.db` or `postgresql://…`; the path
            of a journal, a file that several machines may share; or a storage of Optuna.
        study_name: name of the search in the storage.
        objective: the objective.
        overwrite: delete a search of that name.
    """

    def __init__(
        self, storage: Any, study_name: str, objective: Objective, overwrite: bool = False
    ) -> None:
        library = optuna()
        self._storage = open_storage(storage)
        if overwrite and study_name in library.get_all_study_names(self._storage):
            library.delete_study(study_name=study_name, storage=self._storage)
        self._study = library.create_study(
            storage=self._storage,
            study_name=study_name,
            direction=direction(objective),
            load_if_exists=True,
        )
        self._finished: dict[int, Trial] = {}
        self._next = 0

    def load(self) -> list[Trial]:
        """Return all trials, by number.

        A number that another process has been given and not yet said anything about is waited
        for, since what comes next depends on it; one that stays empty is given up.
        """
        stored = self._stored()
        while empty := [s for s in stored if not s.state.is_finished() and not _is_filled(s)]:
            for each in empty:
                if (datetime.now() - each.datetime_start).total_seconds() > GIVEN_UP_AFTER:
                    self._give_back(each.number)
            time.sleep(0.02)
            stored = self._stored()
        self._next = len(stored)
        return [trial for each in stored if (trial := self._read(each)) is not None]

    def claim(self, trial: Trial) -> bool:
        """Add a trial under its number; False if another process was faster with that number."""
        stored = self._study.ask()
        if stored.number != trial.number:
            self._give_back(stored.number)
            return False
        self.write(trial)
        seen, distributions = parameters(trial)
        for name, kind in distributions.items():
            inner = kind.to_internal_repr(seen[name])
            self._storage.set_trial_param(self._identity(trial), name, inner, kind)
        return True

    def write(self, trial: Trial) -> None:
        """Replace the record of a trial that is under way."""
        record = json.dumps(trial.get_state())
        self._storage.set_trial_user_attr(self._identity(trial), RECORD, record)

    def finish(self, trial: Trial) -> bool:
        """Replace the record of a trial for good; False if that had been done already."""
        if self._stored()[trial.number].state.is_finished():
            return False
        for step, value in enumerate(trial.curve):
            self._storage.set_trial_intermediate_value(self._identity(trial), step, value)
        self.write(trial)
        return self._tell(trial)

    def next_number(self) -> int:
        """Return the number that follows those that `load` has returned."""
        return self._next

    def _give_back(self, number: int) -> None:
        """Let a number stay without a trial."""
        failed = optuna().trial.TrialState.FAIL
        self._study.tell(number, state=failed, skip_if_finished=True)

    def _stored(self) -> list[Any]:
        trials: list[Any] = self._study.get_trials(deepcopy=False)
        return trials

    def _read(self, stored: Any) -> Trial | None:
        """Return a trial; one that ended while its process was killed is told to have ended."""
        if stored.number in self._finished:
            return self._finished[stored.number]
        if not _is_filled(stored):
            return None
        trial = Trial.from_state(json.loads(stored.user_attrs[RECORD]))
        if trial.is_finished:
            self._finished[stored.number] = trial
            if not stored.state.is_finished():
                self._tell(trial)
        return trial

    def _tell(self, trial: Trial) -> bool:
        ended = state(trial)
        value = trial.score if ended.name == "COMPLETE" else None
        try:
            self._study.tell(trial.number, value, state=ended)
        except (ValueError, RuntimeError):
            if self._stored()[trial.number].state.is_finished():
                return False
            raise
        return True

    def _identity(self, trial: Trial) -> Any:
        study = self._storage.get_study_id_from_name(self._study.study_name)
        return self._storage.get_trial_id_from_study_id_trial_number(study, trial.number)


def _is_filled(stored: Any) -> bool:
    return RECORD in stored.user_attrs


def open_storage(storage: Any) -> Any:
    """Return a storage of Optuna for a URL, the path of a journal, or a storage.

    Args:
        storage: one of these.
    """
    storages = optuna().storages
    if not isinstance(storage, (str, os.PathLike)):
        return storage
    text = os.fspath(storage)
    if "://" in text:
        return storages.RDBStorage(text)
    journal = storages.journal
    lock = journal.JournalFileOpenLock(text) if os.name == "nt" else None
    return storages.JournalStorage(journal.JournalFileBackend(text, lock))
