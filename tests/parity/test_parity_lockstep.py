"""Lock-step runs of engines that need no Keras."""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest
from parity_fakes import LINE, FakeEngine

from parity import data
from parity.results import DIFFERS, ERROR, LATER, OK, OUT
from parity.runner import run_unit, tasks_of
from parity.units import DTYPES, Check, Golden, Rule

RULE = Rule("plain", "fakes", ("SGD", {}), steps=30)


@pytest.mark.parametrize("dtype", DTYPES)
def test_equal_engines_agree_at_every_step(dtype: str) -> None:
    outcome = run_unit(LINE, dtype, FakeEngine(), FakeEngine())
    assert outcome.status == OK, outcome.detail
    assert outcome.steps == 12
    assert outcome.tensors == 3 + 12 * 8 + 2  # the start; inference after two of the steps
    assert len(outcome.growth["gradient"]) == 12
    assert bool(outcome.drift) == (dtype == "float32")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "tensor", ["output/0_Dense", "gradient/0_Dense/kernel", "metric/loss", "weight/0_Dense/bias"]
)
def test_the_first_step_and_tensor_that_part_are_named(dtype: str, tensor: str) -> None:
    spoilt = FakeEngine({tensor: 1e-4}, from_step=5)
    outcome = run_unit(LINE, dtype, FakeEngine(), spoilt)
    assert outcome.status == OUT
    assert outcome.first is not None
    assert (outcome.first.step, outcome.first.tensor) == (5, tensor)
    assert outcome.first.candidate == pytest.approx(outcome.first.reference * 1.0001)


def test_float32_may_take_fewer_steps() -> None:
    case = replace(LINE, forced_steps=5)
    assert run_unit(case, "float32", FakeEngine(), FakeEngine()).steps == 5
    assert run_unit(case, "float64", FakeEngine(), FakeEngine()).steps == 12


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_a_library_starts_from_is_compared_too(dtype: str) -> None:
    class Ahead(FakeEngine):
        def twin(self, case, dtype, input_shape):
            twin = super().twin(case, dtype, input_shape)
            twin.taken = 1
            return twin

    outcome = run_unit(LINE, dtype, FakeEngine(), Ahead())
    assert outcome.first is not None
    assert (outcome.first.step, outcome.first.tensor) == (0, "optimizer/iteration")


def test_a_step_that_is_not_the_librarys_own_is_refused() -> None:
    class Dishonest(FakeEngine):
        def twin(self, case, dtype, input_shape):
            twin = super().twin(case, dtype, input_shape)
            twin.own_step = lambda batch: {"weight/0_Dense/kernel": twin.w * 1.01}
            return twin

    outcome = run_unit(LINE, "float64", Dishonest(), FakeEngine())
    assert outcome.status == ERROR
    assert "the instrumented step part" in outcome.detail


def test_batches_keep_order_and_the_last_of_an_epoch_is_short() -> None:
    case = replace(LINE, parts=2, steps=7, weighted=True)
    rows = data.make(case, "float32")
    assert len(rows.x) == 44
    taken = list(data.batches(case, rows))
    assert [len(batch.x) for batch, _ in taken] == [8, 8, 6, 8, 8, 6, 8]
    assert [new for _, new in taken] == [True, False, False, True, False, False, True]
    starts = [0, 8, 16, 22, 30, 38, 0]
    for (batch, _), start in zip(taken, starts, strict=True):
        assert np.array_equal(batch.x, rows.x[start : start + len(batch.x)])
        assert np.array_equal(batch.sample_weight, rows.sample_weight[start:][: len(batch.x)])


def needs_only_a_number_of_rows(maker):
    parameters = list(inspect.signature(data.MAKERS[maker]).parameters.values())
    return all(p.default is not p.empty for p in parameters[1:])


@pytest.mark.parametrize(
    "maker", [m for m in sorted(data.MAKERS) if needs_only_a_number_of_rows(m)]
)
def test_data_are_the_same_every_time(maker: str) -> None:
    first, second = data.MAKERS[maker](20), data.MAKERS[maker](20)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert len(first[0]) == len(first[1]) == 20


def test_rules_are_judged_over_all_their_steps() -> None:
    assert run_unit(RULE, "float32", FakeEngine(), FakeEngine()).status == OK
    outcome = run_unit(RULE, "float64", FakeEngine(), FakeEngine(off=1e-9))
    assert outcome.status == OUT
    assert outcome.first is not None
    assert outcome.first.tensor.startswith("weight/")


def answer(lib):
    return {"answer": lib.answer}


@pytest.mark.parametrize(
    ("off", "golden", "status"), [(0.0, 42.0, OK), (1e-3, 42.0, OUT), (0.0, 43.0, OUT)]
)
def test_checks_compare_the_libraries_and_the_record(
    off: float, golden: float, status: str
) -> None:
    check = Check("c", "fakes", answer, {"answer": Golden(golden)})
    outcome = run_unit(check, "float64", FakeEngine(), FakeEngine(off=off))
    assert outcome.status == status, outcome.detail


def test_a_difference_made_on_purpose_must_be_there() -> None:
    check = Check("c", "fakes", answer, differs="the reason")
    assert run_unit(check, "float64", FakeEngine(), FakeEngine(off=1.0)).status == DIFFERS
    gone = run_unit(check, "float64", FakeEngine(), FakeEngine())
    assert gone.status == OUT
    assert "no difference is left" in gone.detail


def test_what_waits_for_later_is_listed_once_and_not_run() -> None:
    check = Check("c", "later", later="waits for more")
    assert tasks_of([check], DTYPES, None) == [("c", "float32", None)]
    outcome = run_unit(check, "float32", FakeEngine(), FakeEngine())
    assert (outcome.status, outcome.detail, outcome.failed) == (LATER, "waits for more", False)


def test_a_crash_becomes_an_outcome() -> None:
    def crash(lib):
        raise ZeroDivisionError("oh")

    outcome = run_unit(Check("c", "fakes", crash), "float64", FakeEngine(), FakeEngine())
    assert outcome.status == ERROR
    assert "ZeroDivisionError: oh" in outcome.detail
