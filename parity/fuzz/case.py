"""A random model as plain data, the shapes in it, and whether it is one that Keras accepts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from parity.units import Case, Data, Obj

Shape = tuple[int, ...]
LayerSpec = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Activated:
    """An activation with options, which the two libraries spell differently.

    Args:
        name: Keras's name of the function.
        options: its arguments beside x.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.options.items())
        return f"{self.name}({arguments})"


@dataclass(frozen=True)
class FuzzCase(Case):
    """A case that also says what only random models vary.

    Args:
        input_shape: shape of one sample.
        weighted_metrics: metrics that take sample weights into account.
        loss_weight: factor of the loss, or None.
        class_weight: weights of classes in the closing `fit`, or None.
        excluded: regular expressions of the variables without weight decay.
        rate_by_function: give the learning rate as a function instead of a number.
        split: part of the rows that the closing `fit` validates on.
        shuffle: as in `fit`.
    """

    input_shape: Shape = (1,)
    weighted_metrics: tuple[str | Obj, ...] = ()
    loss_weight: float | None = None
    class_weight: Mapping[int, float] | None = None
    excluded: tuple[str, ...] = ()
    rate_by_function: bool = False
    split: float = 0.0
    shuffle: bool | str = False


def activation_name(activation: Any) -> str:
    """Return the name behind a name, an `Activated`, or None."""
    if activation is None:
        return "linear"
    return activation.name if isinstance(activation, Activated) else str(activation)


def activation_axis(activation: Any) -> int:
    """Return the axis an activation works along."""
    return int(activation.options.get("axis", -1)) if isinstance(activation, Activated) else -1


def after_activation(shape: Shape, activation: Any) -> Shape | None:
    """Return the shape behind an activation, or None if it cannot be applied.

    Args:
        shape: of one sample.
        activation: a name, an `Activated`, or None.
    """
    axis = activation_axis(activation)
    place = axis - 1 if axis > 0 else len(shape) + axis
    if not 0 <= place < len(shape):
        return None
    if activation_name(activation) != "glu":
        return shape
    if shape[place] % 2:
        return None
    return (*shape[:place], shape[place] // 2, *shape[place + 1 :])


def after_layer(shape: Shape, layer: LayerSpec) -> Shape | None:
    """Return the shape of one sample behind a layer, or None if the layer cannot take it."""
    kind, kwargs = layer
    if kind == "Dense":
        return after_activation((*shape[:-1], kwargs["units"]), kwargs.get("activation"))
    if kind == "Activation":
        return after_activation(shape, kwargs["activation"])
    if kind == "Flatten":
        return (math.prod(shape),)
    if kind == "BatchNormalization":
        axis = kwargs.get("axis", -1)
        return shape if axis != 0 and -len(shape) <= axis <= len(shape) else None
    noise = kwargs.get("noise_shape")
    if noise is None:
        return shape
    fits = len(noise) == len(shape) + 1 and all(
        n in (None, 1, size) for n, size in zip(noise[1:], shape, strict=True)
    )
    return shape if fits else None


def output_shape(input_shape: Shape, network: Sequence[LayerSpec]) -> Shape | None:
    """Return the shape of one sample behind a network, or None if some layer cannot be applied.

    >>> output_shape((4, 3), [("Dense", {"units": 6, "activation": "glu"}), ("Flatten", {})])
    (12,)
    """
    shape: Shape | None = input_shape
    for layer in network:
        if shape is None:
            return None
        shape = after_layer(shape, layer)
    return shape


CLASSES = ("one_hot", "soft", "labels", "label_column")
"""Kinds of targets that need more than one column of outputs."""


def fitted(case: FuzzCase) -> FuzzCase | None:
    """Return the case with data that fits its network, or None if it is not a valid one.

    Args:
        case: a case whose network, input or batches may have been changed since it was drawn.
    """
    shape = output_shape(case.input_shape, case.network)
    if shape is None or not _has_weights(case) or not _options_fit(case):
        return None
    kind = case.data.kwargs["y"]
    if kind in CLASSES and shape[-1] < 2:
        return None
    if kind == "reals_flat" and shape[-1] != 1:
        return None
    if len(shape) > 1 and (case.weighted or case.class_weight):
        return None
    if case.class_weight and kind not in ("one_hot", "labels", "label_column", "bits"):
        return None
    if case.split and not 0 < math.floor(case.samples * (1.0 - case.split)) < case.samples:
        return None
    if case.batch_size > case.samples or case.samples < 1:
        return None
    rows = {**case.data.kwargs, "shape": case.input_shape, "output": shape}
    return replace(case, data=Data(case.data.maker, rows))


def _has_weights(case: FuzzCase) -> bool:
    """Tell whether anything can be trained: without it both libraries have nothing to do."""
    return any(
        kwargs.get("trainable", True)
        and (
            kind == "Dense"
            or (
                kind == "BatchNormalization"
                and (kwargs.get("scale", True) or kwargs.get("center", True))
            )
        )
        for kind, kwargs in case.network
    )


def _options_fit(case: FuzzCase) -> bool:
    """Tell whether penalties and starts fit the shapes they are for."""
    shape = case.input_shape
    for kind, kwargs in case.network:
        if kind == "Dense":
            penalty = kwargs.get("kernel_regularizer")
            if isinstance(penalty, Obj) and penalty.path.endswith("OrthogonalRegularizer"):
                rows = penalty.kwargs.get("mode", "rows") == "rows"
                if (shape[-1] if rows else kwargs["units"]) < 2:
                    return False
        behind = after_layer(shape, (kind, kwargs))
        if behind is None:
            return False
        shape = behind
    return True
