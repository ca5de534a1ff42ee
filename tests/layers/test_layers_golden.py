"""Outputs and gradients of layers against the numbers that Keras on TensorFlow gave."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnscratch import layers
from nnscratch.cache import Cache

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "layers.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
CASES = ABOUT["cases"]
RTOL = {"float32": 2e-6, "float64": 1e-14}


def label(case: dict[str, Any]) -> str:
    options = ",".join(f"{key}={value}" for key, value in case["options"].items())
    return f"{case['class']}-{options}-{case['values']}-{len(case['shapes'])}"


def stored(number: int, prefix: str, dtype: str) -> list[np.ndarray]:
    names = [f"{number}/{prefix}{i}" for i in range(9)]
    return [GOLDEN[name].astype(dtype) for name in names if name in GOLDEN]


def made(case: dict[str, Any], dtype: str) -> layers.Layer:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*rms_scaling.*")
        return getattr(layers, case["class"])(dtype=dtype, **case["options"])


def assert_near(actual: np.ndarray, expected: np.ndarray, dtype: str, scale: float) -> None:
    assert actual.dtype == np.dtype(dtype)
    assert actual.shape == expected.shape
    size = scale * max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(actual, expected, rtol=RTOL[dtype], atol=RTOL[dtype] * size)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: label(CASES[i]))
def test_output_and_gradients_are_those_of_keras(number: int, dtype: str) -> None:
    case, cache = CASES[number], Cache()
    layer, x = made(case, dtype), stored(number, "x", dtype)
    given = x if len(x) > 1 else x[0]
    layer.ensure_built([a.shape for a in x] if len(x) > 1 else x[0].shape)
    for weight, value in zip(layer.trainable_weights, stored(number, "w", dtype), strict=True):
        weight.assign(value)
    scale = 40.0 if case["values"] == "offset" else 4.0
    y = layer.forward(given, cache)
    assert_near(y, GOLDEN[f"{number}/{dtype}/y"], dtype, scale)
    dx = layer.backward(GOLDEN[f"{number}/dy"].astype(dtype), cache)
    for i, one in enumerate(dx if len(x) > 1 else [dx]):
        assert_near(one, GOLDEN[f"{number}/{dtype}/dx{i}"], dtype, scale)
    for i, weight in enumerate(layer.trainable_weights):
        assert_near(weight.grad, GOLDEN[f"{number}/{dtype}/dw{i}"], dtype, 4 * scale)


@pytest.mark.parametrize(("name", "axis"), [("last", -1), ("none", None), ("both", (1, 2))])
@pytest.mark.parametrize("how", ["array", "batches"])
def test_normalization_learns_what_it_learns_in_keras(
    name: str, axis: int | None, how: str
) -> None:
    data = GOLDEN["adapt/data"]
    layer = layers.Normalization(axis=axis)
    layer.adapt(data if how == "array" else [data[:4], data[4:]])
    for statistic in ("mean", "variance"):
        expected = GOLDEN[f"adapt/{name}/{how}/{statistic}"]
        np.testing.assert_allclose(getattr(layer, statistic), expected, rtol=1e-6)


def test_the_file_says_what_it_was_made_with() -> None:
    assert ABOUT["versions"]["keras"] == "3.15.1"
    assert set(ABOUT["versions"]) == {"keras", "tensorflow", "numpy"}
