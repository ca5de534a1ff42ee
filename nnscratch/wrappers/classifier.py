"""A dense network as scikit-learn classifier: no model has to be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from nnscratch.activations import sigmoid, softmax
from nnscratch.typing import Array
from nnscratch.wrappers.keras_names import class_numbers
from nnscratch.wrappers.network import Network


class NNScratchClassifier(ClassifierMixin, Network):  # type: ignore[misc]
    """A dense network, or any model, as scikit-learn classifier.

    Without a model it is hidden Dense layers and an output for probabilities: one sigmoid unit for
    two classes, softmax for more. Inputs should be scaled first, as by a pipeline with
    `StandardScaler`.

    Args:
        model: a compiled model, which is copied with new weights for each `fit`, or a function
            that returns one and is called with `X` and one-hot `y` by name if it takes them; the
            arguments from `hidden_units` to `metrics` are for the case that there is none. One
            output unit is the second class's probability, otherwise there is one unit per class;
            a loss that is given logits is taken into account.
        hidden_units: units of each hidden layer.
        activation: their activation.
        dropout: fraction of each hidden layer's outputs that training drops.
        kernel_regularizer: penalty on the weights, such as `"l2"`.
        optimizer: name or object.
        learning_rate: the optimizer's rate; its own default if None.
        loss: the loss; crossentropy if None.
        metrics: metrics to be recorded.
        epochs: number of epochs.
        batch_size: rows per update.
        validation_split: fraction of the rows, taken from the end, to validate on.
        callbacks: list of callbacks.
        class_weight: dict from label to weight, or `"balanced"`.
        verbose: 0 for silence.
        warm_start: go on with the model of the last `fit`, if there is one.
        random_state: seed, or a NumPy `RandomState`; what it determines is undone after `fit`.
        model_kwargs: further arguments of the function.
        fit_kwargs: further arguments of the model's `fit`.

    Attributes:
        model_: the trained model.
        history_: its losses and metrics per epoch.
        classes_: the labels, in the order of the columns of `predict_proba`.

    >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> network = NNScratchClassifier(optimizer="sgd", learning_rate=0.5, random_state=0)
    >>> network.fit(x, ["low", "low", "high", "high"]).predict(x).tolist()
    ['low', 'low', 'high', 'high']
    """

    def __init__(
        self,
        model: Any = None,
        *,
        hidden_units: Sequence[int] = (100,),
        activation: Any = "relu",
        dropout: float = 0.0,
        kernel_regularizer: Any = None,
        optimizer: Any = "adam",
        learning_rate: float | None = None,
        loss: Any = None,
        metrics: Any = None,
        epochs: int = 100,
        batch_size: int | None = 32,
        validation_split: float = 0.0,
        callbacks: Any = None,
        class_weight: Any = None,
        verbose: int = 0,
        warm_start: bool = False,
        random_state: Any = None,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(
            model,
            hidden_units=hidden_units,
            activation=activation,
            dropout=dropout,
            kernel_regularizer=kernel_regularizer,
            optimizer=optimizer,
            learning_rate=learning_rate,
            loss=loss,
            metrics=metrics,
            epochs=epochs,
            batch_size=batch_size,
            validation_split=validation_split,
            callbacks=callbacks,
            verbose=verbose,
            warm_start=warm_start,
            random_state=random_state,
            model_kwargs=model_kwargs,
            fit_kwargs=fit_kwargs,
        )
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **options: Any) -> Any:
        """Train on labels.

        Args:
            X: (N, D) inputs.
            y: (N,) labels of any kind.
            sample_weight: (N,) weight of each row in the loss.
            options: arguments of the model's `fit`, which come before the estimator's own.
        """
        X, y = validate_data(self, X, y)
        self.classes_, numbers = class_numbers(y)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, y)
            weight = by_class if weight is None else weight * by_class
        self._fit(X, np.eye(len(self.classes_), dtype=np.float32)[numbers], weight, options)
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, in the order of `classes_`."""
        outputs = self._outputs(X)
        if getattr(self.model_.loss, "from_logits", False):
            outputs = np.asarray(sigmoid(outputs) if outputs.shape[1] == 1 else softmax(outputs))
        if outputs.shape[1] == 1:
            return np.concatenate([1.0 - outputs, outputs], axis=1)
        probabilities: Array = outputs / outputs.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, X: Any) -> Array:
        """Return the most probable label of each row."""
        check_is_fitted(self)
        labels: Array = self.classes_[np.argmax(self.predict_proba(X), axis=1)]
        return labels

    def _head(self, columns: int) -> tuple[int, Any, str]:
        if columns == 2:
            return 1, "sigmoid", "binary_crossentropy"
        return columns, "softmax", "categorical_crossentropy"

    def _targets(self, columns: Array) -> Array:
        loss = self.model_.loss
        name = str(getattr(loss, "name", None) or getattr(loss, "__name__", loss))
        if "sparse" in name.lower():
            numbers: Array = np.argmax(columns, axis=1)
            return numbers
        return columns[:, 1:] if self.model_.output_shape[-1] == 1 else columns
