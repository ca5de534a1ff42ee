from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import digest, fit_arrays, fit_record, make_run

from nnscratch.compare.comparison import Comparison, compare_runs
from nnscratch.compare.diagnosis import diagnose
from nnscratch.compare.growth import Curve, Point, digest_differences


def compare(
    tmp_path: Path, record: dict[str, Any], arrays: dict[str, Any], rtol: float = 1e-4
) -> Comparison:
    first = make_run(tmp_path, [(fit_record(), fit_arrays())])
    second = make_run(tmp_path, [(record, arrays)], name="nnscratch")
    return compare_runs(first, second, rtol)


def test_equal_runs_are_identical(tmp_path: Path) -> None:
    found = compare(tmp_path, fit_record(), fit_arrays())
    assert found.identical
    assert not found.apart
    assert found.parting() is None
    assert found.judged_count == 3  # two losses, one kernel; the bias is idle
    assert diagnose(found, "float32") == []


def test_a_history_value_decides(tmp_path: Path) -> None:
    record = fit_record(history={"loss": [0.5, 0.2501]})
    found = compare(tmp_path, record, fit_arrays())
    assert found.relative == pytest.approx(1e-4 / 0.2501)
    assert found.digits == 3
    parting = found.parting()
    assert parting is not None
    assert (parting.where, parting.name) == ("in fit 1, epoch 2", "loss")


def test_a_tolerance_is_a_tolerance(tmp_path: Path) -> None:
    record = fit_record(history={"loss": [0.5, 0.2501]})
    assert not compare(tmp_path, record, fit_arrays(), rtol=1e-3).apart


def test_an_epoch_too_few_is_infinitely_far(tmp_path: Path) -> None:
    record = fit_record(epochs=[0], history={"loss": [0.5]})
    found = compare(tmp_path, record, fit_arrays())
    assert found.relative == math.inf
    assert found.fits[0].history[-1].note == "only the first run has it"


def test_a_metric_under_another_name_is_missing_on_both_sides(tmp_path: Path) -> None:
    record = fit_record(history={"cost": [0.5, 0.25]})
    found = compare(tmp_path, record, fit_arrays())
    assert [line.name for line in found.fits[0].history] == ["loss", "cost"] * 2
    assert all(line.relative == math.inf for line in found.fits[0].history)


def test_validation_on_some_epochs_is_not_given_an_epoch_it_may_not_have(tmp_path: Path) -> None:
    history = {"loss": [0.5, 0.25], "val_loss": [0.4]}
    first = make_run(tmp_path, [(fit_record(history=history), fit_arrays())])
    second = make_run(tmp_path, [(fit_record(history=history), fit_arrays())], name="nnscratch")
    lines = compare_runs(first, second, 1e-4).fits[0].history
    assert [(line.place, line.name) for line in lines] == [
        ("epoch 1", "loss"),
        ("value 1", "val_loss"),
        ("epoch 2", "loss"),
    ]


def test_the_farthest_element_of_a_weight_is_shown(tmp_path: Path) -> None:
    found = compare(tmp_path, fit_record(), fit_arrays(weight_0=np.array([0.5, 2.5])))
    line = found.fits[0].weights[0]
    assert (line.label, line.reference, line.candidate) == ("dense/kernel[1]", 2.0, 2.5)
    assert line.relative == pytest.approx(0.2)


def test_idle_weights_are_shown_and_not_judged(tmp_path: Path) -> None:
    found = compare(tmp_path, fit_record(), fit_arrays(weight_1=np.array([3.0])))
    assert found.fits[0].weights[1].relative > 0.5
    assert not found.apart


def test_another_number_of_fits_is_apart(tmp_path: Path) -> None:
    first = make_run(tmp_path, [(fit_record(), fit_arrays())] * 2)
    second = make_run(tmp_path, [(fit_record(), fit_arrays())], name="nnscratch")
    found = compare_runs(first, second, 1e-4)
    assert found.apart
    assert found.structure[0].note == "2 and 1"


def test_results_are_compared_call_by_call(tmp_path: Path) -> None:
    scores, table = {"[0]": np.array(0.5)}, {"value": np.ones((3, 2))}
    first = make_run(tmp_path, [], [("evaluate", scores), ("predict", table)])
    off = {"value": np.array([[1, 1], [1, 1], [1, 1.25]])}
    second = make_run(tmp_path, [], [("evaluate", scores), ("predict", off)], name="nnscratch")
    lines = compare_runs(first, second, 1e-4).results
    assert [line.place for line in lines] == ["evaluate #1", "predict #2"]
    assert lines[0].relative == 0
    assert (lines[1].index, lines[1].relative) == ((2, 1), 0.2)


def test_another_call_ends_the_comparison_of_results(tmp_path: Path) -> None:
    value = {"value": np.array(0.5)}
    first = make_run(tmp_path, [], [("evaluate", value), ("predict", value)])
    second = make_run(tmp_path, [], [("predict", value)], name="nnscratch")
    [line] = compare_runs(first, second, 1e-4).results
    assert line.relative == math.inf


def test_growth_has_loss_and_weights_of_every_moment(tmp_path: Path) -> None:
    rows = np.array([digest(1.0, 2.0), digest(0.5, 2.5), digest(0.5, 2.0)])
    found = compare(tmp_path, fit_record(), fit_arrays(step_0=rows))
    assert [(p.moment, p.step, p.name) for p in found.fits[0].growth] == [
        ("start", 0, "dense/kernel"),
        ("step", 1, "dense/kernel"),
        ("epoch", 1, "dense/kernel"),
    ]
    assert [p.relative for p in found.fits[0].growth] == pytest.approx([0, 0.2, 0])
    parting = found.parting()
    assert parting is not None
    assert parting.where == "in fit 1, at step 1 (epoch 1)"


