"""Models to write, and recorded files, for the tests of files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nnscratch import Input, Model, layers

FOLDER = Path(__file__).parents[1] / "golden" / "saving"
X = np.sin(np.arange(32.0)).reshape(8, 4)
Y = np.cos(np.arange(16.0)).reshape(8, 2)
INPUTS = {"stack": X, "branches": {"a": X, "b": X[::-1].copy()}}
TARGETS = {"stack": Y, "branches": {"up": Y, "down": Y[::-1].copy()}}


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
