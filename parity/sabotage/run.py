"""Apply sabotages one at a time and run the units that should notice."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from typing import Any

from parity import registry
from parity.engines.protocol import Engine
from parity.results import ERROR, OUT, Outcome
from parity.runner import make_engines, run_unit
from parity.sabotage.kept import KeptEngine
from parity.sabotage.table import Sabotage, all_sabotages
from parity.units import Case, Rule, Unit

CASE_STEPS, RULE_STEPS = 12, 40
"""Steps of a unit here, where it has more: what is broken shows early."""


@dataclass
class Result:
    """What came of one sabotage.

    Attributes:
        name: name of the sabotage.
        sound: the units passed before it was applied.
        outcomes: what the units said while it was.
        seconds: how long it took.
    """

    name: str
    sound: list[Outcome] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def caught_by(self) -> list[Outcome]:
        """The units that left their band; one that crashed has noticed nothing."""
        return [outcome for outcome in self.outcomes if outcome.status == OUT]

    @property
    def crashed(self) -> list[Outcome]:
        """The units that could not be run."""
        return [o for o in (*self.sound, *self.outcomes) if o.status == ERROR]

    @property
    def unsound(self) -> list[Outcome]:
        """The units that failed with nothing broken: what they say means nothing."""
        return [outcome for outcome in self.sound if outcome.failed]

    @property
    def caught(self) -> bool:
        """Whether a unit that passes otherwise left its band."""
        wrong = {(o.unit, o.dtype) for o in self.unsound}
        return any((o.unit, o.dtype) not in wrong for o in self.caught_by)


def units_of(sabotage: Sabotage) -> list[Unit]:
    """Return the units that should notice, shortened.

    Raises:
        ValueError: a name that fits no unit.
    """
    units = registry.select(names=sabotage.units)
    return [
        replace(unit, steps=min(unit.steps, CASE_STEPS if isinstance(unit, Case) else RULE_STEPS))
        if isinstance(unit, (Case, Rule))
        else unit
        for unit in units
    ]


class Bench:
    """Both engines, and what the units say when nothing is broken.

    Args:
        reference: Keras.
        candidate: nnscratch.
    """

    def __init__(self, reference: Engine, candidate: Engine) -> None:
        self.reference, self.candidate = KeptEngine(reference), candidate
        self._sound: dict[tuple[str, str], Outcome] = {}

    def try_out(self, sabotage: Sabotage) -> Result:
        """Run the units of a sabotage, first without it, then with it."""
        start = time.perf_counter()
        result = Result(sabotage.name)
        tasks = [
            (self.reference.kept(unit), dtype)
            for unit in units_of(sabotage)
            for dtype in sabotage.dtypes
            if dtype in unit.dtypes
        ]
        for unit, dtype in tasks:
            if (unit.name, dtype) not in self._sound:
                self._sound[unit.name, dtype] = self._run(unit, dtype)
            result.sound.append(self._sound[unit.name, dtype])
        with sabotage.applied():
            result.outcomes = [self._run(unit, dtype) for unit, dtype in tasks]
        result.seconds = time.perf_counter() - start
        return result

    def _run(self, unit: Unit, dtype: str) -> Outcome:
        return run_unit(unit, dtype, self.reference, self.candidate)


_bench: Bench | None = None


def run_spread(names: Sequence[str], jobs: int) -> Iterator[Result]:
    """Try sabotages in processes of their own, those of one kind in the same one.

    Args:
        names: which sabotages.
        jobs: number of processes.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    groups: dict[str, list[str]] = {}
    for sabotage in all_sabotages():
        if sabotage.name in names:
            groups.setdefault(sabotage.changes.__module__, []).append(sabotage.name)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(jobs, len(groups)), mp_context=context, initializer=_start
    ) as pool:
        longest_first = sorted(groups.values(), key=len, reverse=True)
        futures = [pool.submit(_try_out, group) for group in longest_first]
        for future in as_completed(futures):
            yield from future.result()


def _start() -> None:
    global _bench
    _bench = Bench(*make_engines())


def _try_out(names: Sequence[str]) -> list[Any]:
    assert _bench is not None
    chosen = {sabotage.name: sabotage for sabotage in all_sabotages()}
    return [_bench.try_out(chosen[name]) for name in names]
