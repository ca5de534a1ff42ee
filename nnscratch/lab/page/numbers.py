"""The numbers behind the page: what of a recording its charts need, small enough for a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.lab.recorder.kinds import OF_CALLS
from nnscratch.lab.recorder.recording import Recording
from nnscratch.lab.recorder.series import Series
from nnscratch.typing import Array

MOST_STEPS = 120
"""Steps shown of a histogram over time; of a longer run every n-th."""
MOST_POINTS = 1500
"""Points of a line; of a longer one every n-th."""
BINS = 60
TITLES = {
    "preactivation": "before the nonlinearity, z",
    "activation": "activation, y",
    "preactivation_grad": "gradient dL/dz",
    "activation_grad": "gradient dL/dy",
    "input_grad": "gradient dL/dx",
    "batch_mean": "mean of the batch",
    "batch_variance": "variance of the batch",
    "mask": "mask",
    "weight": "weight",
    "grad": "gradient dL/dw",
    "update": "update Δw",
    "step_size": "effective step size",
}


def numbers(recording: Recording) -> dict[str, Any]:
    """Return everything the page shows, ready for JSON.

    Args:
        recording: the recording.
    """
    found = list(recording.find())
    chosen = _thinned(sorted({s for one in found for s in one}), MOST_STEPS)
    return {
        "runs": [_run(run) for run in recording.runs],
        "epochs": recording.epochs,
        "steps": chosen,
        "loss": _of_steps(recording, "loss"),
        "rate": _of_steps(recording, "learning_rate"),
        "histograms": [h for one in found if (h := _histogram(one, chosen)) is not None],
        "norms": _lines(found, "grad", "norm"),
        "weights": _lines(found, "weight", "norm"),
        "ratios": _lines(found, "update", "ratio"),
        "spread": _lines(found, "activation", "std"),
        "saturation": _lines(found, "activation", "saturation"),
        "dead": _lines(found, "activation", "dead"),
        "slots": _slots(found),
    }


def _run(run: dict[str, Any]) -> dict[str, Any]:
    names = ("first", "model", "epochs", "batch_size", "optimizer", "layers", "variables")
    return {name: run[name] for name in names}


def _of_steps(recording: Recording, kind: str) -> dict[str, Any] | None:
    if kind not in recording:
        return None
    series = recording._series("", kind, recording._catch_up())
    pairs = _thinned(list(zip(series.steps.tolist(), recording[kind].tolist(), strict=True)),
                     MOST_POINTS)  # fmt: skip
    return {"steps": [s for s, _ in pairs], "values": [plain(v) for _, v in pairs]}


def _lines(found: Sequence[Series], kind: str, name: str) -> list[dict[str, Any]]:
    lines = []
    for series in found:
        if series.kind == kind and name in series.names:
            lines.append(_line(series.path, series, name))
    return lines


def _line(title: str, series: Series, name: str) -> dict[str, Any]:
    points = _thinned(list(zip(series.steps.tolist(), series[name].tolist(), strict=True)),
                      MOST_POINTS)  # fmt: skip
    steps, values = [s for s, _ in points], [plain(v) for _, v in points]
    return {"name": title, "steps": steps, "values": values}


def _slots(found: Sequence[Series]) -> list[dict[str, Any]]:
    known = {*OF_CALLS, "weight", "grad", "update"}
    lines = []
    for series in found:
        if series.kind not in known and "mean" in series.names:
            name = "min" if series.kind == "step_size" else "norm"
            line = _line(series.path, series, name)
            lines.append({**line, "kind": series.kind, "what": name})
    return lines


def _histogram(series: Series, chosen: Sequence[int]) -> dict[str, Any] | None:
    if "histogram" not in series.hows:
        return None
    histograms = series["histogram"]
    wanted = [i for i, step in enumerate(histograms.steps.tolist()) if step in set(chosen)]
    low, high = histograms.low[wanted], histograms.high[wanted]
    finite = np.isfinite(low) & np.isfinite(high)
    if not finite.any():
        return None
    edges = _edges(low[finite], high[finite])
    shares = histograms.shares(edges)[wanted]
    return {
        "path": series.path,
        "kind": series.kind,
        "title": TITLES.get(series.kind, f"slot {series.kind}"),
        "steps": histograms.steps[wanted].tolist(),
        "low": plain(edges[0]),
        "high": plain(edges[-1]),
        "shares": np.rint(1000 * shares).astype(int).tolist(),
    }


def _edges(low: Array, high: Array) -> Array:
    """Return common edges; a few steps with far outliers do not squeeze all the others."""
    first, last = float(np.quantile(low, 0.02)), float(np.quantile(high, 0.98))
    first, last = min(first, float(np.median(low))), max(last, float(np.median(high)))
    if not last > first:
        margin = max(abs(first) * 0.01, 1e-6)
        first, last = first - margin, last + margin
    return np.linspace(first, last, BINS + 1)


def _thinned(items: list[Any], most: int) -> list[Any]:
    if len(items) <= most:
        return items
    places = np.unique(np.linspace(0, len(items) - 1, most).round().astype(int))
    return [items[i] for i in places]


def plain(x: float) -> float | None:
    """Return a number with five digits; None, JSON's null, where it is not finite."""
    return float(f"{x:.5g}") if math.isfinite(x) else None
