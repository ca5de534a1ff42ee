"""The command line: measure, print the table, write the page."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console

from benchmarks import extras, page, session, table
from benchmarks.engines import ENGINES, engine
from benchmarks.results import Results, machine
from benchmarks.workloads import WORKLOADS, workload

ROUNDS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; return 0, or 1 if nothing could be measured."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    chosen = [engine(name) for name in options.engine] if options.engine else list(ENGINES)
    engines = [candidate for candidate in chosen if candidate.installed]
    for candidate in chosen:
        if candidate not in engines:
            console.print(f"{candidate.name} is left out: {candidate.needs} is not installed")
    works = [workload(number) for number in options.workload] if options.workload else WORKLOADS
    results = Results.read()
    if not (options.busy and results.machine):
        results.machine = machine()
    rounds = 1 if options.quick else options.rounds
    selected = options.workload or options.engine
    kept = not options.quick and (options.save or not selected)
    measured = results.busy if options.busy else results.quiet
    if not kept:
        measured = {}
    with session.busy_core(options.busy):
        for work in works:
            console.print(f"{work.number}  {work.title}", style="bold")
            times, versions = session.measure(work, engines, rounds, options.quick, console.print)
            console.print(table.line(times))
            measured[str(work.number)] = times
            results.versions.update(versions)
            if kept:
                results.write()
    if not any(measured.values()):
        return 1
    console.print(table.terminal(measured))
    if kept:
        if not selected and not options.busy:
            results.memory, results.startup = extras.memory(), extras.startup()
        results.write()
        page.write(results)
        console.print("docs/benchmarks.md and benchmarks/results.json are written")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few batches each: does it run?")
    parser.add_argument("--busy", action="store_true", help="another process keeps a core busy")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="goes that count, each engine")
    parser.add_argument(
        "--workload", type=int, nargs="+", metavar="N", help="only these; printed, not written"
    )
    parser.add_argument(
        "--engine", nargs="+", metavar="NAME", help="only these; printed, not written"
    )
    parser.add_argument("--save", action="store_true", help="write what was selected all the same")
    return parser
