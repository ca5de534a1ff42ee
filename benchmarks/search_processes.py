"""One process against two for the same 20 trials: wall times, and that they find the same.

python benchmarks/search_processes.py
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time

import numpy as np

from nnscratch.tuner import DenseNetwork, RandomSearch


def search(n_jobs: int, trials: int, epochs: int, rows: int) -> tuple[float, list[float]]:
    """Return the wall time of a search and the scores of its trials."""
    random = np.random.default_rng(0)
    x = random.standard_normal((rows, 100)).astype("float32")
    y = (x[:, :10] @ random.standard_normal((10, 5))).argmax(axis=1)
    tuner = RandomSearch(
        DenseNetwork((100,), 5, max_layers=2), "val_accuracy", trials, seed=7,
        directory=tempfile.mkdtemp(),
    )  # fmt: skip
    start = time.perf_counter()
    tuner.search(x, y, epochs=epochs, batch_size=64, validation_split=0.2, verbose=0, n_jobs=n_jobs)
    return time.perf_counter() - start, [trial.score or 0.0 for trial in tuner.trials()]


def main() -> None:
    """Measure alternately, and print the ratio of the shortest times."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    times: dict[int, list[float]] = {1: [], 2: []}
    scores: dict[int, list[float]] = {}
    for _ in range(options.repeats):
        for n_jobs, measured in times.items():
            took, scores[n_jobs] = search(n_jobs, options.trials, options.epochs, options.rows)
            measured.append(took)
    one, two = (min(measured) for measured in times.values())
    print(f"{options.trials} trials, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"one process    {one:6.1f} s   ({', '.join(f'{t:.1f}' for t in times[1])})")
    print(f"two processes  {two:6.1f} s   ({', '.join(f'{t:.1f}' for t in times[2])})")
    print(f"ratio          {two / one:6.2f}   same scores: {scores[1] == scores[2]}")


if __name__ == "__main__":
    main()
