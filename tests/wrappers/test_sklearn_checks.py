"""scikit-learn's own checks of its estimators, passed by ours."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn")

from sklearn.utils.estimator_checks import parametrize_with_checks

from nnscratch import Input, Sequential, layers, random
from nnscratch.wrappers import (
    NNScratchClassifier,
    NNScratchRegressor,
    SKLearnClassifier,
    SKLearnRegressor,
    SKLearnTransformer,
)

WEIGHTS = "sample_weight is not equivalent to removing/repeating samples."
"""scikit-learn's own words about its estimators that learn from batches in random order."""

COLUMNS = "decision_function, as in Keras, has a column for each of two classes"

EXPECTED = {
    "NNScratchClassifier": {"check_sample_weight_equivalence_on_dense_data": WEIGHTS},
    "NNScratchRegressor": {"check_sample_weight_equivalence_on_dense_data": WEIGHTS},
    "SKLearnClassifier": {"check_classifiers_train": COLUMNS, "check_classifiers_classes": COLUMNS},
    "SKLearnRegressor": {},
    "SKLearnTransformer": {},
}


def network(X, y, loss="mse", activation=None):
    random.set_random_seed(3)  # these estimators have no random_state
    model = Sequential(
        [
            Input((X.shape[1],)),
            layers.Dense(20, activation="relu"),
            layers.Dense(y.shape[1] if y.ndim > 1 else 1, activation=activation),
        ]
    )
    model.compile("rmsprop", loss)
    return model


@parametrize_with_checks(
    [
        NNScratchClassifier(),
        NNScratchRegressor(),
        SKLearnClassifier(
            network,
            model_kwargs={"loss": "categorical_crossentropy", "activation": "softmax"},
            fit_kwargs={"epochs": 50},
        ),
        SKLearnRegressor(network),
        SKLearnTransformer(network),
    ],
    expected_failed_checks=lambda estimator: EXPECTED[type(estimator).__name__],
)
def test_scikit_learn_accepts_the_estimator(estimator, check):
    check(estimator)
