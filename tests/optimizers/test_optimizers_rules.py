"""The update rules against arithmetic done by hand, and the laws they obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch.optimizers import SGD, Adagrad, Adam, RMSprop
from nnscratch.optimizers.adam import adam
from nnscratch.optimizers.rmsprop import rmsprop, rmsprop_centered
from nnscratch.optimizers.sgd import sgd, sgd_nesterov
from nnscratch.variable import Variable

reals = st.floats(-100, 100, allow_subnormal=False)
scales = st.floats(1e-2, 1e6)


def trajectory(optimizer, gradients, start=0.0):
    """The weight after each step, in float64."""
    w = Variable(np.array([start]), name="w")
    values = []
    for g in gradients:
        optimizer.apply([[g]], [w])
        values.append(float(w.value[0]))
    return values


def scratch(size=1):
    return np.empty(size), np.empty(size)


def test_adam_adds_epsilon_to_the_uncorrected_root():
    # α = √(1−β₂)/(1−β₁), m = (1−β₁)g, √v = √(1−β₂)·g: with g = 1e-8, ε = 1e-7 the step is
    # √0.001·1e-8 / (√0.001·1e-8 + 1e-7) = 0.003152; with ε added to √v̂ it would be 0.0909.
    root = math.sqrt(0.001)
    expected = root * 1e-8 / (root * 1e-8 + 1e-7)
    assert expected == pytest.approx(0.0031523, abs=1e-7)
    assert trajectory(Adam(1.0), [1e-8]) == pytest.approx([-expected], rel=1e-4)


def test_adam_three_steps_by_the_formulas():
    beta_1, beta_2 = (float(np.float32(b)) for b in (0.9, 0.999))
    w = m = v = 0.0
    expected = []
    rate = float(np.float32(0.1))
    for t, g in enumerate([1.0, -2.0, 0.5], start=1):
        alpha = rate * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        m += (g - m) * (1 - 0.9)
        v += (g * g - v) * (1 - 0.999)
        w -= m * alpha / (math.sqrt(v) + 1e-7)
        expected.append(w)
    assert trajectory(Adam(0.1), [1.0, -2.0, 0.5]) == pytest.approx(expected, rel=1e-14)


def test_adam_corrects_the_bias_in_float32():
    w = Variable(np.zeros(1, "float32"), name="w")
    optimizer = Adam(0.001)
    optimizer.build([w])
    optimizer.iterations.assign(8)
    f = np.float32
    power_1, power_2 = (f(float(f(b)) ** 9) for b in (0.9, 0.999))
    expected = f(0.001) * np.sqrt(f(1) - power_2) / (f(1) - power_1)
    assert optimizer.scalars(np.dtype("float32"), float(f(0.001)))["alpha"] == expected


def test_amsgrad_keeps_the_largest_v():
    plain, ams = Adam(0.1), Adam(0.1, amsgrad=True)
    after_plain, after_ams = (trajectory(o, [10.0, 0.1, 0.1])[-1] for o in (plain, ams))
    v, largest = plain.slots["w"]["velocity"], ams.slots["w"]["velocity_hat"]
    assert float(v[0]) == pytest.approx(0.1 * 0.999**2 + 1e-5 * (0.999 + 1), rel=1e-12)
    assert float(largest[0]) == pytest.approx(0.1, rel=1e-12)
    assert after_ams > after_plain  # the larger denominator made the shorter way


def test_rmsprop_has_epsilon_under_the_root():
    expected = 1e-4 / math.sqrt(0.1 * 1e-8 + 1e-7)
    assert expected == pytest.approx(0.3147, abs=1e-4)  # outside the root it would be 3.15
    assert trajectory(RMSprop(1.0), [1e-4]) == pytest.approx([-expected], rel=1e-9)


def test_rmsprop_momentum_gathers_scaled_steps():
    v1, v2 = 0.1, 0.9 * 0.1 + 0.1 * 4
    first = 1 / math.sqrt(v1 + 1e-7)
    second = 0.5 * first + 2 / math.sqrt(v2 + 1e-7)
    got = trajectory(RMSprop(1.0, momentum=0.5), [1.0, 2.0])
    assert got == pytest.approx([-first, -first - second], rel=1e-9)


def test_centered_rmsprop_divides_by_the_variance():
    expected = 3 / math.sqrt(0.1 * 9 - (0.1 * 3) ** 2 + 1e-7)
    assert trajectory(RMSprop(1.0, centered=True), [3.0]) == pytest.approx([-expected], rel=1e-9)


def test_adagrad_starts_from_a_tenth():
    expected = 1 / math.sqrt(float(np.float32(0.1)) + 1 + 1e-7)
    assert expected == pytest.approx(0.953463, abs=1e-6)
    assert trajectory(Adagrad(1.0), [1.0]) == pytest.approx([-expected], rel=1e-12)


def test_momentum_holds_the_learning_rate_within():
    w = Variable(np.zeros(1), name="w")
    optimizer = SGD(1.0, momentum=0.9)
    values = []
    for rate in (1.0, 1.0, 0.1, 0.1):
        optimizer.learning_rate = rate
        optimizer.apply([[1.0]], [w])
        values.append(float(w.value[0]))
    assert values == pytest.approx([-1, -2.9, -4.71, -6.439], rel=1e-6)


def test_nesterov_looks_ahead():
    # v₁ = −1, w₁ = 0.5·(−1) − 1 = −1.5; v₂ = −1.5, w₂ = −1.5 − 0.75 − 1 = −3.25
    assert trajectory(SGD(1.0, momentum=0.5, nesterov=True), [1.0, 1.0]) == [-1.5, -3.25]


def test_nesterov_without_momentum_is_plain():
    assert trajectory(SGD(0.5, nesterov=True), [1.0, 3.0]) == [-0.5, -2.0]


@given(w=reals, g=reals, h=reals, rate=st.floats(1e-3, 1))
def test_sgd_is_linear_in_the_gradient(w, g, h, rate):
    def step(gradient):
        x = np.array([w])
        sgd(x, np.array([gradient]), learning_rate=rate, scratch=scratch())
        return float(x[0]) - w

    assert step(g + h) == pytest.approx(step(g) + step(h), abs=1e-11)


@given(scale=scales, sign=st.sampled_from([-1, 1]), rate=st.floats(1e-4, 1))
def test_adam_first_step_is_the_learning_rate(scale, sign, rate):
    w, m, v = np.zeros((3, 1))
    alpha = rate * math.sqrt(1 - 0.999) / (1 - 0.9)
    adam(
        w,
        np.array([sign * scale]),
        m,
        v,
        alpha=alpha,
        one_minus_beta_1=1 - 0.9,
        one_minus_beta_2=1 - 0.999,
        epsilon=1e-12,
        scratch=scratch(),
    )
    assert float(w[0]) == pytest.approx(-sign * rate, rel=1e-6)


@given(scale=scales, steps=st.lists(st.floats(0.5, 2), min_size=1, max_size=8))
def test_rmsprop_step_does_not_see_the_scale(scale, steps):
    def run(factor):
        w, v = np.zeros((2, 1))
        for g in steps:
            constants = {"learning_rate": 0.1, "rho": 0.9, "one_minus_rho": 0.1, "epsilon": 0.0}
            rmsprop(w, np.array([g * factor]), v, **constants, scratch=scratch())
        return float(w[0])

    assert run(scale) == pytest.approx(run(1.0), rel=1e-9)


@given(g=st.lists(reals, min_size=1, max_size=30))
def test_adagrad_steps_shrink_under_equal_gradients(g):
    w = Variable(np.zeros(len(g)), name="w")
    optimizer = Adagrad(0.1)
    lengths = []
    for _ in range(3):
        before = w.numpy()
        optimizer.apply([g], [w])
        lengths.append(np.abs(w.value - before))
    assert (lengths[1] <= lengths[0] + 1e-12).all()
    assert (lengths[2] <= lengths[1] + 1e-12).all()


@pytest.mark.parametrize("rule", [rmsprop, rmsprop_centered])
def test_rules_leave_the_gradient_as_it_was(rule):
    slots = np.zeros((1 if rule is rmsprop else 2, 3))
    g = np.array([1.0, -2.0, 3.0])
    constants = {"learning_rate": 0.1, "rho": 0.9, "one_minus_rho": 0.1, "epsilon": 1e-7}
    rule(np.zeros(3), g, *slots, **constants, scratch=scratch(3))
    assert g.tolist() == [1, -2, 3]


def test_nesterov_leaves_the_gradient_as_it_was():
    g = np.array([1.0])
    constants = {"learning_rate": 0.1, "momentum": 0.9}
    sgd_nesterov(np.zeros(1), g, np.zeros(1), **constants, scratch=scratch())
    assert g.tolist() == [1]
