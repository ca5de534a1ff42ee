"""Estimators at work: pipelines, searches, cross-validation, and what they hand to the model."""

from __future__ import annotations

import pickle
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnscratch import Input, Sequential, compat, layers, optimizers, random
from nnscratch.wrappers import (
    NNScratchClassifier,
    NNScratchRegressor,
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
)


def blobs(classes, n=90, names=None):
    rng = np.random.default_rng(5)
    y = np.arange(n) % classes
    centres = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    x = centres[y] + rng.normal(size=(n, 2))
    return x, np.array(names or ["a", "b", "c"])[y]


def stack(units, activation, loss, features=2):
    model = Sequential(
        [
            Input((features,)),
            layers.Dense(8, activation="relu"),
            layers.Dense(units, activation=activation),
        ]
    )
    model.compile(optimizers.Adam(0.02), loss)
    return model


def test_grid_search_over_a_pipeline():
    x, y = blobs(3)
    pipeline = make_pipeline(
        StandardScaler(), NNScratchClassifier(random_state=0, learning_rate=0.02, epochs=15)
    )
    grid = {"nnscratchclassifier__hidden_units": [(4,), (8, 8)],
            "nnscratchclassifier__optimizer": ["adam", "sgd"]}  # fmt: skip
    search = GridSearchCV(pipeline, grid, cv=3).fit(x, y)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_score_ > 0.9
    assert set(search.predict(x)) == {"a", "b", "c"}
    assert search.predict_proba(x).shape == (90, 3)


def test_randomized_search_and_cross_validation_of_a_regressor():
    x = np.linspace(-2, 2, 60).reshape(-1, 1)
    y = 3 * x[:, 0] - 1
    network = NNScratchRegressor(hidden_units=(16,), random_state=1, epochs=60)
    assert cross_val_score(network.set_params(learning_rate=0.02), x, y, cv=3).shape == (3,)
    search = RandomizedSearchCV(
        network, {"learning_rate": [1e-5, 0.03]}, n_iter=2, cv=3, random_state=0
    ).fit(x, y)
    assert search.best_params_ == {"learning_rate": 0.03}
    assert search.score(x, y) > 0.99


def test_a_random_state_gives_the_same_network_and_touches_nothing_else():
    x, y = blobs(2)
    random.set_random_seed(7)
    expected = np.random.rand(), random.make_default_seed()
    random.set_random_seed(7)
    first = NNScratchClassifier(random_state=4, epochs=2).fit(x, y)
    assert (np.random.rand(), random.make_default_seed()) == expected
    second = clone(first).fit(x, y)
    np.testing.assert_array_equal(first.predict_proba(x), second.predict_proba(x))
    third = clone(first).set_params(random_state=5).fit(x, y)
    assert not np.array_equal(first.predict_proba(x), third.predict_proba(x))


@pytest.mark.parametrize(
    ("classes", "units", "activation", "loss"),
    [
        (2, 1, "sigmoid", "binary_crossentropy"),
        (2, 2, "softmax", "categorical_crossentropy"),
        (2, 2, "softmax", "sparse_categorical_crossentropy"),
        (3, 3, "softmax", "categorical_crossentropy"),
        (3, 3, "softmax", "sparse_categorical_crossentropy"),
    ],
)
def test_targets_fit_the_models_output_and_loss(classes, units, activation, loss):
    x, y = blobs(classes)
    network = NNScratchClassifier(stack(units, activation, loss), epochs=60, random_state=0)
    proba = network.fit(x, y).predict_proba(x)
    assert proba.shape == (90, classes)
    np.testing.assert_allclose(proba.sum(axis=1), 1.0, atol=1e-6)
    assert network.score(x, y) > 0.9


def test_logits_become_probabilities():
    from nnscratch.losses import BinaryCrossentropy

    x, y = blobs(2)
    network = NNScratchClassifier(
        stack(1, None, BinaryCrossentropy(from_logits=True)), epochs=3, random_state=0
    ).fit(x, y)
    logits = network.model_.predict(x, verbose=0)[:, 0].astype(np.float64)
    by_hand = 1 / (1 + np.exp(-logits))
    np.testing.assert_allclose(network.predict_proba(x)[:, 1], by_hand, rtol=1e-6)


