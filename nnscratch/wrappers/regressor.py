"""A dense network as scikit-learn regressor: no model has to be written."""

from __future__ import annotations

from typing import Any

from sklearn.base import RegressorMixin
from sklearn.utils.validation import _check_sample_weight, validate_data

from nnscratch.typing import Array
from nnscratch.wrappers.network import Network


class NNScratchRegressor(RegressorMixin, Network):  # type: ignore[misc]
    """A dense network, or any model, as scikit-learn regressor.

    Without a model it is hidden Dense layers and one linear output per target, trained on the mean
    squared error. Inputs should be scaled first, as by a pipeline with `StandardScaler`.

    Args:
        model: a compiled model, which is copied with new weights for each `fit`, or a function
            that returns one and is called with `X` and `y` (in columns) by name if it takes them;
            the arguments from `hidden_units` to `metrics` are for the case that there is none.
        hidden_units: units of each hidden layer.
        activation: their activation.
        dropout: fraction of each hidden layer's outputs that training drops.
        kernel_regularizer: penalty on the weights, such as `"l2"`.
        optimizer: name or object.
        learning_rate: the optimizer's rate; its own default if None.
        loss: the loss; the mean squared error if None.
        metrics: metrics to be recorded.
        epochs: number of epochs.
        batch_size: rows per update.
        validation_split: fraction of the rows, taken from the end, to validate on.
        callbacks: list of callbacks.
        verbose: 0 for silence.
        warm_start: go on with the model of the last `fit`, if there is one.
        random_state: seed, or a NumPy `RandomState`; what it determines is undone after `fit`.
        model_kwargs: further arguments of the function.
        fit_kwargs: further arguments of the model's `fit`.

    Attributes:
        model_: the trained model.
        history_: its losses and metrics per epoch.

    >>> import numpy as np
    >>> x = np.linspace(-1, 1, 20).reshape(-1, 1)
    >>> network = NNScratchRegressor(hidden_units=(8,), learning_rate=0.05, random_state=0)
    >>> round(network.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2), 1)
    1.0
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **options: Any) -> Any:
        """Train on numbers.

        Args:
            X: (N, D) inputs.
            y: (N,) or (N, M) targets.
            sample_weight: (N,) weight of each row in the loss.
            options: arguments of the model's `fit`, which come before the estimator's own.
        """
        X, y = validate_data(self, X, y, multi_output=True, y_numeric=True)
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        self._is_flat = y.ndim == 1
        self._fit(X, y.reshape(len(y), -1), weight, options)
        return self

    def predict(self, X: Any) -> Array:
        """Return the model's outputs, as flat as the targets were."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._is_flat else outputs

    def _head(self, columns: int) -> tuple[int, Any, str]:
        return columns, None, "mse"
