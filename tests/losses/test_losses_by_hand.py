"""Losses against arithmetic done in the test, and the ways a user makes a loss."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from nnscratch import config, losses
from nnscratch.cache import Cache
from nnscratch.errors import DataError, ShapeError

EXTREME = np.array([[20.0, -20.0, 0.0]])


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# -- crossentropy behind a softmax ------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_logits_behind_a_softmax_keep_the_gradient_that_clipping_would_lose(dtype: str) -> None:
    z = EXTREME.astype(dtype)
    loss, cache = losses.SparseCategoricalCrossentropy(dtype=dtype), Cache()
    assert loss.uses_logits
    assert loss.forward(np.array([1]), softmax(z), cache, logits=z) == pytest.approx(40.0)
    e20, e40 = math.exp(-20.0), math.exp(-40.0)
    total = 1.0 + e20 + e40
    np.testing.assert_allclose(
        loss.backward(cache), [[1 / total, e40 / total - 1, e20 / total]], rtol=1e-6
    )
    assert loss.forward(np.array([1]), softmax(z), cache) == pytest.approx(
        math.log(1e-7 * (1 + 1e-7)) * -1, rel=1e-4
    )


def test_from_logits_with_a_softmax_output_uses_the_logits_and_warns_once() -> None:
    z, y = np.array([[2.0, 0.5, -1.0]]), np.array([[1.0, 0.0, 0.0]])
    loss = losses.CategoricalCrossentropy(from_logits=True, dtype="float64")
    with pytest.warns(UserWarning, match="from_logits=True"):
        value = loss.forward(y, softmax(z), Cache(), logits=z)
    by_hand = math.log(math.exp(2.0) + math.exp(0.5) + math.exp(-1.0)) - 2.0
    assert value == pytest.approx(by_hand, rel=1e-14)
    twice = softmax(softmax(z))
    assert value != pytest.approx(-math.log(twice[0, 0]), rel=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss.forward(y, softmax(z), Cache(), logits=z)


def test_a_sigmoid_output_hands_its_logits_to_the_softmax_crossentropy() -> None:
    z, y = np.array([[2.0, 0.5, -1.0]]), np.array([[0.0, 1.0, 0.0]])
    loss = losses.CategoricalCrossentropy(dtype="float64")
    value = loss.forward(y, 1 / (1 + np.exp(-z)), Cache(), logits=z)
    by_hand = math.log(math.exp(2.0) + math.exp(0.5) + math.exp(-1.0)) - 0.5
    assert value == pytest.approx(by_hand, rel=1e-14)


def test_probabilities_that_were_clipped_have_no_gradient() -> None:
    loss, cache = losses.BinaryCrossentropy(dtype="float64"), Cache()
    value = loss.forward(np.array([[1.0, 1.0]]), np.array([[0.0, 0.5]]), cache)
    assert value == pytest.approx((-math.log(1e-7) + math.log(2)) / 2, rel=1e-14)
    np.testing.assert_allclose(loss.backward(cache), [[0.0, -1.0]])


def test_the_clip_follows_the_configured_epsilon() -> None:
    config.set_epsilon(1e-3)
    value = losses.binary_crossentropy(np.array([[1.0]]), np.array([[0.0]]))
    assert value[0] == pytest.approx(-math.log(1e-3))


def test_an_ignored_class_leaves_the_mean() -> None:
    p = np.array([[0.5, 0.5], [0.9, 0.1], [0.25, 0.75]])
    loss, cache = losses.SparseCategoricalCrossentropy(ignore_class=-1, dtype="float64"), Cache()
    assert not loss.uses_logits
    value = loss.forward(np.array([0, -1, 1]), p, cache)
    assert value == pytest.approx(-(math.log(0.5) + math.log(0.75)) / 2, rel=1e-12)
    np.testing.assert_array_equal(loss.backward(cache)[1], [0.0, 0.0])


def test_a_sample_of_an_ignored_class_may_be_anything() -> None:
    z = np.array([[1.0, 2.0], [np.nan, np.inf]])
    loss = losses.SparseCategoricalCrossentropy(True, ignore_class=9, dtype="float64")
    cache = Cache()
    with np.errstate(invalid="ignore"):
        value = loss.forward(np.array([1, 9]), z, cache)
        gradient = loss.backward(cache)
    assert value == pytest.approx(math.log(1 + math.exp(-1.0)))
    assert np.isfinite(gradient).all()


# -- label smoothing, Huber, Kullback-Leibler -------------------------------------------------


def test_label_smoothing_spreads_over_all_classes_or_over_two() -> None:
    p, s = np.array([[0.2, 0.7, 0.1]]), 0.1
    value = losses.categorical_crossentropy(np.array([[0.0, 1.0, 0.0]]), p, label_smoothing=s)
    low, high = s / 3, 1 - s + s / 3
    by_hand = -(low * math.log(0.2) + high * math.log(0.7) + low * math.log(0.1))
    assert value[0] == pytest.approx(by_hand, rel=1e-14)
    value = losses.binary_crossentropy(np.array([[1.0]]), np.array([[0.7]]), label_smoothing=s)
    by_hand = -((1 - s / 2) * math.log(0.7) + s / 2 * math.log(0.3))
    assert value[0] == pytest.approx(by_hand, rel=1e-14)


def test_huber_turns_from_square_to_line_at_delta() -> None:
    errors = np.array([[0.5, -1.0, 3.0, -4.0]])
    values = [0.125, 0.5, 2.5, 3.5]
    loss, cache = losses.Huber(dtype="float64"), Cache()
    assert loss.forward(np.zeros((1, 4)), errors, cache) == pytest.approx(sum(values) / 4)
    np.testing.assert_allclose(loss.backward(cache), [[0.125, -0.25, 0.25, -0.25]])


def test_divergence_clips_both_distributions() -> None:
    value = losses.kl_divergence(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]))
    assert value[0] == pytest.approx(math.log(1e7) + 1e-7 * math.log(1e-7), rel=1e-12)


# -- reductions and weights -------------------------------------------------------------------


def test_weights_do_not_change_what_is_divided_by() -> None:
    y, p = np.zeros((4, 1)), np.ones((4, 1))
    weight = np.array([1.0, 0.0, 0.0, 2.0])
    for reduction, by_hand in (
        ("sum_over_batch_size", 3 / 4),
        ("mean", 3 / 4),
        ("sum", 3.0),
        ("mean_with_sample_weight", 3 / 3),
    ):
        assert losses.MeanSquaredError(reduction)(y, p, weight) == by_hand
    assert losses.MeanSquaredError(None)(y, p, weight).tolist() == [1.0, 0.0, 0.0, 2.0]


def test_labels_meet_a_column_of_outputs_instead_of_a_square() -> None:
    y, p = np.array([1.0, 2.0, 3.0]), np.array([[1.0], [2.0], [4.0]])
    assert losses.MeanSquaredError()(y, p) == pytest.approx(1 / 3)


def test_weights_that_sum_to_zero_give_zero_not_nan() -> None:
    loss, cache = losses.MeanSquaredError("mean_with_sample_weight"), Cache()
    assert loss.forward(np.zeros((2, 1)), np.ones((2, 1)), cache, np.zeros(2)) == 0
    np.testing.assert_array_equal(loss.backward(cache), np.zeros((2, 1)))


def test_weights_of_another_length_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"sample_weight.*\(3,\)"):
        losses.MeanSquaredError()(np.zeros((2, 1)), np.ones((2, 1)), np.ones(3))


# -- losses of one's own ----------------------------------------------------------------------


class Quartic(losses.Loss):
    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        return np.mean((y_pred - y_true) ** 4, axis=-1)


class TrainedQuartic(Quartic):
    def gradient(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        return 4.0 * (y_pred - y_true) ** 3 / y_pred.shape[-1]


def test_a_subclass_with_only_call_is_trained_with_differences_and_says_so() -> None:
    y, p = np.zeros((2, 2)), np.array([[1.0, 2.0], [0.0, 1.0]])
    loss, cache = Quartic(dtype="float64"), Cache()
    assert loss(y, p) == pytest.approx((17 / 2 + 1 / 2) / 2)
    loss.forward(y, p, cache)
    with pytest.warns(UserWarning, match=r"Quartic comes without a gradient.*4 more evaluations"):
        gradient = loss.backward(cache)
    np.testing.assert_allclose(gradient, [[1.0, 8.0], [0.0, 1.0]], atol=1e-8)


def test_a_subclass_with_its_gradient_trains_with_weights_and_scale() -> None:
    y, p = np.zeros((2, 2)), np.array([[1.0, 2.0], [0.0, 1.0]])
    loss, cache = TrainedQuartic(dtype="float64"), Cache()
    assert loss.forward(y, p, cache, np.array([1.0, 3.0])) == pytest.approx((17 / 2 + 3 / 2) / 2)
    np.testing.assert_allclose(loss.backward(cache, 2.0), [[2.0, 16.0], [0.0, 6.0]])


def test_a_gradient_of_the_wrong_shape_is_named() -> None:
    class Wrong(Quartic):
        def gradient(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
            return y_pred.sum(axis=-1)

    loss, cache = Wrong(), Cache()
    loss.forward(np.zeros((2, 2)), np.ones((2, 2)), cache)
    with pytest.raises(ShapeError, match=r"Wrong.gradient.*\(2, 2\).*\(2,\)"):
        loss.backward(cache)


def test_a_built_in_loss_whose_call_is_overridden_is_no_longer_trained_by_its_own_rule() -> None:
    class Doubled(losses.CategoricalCrossentropy):
        def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
            return 2.0 * super().call(y_true, y_pred)

    class DoubledTwice(Doubled):
        def gradient(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
            return 2.0 * losses.CategoricalCrossentropy.gradient(self, y_true, y_pred)

    y, p = np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])
    loss, cache = Doubled(dtype="float64"), Cache()
    assert loss.forward(y, p, cache) == pytest.approx(2 * math.log(2))
    assert not loss.uses_logits
    with pytest.warns(UserWarning, match="Doubled"):
        np.testing.assert_allclose(loss.backward(cache), [[2.0, -2.0]], rtol=1e-8)
    loss = DoubledTwice(dtype="float64")
    loss.forward(y, p, cache)
    np.testing.assert_allclose(loss.backward(cache), [[2.0, -2.0]])


def cubic(y_true: np.ndarray, y_pred: np.ndarray, factor: float = 1.0) -> np.ndarray:
    return factor * ((y_pred - y_true) ** 3).mean(axis=-1)


def cubic_gradient(y_true: np.ndarray, y_pred: np.ndarray, factor: float = 1.0) -> np.ndarray:
    return factor * 3.0 * (y_pred - y_true) ** 2 / y_pred.shape[-1]


def test_a_function_becomes_a_loss_and_with_its_gradient_a_trainable_one() -> None:
    y, p = np.zeros((2, 1)), np.array([[1.0], [2.0]])
    cache = Cache()
    loss = losses.LossFunctionWrapper(cubic, name="cubic", dtype="float64", factor=2.0)
    assert loss.forward(y, p, cache) == pytest.approx(9.0)
    with pytest.warns(UserWarning, match=r"cubic.*gradient="):
        np.testing.assert_allclose(loss.backward(cache), [[3.0], [12.0]], rtol=1e-8)
    loss = losses.LossFunctionWrapper(cubic, dtype="float64", gradient=cubic_gradient, factor=2.0)
    loss.forward(y, p, cache)
    np.testing.assert_allclose(loss.backward(cache), [[3.0], [12.0]])


def test_a_wrapped_function_comes_back_from_its_configuration() -> None:
    loss = losses.LossFunctionWrapper(losses.huber, name="h", delta=2.0)
    again = losses.LossFunctionWrapper.from_config(loss.get_config())
    assert (again.fn, again.name) == (losses.huber, "h")
    assert again([[0.0]], [[5.0]]) == loss([[0.0]], [[5.0]]) == 8.0


# -- bad arguments ----------------------------------------------------------------------------


def test_unknown_names_suggest_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'mean_squared_error'"):
        losses.get("mean_square_error")
    with pytest.raises(ValueError, match="Did you mean 'sum_over_batch_size'"):
        losses.MeanSquaredError("sum_over_batchsize")
    with pytest.raises(ValueError, match="A loss is a name"):
        losses.get(3)


@pytest.mark.parametrize("smoothing", [-0.1, 1.5, True])
def test_smoothing_outside_its_range_is_refused(smoothing: float) -> None:
    with pytest.raises(ValueError, match="label_smoothing"):
        losses.CategoricalCrossentropy(label_smoothing=smoothing)


def test_other_arguments_that_cannot_be_meant() -> None:
    with pytest.raises(ValueError, match="delta"):
        losses.Huber(delta=0.0)
    with pytest.raises(ValueError, match="axis"):
        losses.BinaryCrossentropy(axis=True)
    with pytest.raises(ValueError, match="float type"):
        losses.MeanSquaredError(dtype="int32")
    with pytest.raises(ValueError, match="axis=-1"):
        losses.SparseCategoricalCrossentropy(axis=0)([0], [[0.5, 0.5]])
    with pytest.raises(DataError, match="y_true"):
        losses.MeanSquaredError()(["a"], [[1.0]])
    with pytest.raises(ShapeError, match="at least one axis"):
        losses.mean_squared_error(1.0, 2.0)


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_without_a_class_is_refused_even_unchecked(label: int) -> None:
    with pytest.raises(DataError, match=rf"0\.\.2.*{label}"):
        losses.sparse_categorical_crossentropy([0, label], np.full((2, 3), 1 / 3))


def test_one_class_alone_draws_a_warning() -> None:
    with pytest.warns(SyntaxWarning, match="one column"):
        losses.categorical_crossentropy([[1.0]], [[1.0]])
    with pytest.warns(SyntaxWarning, match="one column"):
        losses.CategoricalCrossentropy().check_targets(np.ones((3, 1)), (None, 1))
