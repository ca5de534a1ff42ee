"""Initial values against Keras's, bit for bit; only the orthogonal ones within rounding."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import initializers

GOLDEN = Path(__file__).parent.parent / "golden"
SEEDED = np.load(GOLDEN / "keras_rng.npz")
EXTRA = np.load(GOLDEN / "keras_rng_extra.npz")


def each(file, section):
    index = json.loads(str(file["index"]))
    found = [case for case in index["cases"] if case["section"] == section]
    assert found
    return pytest.mark.parametrize("case", found, ids=lambda case: case["id"])


@each(SEEDED, "initializers")
def test_seeded_values(case):
    params, entry = case["params"], case["out"]["x"]
    config = {"class_name": params["name"], "config": params["config"]}
    values = initializers.get(config)(params["shape"], dtype=params["dtype"])
    assert (list(values.shape), values.dtype) == (params["shape"], params["dtype"])
    expected = SEEDED[entry["key"]]
    sample = values
    if entry["store"] == "digest":
        sample = values.ravel()[:: entry["stride"]]
    if params["name"] == "orthogonal":
        tolerance = {"float32": 1e-6, "float64": 1e-14}[params["dtype"]]
        np.testing.assert_allclose(sample, expected, rtol=0, atol=tolerance)
    elif "normal" in json.dumps(params) and params["dtype"] == "float64":
        np.testing.assert_array_max_ulp(sample, expected, maxulp=2)
    elif entry["store"] == "digest":
        np.testing.assert_array_equal(sample, expected)
        assert hashlib.sha256(values.tobytes()).hexdigest() == entry["sha256"]
    else:
        np.testing.assert_array_equal(sample, expected)


@each(EXTRA, "constants")
def test_constants(case):
    kind, value = case["params"]["kind"], case["params"]["value"]
    value = {"numpy float64": np.float64, "array": np.array}.get(kind, lambda v: v)(value)
    values = initializers.Constant(value)((2, 3), "float64")
    np.testing.assert_array_equal(values, EXTRA[case["id"]])


@each(EXTRA, "gains")
def test_gain_of_the_identity(case):
    values = initializers.Identity(case["params"]["gain"])((2, 3), "float64")
    np.testing.assert_array_equal(values, EXTRA[case["id"]])


@each(EXTRA, "stft")
def test_stft_kernels(case):
    expected = EXTRA[case["id"]]
    values = initializers.STFT(**case["params"])((12, 1, 9), expected.dtype)
    assert values.dtype == expected.dtype
    tolerance = {"float32": 1e-6, "float64": 1e-14}[expected.dtype.name]
    np.testing.assert_allclose(values, expected, rtol=0, atol=tolerance)


@each(EXTRA, "configs")
def test_configurations_go_there_and_back(case):
    serialized = case["params"]["serialized"]
    initializer = initializers.deserialize(serialized)
    assert type(initializer).__name__ == serialized["class_name"]
    assert json.loads(json.dumps(initializers.serialize(initializer))) == serialized
