"""Run what the README shows and put the output and the figures into it.

    python docs/build_readme.py            # everything; needs the parity extra and MNIST
    python docs/build_readme.py train      # the named blocks only

A block of README.md lies between `<!-- NAME -->` and `<!-- /NAME -->`; each has a function of that
name here, whose text replaces what is there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
FIGURES = ROOT / "docs" / "figures"


def run(*command: str, **environment: str) -> str:
    """Run a command of this Python in the project's folder and return what it prints."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100", "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).rstrip()


def console(command: str, output: str) -> str:
    """Return a command and what it printed, as a block of Markdown."""
    return f"```console\n$ {command}\n{output}\n```"


def same_numbers() -> str:
    """The opening: one Keras script, its output on both engines and the comparison."""
    script = "examples/same_numbers.py"
    code = (ROOT / script).read_text(encoding="utf-8").split('"""')[2].strip()
    compared = run("-m", "nnscratch", "compare", script)
    shown = compared[compared.index("fit 1:") : compared.index("The runs were made")]
    verdict = compared[compared.index("histories:") :]
    return "\n\n".join(
        [
            f"```python\n{code.replace('  # fmt: skip', '')}\n```",
            console(f"python {script}               # Keras on TensorFlow", run(script)),
            console(
                f"nnscratch run {script}        # no TensorFlow needed",
                run("-m", "nnscratch", "run", script),
            ),
            "`nnscratch compare` runs a script under both and says how many digits agree:",
            console(f"nnscratch compare {script}", f"{shown.rstrip()}\n\n{verdict}"),
        ]
    )


def train() -> str:
    """The notes' network on MNIST, with both engines' curves in one figure."""
    figure = FIGURES / "mnist_mlp.png"
    output = run(
        "examples/mnist_mlp.py", "--data", "mnist", "--engine", "keras", "--out", str(figure)
    )
    results = "\n".join(line for line in output.splitlines() if "test accuracy" in line)
    return "\n\n".join(
        [
            console("python examples/mnist_mlp.py --data mnist --engine keras", results),
            f"![accuracy over epochs]({figure.relative_to(ROOT).as_posix()})",
        ]
    )


def parity() -> str:
    """The quick selection of the parity suite: the table and the verdict."""
    return console("nnscratch parity", parity_excerpt(run("-m", "nnscratch", "parity")))


def parity_excerpt(output: str) -> str:
    """Return versions, the table by area and the last line of the suite's output."""
    versions = " ".join(output[: output.index("machine")].split())
    table = output[output.index("Worst error, by area") : output.index("Where that is")]
    return f"{versions}\n\n{table.rstrip()}\n\n…\n\n{output.rstrip().splitlines()[-1]}"


def benchmarks() -> str:
    """The table of the benchmarks' last run, from its recorded numbers."""
    program = "from benchmarks import page, results; print(page.readme(results.Results.read()))"
    return run("-c", program)


BLOCKS = {"same_numbers": same_numbers, "train": train, "parity": parity, "benchmarks": benchmarks}


def main() -> None:
    """Fill in the blocks named on the command line, or all."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    text = README.read_text(encoding="utf-8")
    for name in sys.argv[1:] or BLOCKS:
        print(f"{name} …", flush=True)
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, rest = text.split(begin)
        after = rest.split(end)[1]
        text = f"{before}{begin}\n{BLOCKS[name]()}\n{end}{after}"
        README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
