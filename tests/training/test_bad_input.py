"""Bad data and bad calls: a clear error before any weight changes; the model trains on after."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import Sequential, layers, optimizers
from nnscratch.errors import DataError, NotReadyError, ShapeError

X = np.random.default_rng(0).random((12, 4))
ONE_HOT = np.eye(3)[np.arange(12) % 3]
LABELS = np.arange(12) % 3


def classifier(loss="categorical_crossentropy", **options):
    model = Sequential([layers.Input((4,)), layers.Dense(5, "relu"), layers.Dense(3, "softmax")])
    model.compile("sgd", loss, **{"metrics": ["accuracy"], **options})
    return model


def regressor():
    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def with_value(array, value):
    array = np.array(array, dtype="float64")
    array[1] = value
    return array


SPARSE = "sparse_categorical_crossentropy"

BAD_CALLS = {
    "x too wide": (
        classifier,
        (np.ones((12, 5)), ONE_HOT),
        {},
        ShapeError,
        "expects inputs of shape",
    ),
    "x of wrong rank": (classifier, (np.ones((12, 2, 2)), ONE_HOT), {}, ShapeError, "reshape"),
    "x is one number": (classifier, (3.0, ONE_HOT), {}, ShapeError, "batch axis"),
    "x is missing": (classifier, (None, ONE_HOT), {}, DataError, "`x` is missing"),
    "y is missing": (classifier, (X,), {}, NotReadyError, "`y` is missing"),
    "x holds objects": (
        classifier,
        (np.array([[None] * 4] * 12), ONE_HOT),
        {},
        DataError,
        "object array",
    ),
    "x holds strings": (classifier, (np.full((12, 4), "a"), ONE_HOT), {}, DataError, "strings"),
    "x is complex": (classifier, (X + 1j, ONE_HOT), {}, DataError, "complex"),
    "x is empty": (classifier, (np.ones((0, 4)), np.ones((0, 3))), {}, DataError, "holds no data"),
    "x holds NaN": (classifier, (with_value(X, np.nan), ONE_HOT), {}, DataError, "first in row 1"),
    "x holds infinity": (classifier, (with_value(X, -np.inf), ONE_HOT), {}, DataError, "infinite"),
    "y holds NaN": (classifier, (X, with_value(ONE_HOT, np.nan)), {}, DataError, "`y` holds"),
    "y holds strings": (classifier, (X, np.full(12, "a")), {}, DataError, "`y` must hold real"),
    "y too wide": (classifier, (X, np.ones((12, 4))), {}, ShapeError, "3"),
    "lengths differ": (classifier, (X, ONE_HOT[:5]), {}, ShapeError, r"len\(x\)=12, len\(y\)=5"),
    "labels where one-hot is meant": (
        classifier,
        (X, LABELS),
        {},
        ValueError,
        "sparse_categorical",
    ),
    "one-hot where labels are meant": (
        lambda: classifier(SPARSE),
        (X, ONE_HOT),
        {},
        ValueError,
        "categorical_crossentropy",
    ),
    "label too large": (lambda: classifier(SPARSE), (X, LABELS + 1), {}, ValueError, "3"),
    "label negative": (lambda: classifier(SPARSE), (X, LABELS - 1), {}, ValueError, "-1"),
    "label not whole": (lambda: classifier(SPARSE), (X, LABELS + 0.5), {}, ValueError, "integer"),
    "two targets for one output": (regressor, (X, np.ones((12, 2))), {}, ShapeError, "shape"),
    "weights of wrong length": (
        classifier,
        (X, ONE_HOT),
        {"sample_weight": np.ones(5)},
        ShapeError,
        "sample_weight",
    ),
    "weights in a dict": (
        classifier,
        (X, ONE_HOT),
        {"sample_weight": {0: 1.0}},
        DataError,
        "class_weight",
    ),
    "class weights in a list": (
        classifier,
        (X, ONE_HOT),
        {"class_weight": [1, 2, 3]},
        DataError,
        "must be a dict",
    ),
    "both kinds of weights": (
        classifier,
        (X, ONE_HOT),
        {"class_weight": {0: 1.0}, "sample_weight": np.ones(12)},
        ValueError,
        "cannot be given together",
    ),
    "epochs not whole": (classifier, (X, ONE_HOT), {"epochs": 1.5}, ValueError, "`epochs`"),
    "epochs negative": (classifier, (X, ONE_HOT), {"epochs": -1}, ValueError, "`epochs`"),
    "batch size zero": (classifier, (X, ONE_HOT), {"batch_size": 0}, ValueError, "`batch_size`"),
    "batch size not whole": (
        classifier,
        (X, ONE_HOT),
        {"batch_size": 2.5},
        ValueError,
        "`batch_size`",
    ),
    "shuffle unknown": (classifier, (X, ONE_HOT), {"shuffle": "rows"}, ValueError, "`shuffle`"),
    "split too large": (
        classifier,
        (X, ONE_HOT),
        {"validation_split": 1.5},
        ValueError,
        "between 0 and 1",
    ),
    "split leaves nothing": (
        classifier,
        (X, ONE_HOT),
        {"validation_split": 0.99},
        ValueError,
        "cannot be split",
    ),
    "validation data alone": (
        classifier,
        (X, ONE_HOT),
        {"validation_data": X},
        ValueError,
        "must be \\(x, y\\)",
    ),
    "validation data too wide": (
        classifier,
        (X, ONE_HOT),
        {"validation_data": (np.ones((3, 5)), np.eye(3))},
        ShapeError,
        "expects",
    ),
    "validation targets too wide": (
        classifier,
        (X, ONE_HOT),
        {"validation_data": (X, np.ones((12, 7)))},
        ShapeError,
        "7",
    ),
    "validation frequency zero": (
        classifier,
        (X, ONE_HOT),
        {"validation_freq": 0},
        ValueError,
        "`validation_freq`",
    ),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_bad_calls_of_fit(name):
    make, arguments, options, error, words = BAD_CALLS[name]
    model, untouched = make(), make()
    untouched.set_weights(model.get_weights())
    with pytest.raises(error, match=words):
        model.fit(*arguments, **{"verbose": 0, **options})
    for old, new in zip(untouched.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    y = LABELS if model.loss == SPARSE else ONE_HOT if model.output_shape[-1] == 3 else X[:, :1]
    expected = untouched.fit(X, y, epochs=2, shuffle=False, verbose=0).history
    assert model.fit(X, y, epochs=2, shuffle=False, verbose=0).history == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": "rmsprp"}, "Did you mean 'RMSprop'"),
        ({"loss": "categorical_crossentrop"}, "Did you mean 'categorical_crossentropy'"),
        ({"metrics": ["acuracy"]}, "accuracy"),
        ({"metrics": "accuracy"}, "must be a list, tuple or dict"),
        ({"nan_policy": "ignore"}, "Known: keras, raise"),
        ({"loss_weights": [1.0, 2.0]}, "one entry for each of the 1 outputs"),
        ({"loss_weights": "half"}, "must be a number"),
        ({"optimizer": 3}, "optimizer"),
    ],
)
def test_bad_calls_of_compile_change_nothing(options, words):
    model = classifier()
    optimizer, loss = model.optimizer, model.loss
    with pytest.raises(ValueError, match=words):
        model.compile(**{"optimizer": "sgd", "loss": "mse", **options})
    assert model.optimizer is optimizer
    assert model.loss is loss
    model.fit(X, ONE_HOT, verbose=0)


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf"), "0.1", 1, True])
def test_a_learning_rate_that_is_none(rate):
    with pytest.raises((ValueError, TypeError), match="learning_rate"):
        optimizers.SGD(rate)


@pytest.mark.parametrize("method", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_a_model_used_before_it_is_compiled(method):
    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    with pytest.raises(NotReadyError, match=rf"compiled before {method}\(\)"):
        getattr(model, method)(X, X[:, :1])


def test_a_model_compiled_without_a_loss():
    model = Sequential([layers.Input((4,)), layers.Dense(1)])
    model.compile("sgd")
    with pytest.raises(NotReadyError, match="without a loss"):
        model.fit(X, X[:, :1])


@pytest.mark.parametrize("targets", [X[:, 0], X[:, :1]])
def test_a_missing_last_axis_of_one_is_added_to_targets(targets):
    model, same = regressor(), regressor()
    same.set_weights(model.get_weights())
    got = model.fit(X, targets, verbose=0, shuffle=False).history["loss"]
    assert got == same.fit(X, X[:, :1], verbose=0, shuffle=False).history["loss"]


def test_a_missing_last_axis_of_one_is_added_to_inputs():
    model = Sequential([layers.Input((1,)), layers.Dense(2)])
    np.testing.assert_array_equal(
        model.predict(X[:, 0], verbose=0), model.predict(X[:, :1], verbose=0)
    )
