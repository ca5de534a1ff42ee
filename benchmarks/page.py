"""docs/benchmarks.md, written from the results: method, machine, tables, chart."""

from __future__ import annotations

from pathlib import Path

from benchmarks import chart, table
from benchmarks.results import OURS, Results, ratio, rounds

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "benchmarks.md"
LIMITS = Path(__file__).resolve().parent / "limits.md"

QUIET = 0.5
"""Processes at work when a run begins, up to which the machine counts as quiet."""

METHOD = """\
Each engine runs in a process of its own. All prepare the same made-up data, run once without being
counted (programs are compiled and memory is found in that go), and then take turns: one go each,
round after round, another one first each time, so that whatever else the machine does strikes all
of them alike. A go is a whole call of `fit`: shuffling, accuracy, history and a callback that
watches the epochs, all in float32. Times are medians over {rounds} rounds with the distance between
the slowest and the fastest in percent; ratios are medians over the rounds of the quotient within a
round.

* Keras: as it comes, and with `jit_compile=False`; NumPy arrays through its `fit`.
* PyTorch: the usual loop over shuffled rows of a tensor with the fused optimizers, loss and
  accuracy summed without leaving the tensors; eager, and with network and loss through
  `torch.compile`.
* JAX: one jitted function a step with donated state, which gathers its own rows; and the whole
  epoch as one `lax.scan`, which no callback can look into.
* scikit-learn: `MLPClassifier`, where it has the layers; it reports no accuracy.
* The floor: the matrix products of the step alone, outputs made before, on NumPy's BLAS, on one
  thread or on all, whichever is faster.
"""


def write(results: Results) -> None:
    """Write the page and its chart."""
    chart.draw(results.quiet, DOCS / "figures" / "benchmarks.png")
    PAGE.write_text(text(results), encoding="utf-8")


def text(results: Results) -> str:
    """Return the page as Markdown."""
    machine = results.machine
    versions = ", ".join(f"{name} {number}" for name, number in sorted(results.versions.items()))
    parts = [
        "# Benchmarks",
        "`python -m benchmarks` (extra `benchmarks`) measures, prints the table and writes this "
        "page. `--quick` only tries whether everything runs; `--busy` keeps a core busy meanwhile; "
        "`--workload` and `--engine` select.",
        "![Time of the others as a multiple of nnscratch's](figures/benchmarks.png)",
        "## How many times longer the others take",
        table.markdown(results.quiet),
        "## µs per step",
        table.times_markdown(results.quiet),
        "## Method",
        METHOD.format(rounds=rounds(results.quiet)).strip(),
        f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['system']}, Python "
        f"{machine['python']}. Versions: {versions}.",
    ]
    if machine["load"] > QUIET:
        parts.append(
            f"The machine was not quiet: {machine['load']:.0f} other processes wanted its cores "
            "when the run began, so the times are long, and engines with several threads got more "
            "of the cores than those with one."
        )
    if results.busy:
        parts += [
            "## With one core kept busy by another process",
            "The machine is the same, but an endless loop runs on one of its cores. Medians over "
            f"{rounds(results.busy)} rounds.",
            table.markdown(results.busy),
            _steadiness(results),
        ]
    if results.memory:
        parts += ["## Memory", _memory(results.memory)]
    if results.startup:
        parts += ["## Start", _startup(results.startup)]
    if LIMITS.exists():
        parts.append(LIMITS.read_text(encoding="utf-8").strip())
    return "\n\n".join(parts) + "\n"


def _steadiness(results: Results) -> str:
    worst: list[str] = []
    for number, times in results.busy.items():
        quiet = ratio(results.quiet.get(number, {}), "Keras", OURS)
        busy = ratio(times, "Keras", OURS)
        if quiet and busy:
            worst.append(f"{number}: {busy / quiet:.2f}")
    return f"Keras's multiple here, divided by that on the quiet machine: {', '.join(worst)}."


def _memory(memory: dict[str, float]) -> str:
    lines = ["| | MB |", "| :-- | --: |"]
    names = {
        "nnscratch": "most memory held in a fit of workload 6, nnscratch",
        "Keras": "the same, Keras",
        "bound": "data + 4 copies of the parameters + the batch's activations + 60 MB",
    }
    lines += [
        f"| {title} | {memory[key] / 1e6:.0f} |" for key, title in names.items() if key in memory
    ]
    return "\n".join(lines)


def _startup(seconds: dict[str, float]) -> str:
    empty = seconds["python"]
    lines = [
        "| process from cold | s |",
        "| :-- | --: |",
        f"| `import nnscratch` (`import numpy` alone {seconds['numpy'] - empty:.2f}) | "
        f"{seconds['nnscratch'] - empty:.2f} |",
        "| Python, `import nnscratch`, data made, first epoch of workload 1 done | "
        f"{seconds['first epoch']:.2f} |",
    ]
    if "Keras" in seconds:
        lines.append(f"| Python, `import keras` | {seconds['Keras']:.2f} |")
    return "\n".join(lines)


def readme(results: Results) -> str:
    """Return the README's table: our time, the floor, and the peers' multiples."""
    return table.markdown(results.quiet)
