"""`nnscratch parity fuzz`: draw, run, report, and write down what fails."""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from parity.fuzz.left_out import by_reason
from parity.units import DTYPES

if TYPE_CHECKING:
    from rich.console import Console

    from parity.fuzz.examine import Verdict
    from parity.fuzz.run import Plan, Shrunk

FAILED = 1

MEANING = {
    "agree": "every tensor within its band",
    "noise": "beyond its band only where one rounding moves Keras as much",
    "two ways": "Keras run eagerly parts from Keras compiled, which nnscratch agrees with",
    "diverged": "the training left the range of its float type; equal until then",
    "refused": "Keras refuses the model, and so does nnscratch",
    "mismatch": "the two compute something else",
    "only nnscratch raises": "Keras runs the model",
    "only Keras raises": "nnscratch runs the model",
    "the suite raises": "an error in neither library",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser."""
    parser.add_argument("--models", type=_count, default=100, metavar="N", help="how many models")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of all of them")
    parser.add_argument(
        "--model", type=int, action="append", metavar="I", help="run model I of the seed alone"
    )
    parser.add_argument("--steps", type=_count, metavar="N", help="training steps of each model")
    parser.add_argument("--dtype", choices=[*DTYPES, "both"], default="both")
    parser.add_argument(
        "--jobs",
        type=_count,
        default=min(os.cpu_count() or 1, 8),
        metavar="N",
        help="processes to use (default: one per core, at most 8)",
    )
    parser.add_argument("--minutes", type=float, metavar="M", help="begin no model after M minutes")
    parser.add_argument("--list", action="store_true", help="list the models and stop")
    parser.add_argument(
        "--shrink", type=int, default=5, metavar="N", help="findings to shrink (default: 5)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("parity-fuzz"),
        metavar="DIR",
        help="folder for the programs that show findings (default: parity-fuzz)",
    )


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, received {text}")
    return value


def run(options: argparse.Namespace) -> int:
    """Run with parsed options; return 0 if there is no finding, else 1."""
    from rich.console import Console

    from parity.fuzz.draw import draw
    from parity.fuzz.run import Plan, Workers
    from parity.report.table import print_versions
    from parity.versions import differences, versions

    numbers = options.model or range(options.models)
    console = Console()
    if options.list:
        for number in numbers:
            console.print(draw(options.seed, number, options.steps), markup=False)
        return 0
    found = versions()
    print_versions(found, differences(found), console)
    dtypes = DTYPES if options.dtype == "both" else (options.dtype,)
    plan = Plan(options.seed, numbers, dtypes, options.steps, options.minutes)
    start = time.perf_counter()
    with Workers(min(options.jobs, len(numbers))) as workers:
        models = list(_progress(workers.examine(plan), plan))
        verdicts = [v for model in models for v in model]
        verdicts.sort(key=lambda v: (int(v.case.name.rpartition("/")[2]), v.dtype))
        _print_verdicts(console, verdicts, plan, len(models), time.perf_counter() - start)
        findings = [v for v in verdicts if v.failed]
        for shrunk in workers.shrink(findings[: options.shrink]):
            _print_shrunk(console, shrunk, options.out)
    return FAILED if findings else 0


def _progress(models: Iterator[list[Verdict]], plan: Plan) -> Iterator[list[Verdict]]:
    """Pass verdicts on while a progress line on stderr counts them."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as p:
        task = p.add_task("starting Keras", total=len(plan.numbers))
        failures = 0
        for verdicts in models:
            failures += sum(v.failed for v in verdicts)
            text = f"models  [red]{failures} findings" if failures else "models"
            p.update(task, advance=1, description=text)
            yield verdicts


def _print_verdicts(
    console: Console, verdicts: Sequence[Verdict], plan: Plan, models: int, seconds: float
) -> None:
    from rich.table import Table

    counts = Counter((v.verdict, v.dtype) for v in verdicts)
    table = Table(title=f"Random models of seed {plan.seed}", title_justify="left", box=None)
    for heading in ("verdict", *plan.dtypes, ""):
        table.add_column(heading, justify="right" if heading in plan.dtypes else "left")
    for verdict, meaning in MEANING.items():
        numbers = [counts[verdict, dtype] for dtype in plan.dtypes]
        if any(numbers):
            table.add_row(verdict, *map(str, numbers), meaning)
    console.print(table)
    for reason, names in by_reason().items():
        console.print(f"not drawn: {', '.join(names)}: {reason}", highlight=False)
    for verdict in verdicts:
        if verdict.failed or verdict.verdict in ("two ways", "refused"):
            console.print(f"\n{verdict}", markup=False, highlight=False, soft_wrap=True)
    tensors = sum(v.tensors for v in verdicts)
    findings = sum(v.failed for v in verdicts)
    left = len(plan.numbers) - models
    unfinished = f" ({left} left when time was up)" if left else ""
    console.print(
        f"\n{models} models{unfinished}, {len(verdicts)} runs, {tensors:,} tensors in lock-step, "
        f"{findings} findings, {seconds:.0f} s"
    )


def _print_shrunk(console: Console, shrunk: Shrunk, folder: Path) -> None:
    """Print the program that shows a finding, and write it to a file."""
    verdict = shrunk.verdict
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{verdict.case.name.replace('/', '_')}_{verdict.dtype}.py"
    path.write_text(shrunk.program, encoding="utf-8")
    console.print(f"\n[bold red]shrunk[/] to {path}:")
    console.print(str(verdict), markup=False, highlight=False, soft_wrap=True)
    if not shrunk.shown:
        console.print(
            "The program below uses public calls only and does not show it; look inside with "
            f"nnscratch parity fuzz and this model:\n{verdict.case!r}",
            markup=False,
        )
    console.print(shrunk.program, markup=False, highlight=False, soft_wrap=True)
