"""One trial, run to its end or its error, in whichever process."""

from __future__ import annotations

import contextlib
import inspect
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnscratch.callbacks import History
from nnscratch.errors import SuspicionWarning
from nnscratch.tuner.errors import FailedTrialError, FatalError
from nnscratch.tuner.objective import Objective
from nnscratch.tuner.results import read_result, rows_of
from nnscratch.tuner.seeds import seeded, training_seed
from nnscratch.tuner.trial import Execution, Trial, TrialStatus


@dataclass
class Outcome:
    """How a trial went, as plain data that travels between processes.

    Attributes:
        status: `"COMPLETED"`, `"PRUNED"`, `"INVALID"` or `"FAILED"`.
        hyperparameters: configuration of the space and values that the trial ended with.
        executions: its training runs.
        best_step: the epoch of the metrics, the mean over the runs.
        notes: what is added to the trial's notes.
        message: the traceback of its error.
        fatal: the error, where it is to end the search.
        seconds: wall time.
    """

    status: str
    hyperparameters: dict[str, Any]
    executions: list[Execution] = field(default_factory=list)
    best_step: int = 0
    notes: dict[str, Any] = field(default_factory=dict)
    message: str | None = None
    fatal: FatalError | None = None
    seconds: float = 0.0


def execute(tuner: Any, trial: Trial, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Outcome:
    """Run a trial; an error in it is a result like any other.

    Args:
        tuner: the tuner, whose `run_trial` is called.
        trial: the trial; it is written into.
        args: the arguments of `search`.
        kwargs: its keyword arguments.
    """
    start = time.perf_counter()
    objective = tuner.oracle.objective
    message, fatal = None, None
    executions: list[Execution] = []
    steps = [0]
    try:
        seed = training_seed(tuner.oracle.seed, trial.number, trial.attempts)
        with seeded(seed), suspicions_noted(trial):
            results = tuner.run_trial(trial, *args, **_accepted(tuner.run_trial, kwargs))
        several = results if isinstance(results, list) else [results]
        where = f"{type(tuner).__name__}.run_trial()"
        read = [_read(result, objective, where) for result in several]
        executions, steps = [run for run, _ in read], [step for _, step in read]
        pruned = trial.status == TrialStatus.PRUNED
        status = TrialStatus.PRUNED if pruned else TrialStatus.COMPLETED
    except FatalError as error:
        status, fatal = TrialStatus.FAILED, error
        message = traceback.format_exc()
    except FailedTrialError:
        status, message = TrialStatus.FAILED, traceback.format_exc()
    except Exception:  # whatever user code raises belongs to the trial, with its whole traceback
        status, message = TrialStatus.INVALID, traceback.format_exc()
    return Outcome(
        status,
        trial.hyperparameters.get_config(),
        executions,
        int(np.mean(steps)),
        trial.notes,
        message,
        fatal,
        time.perf_counter() - start,
    )


def record(outcome: Outcome, trial: Trial, objective: Objective) -> None:
    """Write an outcome into the trial's record.

    Args:
        outcome: how it went.
        trial: the trial.
        objective: the objective.
    """
    trial.hyperparameters = type(trial.hyperparameters).from_config(outcome.hyperparameters)
    trial.status = outcome.status
    trial.message = outcome.message
    trial.executions = outcome.executions
    trial.notes = {**trial.notes, **outcome.notes}
    trial.metrics = type(trial.metrics)()
    for name in dict.fromkeys(n for run in outcome.executions for n in run.metrics):
        direction = objective.direction if name == objective.name else None
        trial.metrics.register(name, direction)
        values = [run.metrics[name] for run in outcome.executions if name in run.metrics]
        trial.metrics.update(name, values, outcome.best_step)


def _read(result: Any, objective: Objective, where: str) -> tuple[Execution, int]:
    metrics, at = read_result(result, objective, where)
    if not isinstance(result, History):
        return Execution(metrics), at
    rows = rows_of(result)
    curve = [objective.get_value(row) for row in rows if objective.has_value(row)]
    first = result.epoch[0] if result.epoch else 0
    return Execution(metrics, curve, first, len(rows)), first + at


def _accepted(function: Callable[..., Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments, without `verbose` where a function does not take it."""
    taken = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD or p.name == "verbose" for p in taken):
        return dict(kwargs)
    return {name: value for name, value in kwargs.items() if name != "verbose"}


@contextlib.contextmanager
def suspicions_noted(trial: Trial) -> Iterator[None]:
    """Keep what looks suspicious in a training with the trial, instead of printing it.

    Args:
        trial: the trial; it is found under `suspicions` in its notes.
    """
    with warnings.catch_warnings():
        warn = warnings.showwarning

        def note(message: Any, category: Any, *rest: Any, **more: Any) -> None:
            if issubclass(category, SuspicionWarning):
                said = trial.notes.setdefault("suspicions", [])
                said += [str(message)] * (str(message) not in said)
            else:
                warn(message, category, *rest, **more)

        warnings.showwarning = note
        yield


@contextlib.contextmanager
def blas_threads(count: int | None) -> Any:
    """Let matrix products use so many threads inside; None changes nothing."""
    if count is None:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(count):
        yield
