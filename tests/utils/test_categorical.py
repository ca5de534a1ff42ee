from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnscratch.utils import to_categorical

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "utils.json").read_text("utf-8"))


@pytest.mark.parametrize("case", GOLDEN["to_categorical"], ids=lambda case: str(case["x"]))
def test_as_keras(case):
    out = to_categorical(np.array(case["x"], case["dtype"]), case["num_classes"])
    assert list(out.shape) == case["out"]["shape"]
    assert str(out.dtype) == case["out"]["dtype"]
    assert out.tolist() == case["out"]["values"]


@given(
    x=hnp.arrays(np.uint8, hnp.array_shapes(max_dims=3, min_side=2), elements=st.integers(0, 20)),
    more=st.integers(1, 5),
)
def test_one_hot_rows_point_back_at_their_labels(x, more):
    out = to_categorical(x, int(x.max()) + more)
    np.testing.assert_array_equal(out.argmax(axis=-1), x)
    np.testing.assert_array_equal(out.sum(axis=-1), np.ones(x.shape))
    assert set(np.unique(out)) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("x", "num_classes", "words"),
    [
        ([0, -1], None, ["from 0 to 0", "labels from -1 to 0"]),
        ([-1], None, ["from 0 to 0", "labels from -1 to -1"]),
        ([0, 3], 3, ["from 0 to 2", "labels from 0 to 3", "num_classes=3"]),
        ([1.0, 1.5], None, ["whole numbers", "Received: 1.5"]),
        ([1.0, float("nan")], 3, ["whole numbers", "Received: nan"]),
        ([1.0, float("inf")], 3, ["whole numbers", "Received: inf"]),
        (["a", "b"], None, ["whole numbers", "np.unique"]),
        ([1j], None, ["whole numbers", "complex128"]),
        ([], None, ["empty", "num_classes"]),
        ([0], -2, ["num_classes", "-2"]),
    ],
)
def test_bad_labels(x, num_classes, words):
    with pytest.raises(ValueError, match=r"`(x|num_classes)`") as caught:
        to_categorical(x, num_classes)
    for word in words:
        assert word in str(caught.value)


def test_labels_stay_as_they_are():
    x = np.array([[1], [0]])
    to_categorical(x)
    assert x.tolist() == [[1], [0]]
