"""What a grid and random trials see of each hyper-parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from nnscratch.lab import style
from nnscratch.tuner.figures.axes import Axis, searched
from nnscratch.tuner.trial import Trial
from nnscratch.typing import Array


def coverage(
    methods: Mapping[str, Sequence[Trial]],
    effects: Mapping[str, Callable[[Array], Array]] | None = None,
    title: str = "",
) -> Any:
    """Draw, for each method, where its trials lie, and their shadows on both axes.

    Of nine trials a grid has three values of each hyper-parameter, a random search nine. If only
    one of the two matters, nine values of it are nine experiments and three are three.

    Args:
        methods: the trials of each method, by its name; all with the same two hyper-parameters.
        effects: for each hyper-parameter how it acts on the score, drawn along its axis: a
            function of an array.
        title: a line above.

    Returns:
        A figure of matplotlib.

    Source: after figure 1 of J. Bergstra, Y. Bengio (2012), "Random Search for Hyper-Parameter
    Optimization".
    """
    every = [trial for trials in methods.values() for trial in trials]
    axes_of = searched(every)
    if len(axes_of) != 2:
        names = ", ".join(axis.name for axis in axes_of) or "none"
        raise ValueError(f"A coverage figure has two hyper-parameters. Searched were: {names}.")
    with style.theme(style.current().name):
        figure, panels = style.panels(
            2, 2 * len(methods), width=4.6 * len(methods), height=4.9, title=title,
            width_ratios=[4, 1.1] * len(methods), height_ratios=[1.1, 4],
        )  # fmt: skip
        figure.get_layout_engine().set(hspace=0.0, wspace=0.0, w_pad=0.03, h_pad=0.03)
        for i, (name, trials) in enumerate(methods.items()):
            _square(panels[:, 2 * i : 2 * i + 2], axes_of, trials, effects or {}, style.color(i))
            panels[0, 2 * i].set_title(name, fontsize=13, pad=6)
    return figure


def _square(
    panels: Any, axes_of: Sequence[Axis], trials: Sequence[Trial],
    effects: Mapping[str, Callable[[Array], Array]], shade: str,
) -> None:  # fmt: skip
    (above, corner), (square, beside) = panels
    across, up = axes_of
    x, y = across.positions(trials), up.positions(trials)
    corner.set_visible(False)
    square.scatter(x, y, s=54, color=shade, zorder=3)
    for value in np.unique(x):
        square.axvline(value, color=shade, alpha=0.28, linewidth=1.2, zorder=1)
    for value in np.unique(y):
        square.axhline(value, color=shade, alpha=0.28, linewidth=1.2, zorder=1)
    across.apply(square.xaxis, square.set_xscale, square.set_xticks)
    up.apply(square.yaxis, square.set_yscale, square.set_yticks)
    square.set_xlim(_padded(across))
    square.set_ylim(_padded(up))
    square.set_xlabel(across.name)
    square.set_ylabel(up.name)
    _shadow(above, across, x, effects.get(across.name), shade, upright=False)
    _shadow(beside, up, y, effects.get(up.name), shade, upright=True)


def _shadow(
    panel: Any, axis: Axis, values: Array, effect: Callable[[Array], Array] | None, shade: str,
    upright: bool,
) -> None:  # fmt: skip
    """Draw the values tried along one axis, on the curve of its effect if that is known."""
    theme = style.current()
    low, high = _padded(axis)
    line = np.geomspace(low, high, 300) if axis.is_log else np.linspace(low, high, 300)
    curve = np.zeros_like(line) if effect is None else np.asarray(effect(line))
    seen = np.unique(values)
    at = np.zeros_like(seen) if effect is None else np.asarray(effect(seen))
    first, second = (curve, line) if upright else (line, curve)
    panel.plot(first, second, color=theme.quiet, linewidth=1.6)
    points = (at, seen) if upright else (seen, at)
    panel.scatter(*points, s=30, color=shade, zorder=3, clip_on=False)
    for value, height in zip(seen, at, strict=True):
        ends = ([0, height], [value] * 2) if upright else ([value] * 2, [0, height])
        panel.plot(*ends, color=shade, alpha=0.45, linewidth=1.2)
    set_along = panel.set_ylim if upright else panel.set_xlim
    set_scale = panel.set_yscale if upright else panel.set_xscale
    if axis.is_log:
        set_scale("log")
    set_along(low, high)
    (panel.set_xlim if upright else panel.set_ylim)(0, 1.18)
    panel.axis("off")
    noun = "value" if len(seen) == 1 else "values"
    place = {"x": 0.0, "y": 1.01, "va": "bottom", "ha": "left"} if upright else {
        "x": 1.0, "y": 1.0, "va": "top", "ha": "right"
    }  # fmt: skip
    panel.text(s=f"{len(seen)} {noun}", fontsize=10.5, transform=panel.transAxes,
               color=theme.ink, **place)  # fmt: skip


def _padded(axis: Axis) -> tuple[float, float]:
    low, high = axis.limits
    if axis.is_log:
        pad = (high / low) ** 0.05
        return low / pad, high * pad
    pad = 0.05 * (high - low)
    return low - pad, high + pad
