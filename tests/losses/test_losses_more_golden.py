"""Focal, overlap, circle and generalized losses against the numbers Keras on TensorFlow gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_losses_golden import ATOL, RTOL, activated, label, through_softmax

from nnscratch import losses
from nnscratch.cache import Cache
from nnscratch.losses.lookup import ABSENT

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "losses_more.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
CASES = ABOUT["cases"]


def through_sigmoid(dp: np.ndarray, p: np.ndarray) -> np.ndarray:
    return dp * p * (1 - p)


THROUGH = {"softmax": through_softmax, "sigmoid": through_sigmoid}


def computed(case: dict[str, Any]) -> tuple[Any, np.ndarray]:
    loss = getattr(losses, case["class"])(dtype=case["dtype"], **case["options"])
    y_true = GOLDEN[f"input/{case['y_true']}"]
    y_pred = GOLDEN[f"input/{case['y_pred']}"].astype(case["dtype"])
    weight = GOLDEN[f"input/{case['weight']}"] if case["weight"] else None
    cache, source = Cache(), case["source"]
    if not source:
        value = loss.forward(y_true, y_pred, cache, weight)
        return value, loss.backward(cache)
    output = activated(y_pred, source)
    if loss.uses_logits:
        value = loss.forward(y_true, output, cache, weight, logits=y_pred)
        return value, loss.backward(cache)
    value = loss.forward(y_true, output, cache, weight)
    return value, THROUGH[source](loss.backward(cache), output)


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda i: label(CASES[i]))
def test_loss_and_gradient_are_those_of_keras(number: int) -> None:
    case = CASES[number]
    value, gradient = computed(case)
    wanted, wanted_gradient = GOLDEN[f"{number}/loss"], GOLDEN[f"{number}/gradient"]
    rtol, atol = RTOL[case["dtype"]], ATOL[case["dtype"]]
    assert np.asarray(value).dtype == gradient.dtype == np.dtype(case["dtype"])
    assert np.shape(value) == wanted.shape
    np.testing.assert_allclose(value, wanted, rtol=rtol, atol=atol)
    size = max(1.0, float(np.abs(wanted_gradient).max()))
    if case["class"] == "Circle":  # e^{8 d} of distances that are themselves differences
        size *= 4
    np.testing.assert_allclose(gradient, wanted_gradient, rtol=rtol, atol=atol * size)


def test_circle_with_embeddings_to_compare_with() -> None:
    pairs, unit = GOLDEN["input/pairs"], GOLDEN["input/unit"]
    values = losses.circle(pairs[:3], unit[:3], pairs[2:], unit[2:], remove_diagonal=False, gamma=4)
    np.testing.assert_allclose(values, GOLDEN["function/circle_with_references"], rtol=1e-12)


@pytest.mark.parametrize("name", sorted(ABOUT["configs"]))
def test_configurations_are_those_of_keras(name: str) -> None:
    assert getattr(losses, name)().get_config() == ABOUT["configs"][name]


def test_every_loss_of_keras_is_here_or_listed_as_absent() -> None:
    missing = set(ABOUT["exported"]) - set(losses.__all__)
    assert {name.upper() for name in missing} == set(ABSENT)
    for name in missing:
        with pytest.raises(ValueError, match="left out"):
            losses.get(name)


def test_the_file_says_what_it_was_made_with() -> None:
    assert ABOUT["versions"]["keras"] == "3.15.1"
    assert set(ABOUT["versions"]) == {"keras", "tensorflow", "numpy"}
