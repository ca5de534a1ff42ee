"""Colours that every eye can tell apart, and figures that come out the same twice."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from nnscratch.lab import pictures, style

VISIONS = {  # Machado, Oliveira & Fernandes (2009), severity 1; acts on linear RGB
    "all three cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
COMPARED = 6
"""Most figures compare up to so many series by colour; further ones differ in dashes as well."""


def linear(color: str) -> np.ndarray:
    srgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lightness_and_tint(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear sRGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb / np.array([0.9505, 1.0, 1.089]), 0, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(a: str, b: str) -> float:
    bright = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b))
    return (bright[1] + 0.05) / (bright[0] + 0.05)


@pytest.mark.parametrize("name", style.THEMES)
def test_contrast_against_the_paper(name: str) -> None:
    theme = style.THEMES[name]
    assert contrast(theme.ink, theme.paper) > 7
    assert contrast(theme.quiet, theme.paper) > 4.5
    assert min(contrast(shade, theme.paper) for shade in theme.series) > 3


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", style.THEMES)
def test_series_can_be_told_apart(name: str, vision: str) -> None:
    seen = [
        lightness_and_tint(np.clip(np.asarray(VISIONS[vision]) @ linear(shade), 0, 1))
        for shade in style.THEMES[name].series[:COMPARED]
    ]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 15


def test_themes_have_equal_lengths() -> None:
    assert len(style.LIGHT.series) == len(style.DARK.series)
    assert len(style.DASHES) == len(style.MARKERS) == len(style.LIGHT.series)
    assert len(set(style.MARKERS)) == len(style.MARKERS)


def test_unknown_theme_and_back_again() -> None:
    with pytest.raises(ValueError, match="Did you mean 'dark'"), style.theme("drak"):
        pass
    with style.theme("dark"):
        assert style.color(0) == style.DARK.series[0]
    assert style.color(len(style.LIGHT.series)) == style.LIGHT.series[0]


def test_spread_keeps_order_gap_and_middle() -> None:
    places = [0.1, 0.11, 0.5, 0.52, 0.53, 0.9]
    moved = style.spread(places, 0.08)
    assert all(b - a >= 0.08 - 1e-9 for a, b in pairwise(moved))
    assert np.mean(moved) == pytest.approx(np.mean(places))
    assert style.spread([0.1, 0.5], 0.08) == [0.1, 0.5]
    crowded = style.spread([0.3, 0.98, 0.98, 0.99], 0.08)
    np.testing.assert_allclose(crowded, [0.3, 0.84, 0.92, 1.0])


def test_figures_without_matplotlib_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"nnscratch\[figures\]"), style.theme("light"):
        pass


def test_lines_differ_by_colour_or_dash() -> None:
    looks = {(style.color(i), str(style.dash(i))) for i in range(64)}
    assert len(looks) == 64


def test_svg_follows_the_readers_preference_and_is_the_same_twice(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    texts = []
    for name in ("a.svg", "b.svg"):
        with style.theme("light"):
            figure, axes = style.panels(title="A line")
            axes[0, 0].plot([0, 1], color=style.color(0))
            texts.append(pictures.write(figure, tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert "var(--series-0)" in texts[0]
    assert f"--series-0: {style.DARK.series[0]}" in texts[0]
    assert style.LIGHT.series[0] not in texts[0].replace(f"--series-0: {style.LIGHT.series[0]}", "")
