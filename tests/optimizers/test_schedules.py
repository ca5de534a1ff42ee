"""Learning-rate schedules: arithmetic by hand, edges, arguments, configurations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch import config, optimizers
from nnscratch.optimizers import SGD, Adam, schedules
from nnscratch.optimizers.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateSchedule,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from nnscratch.variable import Variable

ROWS = {
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "PiecewiseConstantDecay": {"boundaries": [3, 8], "values": [0.1, 0.05, 0.01]},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 4},
}
every_schedule = pytest.mark.parametrize("name", ROWS)


def make(name, **changes):
    return getattr(schedules, name)(**{**ROWS[name], **changes})


def rates(schedule, steps):
    return [float(schedule(step)) for step in steps]


# -- what all of them promise -----------------------------------------------------------------


def test_every_exported_schedule_has_a_row():
    exported = {n for n in schedules.__all__ if n[0].isupper()} - {"LearningRateSchedule"}
    assert exported == set(ROWS)


@every_schedule
@pytest.mark.parametrize("floatx", ["float32", "float64"])
def test_a_rate_is_a_float32(name, floatx):
    config.set_floatx(floatx)
    rate = make(name)(3)
    assert rate.dtype == np.float32
    assert np.ndim(rate) == 0


@every_schedule
def test_all_kinds_of_steps_give_the_same_rate(name):
    schedule = make(name)
    expected = rates(schedule, range(20))
    assert rates(schedule, np.arange(20)) == expected
    assert rates(schedule, [Variable(np.int64(i)) for i in range(20)]) == expected
    assert rates(schedule, np.arange(20.0)) == expected
    assert schedule(np.arange(20)).tolist() == expected
    assert schedule(np.arange(20).reshape(4, 5)).shape == (4, 5)


@every_schedule
def test_the_first_rate_is_the_initial_one(name):
    assert float(make(name)(0)) == float(np.float32(0.1))


@every_schedule
def test_round_trip(name):
    schedule = make(name)
    described = schedules.serialize(schedule)
    assert described["module"] == "keras.optimizers.schedules"
    assert (described["class_name"], described["registered_name"]) == (name, None)
    assert described["config"].items() >= ROWS[name].items()
    again = schedules.deserialize(described)
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()
    optimizer = optimizers.deserialize(optimizers.serialize(Adam(schedule)))
    assert optimizer.learning_rate == schedule(0)


@every_schedule
def test_an_optimizer_follows_it(name):
    schedule = make(name)
    optimizer, w, expected = SGD(schedule), Variable(np.zeros(1), name="w"), 0.0
    for step in range(12):
        assert optimizer.learning_rate == schedule(step)
        optimizer.apply([[-1.0]], [w])
        expected += float(schedule(step))
    assert float(w[0]) == expected


@every_schedule
@pytest.mark.parametrize("value", [0.1, np.float32(0.1)])
def test_an_optimizer_with_a_schedule_takes_no_number(name, value):
    optimizer = SGD(make(name))
    with pytest.raises(TypeError, match=rf"comes from .*{name}.*cannot be set to a number"):
        optimizer.learning_rate = value
    optimizer.learning_rate = ExponentialDecay(0.5, 1, 0.5)
    assert optimizer.learning_rate == 0.5


def test_steps_are_counted_without_regard_to_accumulation():
    w = Variable(np.zeros(1), name="w")
    optimizer = SGD(PiecewiseConstantDecay([1], [1.0, 0.5]), gradient_accumulation_steps=2)
    for _ in range(4):
        optimizer.apply([[-1.0]], [w])
    assert float(w[0]) == 1.0 + 0.5


# -- by hand ----------------------------------------------------------------------------------


def test_exponential_decay():
    smooth, stairs = (ExponentialDecay(1.0, 4, 0.25, staircase=s) for s in (False, True))
    assert rates(smooth, [0, 2, 4, 8]) == [1, 0.5, 0.25, 0.0625]
    assert rates(stairs, [0, 3, 4, 7, 8]) == [1, 1, 0.25, 0.25, 0.0625]


def test_a_stair_may_be_a_step_late_as_in_a_compiled_step():
    # 41·(1/41) is 0.99999994 in float32
    assert rates(ExponentialDecay(1.0, 41, 0.5, staircase=True), [40, 41, 42]) == [1, 1, 0.5]


def test_inverse_time_decay():
    smooth, stairs = (InverseTimeDecay(1.0, 4, 0.5, staircase=s) for s in (False, True))
    assert rates(smooth, [0, 8, 24]) == [1, 0.5, 0.25]
    assert rates(stairs, [0, 7, 8, 11]) == pytest.approx([1, 1 / 1.5, 0.5, 0.5])


def test_polynomial_decay():
    schedule = PolynomialDecay(1.0, 4, end_learning_rate=0.5, power=2.0)
    assert rates(schedule, [0, 2, 4, 5, 100]) == [1, 0.625, 0.5, 0.5, 0.5]


def test_polynomial_decay_in_cycles():
    schedule = PolynomialDecay(1.0, 4, end_learning_rate=0.0, cycle=True)
    assert rates(schedule, [0, 1, 4, 5, 8, 9]) == [1, 0.75, 0, 1 - 5 / 8, 0, 0.25]


def test_piecewise_constant_decay():
    schedule = PiecewiseConstantDecay([2, 2, 4], [1.0, 9.0, 0.5, 0.25])
    assert rates(schedule, range(7)) == [1, 1, 1, 0.5, 0.5, 0.25, 0.25]


def test_a_fractional_boundary_is_rounded_down_for_whole_steps():
    schedule = PiecewiseConstantDecay([2.7], [1.0, 0.5])
    assert rates(schedule, [2, 3]) == [1, 0.5]
    assert rates(schedule, [2.5, 3.0]) == [1, 0.5]


def test_cosine_decay():
    schedule = CosineDecay(1.0, 6, alpha=0.5)
    expected = [1, 0.5 + 0.5 * 0.75, 0.75, 0.5, 0.5]
    assert rates(schedule, [0, 2, 3, 6, 60]) == pytest.approx(expected, rel=1e-6)


def test_cosine_decay_with_warmup():
    schedule = CosineDecay(0.25, 4, warmup_target=1.0, warmup_steps=3)
    expected = [0.25, 0.5, 0.75, 1, 0.5, 0]
    assert rates(schedule, [0, 1, 2, 3, 5, 7]) == pytest.approx(expected, abs=1e-7)


def test_cosine_decay_without_warmup_steps_starts_at_the_target():
    schedule = CosineDecay(0.25, 4, warmup_target=1.0)
    assert rates(schedule, [4, 1000]) == [0, 0]
    assert rates(schedule, [0, 2]) == pytest.approx([1, 0.5], rel=1e-6)


def test_cosine_decay_restarts():
    schedule = CosineDecayRestarts(1.0, 2, t_mul=2.0, m_mul=0.5, alpha=0.0)
    # runs of 2, 4, 8 from 1, ½, ¼
    expected = [1, 0.5, 0.5, 0.25, 0.25, 0.125]
    assert rates(schedule, [0, 1, 2, 4, 6, 10]) == pytest.approx(expected, rel=1e-6)


def test_cosine_decay_restarts_of_equal_length():
    schedule = CosineDecayRestarts(1.0, 2, t_mul=1.0, alpha=0.5)
    assert rates(schedule, range(5)) == pytest.approx([1, 0.75, 1, 0.75, 1], rel=1e-6)


def test_shrinking_restarts_come_to_an_end():
    schedule = CosineDecayRestarts(1.0, 4, t_mul=0.5)  # 4 + 2 + 1 + … = 8
    assert rates(schedule, [0, 4, 6]) == pytest.approx([1, 1, 1])
    assert math.isnan(schedule(9))
    w = Variable(np.zeros(1), name="w")
    optimizer = SGD(schedule)
    optimizer.build([w])
    optimizer.iterations.assign(9)
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.apply([[1.0]], [w])
    assert float(w[0]) == 0


@given(step=st.integers(0, 10**9), rate=st.floats(0.1, 1.0))
def test_decays_stay_between_their_ends(step, rate):
    for schedule in (
        ExponentialDecay(rate, 7, 0.5),
        InverseTimeDecay(rate, 7, 0.5),
        PolynomialDecay(rate, 7, end_learning_rate=0.0),
        CosineDecay(rate, 7),
        CosineDecayRestarts(rate, 7),
    ):
        assert 0 <= float(schedule(step)) <= float(np.float32(rate))


@given(steps=st.lists(st.integers(0, 5000), min_size=2, max_size=20))
def test_rates_never_rise(steps):
    steps = sorted(steps)
    for schedule in (
        ExponentialDecay(0.5, 70, 0.5),
        InverseTimeDecay(0.5, 70, 0.5),
        PolynomialDecay(0.5, 700, end_learning_rate=0.0),
        CosineDecay(0.5, 700),
    ):
        found = rates(schedule, steps)
        assert found == sorted(found, reverse=True)


# -- arguments --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make_one", "message"),
    [
        (lambda: ExponentialDecay(1, 10, 0.5), r"must be a float.*learning_rate=1\. Write 1\.0"),
        (lambda: PolynomialDecay(True, 10), "initial_learning_rate=True"),
        (lambda: CosineDecay("0.1", 10), "initial_learning_rate='0.1'"),
        (lambda: CosineDecay(-0.1, 10), "0 or more.*-0.1"),
        (lambda: InverseTimeDecay(math.nan, 10, 0.5), "finite"),
        (lambda: ExponentialDecay(0.1, 0, 0.5), "`decay_steps` must be > 0.*decay_steps=0"),
        (lambda: InverseTimeDecay(0.1, -5, 0.5), "decay_steps=-5"),
        (lambda: PolynomialDecay(0.1, 0), "decay_steps"),
        (lambda: CosineDecay(0.1, 0), "decay_steps"),
        (lambda: CosineDecayRestarts(0.1, 0), "`first_decay_steps` must be > 0"),
        (lambda: CosineDecayRestarts(0.1, 10, t_mul=0.0), "`t_mul` must be > 0"),
        (lambda: CosineDecayRestarts(0.1, 10, m_mul=-1.0), "m_mul=-1.0"),
        (lambda: CosineDecay(0.1, 10, alpha=-0.1), "alpha=-0.1"),
        (lambda: CosineDecay(0.1, 10, warmup_target="a"), "warmup_target='a'"),
        (lambda: CosineDecay(0.1, 10, warmup_steps=-1), "warmup_steps=-1"),
        (lambda: ExponentialDecay(0.1, 10, -0.5), "decay_rate=-0.5"),
        (lambda: PolynomialDecay(0.1, 10, power=-1.0), "power=-1.0"),
        (lambda: PolynomialDecay(0.1, 10, end_learning_rate=-1.0), "end_learning_rate=-1.0"),
        (lambda: PiecewiseConstantDecay([1], [0.1]), r"one element more.*length 1.*length 1"),
        (lambda: PiecewiseConstantDecay([], [0.1]), "at least one"),
        (lambda: PiecewiseConstantDecay([4, 2], [0.1, 0.2, 0.3]), r"must increase.*\[4, 2\]"),
        (lambda: PiecewiseConstantDecay([4], [0.1, -0.2]), "values=-0.2"),
        (lambda: PiecewiseConstantDecay(["4"], [0.1, 0.2]), "boundaries='4'"),
    ],
)
def test_wrong_arguments_are_named(make_one, message):
    with pytest.raises(ValueError, match=message):
        make_one()


def test_an_unknown_schedule_is_named_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'CosineDecay'"):
        schedules.deserialize({"class_name": "CosineDecy", "config": {}})


def test_a_schedule_without_its_methods_is_told_so():
    class Nothing(LearningRateSchedule):
        pass

    with pytest.raises(NotImplementedError, match=r"Nothing must implement __call__"):
        Nothing()(0)
    with pytest.raises(NotImplementedError, match=r"Nothing must implement get_config"):
        SGD(Nothing()).get_config()
