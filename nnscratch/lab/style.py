"""How the lab's figures look: one style, a light and a dark theme, colours for every eye."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from nnscratch.errors import unknown_name


@dataclass(frozen=True)
class Theme:
    """The colours of a figure.

    Attributes:
        name: `"light"` or `"dark"`.
        paper: background.
        ink: text and axes.
        quiet: what stands back, such as tick labels and contour lines.
        rule: grid lines.
        series: what is compared, in this order. Told apart by readers with any of the three
            kinds of colour blindness, at a contrast of 3 to 1 or more against the paper.
    """

    name: str
    paper: str
    ink: str
    quiet: str
    rule: str
    series: tuple[str, ...]


LIGHT = Theme(
    "light", "#ffffff", "#1b1f24", "#5b626b", "#dde1e6",
    ("#0b4bb3", "#d9540f", "#127a5c", "#c4589f", "#5f4200", "#2897d6", "#8c1c3f", "#79828c"),
)  # fmt: skip
DARK = Theme(
    "dark", "#14171b", "#e8eaed", "#a3abb5", "#2d333a",
    ("#3f8cff", "#f97238", "#36b88e", "#c9a0f5", "#f3dc82", "#b9ecf5", "#e8839b", "#9aa3ae"),
)  # fmt: skip
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}

DASHES: tuple[Any, ...] = (
    "-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (4, 1.5, 1, 1.5, 1, 1.5)),
    (0, (10, 3)), (0, (1, 1)), (0, (3, 3)),
)  # fmt: skip
"""Line styles, parallel to a theme's series: colour is never the only difference."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
"""Point shapes, parallel to a theme's series."""

_current: ContextVar[Theme] = ContextVar("theme", default=LIGHT)


def current() -> Theme:
    """Return the theme that figures are drawn in now."""
    return _current.get()


def color(index: int) -> str:
    """Return the colour of the series with this number; after the last they start again."""
    series = current().series
    return series[index % len(series)]


