"""The command `nnscratch tune`, its display and its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnscratch.cli import main
from nnscratch.tuner import DenseNetwork, HyperParameters, RandomSearch
from nnscratch.tuner.command import load

pytest.importorskip("h5py")
pytest.importorskip("matplotlib")
SCRIPT = """
from tensorflow import keras

def build_model(hp):
    model = keras.Sequential([keras.Input((8, 8)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(hp.Int("units", 8, 32, step=8), activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    if hp.Boolean("broken"):
        raise RuntimeError("a <b>broken</b> model")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
"""


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


@pytest.mark.parametrize("method", ["grid", "random", "bayesian", "tpe", "hyperband", "ucb"])
def test_every_method(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    for package in ("optuna", "sklearn", "matplotlib"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    arguments = ["--method", method, "--trials", "5", "--epochs", "2", "--rows", "150"]
    assert main(["tune", *arguments]) == 0
    out = capsys.readouterr().out
    assert "best so far" in out
    assert re.search(r"The best of \d+ trials", out)
    assert re.search(r"On the test data, which no trial has seen: accuracy 0\.\d{4}", out)
    page = (tmp_path / "searches" / f"digits_{method}" / "report.html").read_text()
    assert page.count("<svg") >= 2
    assert "http" not in re.sub(r"http://www\.w3\.org|http://purl\.org|http://creativec", "", page)


def test_a_script_written_for_keras(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from nnscratch.compat import use_as_keras

    with use_as_keras():
        arguments = ["--trials", "4", "--epochs", "1", "--rows", "100", "--seed", "3"]
        assert main(["tune", f"{script}:build_model", *arguments]) == 0
    out = capsys.readouterr().out
    assert "failed: RuntimeError: a <b>broken</b> model" in out
    page = Path("searches/digits_random/report.html").read_text()
    assert "a &lt;b&gt;broken&lt;/b&gt; model" in page
    assert "<b>broken" not in page


def test_a_command_given_twice_goes_on(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["tune", "--epochs", "1", "--rows", "100", "--trials"]
    assert main([*arguments, "2"]) == 0
    capsys.readouterr()
    assert main([*arguments, "3"]) == 0
    out = capsys.readouterr().out
    assert "trial 2 " in out
    assert "trial 1 " not in out
    assert "The best of 3 trials" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing.py:build"], "there is no script 'nothing.py'"),
        (["script.py:build_modell"], "Did you mean 'build_model'"),
        (["--data", "digit"], "Did you mean 'digits'"),
    ],
)
def test_mistakes_are_answered(
    script: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    from nnscratch.compat import use_as_keras

    with use_as_keras():
        assert main(["tune", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_data_are_numbers_up_to_one() -> None:
    data = load("digits", 100)
    assert data.x.shape == (100, 8, 8)
    assert data.x.dtype == "float32"
    assert data.x_test.max() == 1.0
    assert data.y.dtype == "int64"


def test_dense_networks_have_the_units_that_count() -> None:
    hp = HyperParameters()
    network = DenseNetwork((4,), 3)
    network.build(hp)
    hp.values.update(layers=2, units_1=32)
    model = network.build(hp)
    # 4·32+32 + 32·16+16 + 16·3+3, and dropout has none
    assert model.count_params() == 160 + 528 + 51
    assert "units_3" not in hp.values


def test_trials_are_announced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Line(RandomSearch):
        def run_trial(self, trial, *args, **kwargs):  # type: ignore[no-untyped-def]
            return trial.hyperparameters.Choice("x", [1.0, 2.0])

    tuner = Line(max_trials=2, seed=1, directory=tmp_path)
    tuner.search()
    out = capsys.readouterr().out
    assert "Trial #1 completed" in out
    assert "Best default_objective so far: 1 (trial #1)" in out
