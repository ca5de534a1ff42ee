"""Ways over surfaces against arithmetic by hand; races and landscapes as numbers."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from nnscratch import lab
from nnscratch.lab.experiments.intervals import interval
from nnscratch.lab.experiments.landscape import Landscape, principal_plane
from nnscratch.lab.experiments.optimizer_paths import OptimizerPaths
from nnscratch.lab.experiments.optimizer_race import RATES
from nnscratch.lab.experiments.paths import FIVE, OTHERS, follow, tuned

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def paths() -> OptimizerPaths:
    return lab.optimizer_paths(surfaces=["bowl", "saddle"], steps=40)


def test_the_books_sgd_by_hand() -> None:
    """x ← x(1 − η/10), y ← y(1 − 2η) from (−7, 2) with η = 0.95: figure 6-8."""
    way = follow(lab.surface("bowl"), "sgd", 0.95, 30)
    steps = np.arange(31)
    np.testing.assert_allclose(way.points[:, 0], -7 * (1 - 0.095) ** steps, rtol=1e-5)
    np.testing.assert_allclose(way.points[:, 1], 2 * (1 - 1.9) ** steps, rtol=1e-4, atol=1e-7)
    assert (np.sign(way.points[:10, 1]) == (-1.0) ** np.arange(10)).all()  # to and fro


def test_the_books_momentum_by_hand() -> None:
    way = follow(lab.surface("bowl"), "momentum", 0.1, 30, "dlfs")
    w, v = np.array([-7.0, 2.0]), np.zeros(2)
    for step in range(31):
        np.testing.assert_allclose(way.points[step], w, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(way.state["velocity"][step], v, rtol=1e-5, atol=1e-6)
        v = 0.9 * v - 0.1 * np.array([w[0] / 10, 2 * w[1]])
        w = w + v


def test_adagrad_makes_steep_and_flat_alike() -> None:
    way = follow(lab.surface("bowl"), "adagrad", 1.5, 30, "dlfs")
    np.testing.assert_allclose(np.abs(np.diff(way.points[:2], axis=0)), [[1.5, 1.5]], rtol=1e-5)
    assert way.square is not None
    assert (np.diff(way.square, axis=0) >= 0).all()  # h only grows


@pytest.mark.parametrize("rule", [*FIVE, *OTHERS])
def test_every_rule_goes_down(rule: str) -> None:
    way = tuned(lab.surface("bowl"), rule, 60)
    assert not way.lost
    assert way.values[-1] < 0.8 * way.values[0]
    assert rule in RATES
    assert way.points.shape == (61, 2)
    assert all(kept.shape == (61, 2) for kept in way.state.values())


def test_saddle_is_left_sooner_by_rules_that_rescale(paths: OptimizerPaths) -> None:
    """Where the ridge is left: |y| > 1; SGD's step across it starts at a thousandth."""

    def leaves(rule: str) -> int:
        way = follow(lab.surface("saddle"), rule, 0.05, 200)
        return int(np.argmax(np.abs(way.points[:, 1]) > 1))

    assert 0 < leaves("rmsprop") < leaves("adam") < leaves("sgd")


def test_a_way_that_gets_lost_is_told() -> None:
    way = follow(lab.surface("rosenbrock"), "sgd", 1.0, 20)
    assert way.lost
    assert np.isnan(way.points[-1]).all()
    assert not tuned(lab.surface("rosenbrock"), "sgd", 20).lost


def test_paths_result(paths: OptimizerPaths) -> None:
    rows = paths.tables()["paths"]
    assert len(rows) == 2 * 5 * 41
    assert paths.findings()["bowl"]["sgd"]["learning_rate"] == 0.95
    for name in paths.drawings():
        assert paths.plot(name).axes
    assert "η = 0.95" in paths.text()


def test_animation_holds_the_numbers_and_needs_nothing_else(paths: OptimizerPaths) -> None:
    html = paths.pages()["optimizer-paths.html"]
    assert not re.search(r'(src|href)="http|@import|url\(', html)
    found = re.search(r"const DATA = (\{.*\});\n", html)
    assert found
    data = json.loads(found[1])
    assert set(data) == {"bowl", "saddle"}
    for name, ground in data.items():
        for way in ground["ways"]:
            rule = {"RMSProp": "rmsprop", "AdaGrad": "adagrad"}.get(way["title"], way["title"])
            path = paths.paths[name][rule.lower()]
            np.testing.assert_allclose(way["points"], path.points, rtol=1e-4)
            assert len(way["places"]) == len(path.points)
            assert set(way["vectors"]) == {"gradient", *path.state}
        assert ground["contours"].startswith("M")
    left, top = data["bowl"]["ways"][0]["places"][0]
    assert (left, top) == (pytest.approx(640 * 3 / 20), pytest.approx(440 * 3 / 10))


