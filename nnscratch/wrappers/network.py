"""What the estimators of dense networks have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from nnscratch.models import Model
from nnscratch.random import seeded
from nnscratch.typing import Array
from nnscratch.wrappers.making import dense_network, fresh_optimizer, made_model


class Network(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor have in common; the arguments are described there."""

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
        verbose: int = 0,
        warm_start: bool = False,
        random_state: Any = None,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.hidden_units = hidden_units
        self.activation = activation
        self.dropout = dropout
        self.kernel_regularizer = kernel_regularizer
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.loss = loss
        self.metrics = metrics
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_split = validation_split
        self.callbacks = callbacks
        self.verbose = verbose
        self.warm_start = warm_start
        self.random_state = random_state
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def _fit(self, x: Array, columns: Array, weight: Array | None, options: Any) -> None:
        """Train on targets that stand in columns, under the estimator's own seed."""
        seed = None
        if self.random_state is not None:
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        with seeded(seed):
            if not (self.warm_start and hasattr(self, "model_")):
                self.model_ = self._new_model(x, columns)
            settings = {
                "epochs": self.epochs,
                "batch_size": self.batch_size,
                "validation_split": self.validation_split,
                "callbacks": self.callbacks,
                "verbose": self.verbose,
                **(self.fit_kwargs or {}),
                **options,
            }
            targets = self._targets(columns)
            history = self.model_.fit(x, targets, sample_weight=weight, **settings)
        self.history_ = history.history

    def _new_model(self, x: Array, columns: Array) -> Model:
        if self.model is not None:
            return made_model(self.model, x, columns, self.model_kwargs)
        units, activation, loss = self._head(columns.shape[1])
        model = dense_network(
            x.shape[1],
            self.hidden_units,
            self.activation,
            self.dropout,
            self.kernel_regularizer,
            units,
            activation,
        )
        optimizer = fresh_optimizer(self.optimizer, self.learning_rate)
        model.compile(optimizer, loss if self.loss is None else self.loss, metrics=self.metrics)
        return model

    def _head(self, columns: int) -> tuple[int, Any, str]:
        """Return units and activation of the output layer, and the loss."""
        raise NotImplementedError

    def _targets(self, columns: Array) -> Array:
        """Return the targets as the model's output and loss want them."""
        return columns

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self)
        x = validate_data(self, X, reset=False)
        outputs: Array = np.asarray(self.model_.predict(x, verbose=0), dtype=np.float64)
        return outputs
