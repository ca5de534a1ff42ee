"""Where trials run: in this process, or in several on this machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from nnscratch.tuner.execution import Outcome, blas_threads, execute
from nnscratch.tuner.trial import Trial


class Lost(NamedTuple):
    """The process in which a trial ran is gone; the trial itself has done nothing wrong.

    Attributes:
        reason: what is known of it.
    """

    reason: str


Done = list[tuple[str, "Outcome | Lost"]]


class Workers(Protocol):
    """Where trials run."""

    @property
    def capacity(self) -> int:
        """How many trials run at the same time."""

    def submit(self, trial: Trial, before: list[Trial]) -> None:
        """Begin a trial.

        Args:
            trial: the trial.
            before: trials that a pruner compares it with.
        """

    def wait(self) -> Done:
        """Wait until at least one trial has ended, and return those that have."""

    def close(self) -> None:
        """End the processes."""


class Job(NamedTuple):
    """What all trials of a search have in common.

    Attributes:
        tuner: the tuner.
        args: the arguments of `search`.
        kwargs: its keyword arguments.
    """

    tuner: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


class Here:
    """One trial after the other, in this process.

    Args:
        job: what they have in common.
    """

    capacity = 1

    def __init__(self, job: Job) -> None:
        self._job = job
        self._next: list[Trial] = []

    def submit(self, trial: Trial, before: list[Trial]) -> None:
        """Take a trial; it runs when its end is waited for."""
        self._next.append(trial)

    def wait(self) -> Done:
        """Run the trial."""
        trial = self._next.pop()
        return [(trial.trial_id, execute(self._job.tuner, trial, self._job.args, self._job.kwargs))]

    def close(self) -> None:
        """Nothing to end."""


class Processes:
    """Several processes on this machine, among which the cores are divided.

    They are those of loky, the engine of joblib. What the trials have in common is written to a
    file once and read by each process once. If a process dies, the trials under way are reported
    lost, and processes are started anew.

    Args:
        job: what the trials have in common.
        count: how many processes.
    """

    def __init__(self, job: Job, count: int) -> None:
        self._loky = _library("loky")
        cloudpickle = _library("cloudpickle")
        self.capacity = count
        self._threads = max(1, (os.cpu_count() or 1) // count)
        self._folder = tempfile.TemporaryDirectory(prefix="nnscratch-tuner-")
        self._file = Path(self._folder.name, "job.pickle")
        self._file.write_bytes(cloudpickle.dumps(tuple(job)))
        self._executor: Any = None
        self._futures: dict[Any, str] = {}

    def submit(self, trial: Trial, before: list[Trial]) -> None:
        """Begin a trial."""
        if self._executor is None:
            self._executor = self._loky.ProcessPoolExecutor(self.capacity)
        states = [each.get_state() for each in (trial, *before)]
        arguments = str(self._file), stands_in(), states, self._threads
        self._futures[self._executor.submit(run_from_file, *arguments)] = trial.trial_id

    def wait(self) -> Done:
        """Wait until at least one trial has ended."""
        from concurrent.futures import FIRST_COMPLETED, wait

        ended, _ = wait(self._futures, return_when=FIRST_COMPLETED)
        done: Done = []
        for future in sorted(ended, key=lambda f: self._futures[f]):
            error = future.exception()
            if error is None:
                done.append((self._futures.pop(future), future.result()))
            elif isinstance(error, self._loky.BrokenProcessPool):
                self.close()
                lost: Done = [(each, Lost(str(error))) for each in sorted(self._futures.values())]
                self._futures.clear()
                return done + lost
            else:
                raise error
        return done

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)
            self._executor = None


_jobs: dict[str, Job] = {}


def run_from_file(
    file: str, keras_names: bool, states: Sequence[Mapping[str, Any]], threads: int
) -> Outcome:
    """Run a trial in a process of its own.

    Args:
        file: where the job is written.
        keras_names: whether `keras` means nnscratch.
        states: the trial, and those that a pruner compares it with.
        threads: how many threads matrix products may use.
    """
    if file not in _jobs:
        _jobs.clear()
        _jobs[file] = unpickled(Path(file).read_bytes(), keras_names)
    job = _jobs[file]
    with blas_threads(threads):
        return execute_states(job, states)


def execute_states(job: Job, states: Sequence[Mapping[str, Any]]) -> Outcome:
    """Run the first of some trials, the others being known.

    Args:
        job: what the trials have in common.
        states: the trials as plain data.
    """
    trial, *before = [Trial.from_state(state) for state in states]
    job.tuner.oracle.trials = {each.trial_id: each for each in before}
    return execute(job.tuner, trial, job.args, job.kwargs)


def unpickled(data: bytes, keras_names: bool) -> Job:
    """Return a job; `keras` means nnscratch first where it did for the sender.

    Args:
        data: the pickled job.
        keras_names: whether `keras` means nnscratch.
    """
    import pickle

    if keras_names:
        import_module("nnscratch.compat").use_as_keras()
    return Job(*pickle.loads(data))


def stands_in() -> bool:
    """Tell whether `import keras` means nnscratch in this process."""
    return bool(import_module("nnscratch.compat.importing").is_in_use())


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            'Several processes need loky: pip install "nnscratch[tune]", or n_jobs=1.'
        ) from error
