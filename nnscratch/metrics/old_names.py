"""Names that older notes use and Keras 3 no longer has."""

from __future__ import annotations

import numpy as np

from nnscratch.metrics.accuracies import (
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
)
from nnscratch.metrics.matches import target_kind
from nnscratch.outdated import note
from nnscratch.typing import Array, ArrayLike


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> Array:
    """Return 1 for each right prediction, else 0: what `metrics=["accuracy"]` means.

    Notes for older versions write `from keras.metrics import accuracy` and `metrics=[accuracy]`,
    which Keras 3 no longer knows; there `Accuracy` compares number with number, and gives 0 on
    probabilities. Here the function chooses between binary, sparse and categorical accuracy by the
    shapes, as the string does, and notes that it is out of date.

    Warns:
        OutdatedWarning: always; write `"accuracy"`.

    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     accuracy([1, 0], [[0.1, 0.9], [0.2, 0.8]]).tolist()
    [1.0, 0.0]
    """
    warn_of_accuracy()
    functions = {
        "binary": binary_accuracy,
        "sparse": sparse_categorical_accuracy,
        "categorical": categorical_accuracy,
    }
    return functions[target_kind(np.shape(y_true), np.shape(y_pred))](y_true, y_pred)


def warn_of_accuracy() -> None:
    """Say that the name is out of date."""
    note(
        "`metrics.accuracy` is not in Keras 3, where this import fails. Write "
        "metrics=['accuracy'], which means the same."
    )
