"""The tables: one line a workload, our time, and how many times longer the others take."""

from __future__ import annotations

from collections.abc import Mapping

from rich.box import SIMPLE
from rich.table import Table

from benchmarks.engines import ENGINES
from benchmarks.results import FLOOR, OURS, median, ratio, spread
from benchmarks.session import Times
from benchmarks.workloads import workload

PEERS = [engine.name for engine in ENGINES if engine.name not in (OURS, FLOOR)]
SHORT = {
    "Keras, no jit": "no jit",
    "torch.compile": "compile",
    "JAX jit": "JAX",
    "JAX scan": "scan",
    "scikit-learn": "sklearn",
}
"""Headings for a terminal of 80 columns."""

MISSING = "–"


def line(times: Times) -> str:
    """Return all times of one workload on one line.

    >>> line({"nnscratch": [300.0, 310.0], "Keras": [2400.0, 2500.0]})
    '   nnscratch 305 µs ±3%   Keras 2450 µs ±4%'
    """
    return "".join(
        f"   {name} {median(taken):.0f} µs ±{spread(taken):.0%}" for name, taken in times.items()
    )


def cells(times: Times) -> list[str]:
    """Return µs per step, the distance to the floor, and each peer's time as a multiple of ours.

    >>> cells({"nnscratch": [200.0], "floor": [100.0], "Keras": [1300.0]})[:3]
    ['200', '2.00', '6.5']
    """
    ours = f"{median(times[OURS]):.0f}" if OURS in times else MISSING
    return [ours, _written(ratio(times, OURS, FLOOR), 2)] + [
        _written(ratio(times, peer, OURS), 1) for peer in PEERS
    ]


def _written(number: float | None, digits: int) -> str:
    return MISSING if number is None else f"{number:.{digits}f}"


def terminal(measured: Mapping[str, Times]) -> Table:
    """Return the table for the terminal."""
    made = Table(title="µs per step, and how many times longer the others take", box=SIMPLE)
    for heading in ["", "µs", "÷ floor", *(SHORT.get(peer, peer) for peer in PEERS)]:
        made.add_column(heading, justify="right", no_wrap=True)
    for number, times in measured.items():
        made.add_row(number, *cells(times))
    return made


def markdown(measured: Mapping[str, Times]) -> str:
    """Return the table as Markdown."""
    headings = ["", "workload", "nnscratch, µs a step", "÷ floor", *PEERS]
    rows = [
        [number, workload(int(number)).title, *cells(times)] for number, times in measured.items()
    ]
    align = ["--:", ":--", *["--:"] * (len(headings) - 2)]
    return _lines([headings, align, *rows])


def times_markdown(measured: Mapping[str, Times]) -> str:
    """Return all medians in µs per step with their spread, as Markdown."""
    names = [OURS, FLOOR, *PEERS]
    rows = [["", *names], ["--:", *["--:"] * len(names)]]
    for number, times in measured.items():
        rows.append(
            [number]
            + [
                f"{median(times[name]):.0f} ±{spread(times[name]):.0%}"
                if name in times
                else MISSING
                for name in names
            ]
        )
    return _lines(rows)


def _lines(rows: list[list[str]]) -> str:
    """Return the rows as Markdown, without the columns in which nobody has a number."""
    kept = [
        i for i in range(len(rows[0])) if any(row[i] != MISSING for row in rows[2:]) or not rows[2:]
    ]
    return "\n".join("| " + " | ".join(row[i] for i in kept) + " |" for row in rows)
