"""A run that is killed at any moment and started again ends with the bits of one that was not."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nnscratch import models

pytest.importorskip("h5py", reason="backups need the extra `files`")
PROGRAM = Path(__file__).with_name("program.py")
STEPS = 30
"""Six epochs of five batches."""


def start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROGRAM), str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def result(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "result.npz") as file:
        return dict(file)


def kill_somewhere(folder: Path, chance: random.Random) -> bool:
    """Start the run and kill it within a few steps, anywhere in a step; False if it was done."""
    with start(folder) as process:
        assert process.stdout is not None
        for _ in range(chance.randint(1, 6)):
            if not process.stdout.readline():
                return process.wait() != 0
        time.sleep(chance.uniform(0, 0.004))
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def run_under_fire(folder: Path, chance: random.Random, most_kills: int) -> int:
    """Kill the run until it has come to its end, or so often; return the number of kills."""
    kills = 0
    while kills < most_kills and kill_somewhere(folder, chance):
        kills += 1
        for name in ("best.keras", "latest.keras"):
            if (folder / name).exists():
                assert models.load_model(folder / name).built
    if not (folder / "result.npz").exists():
        with start(folder) as process:
            assert process.stdout is not None
            process.stdout.read()
            assert process.wait() == 0
    return kills


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert run_under_fire(folder, random.Random(0), most_kills=0) == 0
    return result(folder)


def check(folder: Path, undisturbed: dict[str, np.ndarray], seed: int, most_kills: int) -> int:
    folder.mkdir()
    kills = run_under_fire(folder, random.Random(seed), most_kills)
    found = result(folder)
    assert found.keys() == undisturbed.keys()
    for name, expected in undisturbed.items():
        np.testing.assert_array_equal(found[name], expected, err_msg=f"{name}, seed {seed}")
    left = {path.name for path in folder.iterdir() if not path.name.endswith(".tmp")}
    assert left == {"best.keras", "latest.keras", "log.csv", "result.npz"}
    return kills


def test_a_few_kills(undisturbed, tmp_path):
    assert check(tmp_path / "run", undisturbed, seed=1, most_kills=6) >= 3


@pytest.mark.slow
def test_two_hundred_kills(undisturbed, tmp_path):
    kills = seed = 0
    while kills < 200:
        seed += 1
        kills += check(tmp_path / str(seed), undisturbed, seed, most_kills=40)
    print(f"{kills} kills in {seed} runs")
