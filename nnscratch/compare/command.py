"""The command `nnscratch compare`: run a script under both engines, show, write, judge."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from nnscratch.compare.arithmetic import DEFAULT_RTOL
from nnscratch.compare.comparison import Comparison, compare_runs
from nnscratch.compare.explaining import Told, explain
from nnscratch.compare.runs import (
    Engine,
    Request,
    Run,
    keras_engine,
    keras_noise_engine,
    nnscratch_engine,
    run_engine,
    traceback_of,
)
from nnscratch.config import FLOAT_TYPES

EQUAL, APART, FAILED = 0, 1, 2
"""Exit codes: within `--rtol`; farther apart; a run failed, or there was nothing to compare."""

INSTALL = """{title} cannot be imported by {python}:
    {error}
The comparison needs Keras on TensorFlow beside nnscratch. Install them:

    pip install "nnscratch[parity]"

or name an interpreter that has them: nnscratch compare --python /path/to/python script.py
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to a parser."""
    parser.usage = "nnscratch compare [options] script.py [options] [--] [script's arguments]"
    parser.add_argument("script", help="a program written for Keras")
    parser.add_argument(
        "arguments",
        nargs=argparse.REMAINDER,
        help="the program's own arguments: what is no option of compare, and all that follows --",
    )
    _add_options(parser)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rtol",
        type=_positive,
        metavar="R",
        help="how far apart the runs may be (default: 1e-4 in float32, 1e-10 in float64)",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write one HTML page")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all findings as JSON")
    parser.add_argument(
        "--steps",
        type=_count,
        default=50,
        metavar="N",
        help="look at the first N steps of each fit one by one (default: 50)",
    )
    parser.add_argument(
        "--python", default=sys.executable, metavar="PATH", help="interpreter that has Keras"
    )
    parser.add_argument(
        "--floatx",
        choices=FLOAT_TYPES,
        default=os.environ.get("NNSCRATCH_FLOATX", "float32"),
        help="float type of both engines (default: NNSCRATCH_FLOATX, or float32)",
    )
    parser.add_argument(
        "--keras-noise",
        action="store_true",
        help="run Keras once more with other matrix kernels, to see how far it is from itself",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="where the runs differ, try known causes and say how much of the gap each closes",
    )
    parser.add_argument(
        "--lines",
        type=_count,
        default=60,
        metavar="N",
        help="at most N lines in a table of the terminal, 0 for all (default: 60)",
    )


def take_options(options: argparse.Namespace) -> argparse.Namespace:
    """Take the command's options out of what follows the script's name, up to a `--`.

    >>> parser = argparse.ArgumentParser()
    >>> add_arguments(parser)
    >>> line = ["script.py", "data.csv", "--rtol", "1e-3", "--fast", "--", "--steps", "7"]
    >>> options = take_options(parser.parse_args(line))
    >>> options.arguments, options.rtol, options.steps
    (['data.csv', '--fast', '--steps', '7'], 0.001, 50)
    """
    given = list(options.arguments)
    end = given.index("--") if "--" in given else len(given)
    parser = argparse.ArgumentParser(prog="nnscratch compare", add_help=False, allow_abbrev=False)
    _add_options(parser)
    options, own = parser.parse_known_args(given[:end], namespace=options)
    options.arguments = own + given[end + 1 :]
    return options


def _positive(text: str) -> float:
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"expected a number above 0, received {text}")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"expected a number from 0 on, received {text}")
    return value


def run(options: argparse.Namespace, engines: Sequence[Engine] | None = None) -> int:
    """Run the comparison with parsed options.

    Args:
        options: what `add_arguments` describes.
        engines: the reference, the candidate, and the reference's noise if that is wanted; Keras
            and nnscratch by default.

    Returns:
        0 if the runs are equal within `--rtol`, 1 if they are apart, 2 if a run failed.
    """
    options = take_options(options)
    if not Path(options.script).is_file():
        print(f"nnscratch compare: there is no script {options.script!r}.", file=sys.stderr)
        return FAILED
    if engines is None:
        engines = [keras_engine(options.python), nnscratch_engine()]
        engines += [keras_noise_engine(options.python)] if options.keras_noise else []
    request = Request(options.script, options.arguments, options.floatx, options.steps)
    rtol = DEFAULT_RTOL[options.floatx] if options.rtol is None else options.rtol
    with tempfile.TemporaryDirectory(prefix="nnscratch-compare-") as folder:
        runs = _run_all(engines, request, Path(folder))
        if runs is None:
            return FAILED
        comparison = compare_runs(runs[0], runs[1], rtol)
        noise = compare_runs(runs[0], runs[2], rtol) if len(runs) > 2 else None
        told = _explained(comparison, request, Path(folder)) if options.explain else None
    return _report(options, request, comparison, noise, told)


def _run_all(engines: Sequence[Engine], request: Request, folder: Path) -> list[Run] | None:
    """Run the script under each engine, one after the other; None if one failed."""
    runs = []
    for engine in engines:
        print(f"running under {engine.title} …", file=sys.stderr, flush=True)
        place = folder / engine.name
        place.mkdir()
        done = run_engine(engine, request, place)
        if done.engine_missing:
            error = done.stderr.strip() or "no message"
            print(
                INSTALL.format(title=engine.title, python=engine.python, error=error),
                file=sys.stderr,
            )
            return None
        if done.failed:
            print(
                f"\nThe run under {engine.title} failed with exit code {done.code}:\n\n"
                f"{traceback_of(done, request.script)}",
                file=sys.stderr,
            )
            return None
        runs.append(done)
    return runs


def _explained(comparison: Comparison, request: Request, folder: Path) -> Told | str:
    """Run the script once more to be told the cause."""
    print("trying known causes …", file=sys.stderr, flush=True)
    place = folder / "explained"
    place.mkdir()
    return explain(comparison, request, place)


def _report(
    options: argparse.Namespace,
    request: Request,
    comparison: Comparison,
    noise: Comparison | None,
    told: Told | str | None,
) -> int:
    from nnscratch.compare.report.data import as_json
    from nnscratch.compare.report.html import page
    from nnscratch.compare.report.terminal import print_report

    print_report(request, comparison, noise, options.lines, told=told)
    writers: list[tuple[Path | None, Callable[..., str]]] = [
        (options.report, page),
        (options.json, as_json),
    ]
    for path, make in writers:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(make(request, comparison, noise, told), encoding="utf-8")
            print(f"written: {path}")
    if not comparison.judged_count:
        return FAILED
    return APART if comparison.apart else EQUAL
