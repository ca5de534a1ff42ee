"""A search space for dense networks: what the notes list as hyper-parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nnscratch import layers, optimizers
from nnscratch.models import Sequential
from nnscratch.tuner.hypermodel import HyperModel
from nnscratch.tuner.hyperparameters import HyperParameters

OPTIMIZERS: dict[str, Callable[[float], Any]] = {
    "adam": optimizers.Adam,
    "rmsprop": optimizers.RMSprop,
    "sgd": lambda rate: optimizers.SGD(rate, momentum=0.9),
}


class DenseNetwork(HyperModel):
    """Dense networks for classes: structure, training and regularization are searched.

    Structure: number of hidden layers, units of each, activation. Training: optimizer, learning
    rate on a log scale, batch size. Regularization: dropout. How many epochs and when to stop are
    the business of `search`: `epochs`, `EarlyStopping`, a pruner, or Hyperband.

    Args:
        input_shape: shape of one input.
        classes: how many classes.
        max_layers: the most hidden layers.
        max_units: the most units of a layer.

    >>> model = DenseNetwork((8, 8), 10).build(HyperParameters())
    >>> model.output_shape, model.count_params()
    ((None, 10), 1210)
    """

    def __init__(
        self,
        input_shape: Sequence[int],
        classes: int,
        max_layers: int = 3,
        max_units: int = 256,
    ) -> None:
        super().__init__("dense_network")
        self.input_shape = tuple(input_shape)
        self.classes = classes
        self.max_layers = max_layers
        self.max_units = max_units

    def build(self, hp: HyperParameters) -> Any:
        """Build and compile a network."""
        model = Sequential([layers.Input(self.input_shape)])
        if len(self.input_shape) > 1:
            model.add(layers.Flatten())
        activation = hp.Choice("activation", ["relu", "tanh", "gelu"])
        rate = hp.Float("dropout", 0.0, 0.5, step=0.1)
        count = hp.Int("layers", 1, self.max_layers)
        for i in range(1, self.max_layers + 1):
            deeper = list(range(i, self.max_layers + 1))
            with hp.conditional_scope("layers", deeper):
                units = hp.Int(f"units_{i}", 16, self.max_units, step=2, sampling="log")
            if i <= count:
                model.add(layers.Dense(units, activation))
                model.add(layers.Dropout(rate))
        model.add(layers.Dense(self.classes, "softmax"))
        kind = hp.Choice("optimizer", list(OPTIMIZERS))
        learning_rate = hp.Float("learning_rate", 1e-4, 1e-1, sampling="log", default=1e-3)
        model.compile(
            OPTIMIZERS[kind](learning_rate),
            "sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        return model

    def fit(self, hp: HyperParameters, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Train a network; the batch size is searched unless it is given."""
        if "batch_size" not in kwargs:
            kwargs["batch_size"] = hp.Int("batch_size", 16, 128, step=2, sampling="log", default=32)
        return model.fit(*args, **kwargs)
