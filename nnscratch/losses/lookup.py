"""Losses by name, by configuration and by value."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.losses.base import Loss, RuleLoss
from nnscratch.losses.binary import BinaryCrossentropy, binary_crossentropy
from nnscratch.losses.binary_focal import BinaryFocalCrossentropy, binary_focal_crossentropy
from nnscratch.losses.categorical import CategoricalCrossentropy, categorical_crossentropy
from nnscratch.losses.circle import Circle, circle
from nnscratch.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from nnscratch.losses.focal import CategoricalFocalCrossentropy, categorical_focal_crossentropy
from nnscratch.losses.generalized import (
    CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy,
)
from nnscratch.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from nnscratch.losses.overlap import Dice, Tversky, dice, tversky
from nnscratch.losses.regression import (
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanSquaredError,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
)
from nnscratch.losses.relative import (
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
)
from nnscratch.losses.similarity import CosineSimilarity, cosine_similarity
from nnscratch.losses.sparse import (
    SparseCategoricalCrossentropy,
    sparse_categorical_crossentropy,
)
from nnscratch.losses.wrapper import LossFunctionWrapper, pair, serialize_function
from nnscratch.serialization import deserialize_object, publish, serialize_object

FUNCTIONS: dict[Callable[..., Any], type[RuleLoss]] = {
    binary_crossentropy: BinaryCrossentropy,
    binary_focal_crossentropy: BinaryFocalCrossentropy,
    categorical_crossentropy: CategoricalCrossentropy,
    categorical_focal_crossentropy: CategoricalFocalCrossentropy,
    categorical_generalized_cross_entropy: CategoricalGeneralizedCrossEntropy,
    categorical_hinge: CategoricalHinge,
    circle: Circle,
    cosine_similarity: CosineSimilarity,
    dice: Dice,
    hinge: Hinge,
    huber: Huber,
    kl_divergence: KLDivergence,
    log_cosh: LogCosh,
    mean_absolute_error: MeanAbsoluteError,
    mean_absolute_percentage_error: MeanAbsolutePercentageError,
    mean_squared_error: MeanSquaredError,
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError,
    poisson: Poisson,
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy,
    squared_hinge: SquaredHinge,
    tversky: Tversky,
}
"""Every loss function and the class that computes it, with its gradient."""

for _function, _rule in FUNCTIONS.items():
    pair(_function, _rule)

CLASSES: dict[str, type[Loss]] = {cls.__name__: cls for cls in FUNCTIONS.values()}

ALIASES: dict[str, Callable[..., Any]] = {
    "bce": binary_crossentropy,
    "BCE": binary_crossentropy,
    "kld": kl_divergence,
    "KLD": kl_divergence,
    "mae": mean_absolute_error,
    "MAE": mean_absolute_error,
    "mape": mean_absolute_percentage_error,
    "MAPE": mean_absolute_percentage_error,
    "mse": mean_squared_error,
    "MSE": mean_squared_error,
    "msle": mean_squared_logarithmic_error,
    "MSLE": mean_squared_logarithmic_error,
}

BY_NAME: dict[str, Any] = {
    **CLASSES,
    "LossFunctionWrapper": LossFunctionWrapper,
    **{function.__name__: function for function in FUNCTIONS},
    **ALIASES,
}

ABSENT = {
    "CTC": "it aligns sequences of unequal length, and there are no recurrent layers to make them",
}
"""Losses of Keras that are left out, and why."""

MODULE = "keras.losses"
publish(MODULE, BY_NAME)


def get(identifier: Any) -> Any:
    """Return the loss that `identifier` stands for, as Keras does.

    A function's name gives the function, a class's name an object of that class.

    Args:
        identifier: a name, a configuration (`{"class_name": ..., "config": {...}}`), a class, an
            object, a function `(y_true, y_pred)`, or None.

    Raises:
        ValueError: it is none of these, or a name that does not exist.

    >>> get("mse").__name__, get("Huber").delta, get(None)
    ('mean_squared_error', 1.0, None)
    """
    if identifier is None:
        return None
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    if isinstance(identifier, str):
        if identifier.upper() in ABSENT:
            raise ValueError(
                f"Keras's loss {identifier!r} is left out of nnscratch: "
                f"{ABSENT[identifier.upper()]}."
            )
        if identifier not in BY_NAME:
            raise unknown_name("loss", identifier, BY_NAME)
        identifier = BY_NAME[identifier]
    if inspect.isclass(identifier):
        identifier = identifier()
    if not callable(identifier):
        raise ValueError(
            "A loss is a name, a configuration, a class, a Loss object or a function "
            f"(y_true, y_pred). Received: {identifier!r} of type {type(identifier).__name__}"
        )
    return identifier


def serialize(loss: Any) -> dict[str, Any]:
    """Return the configuration of a loss, as Keras writes it into a file.

    Args:
        loss: a Loss object or a function.

    >>> serialize(MeanSquaredError())["class_name"], serialize(huber)["config"]
    ('MeanSquaredError', 'huber')
    """
    if inspect.isfunction(loss):
        return serialize_function(loss)
    return serialize_object(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the loss of a configuration or a name.

    Args:
        name: what `serialize` returned, or a name.
        custom_objects: your own classes and functions by name.

    Raises:
        ValueError: nothing has this name.

    >>> deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).delta
    2.0
    """
    return deserialize_object(name, MODULE, custom_objects)
