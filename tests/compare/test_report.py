from __future__ import annotations

import io
import json
import math
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from made import fit_arrays, fit_record, make_run
from rich.console import Console

from nnscratch.compare.comparison import Comparison, compare_runs
from nnscratch.compare.growth import Curve, Point
from nnscratch.compare.report import words
from nnscratch.compare.report.chart import sparkline, svg
from nnscratch.compare.report.data import as_json
from nnscratch.compare.report.html import page
from nnscratch.compare.report.panels import panels
from nnscratch.compare.report.terminal import print_report
from nnscratch.compare.runs import Request

REQUEST = Request("three <layers>.py", ["--fast"])


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    """Losses 0.5 and 0.5 then 0.25 and nan; a prediction 0.2 apart; one printed line of two."""
    first = make_run(
        tmp_path,
        [(fit_record(), fit_arrays())],
        [("predict", {"value": np.array([1.0])})],
        "loss 0.5\nmodel <a>\n",
    )
    second = make_run(
        tmp_path,
        [(fit_record(history={"loss": [0.5, math.nan]}), fit_arrays())],
        [("predict", {"value": np.array([1.25])})],
        "loss 0.25\nmodel <a>\n",
        name="nnscratch",
    )
    return compare_runs(first, second, 1e-4)


def printed(comparison: Comparison, noise: Comparison | None = None, limit: int = 0) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=100, color_system=None)
    print_report(REQUEST, comparison, noise, limit, console)
    return stream.getvalue()


def test_the_terminal_shows_every_line_and_the_verdict(comparison: Comparison) -> None:
    text = printed(comparison)
    rows = [line.split() for line in text.splitlines()]
    assert ["epoch", "1", "loss", "0.5", "0.5", "all", "0"] in rows
    assert ["epoch", "2", "loss", "0.25", "nan", "0", "inf"] in rows
    assert ["dense/bias", "1", "1", "noise", "0"] in rows
    assert any(row[:4] == ["predict", "#1", "value", "(1)[0]"] for row in rows)
    assert "printed output: 1 of 2 lines differ" in text
    assert "apart, equal to not one digit (inf apart, allowed 1e-04)" in text
    assert "They part in fit 1, epoch 2: loss" in text


def test_long_tables_keep_what_is_farthest_apart(comparison: Comparison) -> None:
    fit = comparison.fits[0]
    fit.history[:] = [fit.history[0]] * 50 + [fit.history[1]] + [fit.history[0]] * 50
    text = printed(comparison, limit=8)
    assert text.count("epoch 1  loss") == 7
    assert text.count("epoch 2  loss") == 1
    assert "93 lines more" in text


def test_keras_beside_itself_gets_a_column(comparison: Comparison) -> None:
    text = printed(comparison, noise=comparison)
    assert "Keras/Keras" in text
    assert "nnscratch is nearer to Keras" in text


def test_json_carries_everything_and_no_nan(comparison: Comparison) -> None:
    found = json.loads(as_json(REQUEST, comparison, None), parse_constant=pytest.fail)
    assert found["arguments"] == ["--fast"]
    assert set(found["runs"]) == {"keras", "nnscratch"}
    assert found["runs"]["keras"]["fit_seconds"] == 0.5
    judged = found["comparison"]
    assert judged["apart"] is True
    assert judged["relative"] == "inf"
    assert judged["fits"][0]["history"][1]["candidate"] == "nan"
    assert judged["results"][0]["relative"] == 0.2
    assert judged["printed_apart"][0]["relative"] == 0.5
    assert [p["moment"] for p in judged["fits"][0]["growth"]] == ["start", "step", "epoch"]
    assert judged["fits"][0]["curves"] == [
        {"name": "dense/kernel", "steps": [0, 1], "values": [0.0, 0.0]}
    ]
    assert found["keras_noise"] is None


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [v or "" for k, v in attrs if k in ("src", "href")]
        if tag not in ("meta", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("with_noise", [False, True])
def test_the_page_is_whole_escaped_and_by_itself(comparison: Comparison, with_noise: bool) -> None:
    text = page(REQUEST, comparison, comparison if with_noise else None)
    parser = Links()
    parser.feed(text)
    assert parser.open == []
    assert parser.found == []
    assert "three &lt;layers&gt;.py" in text
    assert "<layers>" not in text
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text
    assert ("Keras from itself" in text) == with_noise
    assert "<h4>dense</h4>" in text


def test_the_curve_is_drawn_to_scale() -> None:
    points = [Point("start", 1, 0, 0.0, ""), Point("step", 1, 10, 1.0, "a<b")]
    drawing = svg([("ours", points)], 1e-4, 1e-8).replace("a<b", "a")
    [line] = ElementTree.fromstring(drawing).findall("polyline")
    (x0, y0), (x1, y1) = (pair.split(",") for pair in line.attrib["points"].split())
    assert float(x0) < float(x1)
    assert (float(y0), float(y1)) == (196.0, 8.0)  # bottom and top of the axes


def test_each_layer_has_a_drawing_with_all_its_weights() -> None:
    curves = [
        Curve("a<b/kernel", [0, 5, 10], [0.0, 1e-4, math.inf]),
        Curve("a<b/bias", [0, 10], [1e-9, 1e-2]),
        Curve("out/kernel", [0, 10], [1e-8, 1.0]),
    ]
    root = ElementTree.fromstring(f"<p>{panels(curves, 1e-4, 1e-8)}</p>")
    assert [h.text for h in root.iter("h4")] == ["a<b", "out"]
    assert [key.find("svg").tail for key in root.iter("span")] == ["kernel", "bias"]
    lines = list(root.iter("polyline"))
    assert [line.attrib["class"] for line in lines] == ["t0", "t1", "t0"]
    assert lines[0].find("title").text == "a<b/kernel: inf after step 10"
    places = [[tuple(map(float, p.split(","))) for p in line.attrib["points"].split()]
              for line in lines]  # fmt: skip
    assert places[0] == [(40.0, 146.0), (166.0, 77.0), (292.0, 8.0)]  # bottom, middle, top
    assert places[1] == [(40.0, 146.0), (292.0, 42.5)]
    assert panels([], 1e-4, 1e-8) == ""


def test_many_layers_are_folded() -> None:
    curves = [Curve(f"dense_{i}/kernel", [1], [1e-3]) for i in range(14)]
    root = ElementTree.fromstring(f"<p>{panels(curves, 1e-4, 1e-8)}</p>")
    [folded] = root.iter("details")
    assert folded.find("summary").text == "2 layers more"
    assert [h.text for h in folded.iter("h4")] == ["dense_12", "dense_13"]


def test_a_sparkline_keeps_the_largest_of_each_stretch() -> None:
    assert sparkline([1e-8, 1.0] * 10, 1e-8, width=10) == "█" * 10


@pytest.mark.parametrize(
    ("relative", "expected"),
    [
        (0.0, "identical in every bit of 2 numbers"),
        (3e-6, "equal to 5 digits (3.0e-06 apart, allowed 1e-04)"),
        (2e-2, "apart, equal to 1 digit (2.0e-02 apart, allowed 1e-04)"),
    ],
)
def test_the_verdict_in_words(tmp_path: Path, relative: float, expected: str) -> None:
    value, other = {"value": np.array(1.0)}, {"value": np.array(1.0 - relative)}
    first = make_run(tmp_path, [], [("evaluate", value)] * 2)
    second = make_run(tmp_path, [], [("evaluate", other)] * 2, name="nnscratch")
    assert words.verdict(compare_runs(first, second, 1e-4)).startswith(expected)
