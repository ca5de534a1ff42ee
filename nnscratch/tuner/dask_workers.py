"""Trials on the workers of a Dask cluster."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
import threading
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from importlib import import_module
from pathlib import Path
from typing import Any

from nnscratch.saving import atomic
from nnscratch.tuner.execution import Outcome
from nnscratch.tuner.project import RECORD, Project
from nnscratch.tuner.trial import Trial
from nnscratch.tuner.workers import Done, Job, Lost, execute_states, stands_in, unpickled

Files = dict[str, bytes]

_one_at_a_time = threading.Lock()
_jobs: dict[str, Job] = {}
_searches = itertools.count()


class DaskWorkers:
    """Runs trials on a Dask cluster, one at a time in each worker process.

    The data goes to every worker once. A trial takes the files along that it goes on from, and
    brings its checkpoint back, so workers need not see the folder of the search. If a worker dies,
    Dask runs its trial on another one; only what comes back here is written down.

    Args:
        job: what the trials have in common.
        client: a `distributed.Client`.
    """

    def __init__(self, job: Job, client: Any) -> None:
        cloudpickle = import_module("cloudpickle")
        self._project: Project = job.tuner.project
        self._client = client
        self._name = f"{client.id}-{next(_searches)}"
        self._shared = self._share(cloudpickle.dumps(tuple(job)))
        self._futures: dict[Any, str] = {}
        self._most = 1
        self._tries = itertools.count()

    @property
    def capacity(self) -> int:
        """The largest number of workers that there have been; one that dies is soon replaced."""
        self._most = max(self._most, len(self._client.nthreads()))
        return self._most

    def submit(self, trial: Trial, before: list[Trial]) -> None:
        """Begin a trial."""
        key = f"trial-{trial.trial_id}-{self._name}-{next(self._tries)}"
        states = [each.get_state() for each in (trial, *before)]
        arguments = self._name, self._shared, stands_in(), states, self._files(trial)
        future = self._client.submit(run_shipped, *arguments, key=key, pure=False)
        self._futures[future] = trial.trial_id

    def wait(self) -> Done:
        """Wait until at least one trial has ended."""
        with contextlib.suppress(CancelledError):
            import_module("distributed").wait(list(self._futures), return_when="FIRST_COMPLETED")
        ended = [future for future in self._futures if future.status != "pending"]
        done: Done = []
        for future in sorted(ended, key=lambda f: self._futures[f]):
            trial_id = self._futures.pop(future)
            done.append((trial_id, self._result(future, trial_id)))
        return done

    def close(self) -> None:
        """Withdraw trials that are under way; the cluster stays as it is."""
        self._client.cancel([*self._futures, self._shared])
        self._futures.clear()

    def _result(self, future: Any, trial_id: str) -> Outcome | Lost:
        """Return how a trial went; lost if its workers are gone."""
        try:
            outcome, files = future.result()
        except (CancelledError, import_module("distributed").KilledWorker) as error:
            return Lost(str(error))
        folder = self._project.trial_folder(trial_id)
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            atomic.write_bytes(folder / name, content)
        result: Outcome = outcome
        return result

    def _share(self, data: bytes) -> Any:
        """Return what stands for the data on the cluster, which can make it anew if it is lost.

        Scattered data would be gone with the last worker that has it; the result of a task is not.
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")
            return self._client.submit(bytes, data, key=f"data-{self._name}", pure=False)

    def _files(self, trial: Trial) -> dict[str, Files]:
        """Return the files of the trial that this one goes on from."""
        origin = trial.hyperparameters.values.get("tuner/trial_id")
        if origin is None:
            return {}
        return {str(origin): read_files(self._project.trial_folder(str(origin)))}


def read_files(folder: Path) -> Files:
    """Return the contents of a trial's folder, without its record."""
    if not folder.exists():
        return {}
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name != RECORD}


def run_shipped(
    name: str,
    data: bytes,
    keras_names: bool,
    states: Sequence[Mapping[str, Any]],
    origins: Mapping[str, Files],
) -> tuple[Outcome, Files]:
    """Run a trial on a worker, in a temporary folder.

    Args:
        name: name of the search.
        data: the pickled job.
        keras_names: whether `keras` means nnscratch.
        states: the trial, and those that a pruner compares it with.
        origins: files of other trials that it needs.

    Returns:
        How it went, and the files that it wrote.
    """
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="nnscratch-tuner-") as folder:
        if name not in _jobs:
            _jobs.clear()
            _jobs[name] = unpickled(data, keras_names)
        job = _jobs[name]
        project = job.tuner.project = Project(folder, "search")
        for trial_id, files in origins.items():
            project.trial_folder(trial_id).mkdir(parents=True)
            for file, content in files.items():
                (project.trial_folder(trial_id) / file).write_bytes(content)
        outcome = execute_states(job, states)
        return outcome, read_files(project.trial_folder(states[0]["trial_id"]))
