"""What the tests of files share: recorded files, and models to write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import Input, Model, Sequential, config, layers, optimizers

pytest.importorskip("h5py", reason="model files need the extra `files`")

FOLDER = Path(__file__).parents[1] / "golden" / "saving"
X = np.sin(np.arange(32.0)).reshape(8, 4)
Y = np.cos(np.arange(16.0)).reshape(8, 2)
INPUTS = {"stack": X, "branches": {"a": X, "b": X[::-1].copy()}}
TARGETS = {"stack": Y, "branches": {"up": Y, "down": Y[::-1].copy()}}


@pytest.fixture(autouse=True)
def _float64():
    config.set_floatx("float64")
    yield
    config.set_floatx("float32")


@pytest.fixture(scope="session")
def golden():
    with np.load(FOLDER / "saving.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="session")
def recorded():
    return json.loads((FOLDER / "saving.json").read_text("utf-8"))


@pytest.fixture
def net():
    """A trained model of two dense layers, with slots."""
    model = Sequential(
        [Input((4,)), layers.Dense(3, "tanh"), layers.BatchNormalization(), layers.Dense(2)]
    )
    model.compile(optimizers.Adam(0.01), "mse", metrics=["mae"])
    model.train_on_batch(X, Y)
    return model


def skip_net():
    x = Input((4,))
    h = layers.Dense(4, "relu")(x)
    return Model(x, layers.Dense(2)(layers.Add()([h, x])))


def state_of(model):
    return [v.numpy() for v in [*model.weights, *model.optimizer.variables]]


def assert_same_state(a, b):
    ours, theirs = state_of(a), state_of(b)
    assert len(ours) == len(theirs)
    for left, right in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(left, right)


def assert_trains_alike(a, b, x=X, y=Y, steps=3):
    """The second model goes on with the very numbers of the first."""
    for _ in range(steps):
        assert a.train_on_batch(x, y) == b.train_on_batch(x, y)
    assert_same_state(a, b)
