"""The notes' programs in examples/notes: each runs, under both engines, to the same output."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from compat.running import ROOT, run

SCRIPTS = sorted((ROOT / "examples" / "notes").glob("*.py"))
NEED_MNIST = {p.name for p in SCRIPTS if "mnist" in p.read_text(encoding="utf-8")}
SMALL = ("--epochs", "1", "--rows", "1000")
NEEDS = {"checkpoint_hdf5.py": ["h5py"], "functional_api.py": ["h5py"],
         "save_and_load.py": ["h5py", "matplotlib"],
         "callbacks_to_files.py": ["h5py", "tensorboard"]}  # fmt: skip
REFUSED_BY_KERAS = {"checkpoint_hdf5.py"}


def printed(script: Path, engine: str = "nnscratch") -> list[str]:
    """Run a script on little data and return what it printed, without times."""
    if script.name in NEED_MNIST and "NNSCRATCH_DATASETS" not in os.environ:
        pytest.skip("needs MNIST: set NNSCRATCH_DATASETS to a folder that holds mnist.npz")
    for package in NEEDS.get(script.name, ()):
        pytest.importorskip(package)
    arguments = SMALL if script.name in NEED_MNIST else ()
    done = run(script, *arguments, engine=engine)
    assert done.returncode == 0, done.stderr
    return [without_times(line) for line in done.stdout.splitlines()]


def without_times(line: str) -> str:
    return re.sub(r"\d+(\.\d+)?(ms|us|s)(?=\b|/)", "_", re.sub(r", \d+ s$", "", line))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_it_runs(script: Path) -> None:
    assert printed(script)


@pytest.mark.keras
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_it_prints_what_keras_prints(script: Path) -> None:
    if script.name in REFUSED_BY_KERAS:
        assert run(script, engine="keras").returncode != 0
        return
    ours, keras = printed(script), printed(script, "keras")
    assert len(ours) == len(keras)
    number = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
    for line, expected in zip(ours, keras, strict=True):
        assert number.sub("#", line) == number.sub("#", expected)
        for a, b in zip(number.findall(line), number.findall(expected), strict=True):
            assert abs(float(a) - float(b)) <= 2e-4, (line, expected)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda p: p.stem)
def test_it_is_short_and_pure_keras(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
    assert "nnscratch" not in text
    assert "tensorflow" in text


@pytest.mark.parametrize("name", sorted(NEED_MNIST))
def test_without_mnist_it_says_so(name: str, tmp_path: Path) -> None:
    script = ROOT / "examples" / "notes" / name
    nowhere = {"KERAS_HOME": str(tmp_path), "NNSCRATCH_DATASETS": str(tmp_path)}
    unreachable = {"https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = run(script, *SMALL, **nowhere, **unreachable)
    assert done.returncode == 1
    assert "MNIST is not on this machine" in done.stderr.splitlines()[-1]
