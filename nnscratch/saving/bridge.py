"""Models to and from Keras in memory, in the midst of training: the one bridge between the two."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from nnscratch.errors import ShapeError
from nnscratch.saving.api import model_from_json


def from_keras(model: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the same model in nnscratch: weights, optimizer state, streams of noise layers.

    The next training step gives the numbers that it would have given in Keras. Only methods of
    the model are called; Keras itself is not imported.

    Args:
        model: a model of Keras, Sequential or functional.
        custom_objects: your own classes and functions, of nnscratch, by name.

    Raises:
        ModelFileError: the model has a layer that nnscratch lacks.
    """
    if not hasattr(model, "to_json"):
        raise ValueError(f"`model` must be a model of Keras. Received: model={model!r}")
    made = model_from_json(model.to_json(), custom_objects)
    if model.built:
        made.set_weights([np.asarray(weight) for weight in model.get_weights()])
    carry_over(model, made)
    return made


def to_keras(model: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the same model in Keras: weights, optimizer state, streams of noise layers.

    It imports Keras, which must be installed.

    Args:
        model: a model of nnscratch.
        custom_objects: your own classes and functions, of Keras, by name.

    Raises:
        ImportError: Keras is not installed.
    """
    try:
        keras = importlib.import_module("keras")
    except ImportError as error:
        raise ImportError(
            "`to_keras()` needs Keras and one of its backends: run `pip install keras tensorflow`. "
            "Without them, `model.save('model.keras')` writes a file that Keras can load."
        ) from error
    made = keras.models.model_from_json(model.to_json(), custom_objects=custom_objects)
    if model.built:
        made.set_weights(model.get_weights())
    carry_over(model, made)
    return made


def carry_over(source: Any, target: Any) -> None:
    """Copy the state of the optimizer and of the noise layers from one library's model to another.

    Args:
        source: the model to copy from.
        target: its twin.

    Raises:
        ShapeError: the twins differ.
    """
    if source.optimizer is not None and target.optimizer is not None:
        if source.optimizer.built and not target.optimizer.built:
            target.optimizer.build(target.trainable_variables)
        if source.optimizer.built or not target.optimizer.built:
            _copy(source.optimizer.variables, target.optimizer.variables)
            _copy(_unlisted(source.optimizer), _unlisted(target.optimizer))
    streams = zip(_streams(source), _streams(target), strict=True)
    for given, stream in streams:
        state = np.asarray(given.state)
        if hasattr(stream.state, "assign"):
            stream.state.assign(state)
        else:
            stream.state = state.astype(np.int64)


def _copy(given: Any, taken: Any) -> None:
    if len(given) != len(taken):
        raise ShapeError(
            f"The optimizers of the two libraries keep {len(given)} and {len(taken)} variables; "
            "they cannot be carried over."
        )
    for source, target in zip(given, taken, strict=True):
        target.assign(np.asarray(source))


def _unlisted(optimizer: Any) -> list[Any]:
    """Return what a wrapped optimizer keeps without listing it: Nadam's product."""
    inner = getattr(optimizer, "inner_optimizer", None)
    product = getattr(inner, "_u_product", None) if optimizer.built else None
    return [] if product is None else [product]


def _streams(model: Any) -> Iterator[Any]:
    """Yield the streams of the layers that draw random numbers, in order."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _streams(layer)
            continue
        found = (getattr(layer, name, None) for name in ("seed_generator", "generator"))
        yield from islice((stream for stream in found if stream is not None), 1)
