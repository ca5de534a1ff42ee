"""Measuring: every engine in a process of its own, one go each in turns, round after round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.engines import Engine
from benchmarks.workloads import Workload

ROOT = Path(__file__).resolve().parent.parent
REST = 0.1
"""Seconds between two goes, in which the threads of the last one stop looking for work."""

Times = dict[str, list[float]]
"""Microseconds per step, by engine, one number a round."""

Say = Callable[[str], None]


class EngineError(RuntimeError):
    """A process ended before it answered; its last words are the message."""


class Worker:
    """One engine's process, see `benchmarks.worker`.

    Args:
        engine: the engine.
        workload: what it is to run.
        quick: whether a few batches will do.
    """

    def __init__(self, engine: Engine, workload: Workload, quick: bool) -> None:
        self.engine = engine
        command = [sys.executable, "-m", "benchmarks.worker", engine.name, str(workload.number)]
        self.process = subprocess.Popen(
            command + ["--quick"] * quick,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        about = self._answer()
        self.able: bool = about["able"]
        self.versions: dict[str, str] = about["versions"]
        self.steps: int = about["steps"]
        self.peak = 0

    def go(self) -> float:
        """Run once; return microseconds per step."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        answer = self._answer()
        self.peak = answer["peak"]
        return float(answer["seconds"]) / self.steps * 1e6

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            _, words = self.process.communicate()
            raise EngineError("\n".join(words.strip().splitlines()[-6:]))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def environment() -> dict[str, str]:
    """Return the environment of every process: the project importable, TensorFlow quiet.

    Python keeps compiled modules, as it does unless it is told not to: imports are measured too.
    """
    kept = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}


def measure(
    workload: Workload, engines: Sequence[Engine], rounds: int, quick: bool, say: Say
) -> tuple[Times, dict[str, str]]:
    """Return the times of all engines that can do the work, and their versions.

    The first go of each engine, in which programs are compiled and memory is found, is not counted.
    Afterwards each round lets every engine have one go, beginning with another one each time, so
    that whatever else the machine does strikes all of them alike.

    Args:
        workload: the work.
        engines: who takes part.
        rounds: how many goes of each count.
        quick: whether a few batches will do.
        say: is told what goes on.
    """
    times: Times = {}
    versions: dict[str, str] = {}
    with ExitStack() as stack:
        workers = []
        for engine in engines:
            try:
                worker = Worker(engine, workload, quick)
                stack.callback(worker.close)
                if worker.able:
                    worker.go()
                    workers.append(worker)
            except EngineError as failure:
                say(f"  {engine.name} cannot take part: {failure}")
                continue
            versions.update(worker.versions)
        for round_ in range(rounds):
            first = round_ % len(workers)
            for worker in workers[first:] + workers[:first]:
                time.sleep(REST)
                taken = worker.go()
                times.setdefault(worker.engine.name, []).append(taken)
    return {engine.name: times[engine.name] for engine in engines if engine.name in times}, versions


@contextmanager
def busy_core(busy: bool) -> Iterator[None]:
    """Keep one core busy with another process, pinned to it where the system allows."""
    if not busy:
        yield
        return
    code = (
        "import os\n"
        "if hasattr(os, 'sched_setaffinity'):\n"
        "    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "while True:\n"
        "    pass\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        yield
    finally:
        process.kill()
        process.wait()
