"""Asking for hyper-parameters: scopes, names, values, errors, and what differs from keras-tuner."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from nnscratch.tuner import HyperParameters
from nnscratch.tuner.numerical import Float, Int


def test_a_range_includes_its_end_despite_rounding() -> None:
    # (0.5 - 0.1) // 0.1 is 3 in floating point, and keras-tuner never tries 0.5.
    assert Float("rate", 0.1, 0.5, step=0.1).values == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5])
    assert Float("rate", 0.1, 0.5, step=0.1).prob_to_value(0.999) == pytest.approx(0.5)


def test_values_without_a_step_are_in_order() -> None:
    values = Float("rate", 0, 1).values
    assert values == pytest.approx([0.05 + 0.1 * i for i in range(10)])


@given(
    low=st.floats(1e-3, 1e3),
    ratio=st.floats(1.01, 1e3),
    share=st.floats(0, 1),
    sampling=st.sampled_from(["linear", "log", "reverse_log"]),
)
def test_shares_and_values_are_inverse(
    low: float, ratio: float, share: float, sampling: str
) -> None:
    kind = Float("x", low, low * ratio, sampling=sampling)
    value = kind.prob_to_value(share)
    assert low * (1 - 1e-9) <= value <= low * ratio * (1 + 1e-9)
    assert kind.prob_to_value(kind.value_to_prob(value)) == pytest.approx(value, rel=1e-6)


@given(low=st.integers(1, 50), span=st.integers(0, 200), data=st.data())
def test_whole_numbers_come_back(low: int, span: int, data: Any) -> None:
    sampling = data.draw(st.sampled_from(["linear", "log", "reverse_log"]))
    step = data.draw(st.sampled_from([None, 2, 3]))
    kind = Int("x", low, low + span, step=step, sampling=sampling)
    for value in kind.values:
        assert low <= value <= low + span
        assert kind.prob_to_value(kind.value_to_prob(value)) == value


def test_reverse_log_is_dense_at_the_upper_end() -> None:
    kind = Float("momentum", 1.0, 100.0, sampling="reverse_log")
    # a + b - a (b/a)^(1 - p) at p = 0.5: 101 - sqrt(100)
    assert kind.prob_to_value(0.5) == pytest.approx(91.0)


def test_conditions_switch_values_on_and_off() -> None:
    hp = HyperParameters()
    hp.Choice("optimizer", ["adam", "sgd"])
    assert hp.Float("momentum", 0.5, 0.9, parent_name="optimizer", parent_values="sgd") is None
    with pytest.raises(ValueError, match="does not count"):
        hp.get("momentum")
    assert "momentum" not in hp
    hp.values["optimizer"] = "sgd"
    hp.ensure_active_values()
    assert 0.5 <= hp["momentum"] <= 0.9
    hp.values["optimizer"] = "adam"
    hp.ensure_active_values()
    assert hp.values == {"optimizer": "adam"}


def test_one_name_under_two_conditions() -> None:
    hp = HyperParameters()
    kind = hp.Choice("kind", ["a", "b"])
    assert kind == "a"
    assert hp.Int("units", 1, 2, parent_name="kind", parent_values=["a"]) == 1
    assert hp.Int("units", 10, 20, parent_name="kind", parent_values=["b"]) is None
    hp.ensure_active_values()
    assert hp.values == {"kind": "a", "units": 1}
    assert len(hp.space) == 3


def test_names_in_scopes() -> None:
    hp = HyperParameters()
    with hp.name_scope("block"):
        hp.Int("units", 1, 2)
    assert hp.values == {"block/units": 1}


def test_what_is_fixed_in_advance_replaces_what_the_model_asks_for() -> None:
    hp = HyperParameters()
    hp.Fixed("learning_rate", 0.5)
    assert hp.Choice("learning_rate", [0.1, 0.01]) == 0.5


def test_a_copy_shares_nothing() -> None:
    hp = HyperParameters()
    hp.Int("units", 1, 9)
    copy = hp.copy()
    copy.values["units"] = 5
    copy.Boolean("dropout")
    assert hp.values == {"units": 1}
    assert len(hp.space) == 1


@pytest.mark.parametrize(
    ("ask", "error", "said"),
    [
        (lambda hp: hp.Int("n", 5, 1), ValueError, "min_value=5, max_value=1"),
        (lambda hp: hp.Int("n", 1, 5.5), ValueError, "max_value=5.5"),
        (lambda hp: hp.Float("n", 0, 1, sampling="log"), ValueError, "greater than 0"),
        (lambda hp: hp.Float("n", 1, 9, step=1, sampling="log"), ValueError, "greater than 1"),
        (lambda hp: hp.Float("n", 0, 1, step=0.0), ValueError, "greater than 0"),
        (lambda hp: hp.Float("n", 0, 1, sampling="logg"), ValueError, "Did you mean 'log'"),
        (lambda hp: hp.Choice("n", []), ValueError, "at least one"),
        (lambda hp: hp.Choice("n", [1, "a"]), TypeError, "int, str"),
        (lambda hp: hp.Choice("n", [[1], [2]]), TypeError, "list"),
        (lambda hp: hp.Choice("n", ["a"], ordered=True), ValueError, "only numbers"),
        (lambda hp: hp.Choice("n", [1, 2], default=3), ValueError, "default=3"),
        (lambda hp: hp.Boolean("n", default="yes"), ValueError, "'yes'"),
        (lambda hp: hp.Fixed("n", [1]), ValueError, "value=[1]"),
        (lambda hp: hp.Int("n", 1, 2, parent_name="unit", parent_values=[1]), ValueError,
         "Did you mean 'units'"),
        (lambda hp: hp.get("unitz"), KeyError, "Did you mean 'units'"),
    ],
)  # fmt: skip
def test_errors_say_what_to_write(ask: Any, error: type[Exception], said: str) -> None:
    hp = HyperParameters()
    hp.Int("units", 1, 9)
    with pytest.raises(error) as raised:
        ask(hp)
    assert said in str(raised.value)
