from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from nnscratch.utils import normalize

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "utils.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "case", GOLDEN["normalize"], ids=lambda case: f"{case['x']} {case['options']}"
)
def test_as_keras(case):
    out = normalize(np.array(case["x"], case["dtype"]), **case["options"])
    assert list(out.shape) == case["out"]["shape"]
    assert str(out.dtype) == case["out"]["dtype"]
    tolerance = 2e-7 if case["dtype"] == "float32" else 1e-15
    np.testing.assert_allclose(out, case["out"]["values"], rtol=tolerance)


def test_axis_0_is_axis_0():
    x = np.array([[3.0, 1.0], [4.0, 2.0]])
    expected = [[0.6, 1 / math.sqrt(5)], [0.8, 2 / math.sqrt(5)]]
    np.testing.assert_allclose(normalize(x, axis=0), expected, rtol=1e-15)
    assert normalize(np.ones((2, 3)), axis=0).shape == (2, 3)


def test_list_becomes_an_array_of_the_default_float_type():
    out = normalize([[3, 4]])
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, [[0.6, 0.8]], rtol=1e-7)


def test_argument_stays_as_it_is():
    x = np.array([[3.0, 4.0]])
    normalize(x)
    assert x.tolist() == [[3.0, 4.0]]


def test_single_number():
    with pytest.raises(ValueError, match="single number: 3"):
        normalize(3)
