"""Metrics against arithmetic done in the test, and metrics of one's own."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnscratch import Variable, losses, metrics
from nnscratch.errors import DataError, ShapeError
from nnscratch.metrics.matches import among_highest, place_of_largest
from nnscratch.metrics.reduction import per_sample

# -- means ------------------------------------------------------------------------------------


def test_the_loss_of_an_epoch_counts_every_sample_once() -> None:
    tracker = metrics.Mean(name="loss")
    tracker.update_state(np.float32(1.0), 4)
    tracker.update_state(np.float32(9.0), 1)
    assert tracker.result() == np.float32(2.6)
    assert [float(v) for v in tracker.variables] == [13.0, 5.0]


@given(
    values=st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=20),
    size=st.integers(1, 64),
)
@settings(deadline=None)
def test_one_number_at_a_time_and_arrays_add_up_alike(values: list[float], size: int) -> None:
    quick, plain = metrics.Mean(), metrics.Mean()
    for value in values:
        quick.update_state(np.float32(value), size)
        plain.update_state(np.array(value, "float32"), np.array(size, "float32"))
    assert [float(v) for v in quick.variables] == [float(v) for v in plain.variables]


def test_sums_are_kept_in_the_type_of_the_metric() -> None:
    small, large = np.float32(1.0), np.float32(2.0**24)
    tracker = metrics.Mean()
    for value in (large, small, small):
        tracker.update_state(value)
    assert float(tracker.total) == 2.0**24
    exact = metrics.Mean(dtype="float64")
    for value in (large, small, small):
        exact.update_state(value)
    assert float(exact.total) == 2.0**24 + 2


def test_weights_of_every_rank() -> None:
    values = [[1.0, 3.0], [5.0, 7.0]]
    for weights, mean in (
        (None, 4.0),
        (2.0, 4.0),
        ([1.0, 3.0], (2.0 + 18.0) / 4.0),
        ([[1.0], [3.0]], (2.0 + 18.0) / 4.0),
        ([[1.0, 0.0], [0.0, 1.0]], (0.5 + 3.5) / 1.0),
    ):
        assert float(metrics.Mean()(values, weights)) == pytest.approx(mean)


def test_weights_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(3,\).*\(2, 2\)"):
        metrics.Mean().update_state(np.ones((2, 2)), np.ones(3))


def test_weights_that_are_all_zero_give_zero() -> None:
    assert metrics.Mean()([1.0, 2.0], [0.0, 0.0]) == 0


def test_the_root_is_taken_at_the_end() -> None:
    metric = metrics.RootMeanSquaredError()
    metric.update_state([[0.0]], [[3.0]])
    metric.update_state([[0.0]], [[5.0]])
    assert float(metric.result()) == pytest.approx(math.sqrt((9 + 25) / 2))


# -- accuracies -------------------------------------------------------------------------------


def test_accuracy_compares_numbers_where_binary_accuracy_takes_sides() -> None:
    y, p = [1, 0, 1, 0], [0.9, 0.1, 0.8, 0.2]
    assert metrics.Accuracy()(y, p) == 0.0
    assert metrics.BinaryAccuracy()(y, p) == 1.0
    assert type(metrics.get("accuracy")) is metrics.Accuracy


def test_a_prediction_on_the_threshold_counts_as_no() -> None:
    assert metrics.binary_accuracy([[1], [0]], [[0.5], [0.5]]).tolist() == [[0.0], [1.0]]
    edge = np.array([[float(np.float32(0.7)), 0.7]])
    assert metrics.binary_accuracy([[1, 1]], edge, 0.7).tolist() == [[0.0, 1.0]]


def test_labels_meet_a_column_of_outputs() -> None:
    metric = metrics.BinaryAccuracy()
    assert float(metric(np.array([1, 0, 1]), np.array([[0.9], [0.8], [0.7]]))) == pytest.approx(
        2 / 3
    )
    assert float(metric.count) == 3


@pytest.mark.parametrize("labels", [[2, 0], [2.0, 0.0], [[2], [0]]])
def test_class_numbers_in_any_form(labels: list[float]) -> None:
    p = np.array([[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]])
    assert metrics.sparse_categorical_accuracy(labels, p).tolist() == [1.0, 0.0]


def test_the_first_of_equal_predictions_counts() -> None:
    p = [[0.4, 0.4, 0.2]]
    assert metrics.sparse_categorical_accuracy([0], p).tolist() == [1.0]
    assert metrics.sparse_categorical_accuracy([1], p).tolist() == [0.0]


def test_places_in_rows_that_a_plain_argmax_would_judge_otherwise() -> None:
    tiny = np.float32(1e-42)
    rows = np.array(
        [[-0.0, 0.0], [0.0, -0.0], [np.nan, 1.0], [1.0, np.nan], [0.0, tiny], [-tiny, -1.0]],
        dtype="float32",
    )
    assert place_of_largest(rows).tolist() == [1, 0, 1, 0, 0, 0]
    assert place_of_largest(rows.astype(">f4")).tolist() == [1, 0, 1, 0, 0, 0]
    assert place_of_largest(np.array([[3, 9, 9]])).tolist() == [1]


@given(x=arrays(np.float32, (4, 3), elements=st.floats(-5, 5, width=32)))
@settings(deadline=None)
def test_places_of_ordinary_numbers_are_those_of_argmax(x: np.ndarray) -> None:
    x[np.abs(x) < 1e-30] = 1.0
    np.testing.assert_array_equal(place_of_largest(x), x.argmax(axis=-1))


def test_several_guesses() -> None:
    p = np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])
    for k, hits in ((1, [0.0, 0.0]), (2, [1.0, 0.0]), (3, [1.0, 1.0])):
        assert metrics.sparse_top_k_categorical_accuracy([1, 2], p, k=k).tolist() == hits
        assert metrics.top_k_categorical_accuracy(np.eye(3)[[1, 2]], p, k=k).tolist() == hits


def test_ties_help_and_what_is_no_number_or_no_class_misses() -> None:
    p = np.array([[1.0, 1.0, 1.0], [1.0, np.nan, 0.0], [np.inf, 0.0, 0.0], [1.0, 2.0, 3.0]])
    assert among_highest(np.array([2, 0, 0, 5]), p, 1).tolist() == [True, False, False, False]


def test_guesses_given_in_order() -> None:
    ids = [[3, 1, 2], [0, 2, 1]]
    hits = metrics.sparse_top_k_categorical_accuracy([1, 1], ids, k=2, from_sorted_ids=True)
    assert hits.tolist() == [1.0, 0.0]
    metric = metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    assert metric.get_config()["from_sorted_ids"] is True
    assert metric([1, 1], ids) == 0.5


# -- crossentropies -------------------------------------------------------------------------


def test_a_crossentropy_takes_the_logits_behind_the_output() -> None:
    z = np.array([[20.0, -20.0, 0.0]])
    p = np.exp(z) / np.exp(z).sum()
    metric = metrics.SparseCategoricalCrossentropy(dtype="float64")
    assert metric.uses_logits
    metric.update_state([1], p, logits=z)
    assert metric.result() == pytest.approx(40.0)
    metric.reset_state()
    metric.update_state([1], p)
    assert metric.result() == pytest.approx(-math.log(1e-7), rel=1e-4)
    assert not metrics.MeanSquaredError().uses_logits
    assert not metrics.SparseCategoricalCrossentropy(ignore_class=0).uses_logits


def test_the_cosine_metric_has_the_other_sign_of_the_loss() -> None:
    y, p = [[3.0, 4.0]], [[4.0, 3.0]]
    assert float(metrics.CosineSimilarity()(y, p)) == pytest.approx(24 / 25)
    assert float(losses.CosineSimilarity()(y, p)) == pytest.approx(-24 / 25)


# -- metrics of one's own -------------------------------------------------------------------


def off_by(y_true: np.ndarray, y_pred: np.ndarray, power: float = 1.0) -> np.ndarray:
    return np.abs(y_true - y_pred) ** power


def test_a_function_becomes_a_metric() -> None:
    metric = metrics.MeanMetricWrapper(off_by, name="off_by", power=2.0)
    assert float(metric(np.array([1.0, 2.0]), np.array([2.0, 4.0]))) == 2.5
    assert not hasattr(metric, "_direction")
    assert metrics.MeanMetricWrapper(losses.mean_squared_error)._direction == "down"
    assert metrics.MeanMetricWrapper(losses.Huber())._direction == "down"


def test_a_loss_object_becomes_a_metric_and_comes_back_from_its_configuration() -> None:
    metric = metrics.MeanMetricWrapper(losses.Huber(delta=2.0), name="h")
    again = metrics.deserialize(metrics.serialize(metric))
    assert again([[0.0]], [[5.0]]) == metric([[0.0]], [[5.0]]) == 8.0


class Spread(metrics.Metric):
    def __init__(self, name: str = "spread", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.least = self.add_weight((), "zeros", name="least")
        self.most = Variable(0.0, name="most", trainable=False)
        self.mean = metrics.Mean()

    def update_state(
        self, y_true: object, y_pred: np.ndarray, sample_weight: object = None
    ) -> None:
        self.least.assign(min(float(self.least), float(y_pred.min())))
        self.most.assign(max(float(self.most), float(y_pred.max())))
        self.mean.update_state(y_pred)

    def result(self) -> float:
        return float(self.most) - float(self.least) - float(self.mean.result())


def test_variables_and_metrics_within_are_found_and_reset() -> None:
    metric = Spread()
    assert metric(None, np.array([-1.0, 3.0])) == 3.0
    names = [v.path for v in metric.variables]
    assert names == ["spread/least", "most", "mean/total", "mean/count"]
    metric.reset_state()
    assert [float(v) for v in metric.variables] == [0.0] * 4


def test_setting_a_variable_twice_lists_it_once() -> None:
    metric = Spread()
    metric.most = metric.most
    assert len(metric.variables) == 4


class ForgotSuper(metrics.Metric):
    def __init__(self) -> None:
        self.total = self.add_variable((), "zeros")


def test_a_metric_that_forgot_its_base_class_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"ForgotSuper.*super\(\).__init__\(\)"):
        ForgotSuper()


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="Did you mean 'categorical_accuracy'"):
        metrics.get("categorical_acuracy")
    with pytest.raises(ValueError, match="A metric is a name"):
        metrics.get(3)
    with pytest.raises(ValueError, match="float type"):
        metrics.Mean(dtype="int32")
    with pytest.raises(ValueError, match="Received 1"):
        metrics.Mean().stateless_result([np.zeros(())])
    with pytest.raises(DataError, match="y_pred"):
        metrics.BinaryAccuracy()([1], ["yes"])
    with pytest.raises(NotImplementedError, match="update_state"):
        metrics.Metric().update_state([1.0])
    with pytest.raises(NotImplementedError, match="result"):
        metrics.Metric().result()


def test_sums_over_further_axes_or_means() -> None:
    values = np.arange(8.0).reshape(2, 2, 2)
    summed, _ = per_sample(values, None, np.add, np.dtype("float64"))
    meant, _ = per_sample(values, None, None, np.dtype("float64"))
    assert summed.tolist() == [6.0, 22.0]
    assert meant.tolist() == [1.5, 5.5]
