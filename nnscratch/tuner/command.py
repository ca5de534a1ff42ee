"""The command `nnscratch tune`: a search from the command line."""

from __future__ import annotations

import argparse
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nnscratch.errors import closest_name
from nnscratch.tuner.bandit import Bandit
from nnscratch.tuner.bayesian import BayesianOptimization
from nnscratch.tuner.comparing import finest
from nnscratch.tuner.grid_search import GridSearch
from nnscratch.tuner.hyperband import Hyperband
from nnscratch.tuner.live import LiveDisplay, results_table
from nnscratch.tuner.presets import DenseNetwork
from nnscratch.tuner.pruning import PRUNERS
from nnscratch.tuner.random_search import RandomSearch
from nnscratch.tuner.tuner import Tuner
from nnscratch.typing import Array

METHODS = ("grid", "random", "bayesian", "tpe", "hyperband", "ucb", "thompson")
DATA = ("digits", "mnist", "fashion_mnist")


class Split(NamedTuple):
    """Data to train and to test on."""

    x: Array
    y: Array
    x_test: Array
    y_test: Array


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to a parser."""
    add = parser.add_argument
    add("model", nargs="?", metavar="SCRIPT.py:FUNCTION",
        help="a function build(hp) that returns a compiled model; it may be written for Keras. "
             "Without it: dense networks of one to three hidden layers")  # fmt: skip
    add("--data", default="digits", help=f"{', '.join(DATA)}, or a .npz file with x and y")
    add("--rows", type=int, help="use so many training rows only")
    add("--method", choices=METHODS, default="random")
    add("--trials", type=int, default=20, help="how many configurations, or pulls of a bandit")
    add("--epochs", type=int, default=10, help="epochs of a full training")
    add("--objective", default="val_accuracy")
    add("--jobs", type=int, default=1, help="processes that run trials at the same time")
    add("--seed", type=int, default=1)
    add("--cv", type=int, metavar="FOLDS", help="cross-validation instead of a validation part")
    add("--validation-split", type=float, default=0.2)
    add("--pruner", choices=sorted(PRUNERS), help="end trainings that look hopeless")
    add("--directory", default="searches", help="folder for the search (default: searches)")
    add("--name", help="name of the search (default: data and method)")
    add("--storage", help="URL of a database, or path of a journal, that processes share")
    add("--overwrite", action="store_true", help="begin anew; otherwise the search goes on")


def run(options: argparse.Namespace) -> int:
    """Run the command with parsed options and return the exit code."""
    try:
        data = load(options.data, options.rows)
        hypermodel = load_model(options.model, data)
    except (ValueError, FileNotFoundError) as error:
        print(f"nnscratch tune: {error}", file=sys.stderr)
        return 2
    tuner = make_tuner(options, hypermodel)
    how: dict[str, Any] = {"validation_split": options.validation_split}
    if options.cv:
        how = {"cv": options.cv}
    budget = options.trials * options.epochs if options.method == "hyperband" else None
    with LiveDisplay(tuner.oracle, options.trials, budget) as display:
        tuner.display = display
        tuner.search(
            data.x, data.y, epochs=options.epochs, verbose=0, n_jobs=options.jobs,
            max_total_epochs=budget, **how,
        )  # fmt: skip
    print_results(tuner, data)
    return 0


def print_results(tuner: Tuner, data: Split) -> None:
    """Print the best trials, how the best model does on the test data, and where the page is."""
    from rich.console import Console

    from nnscratch.tuner.report import write_report

    console = Console()
    best = tuner.oracle.get_best_trials()
    note = ""
    if not best:
        console.print("No trial came to its end; the errors are on the page.")
    else:
        console.print(results_table(tuner))
        model = tuner.get_best_models()[0]
        metrics = model.evaluate(data.x_test, data.y_test, verbose=0, return_dict=True)
        told = ", ".join(f"{name} {value:.4f}" for name, value in metrics.items())
        note = f"On the test data, which no trial has seen: {told}."
        console.print(f"On the test data, which no trial has seen: [bold]{told}[/bold]")
    page = write_report(tuner, Path(tuner.project_dir, "report.html"), note=note)
    console.print(f"Page: {page}", soft_wrap=True)


def make_tuner(options: argparse.Namespace, hypermodel: Any) -> Tuner:
    """Return the tuner that the options ask for."""
    common: dict[str, Any] = {
        "objective": options.objective,
        "seed": options.seed,
        "directory": options.directory,
        "project_name": options.name or f"{Path(options.data).stem}_{options.method}",
        "overwrite": options.overwrite,
        "storage": options.storage,
        "pruner": options.pruner,
        "max_consecutive_failed_trials": 10,
    }
    trials, epochs = options.trials, options.epochs
    makers: dict[str, Callable[[], Tuner]] = {
        "random": lambda: RandomSearch(hypermodel, max_trials=trials, **common),
        "bayesian": lambda: BayesianOptimization(hypermodel, max_trials=trials, **common),
        "tpe": lambda: BayesianOptimization(
            hypermodel, max_trials=trials, surrogate="tpe", **common
        ),
        "hyperband": lambda: Hyperband(
            hypermodel, max_epochs=epochs, hyperband_iterations=trials, **common
        ),
        "ucb": lambda: _bandit(hypermodel, trials, epochs, "ucb", common),
        "thompson": lambda: _bandit(hypermodel, trials, epochs, "thompson", common),
        "grid": lambda: _grid(hypermodel, trials, common),
    }
    return makers[options.method]()


def _bandit(
    hypermodel: Any, trials: int, epochs: int, policy: str, common: dict[str, Any]
) -> Tuner:
    arms, each = max(2, trials // 4), max(1, epochs // 3)
    return Bandit(
        hypermodel, max_trials=trials, arms=arms, epochs_per_pull=each, policy=policy, **common
    )


def _grid(hypermodel: Any, trials: int, common: dict[str, Any]) -> Tuner:
    """Return a search of the finest grid with at most so many points."""
    tuner = GridSearch(hypermodel, max_trials=trials, **common)
    tuner.oracle.resolution = finest(tuner.oracle.get_space(), trials)
    return tuner


def load_model(target: str | None, data: Split) -> Any:
    """Return the function that `SCRIPT.py:FUNCTION` names, or the dense networks.

    Raises:
        ValueError: the script has no such function.
        FileNotFoundError: there is no such script.
    """
    if target is None:
        return DenseNetwork(data.x.shape[1:], int(data.y.max()) + 1)
    script, _, name = target.rpartition(":")
    if not script:
        script, name = target, "build_model"
    if not Path(script).is_file():
        raise FileNotFoundError(f"there is no script {script!r}. Expected SCRIPT.py:FUNCTION")
    __import__("nnscratch.compat").compat.use_as_keras()
    sys.path.insert(0, str(Path(script).resolve().parent))
    found = runpy.run_path(script, run_name="nnscratch_tune")
    if not callable(found.get(name)):
        near = closest_name(name, [n for n, value in found.items() if callable(value)])
        hint = f" Did you mean {near!r}?" if near else ""
        raise ValueError(f"{script} has no function {name!r}.{hint}")
    return found[name]


def load(name: str, rows: int | None = None) -> Split:
    """Return data by name, or from a file; images become numbers from 0 to 1.

    A file's last fifth is the test data, unless it has `x_test` and `y_test`.

    Raises:
        ValueError: there is no such data.
    """
    if name.endswith(".npz"):
        with np.load(name, allow_pickle=False) as file:
            x, y = file["x"], file["y"]
            if "x_test" in file:
                return Split(x[:rows], y[:rows], file["x_test"], file["y_test"])
        cut = len(x) - len(x) // 5
        return Split(x[:cut][:rows], y[:cut][:rows], x[cut:], y[cut:])
    if name not in DATA:
        near = closest_name(name, DATA)
        hint = f" Did you mean {near!r}?" if near else ""
        raise ValueError(f"there is no data {name!r}.{hint} Known: {', '.join(DATA)}, FILE.npz.")
    module = getattr(__import__("nnscratch.datasets", fromlist=[name]), name)
    (x, y), (x_test, y_test) = module.load_data()
    top = np.float32(x.max())
    scaled = [part.astype(np.float32) / top for part in (x, x_test)]
    labels = [part.astype(np.int64) for part in (y, y_test)]
    return Split(scaled[0][:rows], labels[0][:rows], scaled[1], labels[1])
