"""The sentences and numbers that the terminal and the page have in common."""

from __future__ import annotations

import math
import sys

from nnscratch.compare.arithmetic import digits, told
from nnscratch.compare.comparison import Comparison, worst
from nnscratch.compare.lines import Line
from nnscratch.compare.runs import Run

TIMED = (
    "The runs were made one after the other, so that neither took time from the other. Times "
    "inside of fit leave out what the step-by-step record took."
)


def verdict(comparison: Comparison) -> str:
    """Return the verdict in one sentence."""
    if not comparison.judged_count:
        return "nothing to compare: the script called no fit, evaluate or predict"
    if comparison.identical:
        return f"identical in every bit of {comparison.judged_count} numbers and tensors"
    bound = f"{comparison.relative:.1e} apart, allowed {comparison.rtol:.0e}"
    if comparison.apart:
        agree = count(comparison.digits, "digit") if comparison.digits else "not one digit"
        return f"apart, equal to {agree} ({bound})"
    return f"equal to {count(comparison.digits, 'digit')} ({bound})"


def count(n: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "digit"), count(5, "digit")
    ('1 digit', '5 digits')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def part_sentences(comparison: Comparison) -> list[str]:
    """Return one sentence for each kind of number that was compared."""
    found = []
    for name, lines in comparison.parts().items():
        if lines:
            relative = worst(lines)
            equal = "identical" if relative == 0 else f"equal to {count(digits(relative), 'digit')}"
            found.append(f"{name}: {equal} ({len(lines)} compared, farthest {relative:.1e})")
    idle = sum(not line.judged for fit in comparison.fits for line in fit.weights)
    if idle:
        found.append(
            f"{idle} not judged: biases before a BatchNormalization and the moving means behind "
            "them; a gradient that is zero but for rounding moves them, in each engine its own way"
        )
    return found


def noise_sentence(noise: Comparison, ours: Comparison) -> str:
    """Say how far Keras is from itself with another matrix kernel, and how we compare."""
    text = (
        f"Keras is {noise.relative:.1e} from itself when TensorFlow sums in another order "
        "(TF_ENABLE_ONEDNN_OPTS=0, the columns Keras/Keras)"
    )
    if noise.relative == 0:
        return (
            "Keras with TF_ENABLE_ONEDNN_OPTS=0 is equal to itself in every bit: those kernels "
            "took no part in this run (there are none for float64 or for small products)."
        )
    if ours.relative <= noise.relative:
        return f"{text}; nnscratch is nearer to Keras ({ours.relative:.1e})."
    times = ours.relative / noise.relative
    return f"{text}; nnscratch is {times:.2g} times as far from it ({ours.relative:.1e})."


def number(value: float | None) -> str:
    """Return a number for a table, with all the digits that matter in float32.

    >>> number(0.25), number(None), number(math.nan), number(1234567.5)
    ('0.25', '–', 'nan', '1234567.5')
    """
    return "–" if value is None else f"{value:.9g}"


def apart(line: Line) -> str:
    """Return a line's difference for a table."""
    return "0" if line.relative == 0 else f"{line.relative:.1e}"


def agreeing(line: Line) -> str:
    """Return the digits that agree, or that only noise moves this tensor."""
    return told(line.relative) if line.judged else "noise"


def seconds(value: float) -> str:
    """Return a duration for a table.

    >>> seconds(0.0123), seconds(71.26)
    ('0.012 s', '71.3 s')
    """
    return f"{value:.3f} s" if value < 1 else f"{value:.1f} s"


def megabytes(value: int | None) -> str:
    """Return a memory size for a table.

    >>> megabytes(52_000_000), megabytes(None)
    ('52 MB', 'not known here')
    """
    return "not known here" if value is None else f"{value / 1e6:.0f} MB"


def cost_rows(runs: list[Run]) -> list[tuple[str, list[str]]]:
    """Return time and memory of each run, as rows of a table."""
    records = [run.record for run in runs]
    return [
        ("importing the engine", [seconds(r["import_seconds"]) for r in records]),
        ("script", [seconds(r["seconds"]) for r in records]),
        ("inside fit", [seconds(run.fit_seconds) for run in runs]),
        ("peak memory", [megabytes(r["memory"]) for r in records]),
        ("of that, engine imported", [megabytes(r["memory_before"]) for r in records]),
    ]


def versions(run: Run) -> str:
    """Return the versions of a run's engine and of what it ran on."""
    return ", ".join(f"{name} {v}" for name, v in run.record["versions"].items())


def command_line(script: str, arguments: list[str]) -> str:
    """Return what was run, as one would type it."""
    import shlex

    return shlex.join([script, *arguments]) if sys.platform != "win32" else script


def finite_or_text(value: float | None) -> float | str | None:
    """Return a number as JSON can carry it: infinities and NaN as text."""
    return value if value is None or math.isfinite(value) else str(value)
