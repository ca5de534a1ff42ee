"""The checks: activations, layers, losses, regularizers and models against central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch import activations, losses, regularizers
from nnscratch.cache import Cache
from nnscratch.casting import as_numeric, is_float
from nnscratch.errors import DataError
from nnscratch.gradcheck.differences import Settings
from nnscratch.gradcheck.examine import examine
from nnscratch.gradcheck.report import Report
from nnscratch.gradcheck.state import parts
from nnscratch.gradcheck.subjects import (
    LossSubject,
    MapSubject,
    RegularizerSubject,
    TrainingSubject,
)
from nnscratch.typing import Array, ArrayLike


def check_activation(activation: Any, z: ArrayLike, **settings: Any) -> Report:
    """Compare an activation's backward pass with central differences.

    Args:
        activation: name, object or class.
        z: point to check at; converted to float64.
        settings: see `Settings`.

    >>> check_activation("tanh", [[0.3, -1.2], [2.0, 0.1]]).ok
    True
    """
    rule = activations.get(activation)
    z = as_numeric(z, "z").astype(np.float64)
    subject = MapSubject(f"activation {rule.name!r}", rule, z, rule.forward, None)
    return examine(subject, Settings(**settings))


def check_layer(
    layer: Any,
    x: Any,
    training: bool = False,
    reset: Callable[[], Any] | None = None,
    **settings: Any,
) -> Report:
    """Compare a layer's backward pass, towards inputs and weights, with central differences.

    Moving statistics and random streams are put back before every evaluation, so that dropout
    draws the same mask each time. Gradients in the weights are cleared.

    Besides wrong numbers the check finds: output kept on the layer instead of in the cache,
    gradients that overwrite instead of adding up, and writing into x or dy.

    Args:
        layer: the layer, of dtype float64; it is built for `x` if need be.
        x: input array, or list of them, of at least two samples. Floats are converted to float64;
            integers, such as an embedding's, are not checked.
        training: whether the layer behaves as in training.
        reset: called before every evaluation, for randomness outside the layer's own streams.
        settings: see `Settings`.

    Raises:
        ValueError: the layer is not float64, or there is one sample only: mistakes across
            samples, such as a wrong BatchNormalization, do not show in one.

    >>> from nnscratch.layers import Dense
    >>> layer = Dense(2, activation="tanh", dtype="float64", name="d")
    >>> print(check_layer(layer, [[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]]).wrong)
    []
    """
    x = _checked_x(x)
    layer.ensure_built(_shape_of(x))
    _check_float64(layer)
    name = f"{type(layer).__name__} {layer.name!r}"

    def call(arrays: Any, cache: Cache) -> Array:
        return layer.forward(arrays, cache, training=training)  # type: ignore[no-any-return]

    return examine(MapSubject(name, layer, x, call, reset), Settings(**settings))


def check_model(
    model: Any,
    x: Any,
    y: ArrayLike | None = None,
    loss: Any = None,
    training: bool = False,
    reset: Callable[[], Any] | None = None,
    **settings: Any,
) -> Report:
    """Compare a model's gradients with central differences, with a loss or without.

    With `y` the function checked is the total loss: the loss, computed from the logits where
    training would do so, and every penalty. Without, it is the output, weighted at random.

    Args:
        model: the model, all layers of dtype float64.
        x: input array, or list of them, of at least two samples.
        y: targets.
        loss: name or object of the loss; needs `y`.
        training: as in `check_layer`.
        reset: as in `check_layer`.
        settings: see `Settings`.

    Raises:
        ValueError: one of `y` and `loss` is missing, or as in `check_layer`.
    """
    if y is None and loss is None:
        return check_layer(model, x, training, reset, **settings)
    if y is None or loss is None:
        raise ValueError("check_model needs both `y` and `loss`, or neither of them.")
    x = _checked_x(x)
    model.ensure_built(_shape_of(x))
    _check_float64(model)
    loss = _loss_object(loss)
    if loss.dtype != "float64":
        loss = type(loss).from_config({**loss.get_config(), "dtype": "float64"})

    def call(arrays: Any, cache: Cache) -> Array:
        return model.forward(arrays, cache, training=training)  # type: ignore[no-any-return]

    name = f"{type(model).__name__} {model.name!r} with {type(loss).__name__}"
    subject = TrainingSubject(name, model, x, call, reset, loss, as_numeric(y, "y"))
    return examine(subject, Settings(**settings))


def check_loss(
    loss: Any,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    from_logits: bool = False,
    **settings: Any,
) -> Report:
    """Compare a loss's gradient by the predictions with central differences.

    Args:
        loss: name, function, or object of dtype float64.
        y_true: targets.
        y_pred: predictions, or the logits behind them.
        sample_weight: weights of the samples.
        from_logits: whether `y_pred` is given to the loss as its `logits`.
        settings: see `Settings`.

    Raises:
        ValueError: the loss is not float64.

    >>> from nnscratch.losses import MeanSquaredError
    >>> check_loss(MeanSquaredError(dtype="float64"), [[1.0], [0.0]], [[0.3], [0.6]]).ok
    True
    """
    loss = _loss_object(loss)
    _check_dtype(loss, f"loss {loss.name!r}")
    output = as_numeric(y_pred, "y_pred").astype(np.float64)
    weights = None if sample_weight is None else as_numeric(sample_weight, "sample_weight")
    subject = LossSubject(loss, as_numeric(y_true, "y_true"), output, weights, from_logits)
    return examine(subject, Settings(**settings))


def check_regularizer(regularizer: Any, w: ArrayLike, **settings: Any) -> Report:
    """Compare a regularizer's gradient with central differences.

    Args:
        regularizer: name or object.
        w: weights to check at.
        settings: see `Settings`.

    >>> check_regularizer("l2", [[0.3, -1.2], [2.0, 0.1]]).ok
    True
    """
    w = as_numeric(w, "w").astype(np.float64)
    return examine(RegularizerSubject(regularizers.get(regularizer), w), Settings(**settings))


def _checked_x(x: Any) -> Any:
    if isinstance(x, tuple) or (isinstance(x, list) and isinstance(x[0], np.ndarray)):
        return [_checked_x(part) for part in x]
    array = as_numeric(x, "x")
    if array.ndim < 1 or len(array) < 2:
        raise DataError(
            "`x` must hold at least two samples, or mistakes across samples stay hidden. "
            f"Received shape {array.shape}."
        )
    return array.astype(np.float64) if array.dtype.kind == "f" else array.copy()


def _loss_object(identifier: Any) -> Any:
    found = losses.get(identifier)
    if isinstance(found, losses.Loss):
        return found
    return losses.LossFunctionWrapper(found, dtype="float64")


def _shape_of(x: Any) -> Any:
    return [_shape_of(part) for part in x] if isinstance(x, list) else (None, *x.shape[1:])


def _check_float64(target: Any) -> None:
    for part in parts(target):
        if not getattr(part, "sublayers", ()):
            _check_dtype(part, f"layer {part.name!r}")
        for variable in part.weights:
            if not is_float(variable.dtype):
                continue  # a counter
            _check_dtype(variable, f"variable {variable.path!r}")


def _check_dtype(thing: Any, what: str) -> None:
    dtype = getattr(thing, "dtype", "float64")
    if dtype != "float64":
        raise ValueError(
            f"A gradient check needs float64, {what} is {dtype}: differences lose half of the "
            "digits. Make it with dtype='float64', or everything after "
            "nnscratch.config.set_floatx('float64')."
        )
