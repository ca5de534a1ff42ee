"""`nnscratch compare --explain`: the script once more under nnscratch, to be told the cause."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.compare.comparison import Comparison
from nnscratch.compare.runs import Request, Run, run_engine

BUDGET = 90.0
"""Seconds that the runs of one explanation may take, as far as that can be told beforehand."""

TRIALS = 300
"""Trainings that an explanation takes, roughly."""


@dataclass(frozen=True)
class Told:
    """What `explain_diff` said of one `fit`.

    Attributes:
        fit: number of the fit, counted from 1.
        text: its tables for the terminal.
        html: its tables for the page.
        data: its numbers.
    """

    fit: int
    text: str
    html: str
    data: dict[str, Any]


def explain(comparison: Comparison, request: Request, folder: Path) -> Told | str:
    """Try the known causes on the first `fit` that came out differently.

    The script is started again under the second run's engine, which must be nnscratch; where it
    calls that `fit`, the causes are tried against the first run's numbers, and the script ends.

    Args:
        comparison: the two runs.
        request: what was run.
        folder: an empty folder.

    Returns:
        What was found, or a sentence on why there was nothing to be found.
    """
    number = next((fit.number for fit in comparison.fits if fit.relative > 0), None)
    if number is None:
        return "There is nothing to explain: every `fit` came out the same."
    wanted = {
        "fit": number - 1,
        "reference": str(comparison.first.folder),
        "seconds": comparison.fits[number - 1].seconds[1],
    }
    run = run_engine(comparison.second.engine, replace(request, explain=wanted), folder)
    found = folder / "explained.json"
    if not found.exists():
        return f"The difference could not be explained: {_last_line(run)}"
    data = json.loads(found.read_text(encoding="utf-8"))
    return Told(number, data.pop("terminal"), data.pop("html"), data)


def _last_line(run: Run) -> str:
    return (run.stderr.strip() or "the run left no answer").splitlines()[-1]


def explain_fit(model: Any, arguments: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Explain a `fit` that is about to begin, write the answer down and end the script.

    Args:
        model: the compiled model at its start.
        arguments: what `fit` was called with.
        settings: the driver's, with the place of the other run.
    """
    from nnscratch.lab import explain_diff

    given = {k: v for k, v in arguments.items() if k not in ("self", "model", "x", "y", "verbose")}
    number, reference = settings["explain"]["fit"], Path(settings["explain"]["reference"])
    record = json.loads((reference / "record.json").read_text(encoding="utf-8"))["fits"][number]
    with np.load(reference / f"fit{number}.npz") as file:
        weights: Any = [file[f"weight/{i}"] for i in range(len(record["weights"]))]
    history = record["history"]
    epochs = max((len(values) for values in history.values()), default=1)
    affordable = int(BUDGET / TRIALS / max(settings["explain"]["seconds"] / epochs, 1e-6))
    if affordable < epochs:
        weights = None
        history = {name: values[: max(affordable, 1)] for name, values in history.items()}
    idle = [w["path"].removeprefix(f"{record['model']}/") for w in record["weights"] if w["idle"]]
    found = explain_diff(
        model,
        arguments.get("x"),
        arguments.get("y"),
        weights=weights,
        history=history,
        ignore=idle,
        **given,
    )
    data = {**found.to_json(), "terminal": found.as_text(79), "html": found._repr_html_()}
    text = json.dumps(data, ensure_ascii=False)
    (Path(settings["folder"]) / "explained.json").write_text(text, encoding="utf-8")
    sys.exit(0)
