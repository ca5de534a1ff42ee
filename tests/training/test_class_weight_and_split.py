"""Class weights count in what is learned from; rows held out for validation weigh 1 each."""

from __future__ import annotations

import numpy as np
import pytest

import nnscratch
from nnscratch import layers


def test_class_weights_do_not_reach_the_validation_split():
    model = nnscratch.Sequential(
        [layers.Input((1,)), layers.Dense(1, "sigmoid", kernel_initializer="zeros")]
    )
    model.compile(nnscratch.optimizers.SGD(0.0), "binary_crossentropy")
    x, y = np.zeros((6, 1)), np.array([[0.0], [1.0], [0.0], [1.0], [0.0], [1.0]])
    history = model.fit(
        x, y, validation_split=0.34, class_weight={0: 2.0, 1: 5.0}, shuffle=False, verbose=0
    ).history
    assert history["loss"] == pytest.approx([np.log(2.0) * (2 + 5 + 2) / 3], rel=1e-6)
    assert history["val_loss"] == pytest.approx([np.log(2.0)], rel=1e-6)
