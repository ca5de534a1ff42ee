"""All trials as a table."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

import numpy as np

from nnscratch.tuner.objective import Objective
from nnscratch.tuner.trial import Trial


def trials_frame(trials: Iterable[Trial], objective: Objective) -> Any:
    """Return the trials as a pandas `DataFrame`, one row a trial.

    The columns: `status`, `score`, `score_std` (the deviation between executions or folds, where
    there are several), each hyper-parameter under its name, each other metric, `best_step`,
    `epochs`, `seconds`, `attempts`, `error`. What a trial does not have is NaN.

    Args:
        trials: the trials.
        objective: the objective.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        pandas = import_module("pandas")
    except ImportError as error:
        raise ImportError(
            "`to_frame()` needs pandas: run `pip install pandas`, or use `tuner.trials()`."
        ) from error
    rows = [trial_row(trial, objective) for trial in trials]
    frame = pandas.DataFrame(rows)
    ending = ["best_step", "epochs", "seconds", "attempts", "error"]
    order = [*(c for c in frame.columns if c not in ending), *(e for e in ending if e in frame)]
    return frame[order].set_index("trial") if rows else frame


def trial_row(trial: Trial, objective: Objective) -> dict[str, Any]:
    """Return a trial as one row.

    Args:
        trial: the trial.
        objective: the objective.
    """
    runs = [e.metrics[objective.name] for e in trial.executions if objective.name in e.metrics]
    metrics = {
        name: history.get_best_value()
        for name, history in trial.metrics.metrics.items()
        if name != objective.name
    }
    return {
        "trial": trial.number,
        "status": trial.status,
        "score": trial.score,
        "score_std": float(np.std(runs, ddof=1)) if len(runs) > 1 else None,
        **trial.hyperparameters.values,
        **metrics,
        "best_step": trial.best_step,
        "epochs": trial.epochs,
        "seconds": trial.seconds,
        "attempts": trial.attempts,
        "error": trial.error,
    }
