"""Classes by logits and the bounds of uniform numbers against Keras's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import random
from nnscratch.errors import ShapeError
from nnscratch.random import sampling

FILE = np.load(Path(__file__).parent.parent / "golden" / "keras_rng_extra.npz")
INDEX = json.loads(str(FILE["index"]))


def each(section):
    found = [case for case in INDEX["cases"] if case["section"] == section]
    assert found
    return pytest.mark.parametrize("case", found, ids=lambda case: case["id"])


@each("categorical")
def test_categorical(case):
    params = case["params"]
    logits = random.normal(params["shape"], 0.0, 2.0, "float32", seed=1).astype(params["dtype"])
    drawn = random.categorical(logits, params["num_samples"], seed=params["seed"])
    expected = FILE[case["id"]]
    assert (drawn.shape, drawn.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_array_equal(drawn, expected)


@each("special_logits")
def test_classes_whose_logit_is_not_finite_are_never_drawn(case):
    logits = [[float(value) for value in case["params"]["logits"]]]
    drawn = random.categorical(logits, 20, seed=case["params"]["seed"])
    np.testing.assert_array_equal(drawn, FILE[case["id"]])


def test_categorical_frequencies():
    probabilities = np.array([0.1, 0.2, 0.7])
    drawn = random.categorical(np.log(probabilities)[None], 20000, "int64", seed=4)
    assert drawn.dtype == np.int64
    frequencies = np.bincount(drawn[0], minlength=3) / 20000
    assert abs(frequencies - probabilities).max() < 5 * np.sqrt(0.25 / 20000)


def test_a_uniform_number_of_zero_passes_over_impossible_classes(monkeypatch):
    monkeypatch.setattr(sampling, "unit_uniform", lambda *_: np.zeros(2))
    assert random.categorical([[-np.inf, 0.0, 0.0]], 2, seed=1).tolist() == [[1, 1]]


def test_bad_logits():
    for logits in ([1.0, 2.0], [[]], [[[1.0]]]):
        with pytest.raises(ShapeError, match="logits"):
            random.categorical(logits, 3, seed=1)
    with pytest.raises(ValueError, match="Row 1 of `logits` has no finite"):
        random.categorical([[0.0, 1.0], [-np.inf, np.nan]], 3, seed=1)
    with pytest.raises(ShapeError, match="negative"):
        random.categorical([[0.0, 1.0]], -3, seed=1)


@each("bounds")
def test_bounds_of_uniform_numbers(case):
    convert = {
        "python float": float,
        "python int": int,
        "numpy float64": np.float64,
        "numpy float32": np.float32,
    }[case["params"]["kind"]]
    low, high = convert(case["params"]["minval"]), convert(case["params"]["maxval"])
    drawn = random.uniform((5,), low, high, "float64", seed=1)
    np.testing.assert_array_equal(drawn, FILE[case["id"]])
