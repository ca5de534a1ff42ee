"""One row per exported activation; all rows go through the same checks."""

import numpy as np
import pytest

from nnscratch import activations as act
from nnscratch.activations.base import Activation
from nnscratch.cache import Cache
from nnscratch.gradcheck import check_activation

# name: where its cache's z is promised (probabilities), and an instance with parameters of its own
TABLE = {
    "celu": act.Celu(0.3),
    "elu": act.Elu(0.3),
    "exponential": act.Exponential(),
    "gelu": act.Gelu(approximate=True),
    "glu": act.Glu(axis=1),
    "hard_shrink": act.HardShrink(0.3),
    "hard_sigmoid": act.HardSigmoid(),
    "hard_silu": act.HardSilu(),
    "hard_tanh": act.HardTanh(),
    "leaky_relu": act.LeakyRelu(1.5),
    "linear": act.Linear(),
    "log_sigmoid": act.LogSigmoid(),
    "log_softmax": act.LogSoftmax(axis=(0, 2)),
    "mish": act.Mish(),
    "relu": act.Relu(0.1, 2.0, 0.5),
    "relu6": act.Relu6(),
    "selu": act.Selu(),
    "sigmoid": act.Sigmoid(),
    "silu": act.Silu(),
    "soft_shrink": act.SoftShrink(0.3),
    "softmax": act.Softmax(axis=None),
    "softplus": act.Softplus(),
    "softsign": act.Softsign(),
    "sparse_plus": act.SparsePlus(),
    "sparse_sigmoid": act.SparseSigmoid(),
    "sparsemax": act.Sparsemax(axis=1),
    "squareplus": act.Squareplus(0.5),
    "tanh": act.Tanh(),
    "tanh_shrink": act.TanhShrink(),
    "threshold": act.Threshold(0.2, 0.1),
}
ALIASES = {"swish", "hard_swish"}
NOT_ACTIVATIONS = {"Activation", "Elementwise", "deserialize", "from_functions", "get", "serialize"}
RULES = [*TABLE.values(), *(getattr(act, n) for n in TABLE if n != "threshold")]


def test_every_export_has_a_row():
    instances = {n for n in act.__all__ if isinstance(getattr(act, n), Activation)}
    assert instances - ALIASES == set(TABLE)
    classes = {n for n in act.__all__ if isinstance(getattr(act, n), type)} - NOT_ACTIVATIONS
    assert classes == {type(rule).__name__ for rule in TABLE.values()}
    assert set(act.__all__) == instances | classes | NOT_ACTIVATIONS


def sample(dtype, seed=0):
    return np.random.default_rng(seed).normal(size=(4, 6, 2)).astype(dtype) * 2


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_and_arguments_are_left_alone(rule, dtype):
    z, cache = sample(dtype), Cache()
    z.flags.writeable = False
    a = rule.forward(z, cache)
    da = np.ones_like(a)
    da.flags.writeable = False
    dz = rule.backward(da, cache)
    assert a.dtype == dz.dtype == z.dtype
    assert dz.shape == z.shape


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_results_live_in_buffers_and_calls_do_not_meet(rule):
    first, second = Cache(), Cache()
    z = sample("float32")
    a = rule.forward(z, first)
    kept = a.copy()
    rule.forward(sample("float32", seed=1), second)
    np.testing.assert_array_equal(a, kept)
    expected = rule.backward(np.ones_like(a), first).copy()
    again = Cache()
    rule.forward(z, again)
    np.testing.assert_array_equal(rule.backward(np.ones_like(a), again), expected)
    if not isinstance(rule, act.Linear):
        assert np.shares_memory(rule.forward(z, first), a)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_short_last_batch(rule):
    cache = Cache()
    rule.forward(sample("float32"), cache)
    short = sample("float32")[:3]
    a = rule.forward(short, cache).copy()
    np.testing.assert_array_equal(a, rule.forward(short, Cache()))
    assert rule.backward(np.ones_like(a), cache).shape == short.shape


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_derivative(rule):
    check_activation(rule, sample("float64")).assert_ok()


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_logits_are_kept_where_a_loss_wants_them(rule):
    z, cache = sample("float32"), Cache()
    rule.forward(z, cache)
    assert rule.is_probability == isinstance(rule, (act.Softmax, act.Sigmoid))
    if rule.is_probability:
        assert cache.z is z


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_equal_by_value_and_usable_as_a_key(rule):
    twin = type(rule).from_config(rule.get_config())
    assert twin == rule
    assert hash(twin) == hash(rule)
