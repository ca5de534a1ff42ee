"""All search methods with the same budget on the digits, over seeds: a table and figures.

    python benchmarks/search_methods.py --out docs/figures

Three parts. The first counts nothing but where trials lie: of nine trials, a grid has three values
of each of two hyper-parameters and a random search nine; only one matters, and the best value is
somewhere else each time. The second lets every method search for a dense network that reads the
digits, each with the same number of epochs to train. The third draws single searches.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch import Input, Sequential, datasets, layers, optimizers
from nnscratch.lab import pictures
from nnscratch.tuner import (
    Bandit,
    BayesianOptimization,
    DenseNetwork,
    GridSearch,
    HyperParameters,
    Objective,
    RandomSearch,
    compare,
    figures,
)

WIDTH = 0.13
"""Of the bump that one hyper-parameter makes in the constructed task."""


def bump(x: Any, middle: float) -> Any:
    """Return the score at a value of the hyper-parameter that matters."""
    return np.exp(-(((x - middle) / WIDTH) ** 2))


class _Constructed:
    middle = 0.62

    def run_trial(self, trial: Any, *args: Any, **kwargs: Any) -> float:
        """Return the score of a point: a bump along one axis, next to nothing along the other."""
        hp = trial.hyperparameters.values
        return float(bump(hp["important"], self.middle)) + 0.05 * hp["unimportant"]


class Grid(_Constructed, GridSearch):
    """Grid search of the constructed task."""


class Random(_Constructed, RandomSearch):
    """Random search of the constructed task."""


def square() -> HyperParameters:
    """Return a space of two hyper-parameters."""
    hp = HyperParameters()
    hp.Float("important", 0.0, 1.0)
    hp.Float("unimportant", 0.0, 1.0)
    return hp


def search_constructed(method: str, middle: float, seed: int) -> Any:
    """Return a search of nine trials for a bump at `middle`."""
    common: dict[str, Any] = {
        "objective": Objective("score", "max"),
        "hyperparameters": square(),
        "directory": tempfile.mkdtemp(),
        "seed": seed,
    }
    tuner = Grid(resolution=3, **common) if method == "grid" else Random(max_trials=9, **common)
    tuner.middle = middle
    tuner.search(verbose=0)
    return tuner


def constructed(tasks: int, out: Path) -> None:
    """Compare a grid and random search on many constructed tasks."""
    best: dict[str, list[float]] = {"grid": [], "random": []}
    for task in range(tasks):
        middle = float(np.random.default_rng(task).random())
        for method, scores in best.items():
            tuner = search_constructed(method, middle, 1_000_003 * (task + 1))
            scores.append(tuner.oracle.get_best_trials()[0].score)
    wins = np.mean(np.array(best["random"]) > np.array(best["grid"]))
    print(f"One of two hyper-parameters matters, nine trials, {tasks} tasks:")
    for method, scores in best.items():
        half = 1.96 * np.std(scores, ddof=1) / np.sqrt(tasks)
        print(f"  {method:7} best score {np.mean(scores):.3f} ± {half:.3f}")
    print(f"  random search is better in {wins:.0%} of the tasks\n")
    shown = {
        f"{method}, 9 trials": search_constructed(method, _Constructed.middle, 11).trials()
        for method in best
    }
    effects = {
        "important": lambda x: bump(x, _Constructed.middle),
        "unimportant": lambda x: 0.25 + 0.05 * x,
    }
    pictures.write(figures.coverage(shown, effects), out / "tuner_coverage.svg")


def load() -> tuple[Any, Any, Any, Any]:
    """Return digits to train on and to validate on, as numbers from 0 to 1."""
    (x, y), _ = datasets.digits.load_data()
    x, y = x.astype("float32") / 16, y.astype("int64")
    order = np.random.default_rng(0).permutation(len(x))
    x, y = x[order], y[order]
    return x[:500], y[:500], x[500:1000], y[500:1000]


def compared(options: argparse.Namespace) -> None:
    """Let all methods search, and print the table."""
    x, y, x_val, y_val = load()
    comparison = compare(
        DenseNetwork((8, 8), 10),
        "val_accuracy",
        x,
        y,
        validation_data=(x_val, y_val),
        trials=options.trials,
        epochs=options.epochs,
        seeds=range(options.seeds),
        told=lambda text: print(text, flush=True),
    )
    table = comparison.to_frame()
    print(f"\n{comparison.budget.total} epochs for each search, {options.seeds} seeds:\n")
    print("| method | best validation accuracy | at half the budget | worst seed | trials | s |")
    print("|---|---|---|---|---|---|")
    for name, row in table.iterrows():
        print(
            f"| {name} | {row['mean']:.4f} ± {row['half_interval']:.4f} | {row['half_way']:.4f} "
            f"| {row['worst']:.4f} | {row['trials']:.0f} | {row['seconds']:.1f} |"
        )
    pictures.write(figures.budgets(comparison), options.out / "tuner_budgets.svg")


def by_rate(hp: HyperParameters) -> Any:
    """Build a network of which only the learning rate is searched."""
    model = Sequential(
        [Input((8, 8)), layers.Flatten(), layers.Dense(32, "relu"), layers.Dense(10, "softmax")]
    )
    rate = hp.Float("learning_rate", 1e-5, 1.0, sampling="log")
    model.compile(optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def single(out: Path) -> None:
    """Draw one search of each kind."""
    x, y, x_val, y_val = load()
    fit: dict[str, Any] = {"epochs": 6, "validation_data": (x_val, y_val), "verbose": 0}
    common: dict[str, Any] = {"objective": "val_accuracy", "max_consecutive_failed_trials": 0}
    network = DenseNetwork((8, 8), 10, max_layers=2)
    searches = {
        "random": RandomSearch(
            network, max_trials=40, seed=4, pruner="median", directory=tempfile.mkdtemp(), **common
        ),
        "belief": BayesianOptimization(
            by_rate, max_trials=11, num_initial_points=3, seed=5, directory=tempfile.mkdtemp(),
            **common,
        ),
        "bandit": Bandit(
            network, max_trials=80, arms=10, seed=6, directory=tempfile.mkdtemp(), **common
        ),
    }  # fmt: skip
    for tuner in searches.values():
        tuner.search(x, y, **fit)
    random = searches["random"]
    objective = random.oracle.objective
    pictures.write(figures.scores(random.trials(), objective), out / "tuner_scores.svg")
    pictures.write(figures.parallel(random.trials(), objective), out / "tuner_parallel.svg")
    belief = figures.belief(searches["belief"], [3, 4, 6, 9])
    pictures.write(belief, out / "tuner_belief.svg")
    pictures.write(figures.allocations(searches["bandit"]), out / "tuner_bandit.svg")


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path())
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trials", type=int, default=27)
    parser.add_argument("--epochs", type=int, default=9)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--part", choices=["constructed", "compared", "single"])
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.part in (None, "constructed"):
        constructed(options.tasks, options.out)
    if options.part in (None, "single"):
        single(options.out)
    if options.part in (None, "compared"):
        compared(options)


if __name__ == "__main__":
    main()
