"""Whole programs, unmodified, under both engines: the same numbers from the seed alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compat.running import run

pytestmark = pytest.mark.keras

SEEDS = ("0", "777")
PROGRAMS = Path(__file__).with_name("programs.py")
BANDS = {"float64": 1e-12, "float32": 1e-5}


def results(folder: Path, engine: str, floatx: str) -> Any:
    out = folder / f"{engine}_{floatx}.json"
    done = run(PROGRAMS, floatx, str(out), *SEEDS, engine=engine)
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=BANDS)
def both(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any, Any]:
    folder = tmp_path_factory.mktemp("programs")
    ours, keras = (results(folder, name, request.param) for name in ("nnscratch", "keras"))
    return request.param, ours, keras


def apart(ours: Any, keras: Any) -> float:
    """Return the largest difference between two nests of numbers, relative where they are large."""
    if isinstance(keras, dict):
        assert sorted(ours) == sorted(keras)
        return max((apart(ours[key], keras[key]) for key in keras), default=0.0)
    if keras and not isinstance(keras[0], (int, float)):
        assert len(ours) == len(keras)
        return max(apart(a, b) for a, b in zip(ours, keras, strict=True))
    received, expected = np.asarray(ours), np.asarray(keras)
    assert received.shape == expected.shape
    return float(np.max(np.abs(received - expected) / np.maximum(np.abs(expected), 1.0), initial=0))


def test_histories(both: tuple[str, Any, Any]) -> None:
    floatx, ours, keras = both
    assert len(keras) >= 8 * len(SEEDS)
    for name in keras:
        distance = apart(ours[name]["history"], keras[name]["history"])
        assert distance <= BANDS[floatx], (name, distance)


def test_what_comes_after_training(both: tuple[str, Any, Any]) -> None:
    floatx, ours, keras = both
    band = BANDS[floatx] if floatx == "float64" else 1e-3  # a ReLU may part float32 runs
    for name in keras:
        assert ours[name]["names"] == keras[name]["names"]
        for part in set(keras[name]) - {"names", "history"}:
            distance = apart(ours[name][part], keras[name][part])
            assert distance <= band, (name, part, distance)
