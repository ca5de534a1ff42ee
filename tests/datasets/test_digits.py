from __future__ import annotations

import hashlib
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch.datasets import digits

# SHA-256 of the images and labels of scikit-learn's copy of optdigits.tes, as unsigned bytes.
X_SHA256 = "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
Y_SHA256 = "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
CLASS_SIZES = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


@pytest.fixture(scope="module")
def packed():
    file = resources.files("nnscratch.datasets").joinpath("digits.npz")
    with file.open("rb") as stream, np.load(stream) as archive:
        return archive["x"], archive["y"]


def test_content(packed):
    x, y = packed
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((1797, 8, 8), np.uint8, (1797,), np.uint8)
    assert hashlib.sha256(x.tobytes()).hexdigest() == X_SHA256
    assert hashlib.sha256(y.tobytes()).hexdigest() == Y_SHA256
    assert np.bincount(y).tolist() == CLASS_SIZES


def test_first_digit_is_a_zero():
    (x_train, y_train), _ = digits.load_data()
    assert y_train[0] == 0
    assert x_train[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]


def test_default_split(packed):
    x, y = packed
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert x_train.shape == (1437, 8, 8)
    assert x_test.shape == (360, 8, 8)
    # 360 n_c / 1797 is 35.66 36.46 35.46 36.66 36.26 36.46 36.26 35.86 34.86 36.06; rounded down
    # these add up to 355, so the five largest remainders (classes 7, 8, 0, 3 and one of the two
    # with .46: 1 before 5, both above class 2) get one more.
    assert np.bincount(y_test).tolist() == [36, 37, 35, 37, 36, 36, 36, 36, 35, 36]
    # Class 0 has 178 digits and gives 36: numbers (k + 1/2) 178 / 36 = 2.47, 7.42, 12.36 ...
    zeros = np.flatnonzero(y == 0)
    test_zeros = x_test[y_test == 0]
    for number, row in zip(test_zeros, zeros[[2, 7, 12]], strict=False):
        np.testing.assert_array_equal(number, x[row])
    assert y_train.shape == (1437,)


def test_split_is_fixed_and_leaves_random_state_alone():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    first = digits.load_data()
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    np.random.seed(2)
    second = digits.load_data()
    for part, again in zip(first, second, strict=True):
        for array, other in zip(part, again, strict=True):
            np.testing.assert_array_equal(array, other)


def test_callers_own_their_arrays():
    (x_train, _), _ = digits.load_data()
    x_train[:] = 0
    assert digits.load_data()[0][0].any()


@settings(max_examples=30, deadline=None)
@given(size=st.integers(10, 1787))
def test_any_split_parts_all_digits_evenly(packed, size):
    x, y = packed
    (x_train, y_train), (x_test, y_test) = digits.load_data(test_size=size)
    assert len(x_test) == len(y_test) == size
    fair = size * np.array(CLASS_SIZES) / 1797
    assert np.all(np.abs(np.bincount(y_test, minlength=10) - fair) < 1)

    def rows(images, labels):
        return sorted(
            bytes([label]) + image.tobytes() for image, label in zip(images, labels, strict=True)
        )

    assert sorted(rows(x_train, y_train) + rows(x_test, y_test)) == rows(x, y)


def test_share():
    assert digits.load_data(0.25)[1][0].shape == (449, 8, 8)


@pytest.mark.parametrize("size", [0, 9, 1788, -1, 0.0, 1.0, 0.001, 360.0, True, "360", None])
def test_size_out_of_range(size):
    with pytest.raises(ValueError, match="test_size") as caught:
        digits.load_data(test_size=size)
    assert repr(size) in str(caught.value)


def test_authors_and_licence_come_along():
    notice = resources.files("nnscratch.datasets").joinpath("NOTICE").read_text("utf-8")
    for word in ("Alpaydin", "Kaynak", "CC BY 4.0", "10.24432/C50P49"):
        assert word in notice
        assert word in digits.load_data.__doc__
