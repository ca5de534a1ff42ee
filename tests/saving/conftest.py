"""Fixtures of the tests of files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from saved_models import FOLDER, X, Y

from nnscratch import Input, Sequential, config, layers, optimizers


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