def dash(index: int) -> Any:
    """Return the line style of the series with this number; with the colour it names one of 64."""
    return DASHES[(index + index // len(DASHES)) % len(DASHES)]


def marker(index: int) -> str:
    """Return the point shape of the series with this number."""
    return MARKERS[index % len(MARKERS)]


def require_matplotlib() -> None:
    """Say what to install where there is no matplotlib.

    Raises:
        ImportError: it is not installed.
    """
    if find_spec("matplotlib") is None:
        raise ImportError(
            "The lab's figures are drawn with matplotlib, which is not installed. Install it:\n\n"
            '    pip install "nnscratch[figures]"\n\n'
            "The numbers need it not: a result's tables(), findings() and text() work without."
        )


@contextmanager
def theme(name: str = "light") -> Iterator[Theme]:
    """Draw figures in a theme for as long as the context lasts.

    Args:
        name: `"light"` or `"dark"`.

    Raises:
        ValueError: there is no such theme.

    >>> with theme("dark") as dark:
    ...     dark.paper == current().paper
    True
    """
    if name not in THEMES:
        raise unknown_name("theme", name, THEMES)
    require_matplotlib()
    from matplotlib import rc_context

    chosen = THEMES[name]
    token = _current.set(chosen)
    try:
        settings: Any = _settings(chosen)
        with rc_context(settings):
            yield chosen
    finally:
        _current.reset(token)


def _settings(chosen: Theme) -> dict[str, Any]:
    return {
        "figure.facecolor": chosen.paper,
        "savefig.facecolor": chosen.paper,
        "axes.facecolor": chosen.paper,
        "text.color": chosen.ink,
        "axes.edgecolor": chosen.quiet,
        "axes.labelcolor": chosen.ink,
        "axes.titlecolor": chosen.ink,
        "xtick.color": chosen.quiet,
        "ytick.color": chosen.quiet,
        "xtick.labelcolor": chosen.ink,
        "ytick.labelcolor": chosen.ink,
        "grid.color": chosen.rule,
        "grid.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.titlesize": 12,
        "axes.titlelocation": "left",
        "axes.labelsize": 11.5,
        "xtick.labelsize": 10.5,
        "ytick.labelsize": 10.5,
        "legend.fontsize": 11,
        "legend.frameon": False,
        "figure.titlesize": 14,
        "figure.titleweight": "bold",
        "font.size": 11.5,
        "font.family": "DejaVu Sans",
        "lines.linewidth": 2.0,
        "lines.markersize": 5.5,
        "axes.unicode_minus": True,
        "svg.hashsalt": "nnscratch",
        "svg.fonttype": "path",
    }


def panels(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = 8.0,
    height: float = 4.6,
    title: str = "",
    **options: Any,
) -> tuple[Any, Any]:
    """Return a figure and the array (rows, columns) of its axes.

    Args:
        rows: panels from top to bottom.
        columns: panels from left to right.
        width: of the whole, in inches; 8 is the width of a page and of a slide's half.
        height: of the whole, in inches.
        title: one line above all, at the left.
        options: for matplotlib's `Figure.subplots`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.06, h_pad=0.06)
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    if title:
        figure.suptitle(title, x=0.012, ha="left")
    return figure, axes


def show_epochs(panel: Any, last: int, *, first: int = 1, name: str = "epoch") -> None:
    """Let a panel's x axis run from the first to the last epoch, with whole numbers.

    Args:
        panel: the panel.
        last: number of the last epoch; one epoch alone gets room at its right.
        first: number of the first.
        name: the axis's name, `""` for none.
    """
    panel.set_xlim(first, max(last, first + 1))
    panel.xaxis.get_major_locator().set_params(integer=True)
    if name:
        panel.set_xlabel(name)


def label_ends(
    axes: Any, ends: Sequence[tuple[float, str, str]], *, gap: float = 0.062, size: float = 10.5
) -> None:
    """Write a name at the right end of each line, moved apart where lines end together.

    Args:
        axes: the panel; its limits must be final.
        ends: for each line its last y value, its name and its colour. Values beyond the panel, or
            not finite, are written at its edge.
        gap: least distance of two names, as a part of the panel's height.
        size: of the letters, in points.
    """
    import numpy as np

    to_axes = axes.transData + axes.transAxes.inverted()
    left = axes.get_xlim()[0]
    places = []
    for value, name, shade in ends:
        known = np.isfinite(value) and (value > 0 or axes.get_yscale() != "log")
        place = float(to_axes.transform((left, value))[1]) if known else 0.0
        places.append((min(max(place, 0.0), 1.0), name, shade))
    places.sort(key=lambda place: place[0])
    for (_, name, shade), y in zip(places, spread([p for p, _, _ in places], gap), strict=True):
        axes.text(
            1.015, y, name, transform=axes.transAxes, color=shade, va="center", ha="left",
            fontsize=size,
        )  # fmt: skip


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Move sorted places apart until neighbours are `gap` from each other, as little as needed.

    As far as there is room, none ends above 1.

    >>> [round(place, 2) for place in spread([0.5, 0.5, 0.9], 0.1)]
    [0.45, 0.55, 0.9]
    """
    groups: list[tuple[float, int]] = []  # (middle, how many)
    for place in places:
        middle, count = float(place), 1
        while groups and middle - (count - 1) * gap / 2 < (
            groups[-1][0] + (groups[-1][1] - 1) * gap / 2 + gap
        ):
            before, many = groups.pop()
            middle = (middle * count + before * many) / (count + many)
            count += many
        groups.append((middle, count))
    moved = [middle + (i - (count - 1) / 2) * gap for middle, count in groups for i in range(count)]
    highest = max(1.0, (len(moved) - 1) * gap)
    for i in range(len(moved) - 1, -1, -1):
        moved[i] = min(moved[i], highest)
        highest = moved[i] - gap
    return moved


def log_axis(axis: Any) -> None:
    """Write plain numbers beside the ticks of a logarithmic axis: 0.1, 1, 10.

    Args:
        axis: `panel.xaxis` or `panel.yaxis`, its scale logarithmic and its data drawn.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    narrow = high < 300 * max(low, 1e-300)  # there 2 and 5 get ticks as well
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def number(value: float, digits: int = 2) -> str:
    """Write a number for people: short, with a true minus sign and powers of ten.

    >>> number(0.000123), number(-1.0), number(18234.0), number(0.251)
    ('1.2·10⁻⁴', '−1', '1.8·10⁴', '0.25')
    """
    size = abs(value)
    if size and math.isfinite(value) and (size < 0.001 or size >= 1e4):
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        text = (
            f"{mantissa}·10{power}" if mantissa not in ("1", "-1") else f"{mantissa[:-1]}10{power}"
        )
    else:
        text = f"{value:.{max(digits, 2)}g}" if size < 100 else f"{value:.0f}"
    return text.replace("-", "−")
