"""Dropout at a rate of 1: its output is 0 whatever goes in, so nothing before it has a gradient."""

from __future__ import annotations

import numpy as np
import pytest

import nnscratch
from nnscratch import layers


def test_weights_before_it_are_left_alone_even_by_weight_decay():
    first, last = layers.Dense(3), layers.Dense(1, bias_initializer="ones")
    model = nnscratch.Sequential([layers.Input((2,)), first, layers.Dropout(1.0), last])
    model.compile(nnscratch.optimizers.SGD(0.1, weight_decay=0.5), "mse")
    before = first.kernel.numpy()
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        model.train_on_batch(np.ones((4, 2)), np.zeros((4, 1)))
    np.testing.assert_array_equal(first.kernel.numpy(), before)
    # bias: 1 - 1·0.5·0.1 - 0.1·2 = 0.75
    np.testing.assert_allclose(last.bias.numpy(), [0.75], rtol=1e-6)
