"""What a search prints while it runs, and afterwards."""

from __future__ import annotations

import time
from typing import Any

from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.trial import Trial, TrialStatus

WIDTH = 18


class Display:
    """Prints each trial as it begins and ends, with the best so far.

    Args:
        verbose: 0 prints nothing.
    """

    def __init__(self, verbose: Any = 1) -> None:
        self.verbose = 1 if verbose == "auto" else int(verbose)
        self._start = time.monotonic()

    def on_trial_begin(self, trial: Trial, oracle: Oracle) -> None:
        """Print the values that are tried, beside the best so far."""
        if not self.verbose:
            return
        best = oracle.get_best_trials()
        known = best[0].hyperparameters.values if best else {}
        lines = ["", f"Trial #{trial.number + 1}", ""]
        lines.append(_columns("Value", "Best so far", "Hyperparameter"))
        for name, value in trial.hyperparameters.values.items():
            lines.append(_columns(shown(value), shown(known.get(name, "?")), name))
        print("\n".join(lines), flush=True)

    def on_trial_end(self, trial: Trial, oracle: Oracle) -> None:
        """Print how it went, and the best so far."""
        if not self.verbose:
            return
        name = oracle.objective.name
        took = "" if trial.seconds is None else f" in {duration(trial.seconds)}"
        print(f"\nTrial #{trial.number + 1} {trial.status.lower()}{took}")
        if trial.status == TrialStatus.FAILED:
            print(trial.error)
        elif trial.score is not None:
            print(f"{name}: {trial.score:.6g}")
        best = oracle.get_best_trials()
        if best:
            print(f"Best {name} so far: {best[0].score:.6g} (trial #{best[0].number + 1})")
        print(f"Elapsed: {duration(time.monotonic() - self._start)}", flush=True)

    def on_wait(self, oracle: Oracle) -> None:
        """Say whose trials must end before there can be others."""
        if self.verbose:
            print(waiting(oracle), flush=True)


def waiting(oracle: Oracle) -> str:
    """Return whose trials are waited for, and what to do if they will never end.

    Args:
        oracle: the search method.
    """
    theirs = [trial for trial in oracle.trials.values() if not trial.is_finished]
    hosts = ", ".join(sorted({str(trial.owner.get("host", "unknown")) for trial in theirs}))
    numbers = ", ".join(str(trial.number + 1) for trial in theirs)
    return (
        f"Waiting for trial {numbers} of another program (on {hosts}). If that has crashed, stop "
        "this one and call search(reclaim=True)."
    )


def shown(value: Any) -> str:
    """Return a value in a few characters.

    >>> shown(0.000123456789), shown("a" * 30), shown(True)
    ('0.00012346', 'aaaaaaaaaaaaaaaaa…', 'True')
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:.5g}"
    text = str(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def duration(seconds: float) -> str:
    """Return a time in words.

    >>> duration(0.25), duration(75), duration(7384)
    ('0.2 s', '1 min 15 s', '2 h 3 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def _columns(*texts: str) -> str:
    return f"{texts[0]:{WIDTH}}│{texts[1]:{WIDTH}}│{texts[2]}"


def print_space(oracle: Oracle) -> None:
    """Print the search space: name, kind and settings of each hyper-parameter."""
    space = oracle.get_space().space
    print("Search space summary")
    print(f"Default search space size: {len(space)}")
    for hyperparameter in space:
        config = hyperparameter.get_config()
        print(f"{config.pop('name')} ({type(hyperparameter).__name__})")
        print(config)


def print_results(oracle: Oracle, folder: Any, num_trials: int) -> None:
    """Print the best trials; then, in a line each, those that failed."""
    print("Results summary")
    print(f"Results in {folder}")
    print(f"Showing {num_trials} best trials")
    print(oracle.objective)
    for trial in oracle.get_best_trials(num_trials):
        print()
        trial.summary()
    failed = [t for t in oracle.trials.values() if t.status == TrialStatus.FAILED]
    if failed:
        print(f"\n{len(failed)} of {len(oracle.trials)} trials failed:")
    for trial in failed:
        print(f"Trial {trial.trial_id}: {trial.error}")
