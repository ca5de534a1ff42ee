"""The whole comparison as JSON, for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from nnscratch.compare.comparison import Comparison
from nnscratch.compare.diagnosis import diagnose
from nnscratch.compare.explaining import Told
from nnscratch.compare.report import words
from nnscratch.compare.runs import Request, Run

FORMAT = 1
"""Raised when a field changes its meaning."""


def as_json(
    request: Request,
    comparison: Comparison,
    noise: Comparison | None,
    told: Told | str | None = None,
) -> str:
    """Return everything that was found; infinities and NaN are strings.

    Args:
        request: what was run.
        comparison: Keras and nnscratch.
        noise: Keras and Keras with another matrix kernel, if that was asked for.
        told: what `--explain` found, if it was asked for.
    """
    runs = [comparison.first, comparison.second] + ([noise.second] if noise else [])
    whole = {
        "format": FORMAT,
        "script": request.script,
        "arguments": list(request.arguments),
        "floatx": request.floatx,
        "steps": request.steps,
        "runs": {run.engine.name: _run(run) for run in runs},
        "comparison": _comparison(comparison, request.floatx),
        "explained": told.data | {"fit": told.fit} if isinstance(told, Told) else told,
        "keras_noise": None if noise is None else _comparison(noise, request.floatx),
    }
    return json.dumps(_plain(whole), indent=1, allow_nan=False, ensure_ascii=False)


def _run(run: Run) -> dict[str, Any]:
    keys = ("versions", "seconds", "import_seconds", "recording_seconds", "memory", "memory_before")
    return {
        **{key: run.record[key] for key in keys},
        "title": run.engine.title,
        "python": run.engine.python,
        "floatx": run.record["floatx"],
        "fit_seconds": run.fit_seconds,
        "stdout": run.stdout,
    }


def _comparison(comparison: Comparison, floatx: str) -> dict[str, Any]:
    parting = comparison.parting()
    return {
        "verdict": words.verdict(comparison),
        "apart": comparison.apart,
        "identical": comparison.identical,
        "digits": comparison.digits,
        "relative": comparison.relative,
        "rtol": comparison.rtol,
        "parting": None if parting is None else asdict(parting),
        "diagnosis": diagnose(comparison, floatx),
        "fits": [asdict(fit) for fit in comparison.fits],
        "results": [asdict(line) for line in comparison.results],
        "structure": [asdict(line) for line in comparison.structure],
        "printed_lines": comparison.printed,
        "printed_apart": [asdict(line) for line in comparison.printed_apart],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return words.finite_or_text(value) if isinstance(value, float) else value
