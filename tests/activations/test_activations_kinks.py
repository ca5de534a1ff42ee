"""Derivatives where there is none, and beyond the range of the exponential: by hand."""

import numpy as np
import pytest

from nnscratch import activations as act
from nnscratch.cache import Cache

KINKS = [
    # activation, z, Keras's choice of derivative
    (act.relu, 0.0, 0.0),
    (act.relu, -0.0, 0.0),
    (act.relu, 1e-310, 1.0),
    (act.Relu(max_value=6.0), 6.0, 0.0),
    (act.Relu(max_value=5.0), 5.0, 1.0),
    (act.Relu(negative_slope=0.5), 0.0, 0.5),
    (act.Relu(threshold=1.0), 1.0, 0.0),
    (act.relu6, 0.0, 0.0),
    (act.relu6, 6.0, 0.0),
    (act.LeakyRelu(0.25), 0.0, 0.25),
    (act.Elu(0.5), 0.0, 0.5),
    (act.celu, 0.0, 2.0),
    (act.hard_tanh, 1.0, 1.0),
    (act.hard_tanh, -1.0, 1.0),
    (act.hard_sigmoid, 3.0, 0.0),
    (act.hard_sigmoid, -3.0, 0.0),
    (act.sparse_sigmoid, 1.0, 0.0),
    (act.sparse_plus, 1.0, 1.0),
    (act.sparse_plus, -1.0, 0.0),
    (act.soft_shrink, 0.5, 0.0),
    (act.hard_shrink, -0.5, 0.0),
    (act.Threshold(1.0, 0.0), 1.0, 0.0),
]


def derivative(activation, z, dtype="float64"):
    cache = Cache()
    z = np.array([z], dtype)
    activation.forward(z, cache)
    return activation.backward(np.ones(1, dtype), cache)[0]


@pytest.mark.parametrize(("activation", "z", "expected"), KINKS, ids=str)
def test_derivative_at_the_kink(activation, z, expected):
    assert derivative(activation, z) == expected


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("z", [-3e38, -1e20, -1e4, 1e4, 1e20, 3e38])
@pytest.mark.parametrize(
    "activation",
    [
        *(act.sigmoid, act.tanh, act.silu, act.gelu, act.mish, act.softplus, act.softsign),
        *(act.Gelu(approximate=True), act.log_sigmoid, act.elu, act.selu, act.celu),
        act.tanh_shrink,
    ],
    ids=str,
)
def test_far_out_the_derivative_is_0_or_1(activation, z, dtype):
    ends = {"selu": 1.0507009873554805, "elu": 1, "softsign": 0, "sigmoid": 0, "tanh": 0}
    right = ends.get(activation.name, 1)
    left = {"tanh_shrink": 1, "log_sigmoid": 1}.get(activation.name, 0)
    right = 0 if activation.name == "log_sigmoid" else right
    slope = derivative(activation, z, dtype)
    assert abs(slope - (right if z > 0 else left)) < 2e-7 + abs(1 / z) * 2e-3


def test_leaky_slope_is_rounded_to_float32_also_in_float64():
    z = np.array([-1.0])
    assert act.leaky_relu(z)[0] == -float(np.float32(0.2))
    assert act.relu(z, negative_slope=0.1)[0] == -float(np.float32(0.1))
    assert act.relu(z, negative_slope=0.1, max_value=5.0)[0] == -0.1
