"""The first different bits of two runs, and `--explain`, which says where they come from."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from made import digest, fit_arrays, fit_record

from nnscratch.compare.command import APART, EQUAL, add_arguments, run
from nnscratch.compare.microscope import first_difference, ulps_between
from nnscratch.compare.recorder import SAMPLE, Recorder, sampled_indices
from nnscratch.compare.runs import Engine

SCRIPT = """
import os
import keras
import numpy as np
keras.utils.set_random_seed(3)
x = np.random.default_rng(0).normal(size=(20, 3))
y = x[:, :1] ** 2
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.01, epsilon=float(os.environ["EPSILON"])), "mse")
model.fit(x, y, epochs=2, batch_size=8, verbose=0)
"""


def test_ulps_count_floats_across_zero() -> None:
    tiny = float(np.nextafter(np.float32(0), np.float32(1)))
    a = np.array([1.0, tiny, 0.0, 2.0])
    b = np.array([float(np.nextafter(np.float32(1), np.float32(2))), -tiny, -0.0, 2.0])
    assert ulps_between(a, b, "float32").tolist() == [1, 2, 0, 0]
    assert ulps_between(np.array([1.0]), np.array([1.0 + 2**-52]), "float64").tolist() == [1]


def test_the_first_bits_are_those_of_the_first_step() -> None:
    late = float(np.nextafter(np.float32(0.5), np.float32(1)))
    other = np.array([digest(1.0, 2.0), digest(late, 2.0), digest(7.0, 2.0)])
    changed = fit_arrays(step_0=other)
    sight = first_difference(fit_record(), fit_record(), fit_arrays(), changed, "float32")
    assert sight is not None
    assert (sight.where, sight.name, sight.index) == ("at step 1 (epoch 1)", "dense/kernel", (0,))
    assert (sight.ulps, sight.differing, sight.looked_at) == (1, 1, 2)
    assert "dense/kernel[0]" in str(sight)
    assert "1 ulp apart" in str(sight)


def test_what_only_noise_moves_is_no_first_difference() -> None:
    other = np.array([digest(9.0, 2.0)] * 3)
    changed = fit_arrays(step_1=other)  # the bias before a normalization
    assert first_difference(fit_record(), fit_record(), fit_arrays(), changed, "float32") is None


def test_the_loss_is_looked_at_before_the_weights() -> None:
    record = fit_record(steps=[["start", 0, 0, None], ["step", 0, 1, 0.75], ["epoch", 0, 1, 0.5]])
    other = np.array([digest(1.0, 2.0), digest(0.25, 2.0), digest(7.0, 2.0)])
    sight = first_difference(
        fit_record(), record, fit_arrays(), fit_arrays(step_0=other), "float64"
    )
    assert sight is not None
    assert (sight.name, sight.reference, sight.candidate) == ("running loss", 0.5, 0.75)
    assert sight.tensors == 2


def test_a_sampled_element_is_named_by_its_place_in_the_tensor(tmp_path: Path) -> None:
    big = np.zeros((40, 30))
    place = sampled_indices(big.size)[17]
    recorder = Recorder({"folder": str(tmp_path), "engine": "e"})
    before = recorder.digest(big)
    big.flat[place] = 0.5
    after = recorder.digest(big)
    assert len(after) == 2 + SAMPLE
    arrays = {"step/0": np.array([before] * 3), "weight/0": big, "weight/1": np.zeros(1)}
    record = fit_record(tensors=["weight net/dense/kernel"])
    changed = {**arrays, "step/0": np.array([before, after, after])}
    sight = first_difference(record, record, arrays, changed, "float64")
    assert sight is not None
    assert sight.index == (place // 30, place % 30)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return path


def compare(script: Path, theirs: str, *line: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    engines = [
        Engine(name, name.title(), "nnscratch", adapter="nnscratch.compat:run_script",
               environment={"EPSILON": epsilon})
        for name, epsilon in (("first", theirs), ("second", "1e-7"))
    ]  # fmt: skip
    return run(parser.parse_args([str(script), "--explain", *line]), engines)


def test_explain_names_the_cause(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, data = tmp_path / "out.html", tmp_path / "out.json"
    assert compare(script, "1e-4", "--report", str(report), "--json", str(data)) == APART
    out = " ".join(capsys.readouterr().out.split())
    assert "why fit 1 differs Closes 100.0 % of the gap: ε is 0.0001." in out
    assert "first different bits at step 1 (epoch 1)" in out
    assert "Why fit 1 differs" in report.read_text(encoding="utf-8")
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["explained"]["fit"] == 1
    assert found["explained"]["causes"][0]["cause"] == "ε is 0.0001"
    assert found["comparison"]["fits"][0]["first_bits"]["where"] == "at step 1 (epoch 1)"


def test_equal_runs_need_no_explanation(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(script, "1e-7") == EQUAL
    out = capsys.readouterr().out
    assert "There is nothing to explain" in out
    assert "first different bits" not in out
