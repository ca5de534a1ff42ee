"""Run the lab's experiments and put their figures and findings into docs/experiments.md.

    python docs/build_figures.py                     # all of them, some five minutes
    python docs/build_figures.py dropout-sweep …     # the named ones only

A block of docs/experiments.md lies between `<!-- NAME -->` and `<!-- /NAME -->`, NAME being that of
an experiment; what is there is replaced by what the experiment says and draws. Each figure is
written to docs/figures twice, for light and for dark pages, with a palette of few colours so that
the files stay small.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PIL import Image

from nnscratch.lab import pictures, style
from nnscratch.lab.experiments import experiment
from nnscratch.lab.experiments.result import Result, wrapped

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "experiments.md"
FIGURES = ROOT / "docs" / "figures"
LARGEST = 150_000
"""Bytes that no figure may exceed."""

SHOWN = {
    "weight-init": (
        "activations-sigmoid",
        "activations-tanh",
        "activations-relu",
        "gradients-tanh",
        "spread",
        "normality",
        "weights",
        "init-training",
        "init-over-time",
        "init-histograms-over-time",
    ),
    "optimizer-paths": ("paths-bowl", "state-bowl", "paths-rosenbrock", "paths-himmelblau"),
    "optimizer-race": ("race",),
    "optimizer-landscape": ("landscape",),
    "dialects": ("first-steps", "momentum-dialects", "dialect-training"),
    "batchnorm": ("batchnorm-scales", "batchnorm"),
    "dropout-sweep": ("dropout", "dropout-curves"),
    "weight-decay-sweep": ("weight-decay", "weight-decay-weights"),
    "early-stopping": ("early-stopping",),
    "few-rows": ("few-rows", "few-rows-curves"),
    "diagnose": ("diagnose",),
}
"""The figures of each experiment that the page shows."""

IN_FULL = ("optimizer-race", "optimizer-landscape")
"""These are run in full, the others as with `--fast`."""


def write_small(result: Result, name: str) -> None:
    """Write one figure for light and for dark pages."""
    for theme, suffix in (("light", ""), ("dark", ".dark")):
        path = FIGURES / f"{name}{suffix}.png"
        with style.theme(theme):
            pictures.write(result.drawings()[name](), path, dpi=110)
        with Image.open(path) as image:
            few = Image.Quantize.MAXCOVERAGE
            small = image.convert("RGB").quantize(128, few, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        if path.stat().st_size > LARGEST:
            raise SystemExit(f"{path.name} has {path.stat().st_size:,} bytes, over {LARGEST:,}.")


def block(name: str) -> str:
    """Run an experiment, write its figures and return its part of the page."""
    result: Result = experiment(name).function(fast=name not in IN_FULL)
    parts = [f"```text\n{wrapped(result.text())}\n```"]
    for figure in SHOWN[name]:
        write_small(result, figure)
        parts.append(
            f'<picture><source media="(prefers-color-scheme: dark)" '
            f'srcset="figures/{figure}.dark.png">'
            f'<img alt="{figure.replace("-", " ")}" src="figures/{figure}.png"></picture>'
        )
    return "\n\n".join(parts)


def main() -> None:
    """Fill in the blocks named on the command line, or all."""
    FIGURES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SHOWN:
        began = time.perf_counter()
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        made = block(name)
        before, rest = PAGE.read_text(encoding="utf-8").split(begin)
        after = rest.split(end)[1]
        PAGE.write_text(f"{before}{begin}\n{made}\n{end}{after}", encoding="utf-8")
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
