"""A recording as tables: for pandas, where it is installed, and for notebooks."""

from __future__ import annotations

import importlib
from html import escape
from typing import Any

from nnscratch.utils.notebook import history_html, sparkline, table


def frame(rows: list[dict[str, Any]], columns: list[str] | None = None) -> Any:
    """Return rows as a pandas `DataFrame`.

    Args:
        rows: one dict a row.
        columns: names of the columns, in order.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError(
            "to_frame() needs pandas: run `pip install pandas`, or read the numbers with "
            "recording[path, kind]."
        ) from error
    return pandas.DataFrame(rows, columns=columns)


def as_html(recording: Any) -> str:
    """Return the metrics of a recording and the course of every gradient's norm, for notebooks."""
    logs: dict[str, list[float]] = {}
    for epoch in recording.epochs:
        for name, value in epoch["logs"].items():
            logs.setdefault(name, []).append(value)
    rows = []
    for series in recording.find(kind="grad"):
        if "norm" in series.names:
            norms = series["norm"].tolist()
            rows.append([escape(series.path), sparkline(norms), f"{norms[-1]:.4g}"])
    flow = table(["weight", "norm of the gradient", "last"], rows) if rows else ""
    return (history_html(logs) if logs else "") + flow
