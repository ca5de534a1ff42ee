"""The page of a recorded run: one HTML file with its numbers, its charts and their library."""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from nnscratch.lab.page.numbers import numbers, plain
from nnscratch.lab.recorder.recording import Recording
from nnscratch.saving import atomic

CHARTS = (
    ("curves", "Learning curves", "After every epoch; dashed: on validation data."),
    ("loss", "Loss of each recorded step", "Before the update, penalties included."),
    ("flow", "Gradient flow", "‖dL/dw‖ of every weight. Lines that fall apart by orders of "
     "magnitude from the output to the input are vanishing or exploding gradients."),
    ("ratios", "Update ratio", "‖Δw‖/‖w‖, how far a step moves a weight. About 10⁻³ is usual; "
     "far more is unstable, far less is slow."),
    ("dead", "Dead and saturated units", "Solid: share of units that are 0 for the whole batch. "
     "Dotted: share of activations at an end of their range (for ReLU: at 0)."),
    ("spread", "Spread of activations", "Standard deviation of what every layer hands on."),
    ("rate", "Learning rate", "As the optimizer used it."),
)  # fmt: skip
"""Charts over the whole run: id, title, what to see."""

DASHES = ("solid", "dashed", "dotted", "dash and dot", "long dashes", "long dash and dot")
LEAST = {"float32": 1e-8, "float64": 1e-17}
"""About one rounding: the bottom of the differences of two engines."""


def report(
    recording: Recording, path: Any, title: str | None = None, comparison: Any = None
) -> Path:
    """Write the page of a recording into one HTML file that works without a network.

    Args:
        recording: the recording.
        path: the file.
        title: its title; by default the model's name.
        comparison: a `Comparison` from `nnscratch compare`, to be shown with it.

    Returns:
        The path.

    Raises:
        ImportError: plotly, whose charts are put into the file, is not installed.
    """
    target = Path(path)
    atomic.write_bytes(target, page(recording, title, comparison).encode())
    return target


def page(recording: Recording, title: str | None = None, comparison: Any = None) -> str:
    """Return the page as text; see `report`."""
    found = numbers(recording)
    found["comparison"] = None if comparison is None else _comparison(comparison)
    runs = found["runs"]
    title = title or (f"Training of {runs[0]['model']}" if runs else "A recorded run")
    data = json.dumps(found, allow_nan=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{_part('page.css')}</style></head><body>"
        f"{_body(title, found)}"
        f'<script type="application/json" id="numbers">{data}</script>'
        f"<script>{_library()}</script><script>{_part('page.js')}</script></body></html>\n"
    )


def _body(title: str, found: dict[str, Any]) -> str:
    charts = "".join(_figure(*chart) for chart in CHARTS)
    second = "" if found["comparison"] is None else _two_engines(found["comparison"]["fits"])
    return (
        f'<a class="skip" href="#charts">To the charts</a><header><h1>{escape(title)}</h1>'
        f"{_facts(found)}</header><main id='charts'>"
        "<section class='moving'><h2>Step by step</h2>"
        "<div class='controls'>"
        "<label>Step <input type='range' id='step' min='0' value='0' step='1'>"
        "<output id='shown' for='step' aria-live='polite'></output></label>"
        "<button type='button' id='play' aria-pressed='false'>Play</button>"
        "<label>Of <select id='series'></select></label></div><div class='pair'>"
        + _figure("histogram", "Histogram at this step", "Share of the values in each of 60 bins.")
        + _figure("heat", "Histogram over time", "Strong colour: many of the values; the "
                  "line is the step chosen above.")
        + _figure("layers", "All layers at this step", "Gradient norms, first layer on top.")
        + "</div></section>"
        f"<section><h2>The whole run</h2><div class='grid'>{charts}{second}</div></section>"
        "<section><h2>Optimizer state</h2><div class='controls'>"
        "<label>Slot <select id='slot'></select></label></div>"
        + _figure("slots", "Optimizer state", "Norm of the slot for every weight "
                  "(of step sizes: the smallest, that of the weight with the largest gradients).")
        + "</section></main><footer><p>Written by nnscratch. Arrow keys move a slider, Home and "
        "End go to its ends; double-click resets a chart's zoom.</p></footer>"
    )  # fmt: skip


def _two_engines(fits: Sequence[dict[str, Any]]) -> str:
    """Return the places of the largest difference, and for each fit of that of every weight."""
    made = _figure(
        "comparison", "Two engines", "Largest difference between the two runs, step by step."
    )
    for i, fit in enumerate(fits):
        if fit["tensors"]:
            made += _figure(
                f"tensors{i}",
                f"Two engines, {fit['name']}: every weight",
                "Relative difference of every weight, a colour for each layer; "
                + "; ".join(f"{dashes}: {role}" for role, dashes in _dashes(fit["tensors"]))
                + ". At the bottom: equal, or nearer than one rounding.",
            )
    return made


def _dashes(tensors: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what weights are to their layers, each with the words for its line."""
    roles = dict.fromkeys(tensor["role"] for tensor in tensors)
    return list(zip(roles, itertools.cycle(DASHES), strict=False))


def _figure(name: str, title: str, caption: str) -> str:
    return (
        f"<figure id='figure-{name}'><h3>{escape(title)}</h3>"
        f"<div class='chart' id='{name}' role='img' aria-label='{escape(title)}'></div>"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _facts(found: dict[str, Any]) -> str:
    facts = []
    if found["runs"]:
        run = found["runs"][-1]
        size = sum(_size(shape) for _, shape, _ in run["variables"])
        layers = ", ".join(name for name, *_ in run["layers"])
        facts = [("optimizer", run["optimizer"]), ("weights", f"{size:,}"),
                 ("rows per batch", run["batch_size"]), ("layers", layers)]  # fmt: skip
    if found["epochs"]:
        last = found["epochs"][-1]
        facts.insert(0, ("epochs", len(found["epochs"])))
        facts.insert(1, ("steps", last["step"]))
        facts += [(name, f"{value:.4g}") for name, value in last["logs"].items()]
    items = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(str(v))}</dd></div>" for k, v in facts)
    return f"<dl>{items}</dl>"


def _size(shape: Sequence[int]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


def _comparison(comparison: Any) -> dict[str, Any]:
    """Return the growth of the difference in every fit of a comparison, and in each weight."""
    fits = [
        {
            "name": f"fit {fit.number}: {fit.model}",
            "places": [str(point) for point in fit.growth],
            "values": [plain(point.relative) for point in fit.growth],
            "tensors": [
                {**asdict(curve), "values": [plain(value) for value in curve.values],
                 "layer": curve.layer, "role": curve.role}
                for curve in fit.curves
            ],
        }
        for fit in comparison.fits
    ]  # fmt: skip
    least = LEAST[comparison.first.record["floatx"]]
    return {"fits": fits, "allowed": comparison.rtol, "least": least}


def _part(name: str) -> str:
    return files("nnscratch.lab.page").joinpath(name).read_text(encoding="utf-8")


def _library() -> str:
    """Return the text of the chart library."""
    try:
        offline = importlib.import_module("plotly.offline")
    except ImportError as error:
        raise ImportError(
            "The page puts plotly's charts into its file: run `pip install plotly`, or "
            '`pip install "nnscratch[page]"`.'
        ) from error
    return str(offline.get_plotlyjs()).replace("</script", "<\\/script")
