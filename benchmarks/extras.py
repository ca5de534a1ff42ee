"""What is measured once: the memory of a fit, the time of the import, the start from cold."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from typing import Any

import numpy as np

from benchmarks.engines import engine
from benchmarks.session import ROOT, Worker, environment
from benchmarks.workloads import Dense, Workload, workload

MEMORY_WORKLOAD = 6
ALLOWANCE = 60e6
"""Bytes beside data, parameters and activations: the interpreter, NumPy and the package."""

FIRST_EPOCH = """
import numpy as np
from benchmarks.engines.nnscratch_engine import prepare
from benchmarks.workloads import workload
from dataclasses import replace
work = replace(workload(1), epochs=1)
prepare(work, *work.data())()
"""


def memory() -> dict[str, float]:
    """Return the most bytes held in a fit of workload 6, ours, Keras's and the bound.

    The bound is the data + 4 copies of the parameters + the batch's activations + 60 MB.
    """
    work = workload(MEMORY_WORKLOAD)
    found = {"bound": bound(work)}
    for name in ("nnscratch", "Keras"):
        if engine(name).installed:
            worker = Worker(engine(name), work, quick=False)
            worker.go()
            found[name] = float(worker.peak)
            worker.close()
    return found


def bound(work: Workload) -> float:
    """Return the bytes that a fit of a dense network may hold.

    >>> from benchmarks.workloads import workload
    >>> round(bound(workload(7)) / 1e6, 1)
    60.8
    """
    sizes = [*work.shape, *(layer.units for layer in work.layers if isinstance(layer, Dense))]
    parameters = sum(a * b + b for a, b in itertools.pairwise(sizes))
    data = work.rows * (sizes[0] * 4 + 8)
    return float(data + 4 * 4 * parameters + 4 * work.batch_size * sum(sizes) + ALLOWANCE)


def startup(rounds: int = 5) -> dict[str, Any]:
    """Return median seconds of the imports, and of the first epoch of workload 1 from cold.

    One round before is not counted: it leaves the compiled modules and the files in memory.
    """
    programs = {
        "python": "pass",
        "numpy": "import numpy",
        "nnscratch": "import nnscratch",
        "first epoch": FIRST_EPOCH,
    }
    if engine("Keras").installed:
        programs["Keras"] = "import keras"
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds + 1):
        for name, program in programs.items():
            seconds[name].append(_seconds(program))
    return {name: float(np.median(taken[1:])) for name, taken in seconds.items()}


def _seconds(program: str) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        cwd=ROOT,
        env=environment(),
        capture_output=True,
    )
    return time.perf_counter() - start