def test_interval_by_hand() -> None:
    found = interval(np.array([[1.0, 5.0], [3.0, 5.0]]))
    assert found.mean.tolist() == [2.0, 5.0]
    half = 12.706 * math.sqrt(2) / math.sqrt(2)
    np.testing.assert_allclose(found.high, [2 + half, 5.0])
    alone = interval(np.array([[1.0]]))
    assert alone.low == alone.high == 1.0
    many = interval(np.random.default_rng(0).normal(size=(400, 1)))
    assert float(many.high[0] - many.low[0]) == pytest.approx(2 * 1.96 / 20, rel=0.1)


def test_race_ranks_and_starts_alike() -> None:
    result = lab.optimizer_race(["sgd", "adam"], epochs=3, seeds=3, learning_rates={"sgd": 0.01})
    found = result.findings()
    assert found["adam"]["loss"][2] < found["sgd"]["loss"][0]  # the intervals do not touch
    assert "do not touch" in result.text()
    assert result.text().index("Adam") < result.text().index("SGD")
    assert len(result.tables()["race"]) == 2 * 3 * 3
    assert result.plot().axes


@pytest.fixture(scope="module")
def landscape() -> Landscape:
    return lab.optimizer_landscape(["sgd", "adam"], epochs=3, grid=7)


def test_landscape_heights_and_ways(landscape: Landscape) -> None:
    assert landscape.heights.shape == (7, 7)
    assert np.isfinite(landscape.heights).all()
    np.testing.assert_allclose(landscape.ways["sgd"][0], landscape.ways["adam"][0], atol=1e-6)
    assert landscape.losses["adam"][-1] < 0.5 * landscape.losses["adam"][0]
    np.testing.assert_allclose(landscape.plane.axes @ landscape.plane.axes.T, np.eye(2), atol=1e-5)
    assert 0.5 < landscape.plane.explained.sum() <= 1
    for way in landscape.ways.values():  # the window holds all ways
        assert landscape.a[0] < way[:, 0].min() <= way[:, 0].max() < landscape.a[-1]
    assert landscape.plot().axes


def test_principal_plane_of_a_plane_is_that_plane() -> None:
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(6, 2)))[0].T
    places = rng.normal(size=(40, 2)) * [3.0, 1.0]
    plane = principal_plane(places @ basis + 7.0)
    assert plane.explained.sum() == pytest.approx(1)
    back = (places @ basis + 7.0 - plane.centre) @ plane.axes.T @ plane.axes + plane.centre
    np.testing.assert_allclose(back, places @ basis + 7.0, atol=1e-9)


def test_dialects_part_where_the_table_says() -> None:
    result = lab.compare_dialects(["adagrad"], epochs=2)
    halves = result.findings()["gradient_at_half_the_full_step"]
    assert halves["adam"]["torch"] == pytest.approx(1e-8, rel=0.3)
    assert halves["adam"]["keras"] == pytest.approx(1e-7 / math.sqrt(0.001), rel=0.3)
    assert halves["adagrad"]["keras"] == pytest.approx(math.sqrt(0.1 / 3), rel=0.3)
    assert halves["adagrad"]["paper"] is None
    ends = result.findings()["momentum_end"]
    v = w = 0.0
    for step in range(30):
        v = 0.9 * v - (1.0 if step < 10 else 0.1)
        w += v
    assert ends["keras"] == pytest.approx(w, rel=1e-5)
    assert ends["torch"] > ends["keras"] + 20
    curves = result.curves["adagrad"]
    assert curves["dlfs"].loss[-1] < curves["keras"].loss[-1]  # η of 0.01, not 0.001
    for name in result.drawings():
        assert result.plot(name).axes


WATCH = """<script>
const errors = [];
addEventListener("error", (event) => errors.push(event.message));
</script>"""
USE = """<script>
const slider = document.getElementById("step");
const lengths = () => [...document.querySelectorAll("#map .way")].map((w) => w.getTotalLength());
const found = { before: lengths() };
slider.value = 2;
slider.dispatchEvent(new Event("input"));
found.after = lengths();
found.count = document.getElementById("count").textContent;
document.querySelector("#rules input").click();
found.ways = lengths().length;
const select = document.getElementById("surface");
select.value = "saddle";
select.dispatchEvent(new Event("change"));
found.formula = document.getElementById("formula").textContent;
found.errors = errors;
const pre = document.createElement("pre");
pre.id = "found";
pre.textContent = JSON.stringify(found);
document.body.append(pre);
</script>"""


def test_animation_moves_in_a_browser(paths: OptimizerPaths, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine")
    html = paths.pages()["optimizer-paths.html"]
    html = html.replace("<head>", f"<head>{WATCH}").replace("</body>", f"{USE}</body>")
    page = tmp_path / "page.html"
    page.write_text(html, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
    shown = subprocess.run(
        [browser, *flags, "--dump-dom", page.as_uri()], capture_output=True, text=True, check=True
    ).stdout
    match = re.search(r'<pre id="found">(.*?)</pre>', shown)
    assert match, shown[-2000:]
    found = json.loads(match[1])
    assert found["errors"] == []
    assert len(found["before"]) == len(found["after"]) == 5
    assert all(a < b for a, b in zip(found["after"], found["before"], strict=True))
    assert found["count"] == "step 2 / 40"
    assert found["ways"] == 4
    assert "y⁴/4" in found["formula"]
