"""The network of an estimator: made by a function, copied from a model, or of Dense layers."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from nnscratch import optimizers
from nnscratch.errors import NotReadyError
from nnscratch.layers import Dense, Dropout, Input
from nnscratch.models import Model, Sequential, clone_model
from nnscratch.typing import Array


def made_model(given: Any, x: Array, y: Array, arguments: dict[str, Any] | None) -> Model:
    """Return the compiled model that an estimator trains.

    Args:
        given: a compiled model, which is copied with new weights, or a function that returns one.
            The function is called with `X` and `y` by name, if it takes them.
        x: the inputs.
        y: the targets as columns.
        arguments: further arguments of the function.

    Raises:
        NotReadyError: the model is not compiled.
        TypeError: neither a model nor a function that returns one.
    """
    if isinstance(given, Model):
        _check_compiled(given)
        return clone_model(given)
    if not callable(given):
        raise TypeError(
            "`model` must be a compiled model or a function that returns one. "
            f"Received: {given!r} of type {type(given).__name__}"
        )
    parameters = inspect.signature(given).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    data = {name: v for name, v in {"X": x, "y": y}.items() if takes_all or name in parameters}
    made = given(**data, **(arguments or {}))
    if not isinstance(made, Model):
        raise TypeError(f"The function given as `model` must return a model. Received: {made!r}")
    _check_compiled(made)
    return made


def _check_compiled(model: Model) -> None:
    if not model.compiled or model.loss is None:
        raise NotReadyError(
            f"Model {model.name!r} must be compiled with an optimizer and a loss before it can be "
            "fitted as an estimator: call compile(optimizer=…, loss=…)."
        )


def dense_network(
    features: int,
    hidden_units: Sequence[int],
    activation: Any,
    dropout: float,
    kernel_regularizer: Any,
    outputs: int,
    output_activation: Any,
) -> Model:
    """Return a stack of Dense layers, each hidden one followed by dropout if there is any."""
    model = Sequential([Input((features,))])
    for units in hidden_units:
        model.add(Dense(units, activation, kernel_regularizer=kernel_regularizer))
        if dropout:
            model.add(Dropout(dropout))
    model.add(Dense(outputs, output_activation, kernel_regularizer=kernel_regularizer))
    return model


def fresh_optimizer(given: Any, learning_rate: float | None) -> optimizers.Optimizer:
    """Return an optimizer that has done nothing yet.

    Args:
        given: name of the optimizer, or one that is copied.
        learning_rate: its rate, None for its own.

    Raises:
        ValueError: an unknown name, or None.
    """
    if isinstance(given, optimizers.Optimizer):
        given = type(given).from_config(given.get_config())
    optimizer = optimizers.get(given)
    if optimizer is None:
        raise ValueError("`optimizer` must be a name or an optimizer. Received: None")
    if learning_rate is not None:
        optimizer.learning_rate = learning_rate
    return optimizer
