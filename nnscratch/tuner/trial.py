"""One trial: a point of the search space, and all that is known of how it went."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.observations import MetricsTracker

RESERVED = "tuner/"
"""Names of values that belong to the search and not to the model, such as `tuner/epochs`."""


class TrialStatus:
    """The states of a trial."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    PRUNED = "PRUNED"
    INVALID = "INVALID"
    FAILED = "FAILED"
    IDLE = "IDLE"
    STOPPED = "STOPPED"


FINISHED = (TrialStatus.COMPLETED, TrialStatus.PRUNED, TrialStatus.FAILED)


@dataclass
class Execution:
    """One training run of a trial: an execution, or a fold of a cross-validation.

    Attributes:
        metrics: the metrics at its best epoch, or those that user code returned.
        curve: the objective after each epoch.
        first_epoch: number of the first of these epochs; more than 0 where training went on.
        epochs: how many epochs were trained.
        seed: what the random streams were seeded with.
        seconds: wall time.
    """

    metrics: dict[str, float] = field(default_factory=dict)
    curve: list[float] = field(default_factory=list)
    first_epoch: int = 0
    epochs: int = 0
    seed: int = 0
    seconds: float = 0.0


@dataclass
class Trial:
    """A point of the search space, and how it went.

    Attributes:
        hyperparameters: the space as it was known, with this trial's values.
        trial_id: its number as text; the name of its folder.
        status: one of `TrialStatus`.
        message: the error of a failed trial, with its traceback.
        score: the objective's value.
        best_step: the epoch of that value.
        metrics: all metrics at that epoch.
        executions: the training runs.
        attempts: how often it was begun.
        notes: what the search method wants to remember of it.
        owner: who runs it.
        started: seconds since 1970, UTC.
        ended: the same.

    >>> hp = HyperParameters()
    >>> _ = hp.Int("units", 4, 8)
    >>> trial = Trial(hp, "0003")
    >>> Trial.from_state(trial.get_state()).hyperparameters.values
    {'units': 4}
    """

    hyperparameters: HyperParameters
    trial_id: str = "0000"
    status: str = TrialStatus.RUNNING
    message: str | None = None
    score: float | None = None
    best_step: int | None = 0
    metrics: MetricsTracker = field(default_factory=MetricsTracker)
    executions: list[Execution] = field(default_factory=list)
    attempts: int = 0
    notes: dict[str, Any] = field(default_factory=dict)
    owner: dict[str, Any] = field(default_factory=dict)
    started: float | None = None
    ended: float | None = None

    @property
    def number(self) -> int:
        """The number of the trial, counted from 0."""
        return int(self.trial_id)

    @property
    def values(self) -> dict[str, Any]:
        """The values of the model's own hyper-parameters."""
        own = self.hyperparameters.values.items()
        return {name: value for name, value in own if not name.startswith(RESERVED)}

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINISHED

    @property
    def epochs(self) -> int:
        """How many epochs were trained, over all executions and folds."""
        return sum(execution.epochs for execution in self.executions)

    @property
    def seconds(self) -> float | None:
        """Wall time from start to end."""
        return None if None in (self.started, self.ended) else self.ended - self.started  # type: ignore[operator]

    @property
    def error(self) -> str | None:
        """The last line of the error, such as `ValueError: ...`."""
        lines = (self.message or "").strip().splitlines()
        return lines[-1] if lines else None

    @property
    def curve(self) -> list[float]:
        """The objective after each epoch, the mean over the executions that got there."""
        runs = [execution.curve for execution in self.executions]
        longest = max(map(len, runs), default=0)
        columns = [[run[i] for run in runs if i < len(run)] for i in range(longest)]
        return [math.fsum(column) / len(column) for column in columns]

    def summary(self) -> None:
        """Print the trial's number, values, score and error."""
        print(f"Trial {self.trial_id} summary")
        print("Hyperparameters:")
        for name, value in self.hyperparameters.values.items():
            print(f"{name}:", value)
        if not self.hyperparameters.values:
            print("default configuration")
        if self.score is not None:
            print(f"Score: {self.score}")
        if self.message is not None:
            print(self.message)

    def get_state(self) -> dict[str, Any]:
        """Return the trial as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain["hyperparameters"] = self.hyperparameters.get_config()
        plain["metrics"] = self.metrics.get_config()
        plain["executions"] = [dataclasses.asdict(execution) for execution in self.executions]
        return plain

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Trial:
        """Make a trial from what `get_state` returned."""
        parts = {
            "hyperparameters": HyperParameters.from_config(state["hyperparameters"]),
            "metrics": MetricsTracker.from_config(state["metrics"]),
            "executions": [Execution(**execution) for execution in state["executions"]],
        }
        return cls(**{**state, **parts})

    def copy(self) -> Trial:
        """Return a copy that shares nothing with this one."""
        return Trial.from_state(self.get_state())
