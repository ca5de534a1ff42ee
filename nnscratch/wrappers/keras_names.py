"""The estimators under the names that they have in Keras."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from nnscratch.errors import DataError
from nnscratch.typing import Array
from nnscratch.wrappers.making import made_model


class _Wrapper(BaseEstimator):  # type: ignore[misc]
    """What the three have in common.

    Args:
        model: a compiled model, or a function that returns one and is called with `X` and `y`.
        warm_start: go on with the model of the last `fit`, if there is one.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of the model's `fit`.
    """

    _target_checks: ClassVar[dict[str, bool]] = {"multi_output": True, "y_numeric": True}

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    @property
    def epoch_(self) -> list[int]:
        """The epochs of the last `fit`."""
        check_is_fitted(self)
        return list(self._epochs)

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Train the model.

        Args:
            X: (N, D) inputs.
            y: (N,) or (N, M) targets.
            kwargs: arguments of the model's `fit`, which come before `fit_kwargs`.
        """
        X, y = validate_data(self, X, y, **self._target_checks)
        targets = self._targets(y)
        if not (self.warm_start and hasattr(self, "model_")):
            self.model_ = made_model(self.model, X, targets, self.model_kwargs)
        options = {"verbose": 0, **(self.fit_kwargs or {}), **kwargs}
        history = self.model_.fit(X, targets, **options)
        self.history_, self._epochs = history.history, history.epoch
        return self

    def _targets(self, y: Array) -> Array:
        self._is_flat = y.ndim == 1
        return y.reshape(-1, 1) if self._is_flat else y

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self)
        outputs: Array = np.asarray(
            self.model_.predict(validate_data(self, X, reset=False), verbose=0)
        )
        return outputs


class SKLearnClassifier(ClassifierMixin, _Wrapper):  # type: ignore[misc]
    """A model as scikit-learn classifier, under the name that it has in Keras.

    The model is trained on one-hot targets, one column per class, also for two classes. See
    `NNScratchClassifier` for one that needs no model and gives probabilities.

    Args:
        model: a compiled model, which is copied with new weights for each `fit`, or a function
            that returns one: `model(X=…, y=…, **model_kwargs)`.
        warm_start: go on with the model of the last `fit`, if there is one.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of the model's `fit`.

    Attributes:
        model_: the trained model.
        history_: its losses and metrics per epoch.
        classes_: the labels, in the order of the columns.
    """

    _target_checks: ClassVar[dict[str, bool]] = {}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def _targets(self, y: Array) -> Array:
        self.classes_, numbers = class_numbers(y)
        return np.eye(len(self.classes_), dtype=np.float32)[numbers]

    def decision_function(self, X: Any) -> Array:
        """Return the model's outputs, one column per class."""
        return self._outputs(X)

    def predict(self, X: Any) -> Array:
        """Return the label of the largest output."""
        best = np.argmax(self._outputs(X), axis=1)
        labels: Array = self.classes_[best]
        return labels


class SKLearnRegressor(RegressorMixin, _Wrapper):  # type: ignore[misc]
    """A model as scikit-learn regressor, under the name that it has in Keras.

    Args:
        model: a compiled model, which is copied with new weights for each `fit`, or a function
            that returns one: `model(X=…, y=…, **model_kwargs)`.
        warm_start: go on with the model of the last `fit`, if there is one.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of the model's `fit`.

    Attributes:
        model_: the trained model.
        history_: its losses and metrics per epoch.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.multi_output = True
        return tags

    def predict(self, X: Any) -> Array:
        """Return the model's outputs, as flat as the targets were."""
        outputs = self._outputs(X).astype(np.float64)
        return outputs[:, 0] if self._is_flat and outputs.shape[1] == 1 else outputs


class SKLearnTransformer(TransformerMixin, _Wrapper):  # type: ignore[misc]
    """A model as scikit-learn transformer, under the name that it has in Keras.

    Args:
        model: a compiled model, which is copied with new weights for each `fit`, or a function
            that returns one: `model(X=…, y=…, **model_kwargs)`.
        warm_start: go on with the model of the last `fit`, if there is one.
        model_kwargs: further arguments of the function.
        fit_kwargs: arguments of the model's `fit`.

    Attributes:
        model_: the trained model.
        history_: its losses and metrics per epoch.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.target_tags.required = True
        return tags

    def transform(self, X: Any) -> Array:
        """Return the model's outputs."""
        return self._outputs(X)


def class_numbers(y: Array) -> tuple[Array, Array]:
    """Return the labels that occur and each row's place among them.

    Args:
        y: (N,) labels.

    Raises:
        DataError: the targets are no labels, or all are the same.
    """
    kind = type_of_target(y, raise_unknown=True)
    if kind not in ("binary", "multiclass"):
        raise DataError(
            f"Only binary and multiclass targets can be classified. Unknown label type: {kind}"
        )
    classes, numbers = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise DataError(
            f"A classifier needs at least two classes; `y` holds only one class: {classes.tolist()}"
        )
    return classes, numbers.reshape(-1)
