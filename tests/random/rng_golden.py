"""Reads the golden file of Keras's randomness; how it was made is in parity/golden/make_rng.py."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

FILE = np.load(Path(__file__).parent.parent / "golden" / "keras_rng.npz")
INDEX = json.loads(str(FILE["index"]))


def cases(section):
    found = [case for case in INDEX["cases"] if case["section"] == section]
    assert found, f"no golden cases in section {section}"
    return found


def case_id(case):
    return case["id"]


def stored(case, output):
    """The array of a small output, or the sample kept of a large one."""
    return FILE[case["out"][output]["key"]]


def assert_exact(case, output, array):
    """Every element of `array` has the bits that Keras gave."""
    array = np.asarray(array)
    entry = case["out"][output]
    if entry["store"] == "full":
        expected = FILE[entry["key"]]
        assert (array.shape, array.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(array, expected)
        return
    assert (list(array.shape), array.dtype.name) == (entry["shape"], entry["dtype"])
    np.testing.assert_array_equal(array.ravel()[:: entry["stride"]], FILE[entry["key"]])
    assert hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest() == entry["sha256"]


def assert_close(case, output, array, **tolerance):
    """`array` has the shape and dtype that Keras gave, and its values within a tolerance."""
    array = np.asarray(array)
    entry = case["out"][output]
    expected = FILE[entry["key"]]
    if entry["store"] == "digest":
        assert (list(array.shape), array.dtype.name) == (entry["shape"], entry["dtype"])
        array = array.ravel()[:: entry["stride"]]
    assert (array.shape, array.dtype) == (expected.shape, expected.dtype)
    if "ulp" in tolerance:
        np.testing.assert_array_max_ulp(array, expected, maxulp=tolerance["ulp"])
    else:
        np.testing.assert_allclose(array, expected, rtol=0, atol=tolerance["atol"])
