"""`nnscratch parity sabotage`: break one thing at a time and see it caught."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from nnscratch.errors import unknown_name
from parity.sabotage.table import Sabotage, all_sabotages

if TYPE_CHECKING:
    from rich.console import Console

    from parity.sabotage.run import Result

SURVIVED, UNUSABLE = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser."""
    parser.add_argument(
        "--name", action="append", default=[], metavar="NAME", help="try these (globs may be used)"
    )
    parser.add_argument("--list", action="store_true", help="list the sabotages and stop")
    parser.add_argument(
        "--jobs",
        type=int,
        default=min(os.cpu_count() or 1, 4),
        metavar="N",
        help="processes to use (default: one per core, at most 4)",
    )


def choose(names: Sequence[str]) -> list[Sabotage]:
    """Return the sabotages that names or globs fit; all without a name.

    Raises:
        ValueError: a name that fits none, with the nearest one that exists.
    """
    everything = all_sabotages()
    for name in names:
        if not any(fnmatchcase(one.name, name) for one in everything):
            raise unknown_name("sabotage", name, [one.name for one in everything])
    return [s for s in everything if not names or any(fnmatchcase(s.name, n) for n in names)]


def run(options: argparse.Namespace) -> int:
    """Run with parsed options; return 0 if every sabotage was caught."""
    from rich.console import Console

    from parity.report.table import print_versions
    from parity.sabotage.run import run_spread
    from parity.versions import differences, versions

    try:
        chosen = choose(options.name)
    except ValueError as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    console = Console()
    if options.list:
        _print_list(console, chosen)
        return 0
    found = versions()
    print_versions(found, differences(found), console)
    start = time.perf_counter()
    results = list(run_spread([s.name for s in chosen], max(1, options.jobs)))
    place = {sabotage.name: i for i, sabotage in enumerate(chosen)}
    results.sort(key=lambda result: place[result.name])
    _print_results(console, results)
    caught = sum(result.caught for result in results)
    seconds = time.perf_counter() - start
    console.print(f"\n{caught} of {len(results)} sabotages caught, {seconds:.0f} s")
    return 0 if caught == len(results) else SURVIVED


def _print_list(console: Console, chosen: Sequence[Sabotage]) -> None:
    from rich.table import Table

    table = Table("sabotage", "what is broken", "units that should notice", box=None)
    for sabotage in chosen:
        table.add_row(sabotage.name, sabotage.summary, ", ".join(sabotage.units))
    console.print(table)


def _print_results(console: Console, results: Sequence[Result]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("sabotage", "caught by", "first seen in", box=None)
    for result in results:
        if not result.caught:
            table.add_row(result.name, Text("nothing", style="bold red"), _excuse(result))
            continue
        by = sorted({outcome.unit for outcome in result.caught_by})
        first = result.caught_by[0].first
        asked = len({outcome.unit for outcome in result.outcomes})
        count = "" if len(by) == asked else f" ({len(by)} of {asked})"
        table.add_row(result.name, Text(", ".join(by) + count), Text(str(first)))
    console.print(table)


def _excuse(result: Result) -> str:
    """Say why a sabotage that was not caught may not have been one."""
    if result.unsound:
        return f"{result.unsound[0].unit} fails with nothing broken"
    if result.crashed:
        return f"{result.crashed[0].unit} crashed:\n{result.crashed[0].detail}"
    return "every unit stayed in its band"
