"""The other update rules against arithmetic done by hand, and the laws they obey."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch.naming import name_scope
from nnscratch.optimizers import (
    Adadelta,
    Adafactor,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    ScheduleFreeAdamW,
)
from nnscratch.optimizers.bias_correction import corrected_rate
from nnscratch.optimizers.lion import lion
from nnscratch.optimizers.muon import orthogonalize
from nnscratch.optimizers.powf import powf
from nnscratch.variable import Variable

reals = st.floats(-100, 100, allow_subnormal=False)
scales = st.floats(1e-2, 1e6)


def f32(x):
    return float(np.float32(x))


def trajectory(optimizer, gradients, start=0.0):
    """The weight after each step, in float64."""
    w = Variable(np.array([start]), name="w")
    values = []
    for g in gradients:
        optimizer.apply([[g]], [w])
        values.append(float(w.value[0]))
    return values


def stepped(optimizer, w, *gradients):
    """A weight of any shape after steps by these gradients."""
    variable = Variable(np.array(w, "float64"), name="w")
    for g in gradients:
        optimizer.apply([np.array(g, "float64")], [variable])
    return variable.value


# -- by hand ----------------------------------------------------------------------------------


def test_adamw_decays_before_adam_steps():
    # 2 − 2·0.5·0.25 = 1.75, then Adam's first step of one learning rate: 1.75 − 0.25
    assert trajectory(AdamW(0.25, weight_decay=0.5), [3.0], 2.0) == pytest.approx([1.5], abs=1e-5)


def test_adamw_without_gradient_is_nothing_but_decay():
    assert trajectory(AdamW(0.5, weight_decay=0.25), [0, 0], 1.0) == [0.875, 0.875**2]


def test_nadam_two_steps_by_the_formulas():
    b1, b2, base = f32(0.9), f32(0.999), f32(0.96)
    rate, w, m, v, product = f32(0.1), 0.0, 0.0, 0.0, 1.0
    expected = []
    for t, g in enumerate([1.0, -2.0], start=1):
        mu, mu_next = (b1 * (1 - 0.5 * base**n) for n in (t, t + 1))
        product *= 0.9 * (1 - 0.5 * 0.96**t)
        m += (1 - b1) * (g - m)
        v += (1 - b2) * (g * g - v)
        m_hat = mu_next * m / (1 - product * mu_next) + (1 - mu) * g / (1 - product)
        w -= rate * m_hat / (math.sqrt(v / (1 - b2**t)) + 1e-7)
        expected.append(w)
    assert trajectory(Nadam(0.1), [1.0, -2.0]) == pytest.approx(expected, rel=1e-13)


def test_nadam_keeps_the_product_of_its_momenta():
    optimizer = Nadam(0.1, beta_1=0.5)
    trajectory(optimizer, [1.0, 1.0])
    first, second = 0.5 * (1 - 0.5 * 0.96), 0.5 * (1 - 0.5 * 0.96**2)
    assert optimizer.variables[-1].path == "nadam/u_product"
    assert float(optimizer.variables[-1]) == pytest.approx(first * second, rel=1e-15)


def test_nadam_with_accumulation_counts_updates_not_steps():
    optimizer = Nadam(0.1, beta_1=0.5, gradient_accumulation_steps=2)
    trajectory(optimizer, [1.0, 1.0, 1.0])
    assert float(optimizer.variables[-1]) == pytest.approx(0.5 * (1 - 0.5 * 0.96), rel=1e-15)


def test_adamax_two_steps():
    # m = 0.5, 1.25; u = 1, 2; bias 0.5, 0.75: w = −0.5, −0.5 − 0.5·1.25/(0.75·2)
    got = trajectory(Adamax(0.5, beta_1=0.5, beta_2=0.5, epsilon=0), [1.0, 2.0])
    assert got == pytest.approx([-0.5, -0.5 - 0.625 / 1.5], rel=1e-14)


def test_adamax_adds_epsilon_to_the_maximum():
    assert trajectory(Adamax(1.0, epsilon=1e-7), [1e-7]) == pytest.approx([-0.5], rel=1e-6)


def test_adadelta_two_steps():
    v1, u0 = 0.5 * 16, 0.0
    d1 = math.sqrt((u0 + 1) / (v1 + 1)) * 4
    v2, u1 = 0.5 * v1 + 0.5 * 4, 0.5 * d1**2
    d2 = math.sqrt((u1 + 1) / (v2 + 1)) * 2
    got = trajectory(Adadelta(0.5, rho=0.5, epsilon=1.0), [4.0, 2.0])
    assert got == pytest.approx([-0.5 * d1, -0.5 * (d1 + d2)], rel=1e-14)


def test_ftrl_two_steps():
    # n = 4, 29; z₁ = 2 − (2 − 0)/0.5·1 = −2, w₁ = −(−2 + 1)/(2/0.5 + 2·0.25) = 1/4.5
    w1 = 1 / 4.5
    z2 = -2 + 5 - (math.sqrt(29) - 2) / 0.5 * w1
    w2 = (1 - z2) / (math.sqrt(29) / 0.5 + 0.5)
    optimizer = Ftrl(
        0.5,
        initial_accumulator_value=0.0,
        l1_regularization_strength=1.0,
        l2_regularization_strength=0.25,
    )
    assert z2 > 1
    assert trajectory(optimizer, [2.0, 5.0], 1.0) == pytest.approx([w1, w2], rel=1e-14)


def test_ftrl_beta_and_shrinkage():
    # λ₂ + β/(2η) = 0.5 + 1; z = 2 + 2·0.25·1 − 2/0.5·1 = −1.5; w = 1.5/(2/0.5 + 2·1.5)
    optimizer = Ftrl(
        0.5,
        initial_accumulator_value=0.0,
        l2_regularization_strength=0.5,
        l2_shrinkage_regularization_strength=0.25,
        beta=1.0,
    )
    assert trajectory(optimizer, [2.0], 1.0) == pytest.approx([1.5 / 7], rel=1e-14)


def test_ftrl_with_another_power():
    # n^1 = 4: z = 2 − 4/0.5·1 = −6, w = 6/(4/0.5)
    optimizer = Ftrl(0.5, learning_rate_power=-1.0, initial_accumulator_value=0.0)
    assert trajectory(optimizer, [2.0], 1.0) == [0.75]


def test_lion_two_steps():
    # m₁ = ½·4 = 2; ½·2 + ½·(−1) > 0; then m₂ = ½
    assert trajectory(Lion(0.25, beta_1=0.5, beta_2=0.5), [4.0, -1.0]) == [-0.25, -0.5]
    assert trajectory(Lion(0.25, beta_1=0.5, beta_2=0.5), [4.0, -3.0]) == [-0.25, 0.0]


def test_lamb_takes_its_length_from_the_weights():
    # the first r is the gradient's sign: ‖w‖ = 5, ‖r‖ = √2
    part = 0.5 * 5 / math.sqrt(2)
    got = stepped(Lamb(0.5, epsilon=0.0), [3.0, 4.0], [7.0, -0.25])
    np.testing.assert_allclose(got, [3 - part, 4 + part], rtol=1e-5)


@pytest.mark.parametrize(("w", "g"), [([0.0, 0.0], [2.0, -2.0]), ([3.0, 4.0], [0.0, 0.0])])
def test_lamb_where_a_norm_is_zero(w, g):
    expected = np.array(w) - 0.5 * np.sign(g)
    np.testing.assert_allclose(stepped(Lamb(0.5), w, g), expected, rtol=1e-5)


def test_adafactor_factors_the_mean_square():
    # first step: β₂ = 0, r = row means, c = column means, v = r·c/mean(r)
    g = np.array([[1.0, 2.0], [3.0, 5.0]])
    r, c = (g * g).mean(1), (g * g).mean(0)
    u = g / np.sqrt(np.outer(r, c) / r.mean())
    u /= max(1, math.sqrt((u * u).mean()) / 0.75)
    optimizer = Adafactor(0.25, clip_threshold=0.75)
    np.testing.assert_allclose(stepped(optimizer, np.full((2, 2), 2.0), g), 2 - 0.5 * u, rtol=1e-9)
    slots = optimizer.slots["w"]
    np.testing.assert_allclose(slots["r"].value, r)
    np.testing.assert_allclose(slots["c"].value, c)


def test_adafactor_two_steps_of_a_vector():
    beta = 1 - 2**-0.8
    v = beta * 16 + (1 - beta) * 4
    w1 = 2 - 2 * 0.25
    w2 = w1 - w1 * 0.25 * min(1, 2 / math.sqrt(v))
    optimizer = Adafactor(0.25)
    assert trajectory(optimizer, [4.0, 2.0], 2.0) == pytest.approx([w1, w2], rel=1e-9)


def test_adafactor_moves_small_weights_by_epsilon_2():
    assert trajectory(Adafactor(0.5), [3.0]) == pytest.approx([-0.5 * f32(1e-3)], rel=1e-9)


def test_adafactor_s_learning_rate_falls_with_the_root_of_time():
    optimizer = Adafactor(1.0, epsilon_2=1.0)
    values = trajectory(optimizer, [1.0, 1.0, 1.0])
    lengths = -np.diff([0.0, *values])
    sizes = np.maximum(1, np.abs([0.0, *values[:-1]]))
    np.testing.assert_allclose(lengths / sizes, [1, 1 / math.sqrt(2), 1 / math.sqrt(3)], rtol=1e-6)


def test_muon_turns_the_momentum():
    rng = np.random.default_rng(2)
    u, _, v = np.linalg.svd(rng.normal(size=(4, 3)), full_matrices=False)
    g = u @ np.diag([2.0, 1.0, 0.9]) @ v
    optimizer = Muon(0.5, weight_decay=None, muon_a=1.5, muon_b=-0.5, muon_c=0.0, ns_steps=20)
    expected = -0.5 * 0.2 * math.sqrt(4) * (u @ v)
    np.testing.assert_allclose(stepped(optimizer, np.zeros((4, 3)), g), expected, atol=1e-9)


def test_muon_gathers_a_sum_of_gradients():
    g = np.diag([1.0, 1.0])
    optimizer = Muon(0.5, momentum=0.5)
    stepped(optimizer, np.zeros((2, 2)), g, g)
    np.testing.assert_allclose(optimizer.slots["w"]["momentum"].value, 1.5 * g)


def test_muon_decays_matrices_and_adam_s_share_apart():
    def decayed(weight_decay, adam_weight_decay):
        optimizer = Muon(0.5, adam_weight_decay=adam_weight_decay, weight_decay=weight_decay)
        optimizer.exclude_from_weight_decay(var_names=["spared"])
        variables = [
            Variable(np.ones(s), name=n) for n, s in [("w", (2, 2)), ("b", (2,)), ("spared", (2,))]
        ]
        optimizer.apply([np.zeros(v.shape) for v in variables], variables)
        return [float(v.value.flat[0]) for v in variables]

    assert decayed(0.5, 0.25) == [0.75, 0.875, 1.0]
    assert decayed(None, 0.25) == [1.0, 0.875, 1.0]
    assert decayed(0.5, None) == [0.75, 1.0, 1.0]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [("0_", [0.75, 0.75]), ("0_Dense/k", [0.75, 0.75]), ("^kernel", [1.0, 0.75])],
)
def test_muon_searches_names_not_paths_for_what_it_does_not_decay(pattern, left):
    """As Keras 3.15.1 does: its Muon spares no variable of layer `0_Dense` for the pattern `0_`."""
    optimizer = Muon(0.5, weight_decay=0.5, adam_weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=[pattern])
    with name_scope("0_Dense"):
        variables = [Variable(np.ones(s), name=n) for n, s in [("kernel", (2, 2)), ("bias", (2,))]]
    optimizer.apply([np.zeros(v.shape) for v in variables], variables)
    assert [float(v.value.flat[0]) for v in variables] == left


def test_muon_leaves_to_adam_what_is_no_hidden_matrix():
    with name_scope("net"):
        names = {
            "kernel": (2, 2),
            "embedding": (2, 2),
            "head": (2, 2),
            "bias": (2,),
            "k": (1, 2, 2),
        }
        variables = [Variable(np.ones(shape), name=name) for name, shape in names.items()]
    optimizer = Muon(0.5, weight_decay=None, adam_weight_decay=None, exclude_layers=["net/he"])
    adam = Adam(0.5)
    twins = [Variable(np.ones(v.shape), name=v.name) for v in variables]
    gradients = [np.arange(v.value.size).reshape(v.shape) - 0.5 for v in variables]
    for _ in range(3):
        optimizer.apply(gradients, variables)
        adam.apply(gradients, twins)
    same = [np.array_equal(a.value, b.value) for a, b in zip(variables, twins, strict=True)]
    assert same == [False, True, True, True, True]
    assert "velocity" not in optimizer.slots["net/kernel"]
    own = Muon(exclude_embeddings=False)
    assert not own.has_adam(variables[1])


def test_schedule_free_two_steps():
    # z: −0.25, −0.5 (the root mean square of equal gradients is |g|); x is their mean
    # where w = ½z + ½x, with x' = (1−c)(w − ½z')/½ + cz' as in Keras on TensorFlow
    z1, z2 = -0.25, -0.5
    w1 = 0.5 * z1 + 0.5 * z1
    w2 = 0.5 * z2 + 0.5 * (0.5 * (w1 - 0.5 * z2) / 0.5 + 0.5 * z2)
    got = trajectory(ScheduleFreeAdamW(0.25, beta_1=0.5, epsilon=0.0), [3.0, 3.0])
    assert got == pytest.approx([w1, w2], rel=1e-6)


def test_schedule_free_warms_up():
    optimizer = ScheduleFreeAdamW(1.0, beta_1=0.5, epsilon=0.0, warmup_steps=4)
    trajectory(optimizer, [3.0, 3.0])
    z = float(optimizer.slots["w"]["momentum"][0])
    assert z == pytest.approx(-0.25 - 0.5, rel=1e-6)


def test_schedule_free_starts_where_the_weights_are():
    optimizer = ScheduleFreeAdamW()
    optimizer.build([Variable(np.array([3.0, -4.0]), name="w")])
    assert optimizer.slots["w"]["momentum"].value.tolist() == [3, -4]
    assert optimizer.slots["w"]["velocity"].value.tolist() == [0, 0]


# -- laws -------------------------------------------------------------------------------------


@given(g=st.lists(reals, min_size=1, max_size=20), rate=st.floats(1e-4, 1))
def test_lion_moves_by_the_learning_rate_or_not_at_all(g, rate):
    w, m, a, b = np.zeros((4, len(g)))
    betas = {"beta_1": 0.9, "one_minus_beta_1": 0.1, "beta_2": 0.99, "one_minus_beta_2": 0.01}
    lion(w, np.array(g), m, learning_rate=rate, **betas, scratch=(a, b))
    np.testing.assert_array_equal(w, -rate * np.sign(np.array(g) * 0.1))


@pytest.mark.parametrize("cls", [Adamax, Lamb, Nadam, Lion, Adafactor])
@given(scale=scales)
def test_the_first_step_does_not_see_the_scale_of_the_gradient(cls, scale):
    g = np.array([[1.0, -2.0], [3.0, 0.5]])
    options = {} if cls is Lion else {"epsilon_1": 0.0} if cls is Adafactor else {"epsilon": 0.0}
    first, second = (stepped(cls(0.1, **options), np.ones((2, 2)), g * s) for s in (1.0, scale))
    np.testing.assert_allclose(first, second, rtol=1e-9)


@given(factor=st.floats(0.1, 10))
def test_lamb_s_relative_step_does_not_see_the_scale_of_the_weights(factor):
    g, w = np.array([1.0, -2.0, 3.0]), np.array([2.0, 1.0, -1.0])
    np.testing.assert_allclose(
        stepped(Lamb(0.1), w * factor, g) / factor, stepped(Lamb(0.1), w, g), rtol=1e-9
    )


@given(l1=st.floats(0.1, 10), g=st.lists(reals, min_size=1, max_size=20))
def test_ftrl_weights_are_zero_while_the_gradients_sum_is_within_l1(l1, g):
    optimizer = Ftrl(0.1, l1_regularization_strength=l1, initial_accumulator_value=0.1)
    w = stepped(optimizer, np.zeros(len(g)), g)
    np.testing.assert_array_equal(w == 0, np.abs(g) <= l1)


@given(shape=st.sampled_from([(2, 5), (5, 2), (3, 3)]), seed=st.integers(0, 100))
def test_orthogonalize_keeps_the_singular_vectors(shape, seed):
    x = np.random.default_rng(seed).normal(size=shape)
    u, _, v = np.linalg.svd(x, full_matrices=False)
    turned = u.T @ orthogonalize(x, (3.4445, -4.7750, 2.0315), 5, 1e-7) @ v.T
    np.testing.assert_allclose(turned, np.diag(np.diag(turned)), atol=1e-7)
    assert np.diag(turned).max() < 1.3


def test_orthogonalize_leaves_zero_at_zero():
    assert not orthogonalize(np.zeros((2, 3)), (3.4445, -4.775, 2.0315), 5, 1e-7).any()


# -- the C library's powers -------------------------------------------------------------------


def c_library():
    for name in ("libm.so.6", "libm.dylib"):
        try:
            function = ctypes.CDLL(name).powf
        except OSError:
            continue
        function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float] * 2
        return function
    return None


@pytest.mark.skipif(c_library() is None, reason="no C library to compare with")
def test_powf_has_the_bits_of_the_c_library():
    powf_of_c = c_library()
    rng = np.random.default_rng(3)
    betas = rng.choice(np.float32([0.9, 0.99, 0.999, 0.9999, 0.96]), 2000)
    pairs = [
        *zip(betas, rng.integers(1, 100_000, 2000), strict=True),
        *zip(np.exp(rng.normal(size=2000) * 5), rng.normal(size=2000) * 5, strict=True),
    ]
    for x, y in pairs:
        x, y = f32(x), f32(y)
        expected = powf_of_c(x, y)
        if 1e-37 < expected < 1e38:
            assert powf(x, y) == expected, (x, y)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0.0, 2.0, 0.0),
        (0.0, 0.0, 1.0),
        (2.0, 0.0, 1.0),
        (0.0, -1.0, math.inf),
        (2.0, 200.0, math.inf),
        (2.0, -200.0, 0.0),
        (math.inf, 1.0, math.inf),
        (-2.0, 3.0, -8.0),
        (2.0, 10.0, 1024.0),
        (4.0, 0.5, 2.0),
        (2.0**-130, 0.5, 2.0**-65),
    ],
)
def test_powf_at_the_edges(x, y, expected):
    assert powf(x, y) == expected


def test_powf_of_nothing_is_nothing():
    assert math.isnan(powf(-2.0, 0.5))
    assert math.isnan(powf(math.nan, 1.0))


@given(x=st.floats(2**-10, 2**10, width=32), y=st.floats(-8, 8, width=32))
def test_powf_is_within_a_rounding_of_the_power(x, y):
    assert powf(x, y) == pytest.approx(x**y, rel=6.1e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_corrected_rate_tends_to_the_learning_rate(dtype):
    rates = [float(corrected_rate(np.dtype(dtype), 0.5, 0.9, 0.999, t)) for t in (1, 100_000)]
    assert rates == pytest.approx([0.5 * math.sqrt(0.001) / 0.1, 0.5], rel=1e-4)


@pytest.mark.parametrize(("dtype", "expected"), [("float64", 0.1), ("float32", np.float32(0.1))])
def test_muons_rate_from_a_function_is_not_rounded_for_muons_own_rule(dtype, expected):
    exact = {"ns_steps": 40, "muon_a": 1.5, "muon_b": -0.5, "muon_c": 0.0, "rms_rate": None}
    optimizer = Muon(lambda: 0.1, nesterov=False, **exact)
    w = Variable(np.zeros((2, 2), dtype), dtype=dtype)
    optimizer.apply([np.diag([9.0, 1.0]).astype(dtype)], [w])
    assert w.numpy()[0, 0] == pytest.approx(
        -float(expected), rel=1e-12 if dtype == "float64" else 1e-6
    )


def test_adafactor_where_a_row_and_a_column_have_no_gradient():
    """r·c/mean(r) is 1e-30·1e-30 there, which float32 cannot hold: 0/0 must not become NaN."""
    gradient = np.ones((3, 3), np.float32)
    gradient[0] = gradient[:, 0] = 0.0
    w = Variable(np.full((3, 3), 0.5, np.float32))
    optimizer = Adafactor(0.01)
    for _ in range(3):
        optimizer.apply([gradient], [w])
    assert (w.numpy()[0] == 0.5).all()
    assert (w.numpy()[:, 0] == 0.5).all()
    assert (w.numpy()[1:, 1:] < 0.5).all()
