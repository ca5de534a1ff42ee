"""The judge, and the referee it turns to."""

from __future__ import annotations

import math
from itertools import count

import numpy as np

from parity.engines.protocol import Batch, Tensors
from parity.referee import FACTOR, Referee, Situation
from parity.results import ERROR, OK, OUT, Finding, Judge, Outcome


def judge(band: float = 1e-6) -> Judge:
    return Judge(Outcome("u", "a", "case", "float32"), lambda tensor: (band, ""))


def settled(found: Judge, step: int, reference: Tensors, candidate: Tensors) -> Outcome:
    for finding in found.compare(step, reference, candidate):
        found.settle(finding)
    return found.outcome


def test_the_first_tensor_to_leave_is_kept_and_so_is_the_worst() -> None:
    one = np.array([1.0, 2.0])
    j = judge()
    outcome = settled(j, 1, {"loss": one, "weight/a": one}, {"loss": one, "weight/a": one})
    assert (outcome.status, outcome.tensors) == (OK, 2)
    settled(j, 2, {"loss": one, "weight/a": one}, {"loss": one + 1e-4, "weight/a": one * 1.01})
    settled(j, 3, {"loss": one}, {"loss": one * 2})
    assert outcome.status == OUT
    assert outcome.first is not None
    assert outcome.worst is not None
    assert (outcome.first.step, outcome.first.tensor) == (2, "loss")
    assert (outcome.worst.step, outcome.worst.tensor) == (3, "loss")
    assert outcome.growth["loss"][0] == 0.0
    assert outcome.growth["weight"][1] > 0.009


def test_a_missing_tensor_is_out_whichever_side_lacks_it() -> None:
    for reference, candidate, who in (
        ({"loss": 1.0}, {}, "nnscratch"),
        ({}, {"loss": 1.0}, "Keras"),
    ):
        first = settled(judge(), 1, reference, candidate).first
        assert first is not None
        assert first.note == f"missing in {who}"
        assert first.error == math.inf


def test_json_has_no_infinities() -> None:
    outcome = settled(judge(), 1, {"loss": np.zeros(1)}, {"loss": np.ones(1)})
    worst = outcome.as_json()["worst"]
    assert worst["error"] == "inf"


class Wobbly:
    """A twin whose gradient moves by a given relative amount each time it is asked."""

    def __init__(self, amount: float) -> None:
        self.amount, self.asked = amount, count(1)

    def load(self, state: Tensors) -> None:
        self.state = state

    def load_hidden(self, values: list[np.ndarray]) -> None:
        assert values == []

    def step(self, batch: Batch, new_epoch: bool) -> Tensors:
        next(self.asked)
        return {"gradient/w": np.array([1.0 + self.amount])}


def refereed(error: float, amount: float, dtype: str = "float32") -> tuple[Outcome, Wobbly]:
    twin = Wobbly(amount)
    found = Judge(Outcome("u", "a", "case", dtype), lambda tensor: (1e-6, ""))
    expected = {"gradient/w": np.array([1.0])}
    findings = found.compare(4, expected, {"gradient/w": np.array([1.0 + error])})
    batch = Batch(np.ones((2, 1)), np.ones((2, 1)))
    at = Situation(4, {"weight/w": np.ones(3)}, [], batch, False, expected)
    Referee(twin, dtype, lambda tensor, tensors: None).settle_step(found, findings, at)
    return found.outcome, twin


def test_an_error_as_large_as_kerass_own_movement_is_excused() -> None:
    outcome, twin = refereed(error=3e-6, amount=1e-6)
    assert (outcome.status, outcome.excused) == (OK, 1)
    assert outcome.excuse is not None
    assert outcome.excuse.spread > 0.9e-6
    assert next(twin.asked) == 2, "one run was enough"


def test_an_error_beyond_several_movements_is_out() -> None:
    outcome, _ = refereed(error=1e-6 * (FACTOR + 1), amount=1e-6)
    assert (outcome.status, outcome.excused) == (OUT, 0)
    assert outcome.first is not None
    assert "Keras itself moves by 1.0e-06" in str(outcome.first)


def test_no_movement_excuses_an_error_beyond_the_limit() -> None:
    outcome, twin = refereed(error=0.5, amount=0.5)
    assert outcome.status == OUT
    assert next(twin.asked) == 1, "Keras was not even asked"


def test_weights_and_data_move_by_one_unit_at_most_and_the_rest_stays() -> None:
    twin = Wobbly(0.0)
    referee = Referee(twin, "float32", lambda tensor, tensors: None)
    state = {"weight/w": np.full(1000, 3.0, "float32"), "slot/w/m": np.ones(5, "float32")}
    moved = referee._moved_state(state)
    assert np.array_equal(moved["slot/w/m"], state["slot/w/m"])
    distance = np.abs(moved["weight/w"] - 3.0)
    assert 0 < distance.max() <= np.spacing(np.float32(3.0)) * 2
    assert moved["weight/w"].dtype == np.float32


def test_an_outcome_that_crashed_fails_the_run() -> None:
    assert Outcome("u", "a", "case", "float32", status=ERROR).failed
    assert not Outcome("u", "a", "case", "float32", status=OK).failed


def test_a_finding_prints_both_values() -> None:
    text = str(Finding(7, "loss", 0.5, 1e-6, (), 1.0, 1.5))
    assert text == "loss at step 7: Keras 1.0, nnscratch 1.5, error 5.00e-01, band 1.0e-06"
