"""The page of a recorded run: its numbers, and the page itself in a browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from browser import Browser, find_browser
from runs import network, trained

from nnscratch import cli
from nnscratch.lab import Recorder, Recording
from nnscratch.lab.page.numbers import BINS, MOST_STEPS, numbers

in_browser = pytest.mark.skipif(find_browser() is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    pytest.importorskip("plotly")
    folder = tmp_path_factory.mktemp("page")
    rec = Recorder(every=2, file=folder / "run.nnrec")
    trained(rec, epochs=4, validation_split=0.2)
    return rec, rec.report(folder / "run.html")


class Outside(HTMLParser):
    """Collects whatever a page would load from elsewhere."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        found = {k: v for k, v in attrs if k in ("src", "href") and v}
        self.found += [v for v in found.values() if not v.startswith(("#", "data:"))]


def test_the_numbers_are_those_of_the_recording(recorded):
    rec, _ = recorded
    found = numbers(rec)
    json.dumps(found, allow_nan=False)
    assert found["epochs"] == rec.epochs
    np.testing.assert_allclose(found["loss"]["values"], rec["loss"], rtol=1e-4)
    line = next(one for one in found["norms"] if one["name"] == "second/kernel")
    np.testing.assert_allclose(line["values"], rec["second/kernel", "grad"]["norm"], rtol=1e-4)
    assert line["steps"] == rec["second/kernel", "grad"].steps.tolist()
    for histogram in found["histograms"]:
        sums = np.sum(histogram["shares"], axis=1)
        assert np.shape(histogram["shares"])[1] == BINS
        assert (sums <= 1000 + BINS / 2).all()
        assert np.median(sums) >= 900
    kinds = {slot["kind"] for slot in found["slots"]}
    assert kinds == {"momentum", "velocity", "step_size"}


def test_long_runs_are_thinned():
    rec = Recorder(["weight", "loss"], "last/bias", every=1)
    trained(rec, epochs=30)
    found = numbers(rec)
    assert len(found["steps"]) <= MOST_STEPS
    assert found["steps"][-1] == 210
    assert len(found["histograms"][0]["steps"]) <= MOST_STEPS


def test_the_file_needs_nothing_else(recorded):
    _, path = recorded
    text = path.read_text(encoding="utf-8")
    page = Outside()
    page.feed(re.sub(r"<script.*?</script>", "", text, flags=re.S))
    assert page.found == []
    assert text.count("<html") == 1
    labels = re.findall(r"<label>", text)
    assert len(labels) == 3


def test_names_cannot_break_out_of_the_page(tmp_path):
    pytest.importorskip("plotly")
    rec = Recorder(every=3)
    trained(rec, epochs=1)
    text = rec.report(tmp_path / "x.html", title="</script><b>&").read_text(encoding="utf-8")
    assert "</script><b>" not in text
    assert "&lt;/script&gt;&lt;b&gt;&amp;" in text


@in_browser
def test_it_opens_without_errors_and_its_slider_moves_the_charts(recorded):
    _, path = recorded
    with Browser() as browser:
        browser.open(path)
        assert browser.errors == []
        shapes = "[...document.querySelectorAll('#{} .bars path')].map(p => p.getAttribute('d'))"
        before = {name: browser.evaluate(shapes.format(name)) for name in ("histogram", "layers")}
        assert len(before["histogram"]) == BINS
        assert browser.evaluate("document.getElementById('shown').textContent") == "step 24"
        browser.evaluate(
            "(() => { const s = document.getElementById('step'); s.value = 3;"
            " s.dispatchEvent(new Event('input')); })()"
        )
        assert browser.evaluate("document.getElementById('shown').textContent") == "step 6"
        after = {name: browser.evaluate(shapes.format(name)) for name in before}
        assert after["histogram"] != before["histogram"]
        assert after["layers"] != before["layers"]
        browser.evaluate(
            "(() => { const s = document.getElementById('series'); s.value = 5;"
            " s.dispatchEvent(new Event('change')); })()"
        )
        assert browser.evaluate(shapes.format("histogram")) != after["histogram"]
        assert browser.errors == []


