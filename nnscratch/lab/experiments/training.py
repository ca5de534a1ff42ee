"""Networks that the experiments train, and the numbers their training leaves."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch import layers, regularizers
from nnscratch.callbacks import Callback
from nnscratch.errors import NonFiniteError, SuspicionWarning
from nnscratch.initializers import Initializer, Zeros, get
from nnscratch.lab.experiments.data import Data
from nnscratch.models import Sequential
from nnscratch.random import set_random_seed
from nnscratch.typing import Array

NOTES = (64, 32, 64)
"""Hidden layers of the course notes' network."""


def network(
    data: Data,
    hidden: Sequence[int] = NOTES,
    activation: str = "relu",
    initializer: Any = "he_normal",
    *,
    batch_normalization: bool = False,
    dropout: float = 0.0,
    l2: float = 0.0,
) -> Sequential:
    """Build a classifier: Dense, BatchNormalization, activation, Dropout for each hidden layer.

    Args:
        data: gives the sizes of input and output.
        hidden: units of each hidden layer.
        activation: of the hidden layers; the output's is softmax.
        initializer: of the hidden layers' kernels, anything `kernel_initializer` takes. Each layer
            draws values of its own. The output layer starts with `"glorot_uniform"`, or with
            zeros where the others do.
        batch_normalization: whether to normalize before the activation.
        dropout: rate after the activation, 0 for none.
        l2: λ of the penalty λΣw² on all kernels, 0 for none.
    """

    def penalty() -> Any:
        return regularizers.L2(l2) if l2 else None

    model = Sequential([layers.Input((data.x_train.shape[1],))])
    for units in hidden:
        model.add(
            layers.Dense(
                units,
                kernel_initializer=fresh(initializer),
                kernel_regularizer=penalty(),
                use_bias=not batch_normalization,
            )
        )
        if batch_normalization:
            model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.Activation(activation))
        if dropout:
            model.add(layers.Dropout(dropout))
    last = "zeros" if isinstance(get(initializer), Zeros) else "glorot_uniform"
    classes = data.y_train.shape[1]
    model.add(
        layers.Dense(classes, "softmax", kernel_initializer=last, kernel_regularizer=penalty())
    )
    return model


def fresh(initializer: Any) -> Any:
    """Return an initializer that draws anew; one object would give every layer the same values."""
    made = get(initializer)
    if isinstance(made, Initializer):
        config = made.get_config()
        return type(made).from_config({**config, "seed": None} if "seed" in config else config)
    return made


@dataclass(frozen=True, eq=False)
class Curves:
    """What one training run measured after each epoch, or after every so many.

    Where training broke off because the loss was not finite, NaN follows.

    Attributes:
        epochs: after how many epochs each was measured.
        loss: training loss in nats, mean over the rows, penalties included.
        accuracy: share of training rows that are classified correctly.
        val_loss: the same of the test rows.
        val_accuracy: the same of the test rows.

    Shapes: each (measurements,).
    """

    epochs: Array
    loss: Array
    accuracy: Array
    val_loss: Array
    val_accuracy: Array

    @property
    def diverged(self) -> bool:
        """Whether training broke off."""
        return bool(np.isnan(self.loss[-1]))


class _AfterEpoch(Callback):
    """Measure the training rows after each epoch, with Dropout off, as the test rows are."""

    def __init__(self, data: Data, every: int) -> None:
        super().__init__()
        self.data = data
        self.every = every
        self.rows: list[list[float]] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if (epoch + 1) % self.every:
            return
        d = self.data
        train = self.model.evaluate(d.x_train, d.y_train, batch_size=1000, verbose=0)
        test = self.model.evaluate(d.x_test, d.y_test, batch_size=1000, verbose=0)
        self.rows.append([*train, *test])


def train(
    model: Sequential,
    data: Data,
    optimizer: Any,
    epochs: int,
    *,
    batch_size: int = 32,
    every: int = 1,
    callbacks: Sequence[Callback] = (),
) -> Curves:
    """Train a classifier and return its curves, all measured in the same way.

    Args:
        model: not compiled yet.
        data: what to train on.
        optimizer: anything `compile` takes.
        epochs: number of epochs.
        batch_size: rows per update.
        every: measure after every so many epochs.
        callbacks: more callbacks.
    """
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    measured = _AfterEpoch(data, every)
    with (
        np.errstate(over="ignore", invalid="ignore"),
        warnings.catch_warnings(),
        contextlib.suppress(NonFiniteError),
    ):
        warnings.simplefilter("ignore", SuspicionWarning)  # dead layers are what is looked at
        model.fit(
            data.x_train,
            data.y_train,
            batch_size=batch_size,
            epochs=epochs,
            verbose=0,
            callbacks=[measured, *callbacks],
            reshuffle_each_epoch=True,
        )
    table = np.full((epochs // every, 4), np.nan)
    if measured.rows:
        table[: len(measured.rows)] = measured.rows
    return Curves(every * np.arange(1, len(table) + 1), *table.T)


def seeded(seed: int) -> None:
    """Fix every random number that follows, as `nnscratch.random.set_random_seed` does."""
    set_random_seed(seed)


def choose(given: Any, full: Any, quick: Any, fast: bool) -> Any:
    """Return an argument where it is given, otherwise the full or the quick default.

    >>> choose(None, 40, 10, fast=True), choose(5, 40, 10, fast=True)
    (10, 5)
    """
    if given is not None:
        return given
    return quick if fast else full
