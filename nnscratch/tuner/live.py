"""A search on the terminal: a line that moves while it runs, a table at its end."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nnscratch.tuner.display import duration, shown, waiting
from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.trial import RESERVED, Trial, TrialStatus
from nnscratch.tuner.tuner import Tuner

ROWS = 10


class LiveDisplay:
    """Shows how far a search is and the best so far; on a file or a pipe, a line for each trial.

    Args:
        oracle: the search method.
        trials: how many trials there will be.
        epochs: how many epochs there will be, where that is what is limited.
    """

    def __init__(self, oracle: Oracle, trials: int, epochs: int | None = None) -> None:
        progress = import_module("rich.progress")
        console = import_module("rich.console").Console()
        self._oracle = oracle
        self._epochs = epochs
        self._console = console
        self._bar = progress.Progress(
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=28),
            progress.TextColumn("{task.fields[best]}"),
            progress.TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=epochs or trials, best="")

    def __enter__(self) -> LiveDisplay:
        self._bar.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._bar.stop()

    def on_trial_begin(self, trial: Trial, oracle: Oracle) -> None:
        """Show that another trial runs."""
        self._update()

    def on_trial_end(self, trial: Trial, oracle: Oracle) -> None:
        """Show the best so far; a failure, or a new best, gets a line that stays."""
        best = oracle.get_best_trials()
        is_best = bool(best) and best[0] is trial
        if trial.status == TrialStatus.FAILED:
            self._print(f"[red]trial {trial.number} failed[/red]: {_escaped(trial.error or '')}")
        elif is_best or not self._console.is_terminal:
            mark = "  best so far" if is_best else ""
            score = "" if trial.score is None else f"{trial.score:.4f}"
            values = f"[dim]{_escaped(told(trial))}[/dim]"
            self._print(f"trial {trial.number}  [bold]{score}[/bold]{mark}  {values}")
        self._update()

    def on_wait(self, oracle: Oracle) -> None:
        """Say whose trials must end before there can be others."""
        self._print(_escaped(waiting(oracle)))

    def _print(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True)

    def _update(self) -> None:
        trials = self._oracle.trials.values()
        done = [trial for trial in trials if trial.is_finished]
        running = len(self._oracle.trials) - len(done)
        best = self._oracle.get_best_trials()
        name = self._oracle.objective.name
        self._bar.update(
            self._task,
            completed=sum(t.epochs for t in done) if self._epochs else len(done),
            description=f"{len(done)} trials done, {running} running",
            best=f"best {name} {best[0].score:.4f}" if best else "",
        )


def results_table(tuner: Tuner) -> Any:
    """Return a table of the best trials for rich.

    Args:
        tuner: the tuner, after its search.
    """
    best = tuner.oracle.get_best_trials(ROWS)
    trials = tuner.trials()
    failed = sum(trial.status == TrialStatus.FAILED for trial in trials)
    title = f"The best of {len(trials)} trials" + f", {failed} of which failed" * bool(failed)
    table = import_module("rich.table").Table(
        title=title, title_justify="left", box=import_module("rich.box").SIMPLE_HEAD
    )
    for name in ("trial", tuner.oracle.objective.name, "epochs", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("hyper-parameters")
    for rank, trial in enumerate(best):
        reached = trial.hyperparameters.values.get(f"{RESERVED}epochs", trial.epochs)
        took = "" if trial.seconds is None else duration(trial.seconds)
        row = [str(trial.number), f"{trial.score:.4f}", str(reached), took, told(trial)]
        table.add_row(*row, style="bold" if rank == 0 else "")
    return table


def told(trial: Trial) -> str:
    """Return a trial's values in one line.

    >>> from nnscratch.tuner.hyperparameters import HyperParameters
    >>> hp = HyperParameters()
    >>> hp.values = {"units": 64, "learning_rate": 0.00123456, "tuner/epochs": 3}
    >>> told(Trial(hp))
    'units 64, learning_rate 0.00123'
    """
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {shown(value)}"
        for name, value in trial.values.items()
    )


def _escaped(text: str) -> str:
    escaped: str = import_module("rich.markup").escape(text)
    return escaped
