"""What notebooks show of an object: small tables and lines in HTML, light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

STYLE = (
    "border-collapse:collapse;font-variant-numeric:tabular-nums",
    "text-align:left;padding:.15rem .9rem .15rem 0;border-bottom:1px solid #8886;font-weight:600",
    "text-align:{side};padding:.15rem .9rem .15rem 0;border-bottom:1px solid #8883",
)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; cells are HTML already, and all but the first column are right-aligned.

    >>> "<td" in table(["layer", "weights"], [["dense", "12"]])
    True
    """
    top = "".join(f"<th style='{STYLE[1]}'>{escape(head)}</th>" for head in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td style='{STYLE[2].format(side='right' if i else 'left')}'>{cell}</td>"
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f"<div style='overflow-x:auto'><table style='{STYLE[0]}'><tr>{top}</tr>{body}</table></div>"
    )


def sparkline(values: Sequence[float], width: int = 160, height: int = 28) -> str:
    """Return a line through the values as an SVG in the colour of the text; NaN leaves a gap.

    >>> sparkline([1.0, 0.5, 0.25]).count("polyline")
    1
    """
    finite = [v for v in values if math.isfinite(v)]
    if len(finite) < 2:
        return ""
    low, span = min(finite), (max(finite) - min(finite)) or 1.0
    across = (width - 4) / (len(values) - 1)
    points = " ".join(
        f"{2 + i * across:.1f},{height - 3 - (height - 6) * (v - low) / span:.1f}"
        for i, v in enumerate(values)
        if math.isfinite(v)
    )
    return (
        f"<svg width='{width}' height='{height}' role='img' aria-label='from {values[0]:.4g} to "
        f"{values[-1]:.4g}'><polyline points='{points}' fill='none' stroke='currentColor' "
        "stroke-width='1.5'/></svg>"
    )


def model_html(model: Any) -> str:
    """Return a model's layers with shapes and numbers of weights."""
    rows = []
    for layer in model.layers:
        shape = layer.output_shape_or_none
        count = f"{layer.count_params():,}" if layer.built else "not built"
        rows.append(
            [
                f"{escape(layer.name)} <span style='opacity:.7'>{type(layer).__name__}</span>",
                escape("?" if shape is None else str(tuple(shape)).replace("None", "N")),
                count,
                "" if not layer.weights else "yes" if layer.trainable else "frozen",
            ]
        )
    total = sum(v.value.size for v in model.weights)
    optimizer = f", {type(model.optimizer).__name__}" if model.compiled else ""
    return (
        f"<p><b>{escape(model.name)}</b> {type(model).__name__}, {total:,} weights{optimizer}</p>"
        + table(["layer", "output", "weights", "trained"], rows)
    )


def history_html(history: dict[str, list[Any]]) -> str:
    """Return each metric of a history with its course, last and best value."""
    rows = []
    for name, values in history.items():
        numbers = [float(v) for v in values]
        if not numbers:
            continue
        rising = any(word in name for word in ("acc", "auc", "precision", "recall", "f1", "r2"))
        best = max(numbers) if rising else min(numbers)
        cells = [f"{numbers[-1]:.5g}", f"{best:.5g}", str(numbers.index(best) + 1)]
        rows.append([escape(name), sparkline(numbers), *cells])
    if not rows:
        return "<p>No epoch has ended yet.</p>"
    return table(["metric", "course", "last", "best", "in epoch"], rows)
