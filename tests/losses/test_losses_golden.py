"""Losses and gradients against the numbers that Keras on TensorFlow gave for the same arrays."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnscratch import losses
from nnscratch.cache import Cache

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "losses.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
CASES = ABOUT["cases"]
RTOL = {"float32": 1e-6, "float64": 2e-14}
ATOL = {"float32": 1e-7, "float64": 1e-15}


def label(case: dict[str, Any]) -> str:
    options = ",".join(f"{key}={value}" for key, value in case["options"].items())
    parts = (case["class"], case["y_true"], case["y_pred"], case["weight"], case["source"], options)
    return "-".join(part for part in (*parts, case["dtype"]) if part)


def activated(z: np.ndarray, name: str) -> np.ndarray:
    if name == "softmax":
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-z))


def through_softmax(dp: np.ndarray, p: np.ndarray) -> np.ndarray:
    return p * (dp - (dp * p).sum(axis=-1, keepdims=True))


def computed(case: dict[str, Any]) -> tuple[Any, np.ndarray]:
    loss = getattr(losses, case["class"])(dtype=case["dtype"], **case["options"])
    y_true = GOLDEN[f"input/{case['y_true']}"]
    y_pred = GOLDEN[f"input/{case['y_pred']}"].astype(case["dtype"])
    weight = GOLDEN[f"input/{case['weight']}"] if case["weight"] else None
    cache = Cache()
    if not case["source"]:
        value = loss.forward(y_true, y_pred, cache, weight)
        return value, loss.backward(cache)
    output = activated(y_pred, case["source"])
    if loss.uses_logits:
        value = loss.forward(y_true, output, cache, weight, logits=y_pred)
        return value, loss.backward(cache)
    value = loss.forward(y_true, output, cache, weight)
    return value, through_softmax(loss.backward(cache), output)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: label(CASES[i]))
def test_loss_and_gradient_are_those_of_keras(number: int) -> None:
    case = CASES[number]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*from_logits=True.*")
        value, gradient = computed(case)
    wanted = GOLDEN[f"{number}/loss"]
    rtol, atol = RTOL[case["dtype"]], ATOL[case["dtype"]]
    assert np.asarray(value).dtype == gradient.dtype == np.dtype(case["dtype"])
    assert np.shape(value) == wanted.shape
    np.testing.assert_allclose(value, wanted, rtol=rtol, atol=atol)
    wanted_gradient = GOLDEN[f"{number}/gradient"]
    size = max(1.0, float(np.abs(wanted_gradient).max()))
    np.testing.assert_allclose(gradient, wanted_gradient, rtol=rtol, atol=atol * size)


@pytest.mark.parametrize("name", sorted(ABOUT["configs"]))
def test_configurations_hold_what_keras_writes(name: str) -> None:
    config = getattr(losses, name)().get_config()
    assert ABOUT["configs"][name].items() <= config.items()
    assert set(config) - set(ABOUT["configs"][name]) <= {"axis", "delta"}


def test_serialized_forms_are_those_of_keras() -> None:
    loss = losses.CategoricalCrossentropy(label_smoothing=0.1)
    assert losses.serialize(loss) == ABOUT["serialized"]
    assert losses.serialize(losses.mean_squared_error) == ABOUT["serialized_function"]


def test_the_file_says_what_it_was_made_with() -> None:
    assert ABOUT["versions"]["keras"] == "3.15.1"
    assert set(ABOUT["versions"]) == {"keras", "tensorflow", "numpy"}
