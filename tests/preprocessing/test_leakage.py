"""Leaks that are planted are found, and nothing is said where there are none."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from nnscratch import Input, Sequential, callbacks, layers
from nnscratch.preprocessing import LeakageWarning, check_leakage, train_validation_test_split

RNG = np.random.default_rng(4)
X = RNG.normal(size=(60, 3)).astype("float32")
Y = np.repeat([0, 1, 2], 20)


@pytest.fixture
def silence():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def model(outputs=3):
    made = Sequential([Input((3,)), layers.Dense(outputs, "softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


@pytest.mark.usefixtures("silence")
def test_honest_parts_are_silent():
    train, validation, test = train_validation_test_split(X, seed=0)
    scaler = layers.Normalization()
    scaler.adapt(train)
    assert check_leakage(train, validation, test, scaler=scaler) == []


def test_rows_in_two_parts_are_counted():
    with pytest.warns(LeakageWarning, match="3 of 10 rows of the test part are in the training"):
        found = check_leakage(X[:30], X[30:40], np.concatenate([X[27:30], X[50:57]]))
    assert len(found) == 1


def test_groups_in_two_parts_are_named():
    groups = {"train": [1, 2, 3], "test": [3, 4]}
    with pytest.warns(LeakageWarning, match="1 groups are in the test and the train part.* 3:"):
        check_leakage(X[:3], test=X[3:5], groups=groups)


def test_a_scaler_that_saw_the_test_is_found():
    train, test = X[:40], X[40:] + 0.5
    scaler = layers.Normalization()
    scaler.adapt(np.concatenate([train, test]))
    with pytest.warns(LeakageWarning, match="fitted on all rows"):
        check_leakage(train, test=test, scaler=scaler)


def test_a_scaler_of_scikit_learns_that_saw_the_test_is_found():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    train, test = X[:40], X[40:] + 0.5
    with pytest.warns(LeakageWarning, match="fitted on all rows"):
        check_leakage(
            train,
            test=test,
            scaler=preprocessing.StandardScaler().fit(np.concatenate([train, test])),
        )
    assert not check_leakage(train, test=test, scaler=preprocessing.StandardScaler().fit(train))


@pytest.mark.parametrize("labels", [Y, Y[::-1], Y[:, None].astype("float32")])
def test_sorted_labels_under_validation_split_are_pointed_out(labels):
    with pytest.warns(LeakageWarning, match="only 1 of the 3 classes"):
        model().fit(X, labels, validation_split=0.2, verbose=0)


def test_sorted_one_hot_labels_are_pointed_out():
    made = Sequential([Input((3,)), layers.Dense(3, "softmax")])
    made.compile("sgd", "categorical_crossentropy")
    with pytest.warns(LeakageWarning, match="the labels are sorted"):
        made.fit(X, np.eye(3)[Y], validation_split=0.2, verbose=0)


@pytest.mark.usefixtures("silence")
def test_mixed_labels_and_sorted_numbers_are_not():
    order = RNG.permutation(60)
    model().fit(X, Y[order], validation_split=0.2, verbose=0)
    regression = Sequential([Input((3,)), layers.Dense(1)])
    regression.compile("sgd", "mse")
    regression.fit(X, np.linspace(0, 1, 60), validation_split=0.2, verbose=0)


STOPPING = [
    (callbacks.EarlyStopping("val_loss", patience=2), "EarlyStopping"),
    (callbacks.EarlyStopping("val_loss", restore_best_weights=True), "EarlyStopping"),
    (callbacks.ReduceLROnPlateau("val_loss"), "ReduceLROnPlateau"),
]


@pytest.mark.parametrize(("chooser", "name"), STOPPING)
def test_a_score_on_the_data_that_chose_the_weights_is_pointed_out(chooser, name):
    made = model()
    made.fit(X[:40], Y[:40], validation_data=(X[40:], Y[40:]), callbacks=[chooser], verbose=0)
    with pytest.warns(LeakageWarning, match=rf"{name}\(monitor='val_loss'\) chose the weights"):
        made.evaluate(X[40:].copy(), Y[40:], verbose=0)


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize(
    "chooser", [None, callbacks.EarlyStopping("loss"), callbacks.ModelCheckpoint("x.keras")]
)
def test_a_score_on_data_that_chose_nothing_is_silent(chooser, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if isinstance(chooser, callbacks.ModelCheckpoint):
        pytest.importorskip("h5py")
    made = model()
    chosen = [chooser] if chooser else []
    made.fit(X[:40], Y[:40], validation_data=(X[40:], Y[40:]), callbacks=chosen, verbose=0)
    made.evaluate(X[40:], Y[40:], verbose=0)


@pytest.mark.usefixtures("silence")
def test_a_score_on_a_third_part_is_silent():
    made = model()
    stop = callbacks.EarlyStopping("val_loss")
    made.fit(X[:30], Y[:30], validation_data=(X[30:45], Y[30:45]), callbacks=[stop], verbose=0)
    made.evaluate(X[45:], Y[45:], verbose=0)
