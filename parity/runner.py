"""Run units, here or spread over processes, and turn whatever happens into outcomes."""

from __future__ import annotations

import multiprocessing
import os
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from parity import registry
from parity.checkrun import run_check
from parity.engines.protocol import Engine
from parity.lockstep import run_case
from parity.results import ERROR, Outcome
from parity.rulerun import run_rule
from parity.units import Case, Check, Rule, Unit

Task = tuple[str, str, int | None]
"""Name of a unit, float type, number of steps (None for the unit's own)."""

_engines: tuple[Engine, Engine] | None = None


def run_unit(unit: Unit, dtype: str, reference: Engine, candidate: Engine) -> Outcome:
    """Run one unit in one float type; a crash becomes an outcome of status `error`.

    Args:
        unit: what to compare.
        dtype: `"float32"` or `"float64"`.
        reference: Keras.
        candidate: nnscratch.
    """
    kind = type(unit).__name__.lower()
    start = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # both libraries warn about from_logits
            outcome = _dispatch(unit, dtype, reference, candidate)
    except Exception:  # a crash of either library is a result to report
        outcome = Outcome(unit.name, unit.area, kind, dtype, status=ERROR)
        outcome.behaviours, outcome.detail = unit.behaviours, traceback.format_exc()
    outcome.seconds = time.perf_counter() - start
    return outcome


def _dispatch(unit: Unit, dtype: str, reference: Engine, candidate: Engine) -> Outcome:
    if isinstance(unit, Case):
        return run_case(unit, dtype, reference, candidate)
    if isinstance(unit, Rule):
        return run_rule(unit, dtype, reference, candidate)
    return run_check(unit, dtype, reference, candidate)


def tasks_of(units: Sequence[Unit], dtypes: Sequence[str], steps: int | None) -> list[Task]:
    """Return every unit in every float type asked for; a unit for later appears once."""
    tasks: list[Task] = []
    for unit in units:
        wanted = [dtype for dtype in dtypes if dtype in unit.dtypes]
        if isinstance(unit, Check) and unit.function is None:
            wanted = wanted[:1]
        tasks.extend((unit.name, dtype, steps) for dtype in wanted)
    return tasks


def run_here(tasks: Sequence[Task], reference: Engine, candidate: Engine) -> Iterator[Outcome]:
    """Run tasks one after another in this process, yielding outcomes as they come."""
    for name, dtype, steps in tasks:
        [unit] = registry.select(names=[name], steps=steps)
        yield run_unit(unit, dtype, reference, candidate)


def run_spread(tasks: Sequence[Task], jobs: int) -> Iterator[Outcome]:
    """Run tasks in processes of their own, yielding outcomes as they come.

    Every process imports both libraries once and uses one thread, so that sums are taken in the
    same order whatever the machine.

    Args:
        tasks: what to run.
        jobs: number of processes.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    context = multiprocessing.get_context("spawn")
    heavy_first = sorted(tasks, key=_cost, reverse=True)
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start) as pool:
        futures = [pool.submit(_run, task) for task in heavy_first]
        for future in as_completed(futures):
            yield future.result()


def _cost(task: Task) -> int:
    """Return a rough measure of how long a task takes, so that no long one is left to the end."""
    [unit] = registry.select(names=[task[0]])
    if isinstance(unit, Case):
        return 3 if unit.data.maker == "mnist" else 2
    return 1 if isinstance(unit, Rule) else 0


def _start() -> None:
    """Make the engines of a worker process."""
    global _engines
    _engines = make_engines()


def make_engines() -> tuple[Engine, Engine]:
    """Import both libraries and return reference and candidate."""
    from parity.engines.keras_engine import KerasEngine
    from parity.engines.nnscratch_engine import NnscratchEngine

    return KerasEngine(), NnscratchEngine()


def _run(task: Task) -> Outcome:
    assert _engines is not None
    [outcome] = run_here([task], *_engines)
    return outcome
