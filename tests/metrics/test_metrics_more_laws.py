"""Laws of the confusion metrics, the areas and the scores that hold for all data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnscratch import metrics
from nnscratch.metrics.confusion import count, even_thresholds

YES = arrays(np.int64, (12,), elements=st.integers(0, 1))
CHANCE = arrays(np.float64, (12,), elements=st.floats(0, 1))
STEPS = arrays(np.int64, (12,), elements=st.integers(0, 10))
WEIGHTS = arrays(np.float64, (12,), elements=st.floats(0, 5))
F64 = np.dtype("float64")


@given(y=YES, p=CHANCE, w=WEIGHTS, thresholds=st.lists(st.floats(0, 1), min_size=1, max_size=6))
@settings(deadline=None)
def test_counts_are_those_of_a_loop(
    y: np.ndarray, p: np.ndarray, w: np.ndarray, thresholds: list[float]
) -> None:
    found = count(y, p, thresholds, F64, w)
    for i, threshold in enumerate(thresholds):
        said = p > threshold
        assert found.true_positives[i] == pytest.approx(w[said & (y == 1)].sum(), abs=1e-12)
        assert found.false_positives[i] == pytest.approx(w[said & (y == 0)].sum(), abs=1e-12)
        assert found.true_negatives[i] == pytest.approx(w[~said & (y == 0)].sum(), abs=1e-12)
        assert found.false_negatives[i] == pytest.approx(w[~said & (y == 1)].sum(), abs=1e-12)


@given(y=YES, p=STEPS, number=st.integers(1, 9))
@settings(deadline=None)
def test_even_thresholds_count_like_any_other(y: np.ndarray, p: np.ndarray, number: int) -> None:
    thresholds = [0.0, *even_thresholds(number), 1.0]
    between = (p + 0.5) / 11  # never within a rounding of a threshold i / (number + 1)
    limits = np.array(thresholds)
    assume(np.abs(between[:, None] - limits).min() > 1e-9)
    quick = count(y, between, thresholds, F64, evenly=True)
    plain = count(y, between, thresholds, F64)
    for name in ("true_positives", "false_positives", "true_negatives", "false_negatives"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(plain, name))


@given(y=YES, p=STEPS, power=st.floats(0.2, 5.0))
@settings(deadline=None)
def test_the_area_depends_on_the_order_alone(y: np.ndarray, p: np.ndarray, power: float) -> None:
    score = (p + 0.5) / 11.0
    thresholds = np.arange(1, 11) / 11.0
    for curve in ("ROC", "PR", "PRGAIN"):
        one = metrics.AUC(thresholds=thresholds, curve=curve, dtype="float64")(y, score)
        other = metrics.AUC(thresholds=thresholds**power, curve=curve, dtype="float64")
        assert other(y, score**power) == pytest.approx(one, abs=1e-13)


@given(y=YES, p=STEPS)
@settings(deadline=None)
def test_the_area_is_that_of_all_pairs(y: np.ndarray, p: np.ndarray) -> None:
    assume(0 < y.sum() < len(y))
    score = (p + 0.5) / 11.0
    area = metrics.AUC(thresholds=np.arange(1, 11) / 11.0, dtype="float64")(y, score)
    pairs = score[y == 1][:, None] - score[y == 0]
    assert area == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean(), abs=1e-12)


@given(y=YES, p=CHANCE)
@settings(deadline=None)
def test_the_other_answer_has_the_rest_of_the_area(y: np.ndarray, p: np.ndarray) -> None:
    assume(0 < y.sum() < len(y))
    p = np.round(p, 3) * 0.998 + 0.00105  # off the thresholds, before and after turning round
    one = metrics.AUC(num_thresholds=101, dtype="float64")(y, p)
    assert metrics.AUC(num_thresholds=101, dtype="float64")(1 - y, p) == pytest.approx(1 - one)


@given(y=YES, p=CHANCE, w=WEIGHTS)
@settings(deadline=None)
def test_lower_sums_lie_below_upper_sums(y: np.ndarray, p: np.ndarray, w: np.ndarray) -> None:
    def area(method: str) -> float:
        metric = metrics.AUC(summation_method=method, num_thresholds=9, dtype="float64")
        return float(metric(y, p, w))

    assert area("minoring") <= area("interpolation") + 1e-12
    assert area("interpolation") <= area("majoring") + 1e-12


@given(y=YES, p=CHANCE)
@settings(deadline=None)
def test_precision_and_recall_agree_with_the_counts_and_with_f1(
    y: np.ndarray, p: np.ndarray
) -> None:
    precision = float(metrics.Precision(dtype="float64")(y, p))
    recall = float(metrics.Recall(dtype="float64")(y, p))
    score = metrics.F1Score("micro", threshold=0.5, dtype="float64")(y[:, None], p[:, None])
    total = precision + recall
    assert score == pytest.approx(2 * precision * recall / total if total else 0.0, abs=1e-6)


@given(y=YES, p=YES)
@settings(deadline=None)
def test_regions_and_f1_are_two_views_of_one_overlap(y: np.ndarray, p: np.ndarray) -> None:
    overlap = float(metrics.IoU(2, [1], dtype="float64")(y, p))
    score = float(metrics.F1Score("micro", threshold=0.5, dtype="float64")(y[:, None], p[:, None]))
    assert overlap == pytest.approx(score / (2 - score), abs=1e-6)


@given(y=CHANCE, p=CHANCE, scale=st.floats(0.1, 10), shift=st.floats(-5, 5))
@settings(deadline=None)
def test_pearson_does_not_see_scale_and_shift(
    y: np.ndarray, p: np.ndarray, scale: float, shift: float
) -> None:
    assume(np.std(y) > 1e-2 and np.std(p) > 1e-2)
    one = metrics.pearson_correlation(y[None], p[None])[0]
    assert abs(one) <= 1 + 1e-12
    assert metrics.pearson_correlation(y[None], scale * p[None] + shift)[0] == pytest.approx(
        one, abs=1e-9
    )
    assert abs(metrics.concordance_correlation(y[None], p[None])[0]) <= abs(one) + 1e-9


@given(y=CHANCE, scale=st.floats(0.1, 100), season=st.integers(1, 4))
@settings(deadline=None)
def test_the_scaled_error_has_no_units(y: np.ndarray, scale: float, season: int) -> None:
    assume(np.abs(y[season:] - y[:-season]).mean() > 1e-3)
    p = y[::-1].copy()
    one = metrics.MeanAbsoluteScaledError(season, y, dtype="float64")(y, p)
    other = metrics.MeanAbsoluteScaledError(season, y * scale, dtype="float64")(
        y * scale, p * scale
    )
    assert other == pytest.approx(one, rel=1e-9, abs=1e-12)


@given(y=CHANCE)
@settings(deadline=None)
def test_the_mean_explains_nothing_and_the_targets_all(y: np.ndarray) -> None:
    assume(np.std(y) > 1e-2)
    column = y[:, None]
    assert metrics.R2Score(dtype="float64")(column, column) == 1.0
    mean = np.full_like(column, y.mean())
    assert metrics.R2Score(dtype="float64")(column, mean) == pytest.approx(0.0, abs=1e-9)
