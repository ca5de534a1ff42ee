"""Reductions, histograms, series and tables of a recording."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from runs import trained

from nnscratch.lab import Recorder
from nnscratch.lab.recorder import Histograms
from nnscratch.lab.recorder.blocks import Block, take
from nnscratch.lab.recorder.recorder import CAPACITY


def test_summaries_are_those_of_the_full_arrays():
    both = Recorder(every=1, how=["full", "summary", "histogram"], bins=8, sample=10, exact=True)
    trained(both, epochs=1)
    for path, kind in (("first/kernel", "grad"), ("first", "activation"), ("last/bias", "update")):
        series = both[path, kind]
        for i, step in enumerate(series):
            a = series[step]["full"].astype("float64")
            row = series[step]
            assert row["mean"] == pytest.approx(a.mean(), rel=1e-4, abs=1e-7)
            assert row["std"] == pytest.approx(a.std(), rel=1e-4, abs=1e-7)
            assert (row["min"], row["max"]) == (a.min(), a.max())
            assert row["norm"] == pytest.approx(np.linalg.norm(a), rel=1e-5)
            seen = a.reshape(-1)[:: -(-a.size // 10)]
            counts = series["histogram"].counts[i]
            wanted, _ = np.histogram(seen.astype("float32"), 8, (a.min(), a.max()))
            assert abs(counts - wanted).sum() <= 2  # a value on an edge may fall to either side
            assert counts.sum() == len(seen)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, st.integers(1, 50), elements=st.floats(-1e6, 1e6, width=32)))
def test_a_block_counts_every_value_once(values):
    block = Block(values.size, 3, 1000)
    block.add(1, values)
    block.add(2, -values)
    [taken] = take([block], 7)
    [summary], [histogram] = taken.summary, taken.histogram
    assert taken.members == [0]
    assert taken.steps == (1, 2)
    assert histogram[:, 2:].sum(axis=1).tolist() == [values.size] * 2
    np.testing.assert_array_equal(histogram[0, :2], [values.min(), values.max()])
    np.testing.assert_allclose(
        summary[0, 4], np.linalg.norm(values.astype("float64")), rtol=1e-4, atol=1e-18
    )
    assert block.steps == []


def test_values_that_are_not_finite_are_left_out_of_histograms():
    block = Block(4, 2, 10)
    with np.errstate(all="ignore"):
        block.add(1, np.array([0.0, np.nan, 1.0, np.inf]))
        block.add(2, np.array([1.0, 2.0, 3.0, 4.0]))
        [taken] = take([block], 4)
    [summary], [histogram] = taken.summary, taken.histogram
    assert math.isnan(summary[0, 0])
    assert histogram[:, 2:].sum(axis=1).tolist() == [2, 4]


def test_shares_between_common_edges():
    h = Histograms(np.array([1, 2]), np.array([0.0, 1.0]), np.array([4.0, 1.0]),
                   np.array([[1, 1, 1, 1], [5, 0, 0, 0]]))  # fmt: skip
    shares = h.shares(np.array([0.0, 1.0, 2.0, 4.0]))
    np.testing.assert_allclose(shares, [[0.25, 0.25, 0.5], [0, 1, 0]])


def test_saturation_dead_units_and_ratios_by_hand():
    rec = Recorder(["activation", "update", "weight"], every=1,
                   how={"activation": ["full", "saturation", "dead"],
                        "update": ["full", "ratio"], "weight": "full"})  # fmt: skip
    trained(rec, epochs=1)
    series = rec["first", "activation"]
    a = series[4]["full"]
    assert series[4]["saturation"] == pytest.approx((a == 0).mean())
    assert series[4]["dead"] == pytest.approx((a == 0).all(axis=0).mean())
    t = rec["second", "activation"][4]
    assert t["saturation"] == pytest.approx((np.abs(t["full"]) >= 0.98).mean())
    update = rec["last/kernel", "update"]
    before = rec["last/kernel", "weight"][3]
    wanted = np.linalg.norm(update[4]["full"]) / np.linalg.norm(before)
    assert update["ratio"][3] == pytest.approx(wanted, rel=1e-5)


def test_a_function_of_the_users():
    def largest_row(a):
        return np.abs(a).sum(axis=1)

    rec = Recorder("weight", "first/kernel", every=1, how=largest_row)
    model, _ = trained(rec, epochs=1)
    wanted = np.abs(model.weights[0].value).sum(axis=1)
    np.testing.assert_array_equal(rec["first/kernel", "weight"]["largest_row"][-1], wanted)
    np.testing.assert_array_equal(rec["first/kernel", "weight"][7]["largest_row"], wanted)


def test_tables():
    pandas = pytest.importorskip("pandas")
    rec = Recorder(every=2)
    trained(rec, epochs=1)
    table = rec["first/kernel", "grad"].to_frame()
    assert table.index.tolist() == [1, 2, 4, 6]
    assert table["norm"].tolist() == rec["first/kernel", "grad"]["norm"].tolist()
    long = rec.to_frame("*/kernel", "update")
    assert isinstance(long, pandas.DataFrame)
    assert set(long.name) == {"mean", "std", "min", "max", "norm", "ratio"}
    assert set(long.path) == {"first/kernel", "second/kernel", "last/kernel"}


def test_what_is_pending_is_bounded():
    rec = Recorder(every=1)
    most = 0

    def look(step, epoch, loss):
        nonlocal most
        most = max(most, rec._recorded)
        return True

    rec.when = look
    trained(rec, epochs=10)
    assert most == CAPACITY - 1
    full = Recorder("activation", every=1, how="full")
    written = []
    full.when = lambda *a: written.append(full._path.stat().st_size) or True
    import nnscratch.lab.recorder.recorder as module

    before, module.PENDING_BYTES = module.PENDING_BYTES, 5000
    try:
        trained(full)
    finally:
        module.PENDING_BYTES = before
    assert len(set(written)) >= 6
    assert len(full["first", "activation"]) == 21
