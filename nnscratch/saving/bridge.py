"""Models to and from Keras in memory, in the midst of training: the one bridge between the two."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np

from nnscratch.errors import ShapeError
from nnscratch.saving.api import model_from_json

NAMES = ("seed_generator", "generator")
"""What the layers of both libraries call the stream that they draw from."""


def from_keras(model: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the same model in nnscratch: weights, optimizer state, streams of noise layers.

    The next training step gives the numbers that it would have given in Keras. Only methods of
    the model are called; Keras itself is not imported.

    Args:
        model: a model of Keras; one of a class of your own needs its twin in `custom_objects`.
        custom_objects: your own classes and functions, of nnscratch, by name.

    Raises:
        ModelFileError: the model has a layer that nnscratch lacks.
    """
    if not hasattr(model, "to_json"):
        raise ValueError(f"`model` must be a model of Keras. Received: model={model!r}")
    made = model_from_json(model.to_json(), custom_objects)
    if model.built:
        _build_like(model, made)
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
        _build_like(model, made)
        made.set_weights(model.get_weights())
    carry_over(model, made)
    return made


def _build_like(source: Any, target: Any) -> None:
    """Build a model that writes its own `call`: its configuration tells no shapes."""
    build = source.get_build_config()
    if build is not None and not target.weights:
        target.build_from_config(build)


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
    """Yield the streams of the layers that draw random numbers, and of those inside, in order."""
    for layer in _inside(model):
        if not hasattr(layer, "layers"):
            found = (getattr(layer, name, None) for name in NAMES)
            yield from islice((stream for stream in found if stream is not None), 1)
            yield from (vars(layer)[name] for name in vars(layer) if _is_other_stream(layer, name))
        yield from _streams(layer)


def _inside(part: Any) -> Any:
    """Return the layers of a model, or of a layer that is made of layers."""
    for name in ("layers", "sublayers", "_layers"):  # the last is Keras's
        if hasattr(part, name):
            return getattr(part, name)
    return ()


def _is_other_stream(layer: Any, name: str) -> bool:
    """Return whether a class of the user's own keeps a stream under this name."""
    value = vars(layer)[name]
    return name not in NAMES and hasattr(value, "state") and hasattr(value, "next")