def test_sample_and_class_weights_reach_the_loss():
    """A single linear unit on a constant input learns the weighted mean."""
    x, y = np.ones((4, 1)), np.array([0.0, 0.0, 0.0, 8.0])
    network = NNScratchRegressor(
        hidden_units=(), optimizer="sgd", learning_rate=0.1, epochs=300, random_state=0
    )
    assert network.fit(x, y).predict(x[:1])[0] == pytest.approx(2.0, abs=1e-3)
    weighted = network.fit(x, y, sample_weight=[1.0, 1.0, 1.0, 3.0])
    assert weighted.predict(x[:1])[0] == pytest.approx(4.0, abs=1e-3)
    labels = np.array(["rare", "usual", "usual", "usual"])
    fair = NNScratchClassifier(
        hidden_units=(), optimizer="sgd", learning_rate=0.5, epochs=400, class_weight="balanced",
        random_state=0,
    ).fit(x, labels)  # fmt: skip
    np.testing.assert_allclose(fair.predict_proba(x[:1]), [[0.5, 0.5]], atol=1e-3)


def test_warm_start_goes_on():
    x = np.linspace(-1, 1, 32).reshape(-1, 1)
    network = NNScratchRegressor(warm_start=True, epochs=3, random_state=0)
    first = network.fit(x, x[:, 0]).history_["loss"]
    model = network.model_
    second = network.fit(x, x[:, 0]).history_["loss"]
    assert network.model_ is model
    assert second[0] < first[-1]


def test_several_targets():
    x = np.linspace(-1, 1, 40).reshape(-1, 1)
    y = np.concatenate([x, -2 * x], axis=1)
    network = NNScratchRegressor(learning_rate=0.02, epochs=60, random_state=0).fit(x, y)
    assert network.predict(x).shape == (40, 2)
    assert network.score(x, y) > 0.99


def test_the_names_of_keras():
    x, y = blobs(3)

    def build(X, y, units):
        return stack(y.shape[1], "softmax", "categorical_crossentropy", X.shape[1])

    random.set_random_seed(2)
    classifier = SKLearnClassifier(build, model_kwargs={"units": 4}, fit_kwargs={"epochs": 40})
    assert classifier.fit(x, y, epochs=60).score(x, y) > 0.9
    assert classifier.fit_kwargs == {"epochs": 40}
    assert len(classifier.history_["loss"]) == 60
    assert classifier.epoch_[-1] == 59
    assert classifier.decision_function(x).shape == (90, 3)
    compiled = stack(1, None, "mse")
    regressor = SKLearnRegressor(compiled).fit(x, x[:, 0], epochs=2)
    assert regressor.predict(x).shape == (90,)
    assert regressor.model_ is not compiled
    transformer = SKLearnTransformer(stack(3, "tanh", "mse")).fit(x, np.zeros((90, 3)))
    assert transformer.transform(x).shape == (90, 3)
    with compat.use_as_keras():
        from tensorflow.keras.wrappers import SKLearnClassifier as ByKeras

        assert ByKeras is SKLearnClassifier


def test_a_fitted_estimator_can_be_pickled():
    x, y = blobs(2)
    network = NNScratchClassifier(epochs=2, random_state=0).fit(x, y)
    again = pickle.loads(pickle.dumps(network))
    np.testing.assert_array_equal(again.predict_proba(x), network.predict_proba(x))


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (NNScratchClassifier(Sequential([Input((2,)), layers.Dense(1)])), ValueError, "compile"),
        (NNScratchClassifier(lambda: 3), TypeError, "must return a model"),
        (SKLearnRegressor("mlp"), TypeError, "function that returns one"),
    ],
)
def test_what_is_not_a_compiled_model_is_refused(estimator, error, message):
    x, y = blobs(2, names=[0, 1])
    with pytest.raises(error, match=message):
        estimator.fit(x, y)


def test_scikit_learn_is_imported_only_when_it_is_asked_for():
    program = (
        "import sys, nnscratch.wrappers\n"
        "assert 'sklearn' not in sys.modules\n"
        "from nnscratch.wrappers import NNScratchClassifier\n"
        "assert 'sklearn' in sys.modules\n"
        "sys.modules['sklearn'] = None\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_scikit_learn_the_message_says_how_to_get_it():
    program = (
        "import sys\n"
        "sys.modules['sklearn'] = None\n"
        "try:\n"
        "    from nnscratch.wrappers import NNScratchClassifier\n"
        "except ImportError as error:\n"
        "    assert 'nnscratch[sklearn]' in str(error), error\n"
        "else:\n"
        "    raise SystemExit('no error')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
