"""Run many random models in several processes, and shrink what fails."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from parity.fuzz.case import FuzzCase
from parity.fuzz.draw import draw
from parity.fuzz.engines import FuzzKeras, FuzzNnscratch
from parity.fuzz.examine import Verdict, examine
from parity.fuzz.script import render, reproduces
from parity.fuzz.shrink import shrink

Engines = tuple[FuzzKeras, FuzzNnscratch]

_engines: Engines | None = None


@dataclass(frozen=True)
class Plan:
    """Which models to run.

    Args:
        seed: the seed.
        numbers: numbers of the models.
        dtypes: float types to run each in.
        steps: training steps of each; drawn if None.
        minutes: begin no further model after so many minutes; None for no limit.
    """

    seed: int
    numbers: Sequence[int]
    dtypes: tuple[str, ...]
    steps: int | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class Shrunk:
    """A finding made small.

    Args:
        verdict: of the small model.
        program: the program that shows it.
        shown: whether the program, once run, did.
    """

    verdict: Verdict
    program: str
    shown: bool


def make_engines() -> Engines:
    """Import both libraries."""
    return FuzzKeras(), FuzzNnscratch()


def examine_model(
    seed: int, number: int, dtypes: Sequence[str], steps: int | None, engines: Engines
) -> list[Verdict]:
    """Run one model in each float type that it can be run in."""
    case = draw(seed, number, steps)
    return [examine(case, dtype, *engines) for dtype in dtypes if dtype in case.dtypes]


def shrink_finding(verdict: Verdict, engines: Engines) -> Shrunk:
    """Make a finding as small as it can be and write it down as a program.

    Args:
        verdict: a finding.
        engines: both libraries.
    """

    def fails(case: FuzzCase) -> bool:
        found = examine(case, verdict.dtype, *engines)
        same_place = (found.verdict, found.stage) == (verdict.verdict, verdict.stage)
        return same_place and _error(found) == _error(verdict)

    smallest = shrink(verdict.case, fails)
    small = examine(smallest, verdict.dtype, *engines)
    program = render(small)
    with engines[0].session(), engines[1].session():
        return Shrunk(small, program, reproduces(program))


def _error(verdict: Verdict) -> str:
    """Return the kind of error, so that one failure is not shrunk into another."""
    return verdict.detail.strip().partition("\n")[0][:50] if verdict.detail else ""


class Workers:
    """Processes that import both libraries once and use one thread each.

    Args:
        jobs: how many.
    """

    def __init__(self, jobs: int) -> None:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = "1"
        context = multiprocessing.get_context("spawn")
        self._jobs = jobs
        self._pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def examine(self, plan: Plan) -> Iterator[list[Verdict]]:
        """Yield the verdicts of one model after the other, as they come."""
        end = None if plan.minutes is None else time.monotonic() + 60 * plan.minutes
        waiting = iter(plan.numbers)
        running: set[Future[Any]] = set()
        while True:
            while len(running) < 2 * self._jobs and (end is None or time.monotonic() < end):
                number = next(waiting, None)
                if number is None:
                    break
                task = (plan.seed, number, plan.dtypes, plan.steps)
                running.add(self._pool.submit(_examine, *task))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()

    def shrink(self, verdicts: Sequence[Verdict]) -> Iterator[Shrunk]:
        """Yield each finding made small, in order."""
        yield from self._pool.map(_shrink, verdicts)


def _start() -> None:
    global _engines
    _engines = make_engines()


def _with_engines(function: Callable[..., Any], *arguments: Any) -> Any:
    assert _engines is not None
    return function(*arguments, _engines)


def _examine(seed: int, number: int, dtypes: tuple[str, ...], steps: int | None) -> Any:
    return _with_engines(examine_model, seed, number, dtypes, steps)


def _shrink(verdict: Verdict) -> Any:
    return _with_engines(shrink_finding, verdict)