@in_browser
def test_the_keyboard_moves_the_slider(recorded):
    _, path = recorded
    with Browser() as browser:
        browser.open(path)
        browser.evaluate("document.getElementById('step').focus()")
        for kind in ("keyDown", "keyUp"):
            browser.call("Input.dispatchKeyEvent", type=kind, key="Home", code="Home",
                         windowsVirtualKeyCode=36)  # fmt: skip
        assert browser.evaluate("document.getElementById('shown').textContent") == "step 1"


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(recorded, scheme):
    _, path = recorded
    with Browser() as browser:
        browser.resize(360, 740, mobile=True)
        browser.media(scheme)
        browser.open(path, "#step=4&series=first/kernel,grad")
        assert browser.evaluate("document.documentElement.scrollWidth") <= 360
        chosen = browser.evaluate(
            "document.getElementById('series').selectedOptions[0].textContent"
        )
        assert chosen == "first/kernel: gradient dL/dw"
        assert browser.evaluate("document.getElementById('shown').textContent") == "step 4"
        colour = browser.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (colour == "rgb(255, 255, 255)") == (scheme == "light")
        assert browser.errors == []


@in_browser
def test_little_recorded_is_little_shown(tmp_path):
    pytest.importorskip("plotly")
    rec = Recorder("loss", every=1)
    trained(rec, epochs=1)
    path = rec.report(tmp_path / "little.html")
    with Browser() as browser:
        browser.open(path)
        assert browser.errors == []
        shown = "[...document.querySelectorAll('figure')].filter(f => f.offsetParent).length"
        assert browser.evaluate(shown) == 2


@in_browser
def test_a_comparison_of_two_engines_can_be_shown(tmp_path):
    pytest.importorskip("plotly")
    from nnscratch.compare.comparison import Comparison, FitComparison
    from nnscratch.compare.growth import Curve, Point

    rec = Recorder("loss", every=1)
    trained(rec, epochs=1)
    points = [Point("start", 1, 0, 1e-9, "w"), Point("step", 1, 1, 1e-7, "w")]
    curves = [
        Curve("dense/kernel", [0, 1], [0.0, 1e-7]),
        Curve("dense/bias", [1], [3e-5]),
        Curve("out/kernel", [0, 1], [1e-9, float("inf")]),
    ]
    fit = FitComparison(1, "net", [], [], points, (1.0, 0.1), curves=curves)
    run = SimpleNamespace(record={"floatx": "float32"})
    comparison = Comparison(run, run, 1e-4, fits=[fit])
    path = rec.report(tmp_path / "two.html", comparison=comparison)
    with Browser() as browser:
        browser.open(path)
        assert browser.evaluate("!!document.querySelector('#comparison .scatterlayer')")
        drawn = browser.evaluate(
            "document.getElementById('tensors0').data.map(t => [t.meta, t.x, t.y, t.line.dash])"
        )
        assert drawn == [
            ["dense/kernel", [0, 1], [1e-8, 1e-7], "solid"],  # 0 lies at the bottom
            ["dense/bias", [1], [3e-5], "dash"],
            ["out/kernel", [0, 1], [1e-8, None], "solid"],
        ]
        colours = browser.evaluate(
            "document.getElementById('tensors0').data.map(t => t.line.color)"
        )
        assert colours[0] == colours[1] != colours[2]
        legend = browser.evaluate(
            "[...document.querySelectorAll('#tensors0 .legendtext')].map(t => t.textContent)"
        )
        assert legend == ["dense", "out"]
        caption = browser.evaluate(
            "document.querySelector('#figure-tensors0 figcaption').innerText"
        )
        assert "solid: kernel; dashed: bias." in caption
        assert browser.errors == []


def test_the_command(recorded, tmp_path, capsys):
    rec, _ = recorded
    rec.save(tmp_path / "run.nnrec")
    assert cli.main(["lab", "report", str(tmp_path / "run.nnrec"), "--title", "My run"]) == 0
    assert "My run" in (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "run.html" in capsys.readouterr().out
    assert cli.main(["lab", "report", str(tmp_path / "none.nnrec")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_notebooks_show_models_histories_and_recordings(recorded):
    rec, _ = recorded
    model, history = trained(epochs=2)
    assert "5 × 3" not in model._repr_html_()
    for part in ("first", "Dense", "(N, 8)", "56", "Adam"):
        assert part in model._repr_html_()
    for part in ("loss", "polyline", f"{history.history['loss'][-1]:.5g}"):
        assert part in history._repr_html_()
    shown = Recording.load(rec._path)._repr_html_()
    for part in ("first/kernel", "polyline", "val_loss"):
        assert part in shown
    assert "nothing recorded yet" in Recorder()._repr_html_()
    assert "not built" in type(network())([network().layers[0].__class__(3)])._repr_html_()
