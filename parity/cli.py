"""The command line: choose units, run them, print, write files, and fail if anything is out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from parity import registry
from parity.results import Outcome
from parity.runner import Task, run_spread, tasks_of
from parity.units import DTYPES, Unit

FAILED, UNUSABLE = 1, 2
"""Exit codes: something left its band; the run could not be made."""

INSTALL = (
    "The parity suite compares with Keras on TensorFlow, and {missing} is not installed. "
    'Install the reference:\n\n    pip install "nnscratch[parity]"\n\n'
    'or, in a clone of the project, pip install -e ".[parity]"'
)


TOOLS = {
    "fuzz": ("compare random models", "parity.fuzz.cli"),
    "sabotage": ("break nnscratch on purpose and see that it is caught", "parity.sabotage.cli"),
}
"""Commands below `parity`; each module has `add_arguments(parser)` and `run(options)`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the suite's options and tools to a parser, which may be a sub-command of another."""
    parser.set_defaults(tool=None)
    tools = parser.add_subparsers(metavar="tool", title="tools")
    for name, (summary, module) in TOOLS.items():
        if find_spec(module) is not None:
            tool = import_module(module)
            command = tools.add_parser(name, help=summary, description=summary)
            tool.add_arguments(command)
            command.set_defaults(tool=tool.run)
    parser.add_argument("--full", action="store_true", help="run every unit, not the quick choice")
    parser.add_argument(
        "--case", action="append", default=[], metavar="NAME", help="run these (globs may be used)"
    )
    parser.add_argument(
        "--area", action="append", default=[], metavar="AREA", help="run these areas"
    )
    parser.add_argument("--list", action="store_true", help="list the units and stop")
    parser.add_argument("--steps", type=_count, metavar="N", help="steps of each case and rule")
    parser.add_argument("--dtype", choices=[*DTYPES, "both"], default="both")
    parser.add_argument(
        "--jobs",
        type=_count,
        default=min(os.cpu_count() or 1, 8),
        metavar="N",
        help="processes to use (default: one per core, at most 8)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all findings as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write one HTML page")


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, received {text}")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """Run the suite from command-line arguments and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m parity",
        description="Run Keras and nnscratch in lock-step and say where they part.",
    )
    add_arguments(parser)
    return run(parser.parse_args(argv))


def run(
    options: argparse.Namespace,
    runner: Callable[[Sequence[Task], int], Iterator[Outcome]] = run_spread,
) -> int:
    """Run the suite with parsed options.

    Args:
        options: what `add_arguments` describes.
        runner: runs tasks in so many processes.

    Returns:
        0 if every tensor stayed in its band, 1 if not, 2 if the suite could not run.
    """
    if options.tool is not None:
        code: int = options.tool(options)
        return code
    from parity.report import table
    from parity.versions import differences, missing, versions

    try:
        units = registry.select(options.case, options.area, options.full, options.steps)
    except ValueError as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    if options.list:
        table.print_list(units)
        return 0
    if absent := missing():
        print(INSTALL.format(missing=" and ".join(absent)), file=sys.stderr)
        return UNUSABLE
    found = versions()
    table.print_versions(found, differences(found))
    dtypes = DTYPES if options.dtype == "both" else (options.dtype,)
    start = time.perf_counter()
    outcomes = _gather(units, tasks_of(units, dtypes, options.steps), options.jobs, runner)
    seconds = time.perf_counter() - start
    table.print_report(outcomes, seconds)
    _write(options, outcomes, found, seconds)
    return FAILED if any(outcome.failed for outcome in outcomes) else 0


def _gather(
    units: Sequence[Unit],
    tasks: Sequence[Task],
    jobs: int,
    runner: Callable[[Sequence[Task], int], Iterator[Outcome]],
) -> list[Outcome]:
    """Run all tasks under a progress bar; return outcomes in the order of the table of units."""
    from parity.report.table import progress

    outcomes = list(progress(runner(tasks, min(jobs, len(tasks))), len(tasks)))
    place = {unit.name: i for i, unit in enumerate(units)}
    return sorted(outcomes, key=lambda outcome: (place[outcome.unit], outcome.dtype))


def _write(
    options: argparse.Namespace, outcomes: list[Outcome], found: dict[str, str], seconds: float
) -> None:
    contents: dict[Path, Callable[..., Any]] = {}
    if options.json is not None:
        from parity.report.data import as_json

        contents[options.json] = as_json
    if options.html is not None:
        from parity.report.html import page

        contents[options.html] = page
    for path, make in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(outcomes, found, seconds), encoding="utf-8")
        print(f"written: {path}")
