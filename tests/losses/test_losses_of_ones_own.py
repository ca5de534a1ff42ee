"""Functions as losses: trained with the gradient given, or with one by central differences."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loss_rows import ROWS, Row, row_name

import nnscratch
from nnscratch import losses
from nnscratch.cache import Cache
from nnscratch.errors import DataError, ShapeError
from nnscratch.losses.differences import NumericalGradient


def quartic(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    return ((y_pred - y_true) ** 4).mean(axis=-1)


def quartic_gradient(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    return 4.0 * (y_pred - y_true) ** 3 / y_pred.shape[-1]


def surprise(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    return -(y_true * np.log(y_pred)).sum(axis=-1)


def quietly(gradient: Callable[..., Any], *arrays: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return gradient(*arrays)


def weights_after_fit(loss: Any, outputs: int, **fit: Any) -> np.ndarray:
    nnscratch.utils.set_random_seed(3)
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, outputs))
    model = nnscratch.Sequential(
        [nnscratch.layers.Input((3,)), nnscratch.layers.Dense(outputs, "tanh")]
    )
    model.compile(optimizer=nnscratch.optimizers.SGD(0.1), loss=loss)
    model.fit(x, y, epochs=3, batch_size=8, verbose=0, **fit)
    return np.concatenate([w.ravel() for w in model.get_weights()])


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_plain_function_trains_like_its_written_gradient(outputs: int, weighted: bool) -> None:
    fit = {"sample_weight": np.linspace(0.0, 2.0, 20)} if weighted else {}
    written = losses.LossFunctionWrapper(quartic, gradient=quartic_gradient)
    wanted = weights_after_fit(written, outputs, **fit)
    with pytest.warns(UserWarning, match=f"quartic.*{2 * outputs} more evaluations"):
        found = weights_after_fit(quartic, outputs, **fit)
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7)


def test_the_warning_comes_once() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        weights_after_fit(quartic, 2)
    assert len([w for w in seen if "differentiated numerically" in str(w.message)]) == 1


@pytest.mark.parametrize("row", [row for row in ROWS if not row.couples], ids=row_name)
def test_differences_find_every_written_gradient(row: Row) -> None:
    loss = getattr(losses, row.name)(dtype="float64", **row.options)
    y_true, y_pred = row.data(seed=2)
    found = quietly(NumericalGradient(loss.call, row.name), y_true, y_pred)
    np.testing.assert_allclose(found, loss.gradient(y_true, y_pred), rtol=1e-6, atol=1e-7)


@given(small=st.floats(1e-12, 1e-2), sure=st.floats(0.1, 0.9))
@settings(deadline=None)
def test_a_logarithm_of_a_tiny_probability_is_differentiated(small: float, sure: float) -> None:
    gradient = NumericalGradient(surprise, "surprise")
    y, p = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[small, sure], [small, sure]])
    found = quietly(gradient, y, p)
    np.testing.assert_allclose(found, [[-1 / small, 0.0], [0.0, -1 / sure]], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(4, 1), (4, 3), (4, 2, 3), (1, 3)])
def test_predictions_of_every_rank(shape: tuple[int, ...]) -> None:
    y, p = np.random.default_rng(0).normal(size=(2, *shape))
    for axis in (-1, tuple(range(1, len(shape)))):
        count = np.prod([shape[i] for i in np.atleast_1d(axis)])

        def function(y: np.ndarray, p: np.ndarray, axis: Any = axis) -> np.ndarray:
            return ((p - y) ** 2).mean(axis=axis)

        found = quietly(NumericalGradient(function, "f"), y, p)
        np.testing.assert_allclose(found, 2 * (p - y) / count, rtol=1e-6, atol=1e-7)


def test_one_value_per_output_or_a_last_axis_of_one_will_do_too() -> None:
    y, p = np.random.default_rng(0).normal(size=(2, 4, 3))
    each = NumericalGradient(lambda y, p: (p - y) ** 2, "each")
    np.testing.assert_allclose(quietly(each, y, p), 2 * (p - y), rtol=1e-6, atol=1e-7)
    kept = NumericalGradient(lambda y, p: ((p - y) ** 2).sum(axis=-1, keepdims=True), "kept")
    np.testing.assert_allclose(quietly(kept, y, p), 2 * (p - y), rtol=1e-6, atol=1e-7)


def test_labels_meet_a_column_of_outputs() -> None:
    y, p = np.array([1.0, 2.0, 3.0]), np.array([[1.5], [2.0], [1.0]])
    loss, cache = losses.LossFunctionWrapper(quartic, dtype="float64", reduction="sum"), Cache()
    assert loss.forward(y, p, cache) == pytest.approx(0.5**4 + 2.0**4)
    found = quietly(loss.backward, cache)
    np.testing.assert_allclose(found, [[4 * 0.5**3], [0.0], [-4 * 2.0**3]], atol=1e-7)
    given = losses.LossFunctionWrapper(
        quartic, dtype="float64", reduction="sum", gradient=quartic_gradient
    )
    given.forward(y, p, cache)
    np.testing.assert_allclose(given.backward(cache), found, atol=1e-7)


WRONG: list[tuple[str, Callable[..., Any], type[Exception], str]] = [
    ("one number", lambda y, p: np.mean((p - y) ** 2), ShapeError, "one value per sample.*axis=-1"),
    ("another shape", lambda y, p: np.zeros(7), ShapeError, r"shape \(7,\)"),
    ("float32", lambda y, p: (p - y).astype("float32").sum(-1), DataError, "returned float32"),
    (
        "centred over the batch",
        lambda y, p: ((p - p.mean(axis=0) - y) ** 2).mean(axis=-1),
        DataError,
        "another sample's predictions",
    ),
    (
        "one value per output, but of all outputs",
        lambda y, p: (p - p.mean(axis=-1, keepdims=True) - y) ** 2,
        DataError,
        "another sample's predictions",
    ),
]


@pytest.mark.parametrize(("what", "function", "error", "message"), WRONG, ids=lambda w: str(w)[:20])
def test_functions_that_cannot_be_differentiated_say_why(
    what: str, function: Callable[..., Any], error: type[Exception], message: str
) -> None:
    y, p = np.random.default_rng(0).normal(size=(2, 6, 3))
    with pytest.raises(error, match=f"(?s){message}.*`gradient`"):
        quietly(NumericalGradient(function, "f"), y, p)


def test_the_examination_waits_for_two_rows_and_is_made_once() -> None:
    calls = []

    def counted(y: np.ndarray, p: np.ndarray) -> np.ndarray:
        calls.append(len(p))
        return quartic(y, p)

    gradient = NumericalGradient(counted, "counted")
    for rows, evaluations in ((1, 1 + 4), (3, 1 + 1 + 4), (3, 1 + 4)):
        calls.clear()
        quietly(gradient, np.zeros((rows, 2)), np.ones((rows, 2)))
        assert len(calls) == evaluations


def test_a_corner_has_the_mean_of_both_sides() -> None:
    gradient = NumericalGradient(lambda y, p: np.abs(p - y).sum(axis=-1), "corner")
    assert quietly(gradient, np.zeros((2, 1)), np.array([[0.0], [-1.0]])).tolist() == [
        [0.0],
        [pytest.approx(-1.0)],
    ]


def test_losses_that_are_left_out_are_named_with_the_reason() -> None:
    for name in ("CTC", "ctc"):
        with pytest.raises(ValueError, match=f"{name}.*left out.*sequences"):
            losses.get(name)


# -- the other losses, by hand ----------------------------------------------------------------


def test_focal_crossentropy_weighs_by_what_is_missing() -> None:
    value = losses.binary_focal_crossentropy([[1.0, 0.0]], [[0.8, 0.4]])
    by_hand = (0.2**2 * -math.log(0.8) + 0.4**2 * -math.log(0.6)) / 2
    assert float(value[0]) == pytest.approx(by_hand, rel=1e-6)
    value = losses.binary_focal_crossentropy([[1.0, 0.0]], [[0.8, 0.4]], True, 0.75)
    by_hand = (0.75 * 0.2**2 * -math.log(0.8) + 0.25 * 0.4**2 * -math.log(0.6)) / 2
    assert float(value[0]) == pytest.approx(by_hand, rel=1e-6)
    value = losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.3, 0.9]], alpha=2.0)
    assert float(value[0]) == pytest.approx(2.0 * 0.25**2 * -math.log(0.75), rel=1e-6)


def test_binary_focal_loss_keeps_the_gradient_of_a_sure_and_wrong_answer() -> None:
    z, y = np.array([[40.0]]), np.array([[0.0]])
    p = 1 / (1 + np.exp(-z))
    loss, cache = losses.BinaryFocalCrossentropy(dtype="float64"), Cache()
    assert loss.uses_logits
    assert not losses.BinaryFocalCrossentropy(from_logits=True).uses_logits
    assert loss.forward(y, p, cache, logits=z) == pytest.approx(40.0)
    np.testing.assert_allclose(loss.backward(cache), [[1.0]], rtol=1e-12)


def test_a_gamma_of_zero_has_a_finite_gradient_where_keras_has_none() -> None:
    loss, cache = losses.BinaryFocalCrossentropy(gamma=0.0, dtype="float64"), Cache()
    loss.forward(np.array([[1.0, 0.0]]), np.array([[1.0, 0.5]]), cache)
    np.testing.assert_allclose(loss.backward(cache), [[0.0, 1.0]])


def test_dice_and_tversky_of_counted_pixels() -> None:
    y = np.array([[1.0, 1.0, 1.0, 0.0]])
    p = np.array([[1.0, 1.0, 0.0, 1.0]])
    assert float(losses.dice(y, p)) == pytest.approx(1 - 4 / 6, abs=1e-6)
    value = losses.tversky(y, p, alpha=2.0, beta=5.0)
    assert float(value) == pytest.approx(1 - 2 / (2 + 2 * 1 + 5 * 1), abs=1e-6)
    assert losses.dice(np.zeros((2, 2)), np.zeros((2, 2))) == 1.0
    by_sample = losses.Dice(axis=-1, reduction=None)(np.eye(2), np.array([[1.0, 0.0], [1.0, 0.0]]))
    np.testing.assert_allclose(by_sample, [0.0, 1.0], atol=1e-6)


def test_circle_leaves_out_embeddings_without_a_pair() -> None:
    unit = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    loss, cache = losses.Circle(gamma=1.0, dtype="float64"), Cache()
    each = math.log1p(math.exp(-(0.4**2) + 0.4 * -0.4))
    assert loss.forward(np.array([0, 0, 1]), unit, cache) == pytest.approx(each)
    assert (loss.backward(cache)[2] != 0).any()  # it still pushes the others away
    lonely = losses.Circle(dtype="float64")
    assert lonely.forward(np.array([0, 1, 2]), unit, cache) == 0.0
    np.testing.assert_array_equal(lonely.backward(cache), np.zeros((3, 2)))


def test_generalized_crossentropy_takes_labels_in_a_column_as_labels() -> None:
    p, labels = np.array([[0.25, 0.75], [0.64, 0.36]]), np.array([0, 1])
    for shaped in (labels, labels[:, np.newaxis]):
        value = losses.CategoricalGeneralizedCrossEntropy(dtype="float64")(shaped, p)
        assert value == pytest.approx(((1 - 0.5) * 2 + (1 - 0.6) * 2) / 2)


BAD: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: losses.CategoricalGeneralizedCrossEntropy(q=1.0), ValueError, "q=1.0"),
    (lambda: losses.CategoricalGeneralizedCrossEntropy()([2], [[0.5, 0.5]]), DataError, "label 2"),
    (lambda: losses.CategoricalGeneralizedCrossEntropy()([0], [[0.5], [0.5]]), ShapeError, "class"),
    (lambda: losses.Dice(axis=True), ValueError, "axis"),
    (lambda: losses.Tversky(axis=("a",)), ValueError, "axis"),
    (lambda: losses.Dice()(np.ones((2, 1)), np.ones((2, 3))), ShapeError, "shape"),
    (lambda: losses.BinaryFocalCrossentropy(label_smoothing=2.0), ValueError, "label_smoothing"),
    (lambda: losses.BinaryFocalCrossentropy()([[1, 0]], [[0.5]]), ShapeError, "shape"),
    (lambda: losses.CategoricalFocalCrossentropy(axis=True), ValueError, "axis"),
    (lambda: losses.Circle()([0, 1], np.ones((2, 2, 2))), ShapeError, "embeddings"),
    (lambda: losses.Circle()([0, 1, 1], np.ones((2, 2))), ShapeError, "class number for each"),
    (lambda: losses.Circle().check_targets(np.ones(4), (None, 3, 2)), ShapeError, "two axes"),
    (lambda: losses.Circle().check_targets([0.5, 1], (None, 3)), DataError, "integers"),
]


@pytest.mark.parametrize(("make", "error", "message"), BAD, ids=lambda m: m if m is str else None)
def test_bad_arguments_are_named(
    make: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


def test_one_column_for_the_categorical_focal_loss_is_warned_of() -> None:
    with pytest.warns(SyntaxWarning, match="binary_crossentropy"):
        losses.categorical_focal_crossentropy([[1.0]], [[0.5]])
