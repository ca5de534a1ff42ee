"""The ways of optimizers as one HTML file with a slider over the steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.lab.experiments.paths import Path, title
from nnscratch.lab.pictures import declared
from nnscratch.lab.surfaces import Surface
from nnscratch.typing import Array

WIDTH, HEIGHT = 640, 440
"""Size of the drawing in its own units."""


def page(surfaces: Mapping[str, Surface], paths: Mapping[str, Mapping[str, Path]]) -> str:
    """Return the page: choose a surface, move the slider, see every point and state vector.

    It needs no other file and no network, follows the reader's preference for light or dark, and
    is operated by keyboard as well.

    Args:
        surfaces: the surfaces by name.
        paths: by surface and rule.
    """
    content = {
        name: {
            "formula": ground.formula,
            "contours": _contours(ground),
            "minima": [_place(ground, *minimum) for minimum in ground.minima],
            "ways": [_way(ground, rule, way) for rule, way in paths[name].items()],
        }
        for name, ground in surfaces.items()
    }
    template = (
        resources.files("nnscratch.lab.experiments")
        .joinpath("animation.html")
        .read_text(encoding="utf-8")
    )
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        template.replace("/*LIGHT*/", declared(style.LIGHT))
        .replace("/*DARK*/", declared(style.DARK))
        .replace("/*DATA*/null", data)
        .replace("WIDTH", str(WIDTH))
        .replace("HEIGHT", str(HEIGHT))
    )


def _place(ground: Surface, x: float, y: float) -> list[float]:
    """Return where a point is in the drawing."""
    left, right, low, high = ground.window
    return [
        round(WIDTH * (x - left) / (right - left), 1),
        round(HEIGHT * (high - y) / (high - low), 1),
    ]


def _contours(ground: Surface) -> str:
    """Return the contour lines as one SVG path."""
    from matplotlib.figure import Figure

    left, right, low, high = ground.window
    x, y = np.meshgrid(np.linspace(left, right, 121), np.linspace(low, high, 121))
    lines = Figure().subplots().contour(x, y, ground.f(x, y), levels=sorted(ground.levels))
    parts = []
    for line in (line for level in lines.allsegs for line in level):
        places = [_place(ground, *point) for point in line]
        parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in places))
    return "".join(parts)


def _way(ground: Surface, rule: str, way: Path) -> dict[str, Any]:
    known = np.all(np.isfinite(way.points), axis=1)
    steps = int(known.sum())
    vectors = {"gradient": way.gradients, **way.state}
    return {
        "title": title(rule),
        "rate": way.learning_rate,
        "places": [_place(ground, *point) for point in way.points[:steps]],
        "points": _rounded(way.points[:steps]),
        "values": _rounded(way.values[:steps]),
        "vectors": {name: _rounded(values[:steps]) for name, values in vectors.items()},
    }


def _rounded(values: Array) -> list[Any]:
    """Return numbers with five digits, which a screen cannot tell from the whole."""
    if values.ndim > 1:
        return [_rounded(row) for row in values]
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values]
