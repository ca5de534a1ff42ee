"""The command `nnscratch lab`: list the experiments and run them."""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nnscratch.datasets.archive import DatasetError
from nnscratch.lab.experiments import EXPERIMENTS, Experiment, experiment
from nnscratch.lab.options import add_options
from nnscratch.lab.style import require_matplotlib

USAGE = """nnscratch lab --list
       nnscratch lab NAME [--fast] [--out FOLDER] [--data digits|mnist] [--seed N] [...]
       nnscratch lab NAME --help        what else this experiment can be told
       nnscratch lab all [--fast]       every experiment, one after another
       nnscratch lab report RUN         the page of a recorded run"""

COMMON = ("fast", "seed", "data")
"""Arguments of experiments that the command always takes, needed or not."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to a parser; those of an experiment are read in `run`."""
    parser.usage = USAGE
    parser.add_argument("--list", action="store_true", help="name all experiments")
    parser.add_argument("name", nargs="?", help="an experiment, or `all`")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the experiment's options")


def run(options: argparse.Namespace) -> int:
    """Run the command with parsed options and return the exit code."""
    if options.list or options.name is None:
        print(listing())
        return 0
    if options.name == "report":
        from nnscratch.lab.page.command import run as report

        return report(options.arguments)
    if options.name == "all":
        chosen = list(EXPERIMENTS.values())
    else:
        try:
            chosen = [experiment(options.name)]
        except ValueError as error:
            print(f"nnscratch lab: {error}", file=sys.stderr)
            return 2
    try:
        require_matplotlib()
    except ImportError as error:
        print(f"nnscratch lab: {error}", file=sys.stderr)
        return 2
    try:
        for one in chosen:
            _run(one, options.arguments, several=len(chosen) > 1)
    except (DatasetError, ValueError) as error:
        print(f"nnscratch lab: {error}", file=sys.stderr)
        return 2
    return 0


def listing() -> str:
    """Return the names of all experiments with the question each answers."""
    width = max(map(len, EXPERIMENTS))
    lines = [f"{name:<{width}}  {one.question}" for name, one in EXPERIMENTS.items()]
    return "\n".join([*lines, "", "Run one: nnscratch lab NAME --fast"])


def _run(chosen: Experiment, given: Sequence[str], several: bool) -> None:
    function = chosen.function
    parser = parser_of(chosen, function, common_only=several)
    arguments = vars(parser.parse_args(given))
    folder = arguments.pop("out")
    out = Path(folder or "lab") / chosen.name if several or not folder else Path(folder)
    known = inspect.signature(function).parameters
    called = {name: value for name, value in arguments.items() if name in known}
    began = time.perf_counter()
    result = function(**called)
    files = result.save(out)
    print(result)
    pictures = sum(file.suffix == ".svg" for file in files)
    print(
        f"\n{pictures} figures, {len(files)} files in {out} ({time.perf_counter() - began:.1f} s)"
    )
    if several:
        print()


def parser_of(
    chosen: Experiment, function: Callable[..., Any], common_only: bool = False
) -> argparse.ArgumentParser:
    """Return the parser of one experiment's options, made from the function's signature.

    An argument that only Python can write has no option.
    """
    parser = argparse.ArgumentParser(
        prog=f"nnscratch lab {chosen.name}",
        description=f"{chosen.question[0].upper()}{chosen.question[1:]}",
    )
    parser.add_argument("--out", metavar="FOLDER", help=f"by default lab/{chosen.name}")
    parser.add_argument("--fast", action="store_true", help="less of everything: under a minute")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    parser.add_argument(
        "--data", choices=("digits", "mnist"), default="digits", help="default: digits"
    )
    if common_only:
        return parser
    add_options(parser, function, without=COMMON)
    return parser
