"""Figures to files: PNG, and SVG that follows the reader's preference for light or dark."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from nnscratch.lab.style import DARK, LIGHT, Theme


def write(figure: Any, path: Path, *, dpi: int = 120) -> Path:
    """Write a figure as PNG or SVG, as the file's name says; equal figures give equal files.

    The layout is found once, so a second file of the same figure costs less.

    An SVG drawn in the light theme follows the reader's preference for light or dark.
    """
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    if path.suffix == ".svg":
        path.write_text(as_svg(figure), encoding="utf-8")
    else:
        figure.savefig(path, dpi=dpi, metadata={"Software": None})
    return path


def as_svg(figure: Any) -> str:
    """Return a light figure as SVG text whose colours follow the reader's preference."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return adaptive(buffer.getvalue())


def adaptive(svg: str) -> str:
    """Replace the light theme's colours in an SVG by variables that are dark on a dark page.

    >>> text = adaptive('<svg width="1pt"><path style="fill: #1b1f24"/></svg>')
    >>> 'fill: var(--ink)' in text, "prefers-color-scheme: dark" in text
    (True, True)
    """
    for name, shade in _variables(LIGHT).items():
        svg = svg.replace(shade, f"var(--{name})")
    sheet = (
        f"<style>svg {{ {declared(LIGHT)} }} "
        f"@media (prefers-color-scheme: dark) {{ svg {{ {declared(DARK)} }} }}</style>"
    )
    opening = svg.index(">", svg.index("<svg")) + 1
    return svg[:opening] + sheet + svg[opening:]


def _variables(of: Theme) -> dict[str, str]:
    named = {"paper": of.paper, "ink": of.ink, "quiet": of.quiet, "rule": of.rule}
    return {**named, **{f"series-{i}": shade for i, shade in enumerate(of.series)}}


def declared(theme: Theme) -> str:
    """Return a theme's colours as CSS variables: `--paper`, `--ink`, …, `--series-0` and so on."""
    return " ".join(f"--{name}: {shade};" for name, shade in _variables(theme).items())