def test_every_weight_has_a_curve(tmp_path: Path) -> None:
    """The end of the epoch is the moment of step 1 that counts; the bias is idle."""
    rows = np.array([digest(1.0, 2.0), digest(0.5, 2.5), digest(0.5, 2.02)])
    [curve] = compare(tmp_path, fit_record(), fit_arrays(step_0=rows)).fits[0].curves
    assert (curve.name, curve.layer, curve.role) == ("dense/kernel", "dense", "kernel")
    assert curve.steps == [0, 1]
    assert curve.values == pytest.approx([0, 0.02 / 2.02])
    assert Curve("scale", [0], [0.0]).layer == "scale"


def test_a_running_loss_apart_is_seen(tmp_path: Path) -> None:
    steps = [["start", 0, 0, None], ["step", 0, 1, 0.4], ["epoch", 0, 1, 0.5]]
    point = compare(tmp_path, fit_record(steps=steps), fit_arrays()).fits[0].growth[1]
    assert (point.name, point.relative) == ("running loss", pytest.approx(0.2))


def test_a_model_built_in_its_first_step_has_no_start(tmp_path: Path) -> None:
    arrays = fit_arrays() | {f"step/{i}": fit_arrays()["step/0"][1:] for i in (0, 1)}
    first = make_run(tmp_path, [(fit_record(), arrays)])
    second = make_run(tmp_path, [(fit_record(), fit_arrays())], name="nnscratch")
    found = compare_runs(first, second, 1e-4)
    assert [p.moment for p in found.fits[0].growth] == ["step", "epoch"]
    found.fits[0].growth[:] = growth_of([0.0, 1e-2])[1:]
    assert any("another start" in sentence for sentence in diagnose(found, "float32"))


def test_growth_stops_where_the_steps_no_longer_pair_up(tmp_path: Path) -> None:
    steps = [["start", 0, 0, None], ["step", 1, 1, 0.5], ["epoch", 1, 1, 0.5]]
    assert len(compare(tmp_path, fit_record(steps=steps), fit_arrays()).fits[0].growth) == 1


def test_slots_count_from_when_both_runs_have_them(tmp_path: Path) -> None:
    names = [*fit_record()["tensors"], "slot sgd/net_dense_kernel_momentum"]
    early = fit_arrays() | {"step/2": np.array([digest(0.0), digest(1e-6), digest(1e-6)])}
    late = fit_arrays() | {"step/2": np.array([digest(2e-6), digest(1e-6)])}
    first = make_run(tmp_path, [(fit_record(tensors=names), early)])
    second = make_run(tmp_path, [(fit_record(tensors=names), late)], name="nnscratch")
    points = compare_runs(first, second, 1e-4).fits[0].growth
    assert [p.slot_relative for p in points] == pytest.approx([0, 0.5, 0])
    assert not compare_runs(first, second, 1e-4).apart


def test_tensors_pair_up_by_name_and_else_by_place(tmp_path: Path) -> None:
    other = np.array([digest(9.0)] * 3)
    arrays = fit_arrays() | {"step/0": other, "step/1": fit_arrays()["step/0"]}
    swapped = fit_record(tensors=fit_record()["tensors"][::-1])
    assert not compare(tmp_path, swapped, arrays).fits[0].growth[0].relative
    renamed = fit_record(tensors=["slot a", "weight net/dense_9/kernel", "weight net/dense_9/bias"])
    second = make_run(tmp_path, [(renamed, arrays | {"step/2": other})], name="renamed")
    first = make_run(tmp_path, [(fit_record(), fit_arrays())], name="again")
    assert compare_runs(first, second, 1e-4).fits[0].growth[0].relative == 0.0


def test_digests_tell_a_change_outside_of_the_sample_by_the_norm() -> None:
    a, b = np.array([digest(3.0, 4.0)]), np.array([digest(3.0, 4.0)])
    b[0, 0] = 5.5
    assert digest_differences(a, b, 1e-3) == pytest.approx([0.5 / 5.5])
    b[0, 2] = math.nan
    assert digest_differences(a, b, 1e-3)[0] == math.inf


def growth_of(values: list[float]) -> list[Point]:
    return [Point("step" if i else "start", 1, i, v, "kernel") for i, v in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1e-2, 1e-2], "before any training"),
        ([0.0, 1e-2], "another formula"),
        ([0.0, 0.0, 0.0, 1e-2], "another formula"),
        ([0.0, 1e-7, 1e-7, 1e-3], "as early as that"),
        ([0.0, *[1e-7] * 20, 1e-3], "a ReLU passes"),
        ([0.0, *[1e-7 * 2**i for i in range(20)]], "doubling every 1.0 steps"),
    ],
)
def test_the_way_apart_is_described(tmp_path: Path, values: list[float], words: str) -> None:
    found = compare(tmp_path, fit_record(), fit_arrays())
    found.fits[0].growth[:] = growth_of(values)
    assert any(words in sentence for sentence in diagnose(found, "float32"))


def test_steps_that_were_not_looked_at_are_asked_for(tmp_path: Path) -> None:
    found = compare(tmp_path, fit_record(), fit_arrays())
    found.fits[0].growth[:] = [*growth_of([0.0, 1e-7]), Point("epoch", 1, 200, 3e-3, "kernel")]
    assert any("--steps 200 looks at" in sentence for sentence in diagnose(found, "float32"))


def test_float64_is_recommended_for_float32_only(tmp_path: Path) -> None:
    found = compare(tmp_path, fit_record(), fit_arrays())
    found.fits[0].growth[:] = growth_of([0.0, 1e-2])
    assert any("--floatx float64" in s for s in diagnose(found, "float32"))
    assert not any("--floatx float64" in s for s in diagnose(found, "float64"))
