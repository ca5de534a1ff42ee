"""Confusion, F, IoU, correlation, R² and MASE against arithmetic done in the test."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nnscratch
from nnscratch import metrics
from nnscratch.errors import DataError, ShapeError
from nnscratch.metrics.scaled import naive_error
from nnscratch.outdated import OutdatedWarning

Y = [0, 0, 1, 1]
P = [0.1, 0.6, 0.5, 0.9]

# -- outcomes -------------------------------------------------------------------------------


def test_the_four_outcomes_and_a_prediction_on_the_threshold() -> None:
    counts = {"TruePositives": 1, "TrueNegatives": 1, "FalsePositives": 1, "FalseNegatives": 1}
    for name, wanted in counts.items():
        assert getattr(metrics, name)()(Y, P) == wanted
    assert metrics.TruePositives(thresholds=[0.4, 0.5, 0.95])(Y, P).tolist() == [2.0, 1.0, 0.0]
    assert metrics.TruePositives()(Y, P, sample_weight=[1, 1, 1, 0.25]) == 0.25


def test_unsorted_thresholds_keep_their_places() -> None:
    metric = metrics.FalsePositives(thresholds=[0.9, 0.05, 0.3])
    assert metric(Y, P).tolist() == [0.0, 2.0, 1.0]


def test_what_is_no_number_is_no_yes() -> None:
    p = [0.1, 0.6, np.nan, 0.9]
    for thresholds in (0.0, [0.0, 0.5, 1.0]):
        found = metrics.TruePositives(thresholds)(Y, p)
        assert np.atleast_1d(found)[0] == 1.0
    assert metrics.FalseNegatives(0.0)(Y, p) == 1.0


def test_precision_and_recall_of_the_first_of_equals() -> None:
    y, p = [[1, 0, 0], [0, 0, 1]], [[0.4, 0.4, 0.2], [0.1, 0.3, 0.6]]
    assert metrics.Precision(top_k=1)(y, p) == 1.0
    assert metrics.Recall(top_k=1)(y, p) == 1.0
    assert metrics.Precision(top_k=2)(y, p) == 0.5
    assert metrics.Precision(top_k=1, class_id=1)(y, p) == 0.0


def test_nothing_said_gives_a_precision_of_zero() -> None:
    assert metrics.Precision()([1, 1], [0.1, 0.2]) == 0.0
    assert metrics.Recall()([0, 0], [0.9, 0.8]) == 0.0


def test_the_best_rate_where_the_other_is_enough() -> None:
    y, p = [0, 0, 0, 1, 1], [0.0, 0.3, 0.8, 0.3, 0.8]
    assert metrics.SensitivityAtSpecificity(0.0)(y, p) == 1.0
    assert metrics.SensitivityAtSpecificity(0.7)(y, p) == 0.0
    assert float(metrics.SpecificityAtSensitivity(1.0)(y, p)) == pytest.approx(1 / 3)
    assert float(metrics.PrecisionAtRecall(1.0)(y, p)) == pytest.approx(0.5)
    assert float(metrics.RecallAtPrecision(0.5)(y, p)) == 1.0


# -- areas ----------------------------------------------------------------------------------


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(0)
    p = rng.choice(np.arange(1, 200), 40, replace=False) / 199 - 0.001
    y = rng.random(40) < 0.4
    pairs = (p[y][:, None] > p[~y]).mean()
    assert float(metrics.AUC(dtype="float64")(y, p)) == pytest.approx(pairs, rel=1e-12)


def test_ties_within_a_bin_count_half() -> None:
    assert float(metrics.AUC(num_thresholds=2)([0, 1], [0.3, 0.7])) == 0.5


def test_a_hand_made_precision_recall_curve() -> None:
    metric = metrics.AUC(thresholds=[0.5], curve="PR", summation_method="majoring", dtype="float64")
    # thresholds -ε, 0.5, 1 + ε: TP 2, 1, 0; FP 2, 1, 0; recall 1, 1/2, 0; precision 1/2, 1/2, 0
    assert float(metric(Y, P)) == pytest.approx(0.5 * 0.5 + 0.5 * 0.5)
    metric = metrics.AUC(thresholds=[0.5], curve="PR", summation_method="minoring", dtype="float64")
    assert float(metric(Y, P)) == pytest.approx(0.5 * 0.5 + 0.5 * 0.0)


def test_labels_apart_are_averaged_with_their_weights() -> None:
    y = np.array([[0, 0], [1, 1], [0, 1], [1, 0]])
    p = np.array([[0.1, 0.9], [0.9, 0.8], [0.2, 0.1], [0.8, 0.2]])
    first, second = 1.0, 0.25  # pairs in the right order: 4 of 4, 1 of 4
    assert float(metrics.AUC(multi_label=True)(y, p)) == pytest.approx((first + second) / 2)
    metric = metrics.AUC(multi_label=True, label_weights=[3.0, 1.0])
    assert float(metric(y, p)) == pytest.approx((3 * first + second) / 4)
    assert metrics.AUC(multi_label=True).result() == 0


def test_logits_pass_a_sigmoid() -> None:
    z = np.array([-3.0, 0.4, -0.1, 5.0])
    one = metrics.AUC(from_logits=True)(Y, z)
    assert one == metrics.AUC()(Y, 1 / (1 + np.exp(-z.astype("float32"))))


# -- F-scores, intersection over union ------------------------------------------------------


def test_scores_of_each_class_and_their_means() -> None:
    y = np.eye(3)[[0, 0, 1, 2]]
    p = np.eye(3)[[0, 1, 1, 1]] * 0.9
    # class 0: TP 1, FN 1; class 1: TP 1, FP 2; class 2: FN 1
    each = [2 / 3, 1 / 2, 0.0]
    np.testing.assert_allclose(metrics.F1Score()(y, p), each, atol=1e-6)
    assert float(metrics.F1Score("macro")(y, p)) == pytest.approx(sum(each) / 3, abs=1e-6)
    weighted = (2 * each[0] + each[1] + each[2]) / 4
    assert float(metrics.F1Score("weighted")(y, p)) == pytest.approx(weighted, abs=1e-6)
    assert float(metrics.F1Score("micro")(y, p)) == pytest.approx(0.5, abs=1e-6)
    beta = metrics.FBetaScore(beta=2.0, threshold=0.5)(y, p)
    np.testing.assert_allclose(beta, [5 * 0.5 / (4 + 0.5), 5 / 3 / (4 / 3 + 1), 0.0], atol=1e-6)


def test_all_of_the_largest_count_unless_they_are_zero() -> None:
    metric = metrics.F1Score("micro")
    metric([[1, 0]], [[0.5, 0.5]])
    metric([[1, 0]], [[0.0, 0.0]])
    assert [float(v) for v in metric.variables] == [1.0, 1.0, 1.0, 2.0]


def test_regions_of_two_classes() -> None:
    y, p = [0, 0, 1, 1, 2], [0, 1, 1, 1, 5]
    matrix = [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    metric = metrics.MeanIoU(3)
    assert float(metric(y, p)) == pytest.approx((1 / 2 + 2 / 3) / 2, abs=1e-6)
    assert metric.total_cm.numpy().tolist() == matrix
    assert metric.total_cm.dtype == "int64"
    assert float(metrics.IoU(3, [2])(y, p)) == 0.0
    ignored = metrics.MeanIoU(3, ignore_class=0)(y, p)
    assert float(ignored) == pytest.approx(1.0, abs=1e-6)


def test_whole_numbers_lose_the_fractions_of_weights_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="dtype='float32'"):
        value = metrics.MeanIoU(2)([0, 1], [0, 1], sample_weight=np.array([0.9, 1.9]))
    assert float(value) == pytest.approx(1.0, abs=1e-6)
    exact = metrics.IoU(2, [0], dtype="float32")
    assert float(exact([0, 0], [0, 1], sample_weight=np.array([0.5, 1.5]))) == pytest.approx(
        0.25, abs=1e-6
    )


def test_a_prediction_on_the_threshold_is_a_yes_for_the_binary_region() -> None:
    assert float(metrics.BinaryIoU([1])([1], [0.5])) == pytest.approx(1.0, abs=1e-6)
    assert metrics.BinaryAccuracy()([1], [0.5]) == 0.0


def test_classes_on_another_axis() -> None:
    y, p = np.zeros((1, 2, 3)), np.zeros((1, 2, 3))
    y[0, [0, 1, 1], [0, 1, 2]] = 1
    p[0, [0, 0, 1], [0, 1, 2]] = 1
    value = metrics.OneHotIoU(2, [1], axis=1)(y, p)
    assert float(value) == pytest.approx(0.5, abs=1e-6)


# -- correlation, R² ------------------------------------------------------------------------


def test_correlations_by_hand() -> None:
    y, p = np.array([[1.0, 2.0, 3.0]]), np.array([[2.0, 4.0, 9.0]])
    # deviations (-1, 0, 1) and (-3, -1, 4): products 3 + 0 + 4 = 7
    pearson = 7 / math.sqrt(2 * 26)
    assert metrics.pearson_correlation(y, p)[0] == pytest.approx(pearson)
    concordance = 2 * (7 / 3) / (2 / 3 + 26 / 3 + (2 - 5) ** 2)
    assert metrics.concordance_correlation(y, p)[0] == pytest.approx(concordance, rel=1e-6)
    assert np.isnan(metrics.PearsonCorrelation()([[1.0, 1.0]], [[0.0, 1.0]]))
    assert metrics.ConcordanceCorrelation()([[1.0, 1.0]], [[0.0, 1.0]]) == 0.0


def test_explained_variance_by_hand() -> None:
    y, p = (
        np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 6.0]]),
        np.array([[1.0, 0.0], [2.0, 0.0], [4.0, 0]]),
    )
    # residuals 1 and 36, totals 2 and 24
    each = [0.5, -0.5]
    np.testing.assert_allclose(metrics.R2Score(None, dtype="float64")(y, p), each)
    assert metrics.R2Score(dtype="float64")(y, p) == pytest.approx(0.0)
    weighted = metrics.R2Score("variance_weighted_average", dtype="float64")(y, p)
    assert weighted == pytest.approx((2 * 0.5 - 24 * 0.5) / 26)
    adjusted = metrics.R2Score(num_regressors=1, dtype="float64")(y[:, :1], p[:, :1])
    assert adjusted == pytest.approx(1 - 0.5 * 2 / 1)


def test_constant_targets_and_too_many_regressors() -> None:
    assert metrics.R2Score()([[1.0], [1.0]], [[1.0], [2.0]]) == 0.0
    assert np.isnan(metrics.R2Score()([[1.0], [1.0]], [[1.0], [1.0]]))
    for regressors, message in ((2, "divide by 0"), (5, "more regressors")):
        metric = metrics.R2Score(num_regressors=regressors)
        metric.update_state([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]])
        with pytest.warns(UserWarning, match=message):
            assert float(metric.result()) == pytest.approx(0.5)


# -- MASE -----------------------------------------------------------------------------------


def test_errors_beside_those_of_the_naive_forecast() -> None:
    past = [3.0, 5.0, 4.0, 8.0]  # changes 2, 1, 4; over two steps 1, 3
    y, p = [9.0, 7.0], [8.0, 10.0]  # errors 1, 3
    for season, scale in ((1, 7 / 3), (2, 2.0)):
        metric = metrics.MeanAbsoluteScaledError(season, past, dtype="float64")
        assert metric(y, p) == pytest.approx(2.0 / scale)
    weighted = metrics.MeanAbsoluteScaledError(1, past, dtype="float64")
    assert weighted(y, p, sample_weight=[3.0, 1.0]) == pytest.approx((3 + 3) / 4 / (7 / 3))
    values = metrics.mean_absolute_scaled_error(np.array(y)[:, None], np.array(p)[:, None], past)
    np.testing.assert_allclose(values, [3 / 7, 9 / 7])


def test_one_scale_per_output_or_one_for_all() -> None:
    y, p = np.array([[1.0, 10.0], [2.0, 20.0]]), np.array([[2.0, 10.0], [2.0, 30.0]])
    past = np.array([[0.0, 0.0], [1.0, 5.0]])
    metric = metrics.MeanAbsoluteScaledError(1, past, dtype="float64")
    assert metric(y, p) == pytest.approx((0.5 / 1 + 5.0 / 5) / 2)
    metric = metrics.MeanAbsoluteScaledError(1, past[:, 1], dtype="float64")
    assert metric(y, p) == pytest.approx((0.5 / 5 + 5.0 / 5) / 2)


@pytest.mark.parametrize("season", [1, 2, 3])
@pytest.mark.parametrize("cuts", [[], [1], [2, 3], [1, 2, 3, 4, 5, 6]])
def test_the_scale_of_targets_does_not_depend_on_the_batches(season: int, cuts: list[int]) -> None:
    rng = np.random.default_rng(1)
    y, p = rng.normal(size=(2, 7))
    metric = metrics.MeanAbsoluteScaledError(season, dtype="float64")
    for part in np.split(np.arange(7), cuts):
        metric.update_state(y[part], p[part])
    scale = np.mean([abs(y[t] - y[t - season]) for t in range(season, 7)])
    assert metric.result() == pytest.approx(np.abs(y - p).mean() / scale)
    metric.reset_state()
    assert metric(y, p) == pytest.approx(np.abs(y - p).mean() / scale)


def test_targets_that_never_change_have_no_scale() -> None:
    assert metrics.MeanAbsoluteScaledError()([1.0, 1.0], [1.0, 2.0]) == np.inf
    assert metrics.MeanAbsoluteScaledError()([1.0, 1.0], [1.0, 1.0]) == 0.0
    assert metrics.MeanAbsoluteScaledError()([1.0], [2.0]) == np.inf


def test_the_naive_forecast_itself_has_the_score_one() -> None:
    series = np.random.default_rng(2).normal(size=50).cumsum()
    metric = metrics.MeanAbsoluteScaledError(training_series=series, dtype="float64")
    assert metric(series[1:], series[:-1]) == pytest.approx(1.0, rel=1e-14)


def test_the_scale_goes_into_the_configuration_and_the_strings_lead_to_it() -> None:
    metric = metrics.MeanAbsoluteScaledError(2, [1.0, 2.0, 4.0, 4.0])
    saved = metrics.serialize(metric)
    assert saved["module"] == "nnscratch.metrics"
    assert saved["config"]["scale"] == 2.5
    assert metrics.deserialize(saved)([5.0], [0.0]) == 2.0
    for name in ("mase", "MASE", "MeanAbsoluteScaledError"):
        assert type(metrics.get(name)) is metrics.MeanAbsoluteScaledError


# -- the old name ---------------------------------------------------------------------------


def test_the_old_import_of_accuracy_means_the_string() -> None:
    from nnscratch.metrics import accuracy

    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(30, 4)), rng.integers(0, 3, 30)
    logs = []
    for metric in (accuracy, "accuracy"):
        nnscratch.utils.set_random_seed(1)
        model = nnscratch.Sequential(
            [nnscratch.layers.Input((4,)), nnscratch.layers.Dense(3, "softmax")]
        )
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=[metric])
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            history = model.fit(x, labels, epochs=2, verbose=0)
        notes = [w for w in seen if issubclass(w.category, OutdatedWarning)]
        assert len(notes) == (1 if metric is accuracy else 0)
        logs.append(history.history)
    assert logs[0] == logs[1]
    assert set(logs[0]) == {"accuracy", "loss"}
    assert 0 < logs[0]["accuracy"][-1] < 1


@pytest.mark.parametrize(
    ("y", "p", "wanted"),
    [
        ([[1], [0]], [[0.9], [0.8]], [[1.0], [0.0]]),
        ([1, 0], [[0.1, 0.9], [0.2, 0.8]], [1.0, 0.0]),
        ([[0, 1], [1, 0]], [[0.1, 0.9], [0.2, 0.8]], [1.0, 0.0]),
    ],
)
def test_the_old_function_chooses_by_the_shapes(y: Any, p: Any, wanted: Any) -> None:
    with pytest.warns(OutdatedWarning, match="not in Keras 3"):
        assert metrics.accuracy(y, p).tolist() == wanted


# -- in training ----------------------------------------------------------------------------


def test_metrics_of_several_numbers_in_fit() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 4)), np.eye(3)[rng.integers(0, 3, 40)]
    nnscratch.utils.set_random_seed(1)
    model = nnscratch.Sequential(
        [nnscratch.layers.Input((4,)), nnscratch.layers.Dense(3, "softmax")]
    )
    chosen = [metrics.F1Score(), metrics.AUC(multi_label=True), "Precision", metrics.Recall(0.3)]
    model.compile("sgd", "categorical_crossentropy", metrics=chosen)
    history = model.fit(x, y, epochs=2, validation_split=0.25, verbose=0).history
    assert np.shape(history["f1_score"][-1]) == (3,)
    assert set(history) >= {"auc", "Precision", "recall", "val_f1_score", "val_auc"}
    p = model.predict(x[30:], verbose=0)
    by_hand = metrics.F1Score()(y[30:], p)
    np.testing.assert_allclose(history["val_f1_score"][-1], by_hand, rtol=1e-6)


# -- bad arguments --------------------------------------------------------------------------

BAD: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: metrics.Precision(thresholds=1.5), ValueError, "thresholds"),
    (lambda: metrics.TruePositives(thresholds=[0.5, None]), ValueError, "thresholds"),
    (lambda: metrics.Recall(thresholds=[]), ValueError, "thresholds"),
    (lambda: metrics.Precision(top_k=4)([[1, 0]], [[0.5, 0.5]]), ShapeError, "top_k"),
    (lambda: metrics.Precision(class_id=2)([[1, 0]], [[0.5, 0.5]]), ShapeError, "class_id"),
    (lambda: metrics.Recall(class_id=0)([1, 0], [0.5, 0.5]), ShapeError, "class_id"),
    (lambda: metrics.Recall()([1, 0, 1], [0.5, 0.5]), ShapeError, "y_true.shape"),
    (lambda: metrics.Recall()([1, 0], [0.5, 0.5], [1, 2, 3]), ShapeError, "sample_weight"),
    (lambda: metrics.SensitivityAtSpecificity(1.5), ValueError, "specificity=1.5"),
    (lambda: metrics.PrecisionAtRecall(0.5, num_thresholds=0), ValueError, "num_thresholds=0"),
    (lambda: metrics.AUC(num_thresholds=1), ValueError, "num_thresholds=1"),
    (lambda: metrics.AUC(curve="RoC2"), ValueError, "curve.*Did you mean 'ROC'"),
    (lambda: metrics.AUC(summation_method="minor"), ValueError, "summation_method.*'minoring'"),
    (lambda: metrics.AUC(num_labels=3), ValueError, "multi_label"),
    (lambda: metrics.AUC(thresholds=[2.0]), ValueError, "thresholds"),
    (lambda: metrics.AUC(multi_label=True)([1, 0], [0.5, 0.5]), ShapeError, "multi_label"),
    (
        lambda: metrics.AUC(multi_label=True, num_labels=3)([[1, 0]], [[0.5, 0.5]]),
        ShapeError,
        "3 labels",
    ),
    (
        lambda: metrics.AUC(multi_label=True, label_weights=[1.0])([[1, 0]], [[0.5, 0.5]]),
        ShapeError,
        "label_weights of shape",
    ),
    (lambda: metrics.AUC(label_weights=[1, 2, 3])([[1, 0]], [[0.5, 0.5]]), ShapeError, "label_w"),
    (lambda: metrics.F1Score("mikro"), ValueError, "Did you mean 'micro'"),
    (lambda: metrics.FBetaScore(beta=0.0), ValueError, "beta=0.0"),
    (lambda: metrics.FBetaScore(beta=True), ValueError, "beta=True"),
    (lambda: metrics.F1Score(threshold=0.0), ValueError, "threshold=0.0"),
    (lambda: metrics.F1Score()([1, 0], [0.5, 0.5]), ShapeError, "F1Score"),
    (lambda: metrics.F1Score()([[1, 0]], [[0.5, 0.5]], [1, 2]), ShapeError, "sample_weight"),
    (lambda: metrics.IoU(2, [2]), ValueError, "target_class_ids"),
    (lambda: metrics.IoU(2, []), ValueError, "target_class_ids"),
    (lambda: metrics.MeanIoU(2)([0, 1], [0]), ShapeError, "one prediction for each"),
    (lambda: metrics.MeanIoU(2)([0, 1], [0, 1], [1, 1, 1]), ShapeError, "sample_weight"),
    (lambda: metrics.MeanIoU(2, dtype="bool"), ValueError, "type"),
    (lambda: metrics.R2Score("uniform"), ValueError, "Did you mean 'uniform_average'"),
    (lambda: metrics.R2Score(num_regressors=-1), ValueError, "num_regressors=-1"),
    (lambda: metrics.R2Score()([1.0, 2.0], [1.0, 2.0]), ShapeError, "R2Score"),
    (lambda: metrics.R2Score()([[1.0]], [[1.0]], [1, 2]), ShapeError, "sample_weight"),
    (lambda: metrics.MeanAbsoluteScaledError(0), ValueError, "seasonality=0"),
    (lambda: metrics.MeanAbsoluteScaledError(1, [1.0, 2.0], scale=2.0), ValueError, "not both"),
    (lambda: metrics.MeanAbsoluteScaledError(2, [1.0, 2.0]), DataError, "T > seasonality"),
    (lambda: metrics.MeanAbsoluteScaledError(1, [2.0, 2.0]), DataError, "must change"),
    (lambda: naive_error([1.0, np.nan]), DataError, "finite"),
    (lambda: metrics.MeanAbsoluteScaledError()([1.0], [1.0, 2.0]), ShapeError, "one shape"),
    (lambda: metrics.MeanAbsoluteScaledError()([1.0], [1.0], [1, 2]), ShapeError, "sample_weight"),
    (
        lambda: metrics.MeanAbsoluteScaledError(1, np.eye(3))(np.ones((2, 2)), np.ones((2, 2))),
        ShapeError,
        "3 columns",
    ),
    (lambda: metrics.PearsonCorrelation(axis=True), ValueError, "axis"),
]


@pytest.mark.parametrize(("make", "error", "message"), BAD, ids=[message for *_, message in BAD])
def test_bad_arguments_are_named(
    make: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"(?s){message}"):
        make()
