"""What the tests of the notes' obligations share: Keras's names mean nnscratch, and small data."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

import nnscratch
from nnscratch.compat import OutdatedWarning
from nnscratch.datasets import digits


@pytest.fixture(autouse=True)
def tf():
    """Let `tensorflow` and `keras` mean nnscratch, as the notes' programs import them."""
    if "tensorflow" in sys.modules:
        pytest.skip("TensorFlow itself was imported in this process")
    with warnings.catch_warnings(), nnscratch.use_as_keras():
        import tensorflow

        warnings.simplefilter("ignore", OutdatedWarning)
        tensorflow.keras.utils.clear_session()
        tensorflow.keras.utils.set_random_seed(777)
        yield tensorflow


@pytest.fixture(scope="session")
def written_digits():
    """Return 1,437 digits of 64 pixels from 0 to 1 for training and 360 for testing, one-hot."""
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    eye = np.eye(10, dtype="float32")

    def flat(x):
        return (x.reshape(len(x), -1) / x_train.max()).astype("float32")

    return flat(x_train), eye[y_train], flat(x_test), eye[y_test]


@pytest.fixture
def two_classes():
    """Return 200 rows of eight features and whether their weighted sum is positive."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 8)).astype("float32")
    return x, (x @ rng.normal(size=8) > 0).astype("float32")
