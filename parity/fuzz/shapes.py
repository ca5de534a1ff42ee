"""The shape of one sample behind each kind of layer, or None where the layer cannot be applied."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parity.fuzz.activated import after_activation
from parity.fuzz.formula_shapes import Shape, place_of
from parity.fuzz.formulas import FORMULA, formula_of
from parity.fuzz.image_shapes import IMAGE_LAYERS, Rule, pair

LayerSpec = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Call:
    """One call of a layer.

    Args:
        layer: its place in the network; a layer that is called twice is shared.
        sources: numbers of the tensors that go in; the inputs come first, then one for each call.
    """

    layer: int
    sources: tuple[int, ...]


def chain(length: int) -> tuple[Call, ...]:
    """Return the calls of so many layers, one behind the other."""
    return tuple(Call(i, (i,)) for i in range(length))


MERGING = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
"""Layers that join tensors element by element."""

JOINING = (*MERGING, "Concatenate", "Dot")
"""Layers that take several tensors."""


def _dense(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    return after_activation((*shape[:-1], kwargs["units"]), kwargs.get("activation"))


def _normalized(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    axes = kwargs.get("axis", -1)
    places = [place_of(axis, shape) for axis in (axes if isinstance(axes, tuple) else (axes,))]
    if None in places or len(set(places)) < len(places):
        return None
    groups = kwargs.get("groups")
    return shape if groups is None or shape[places[0] or 0] % groups == 0 else None


def _masked(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    noise = kwargs.get("noise_shape")
    if noise is None:
        return shape
    fits = len(noise) == len(shape) + 1 and all(
        n in (None, 1, size) for n, size in zip(noise[1:], shape, strict=True)
    )
    return shape if fits else None


def _reshaped(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    target: Shape = kwargs["target_shape"]
    known = math.prod(n for n in target if n != -1)
    if -1 in target:
        if math.prod(shape) % known:
            return None
        return tuple(math.prod(shape) // known if n == -1 else n for n in target)
    return target if known == math.prod(shape) else None


def _permuted(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    dims = kwargs["dims"]
    if sorted(dims) != list(range(1, len(shape) + 1)):
        return None
    return tuple(shape[i - 1] for i in dims)


def _scaled(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    return shape if len(kwargs["mean"]) == shape[-1] else None


def _shared_slopes(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    axes = kwargs.get("shared_axes") or ()
    return shape if all(1 <= axis <= len(shape) for axis in axes) else None


ONE_SOURCE: dict[str, Rule] = {
    "Dense": _dense,
    "Activation": lambda shape, kwargs: after_activation(shape, kwargs["activation"]),
    "Flatten": lambda shape, kwargs: (math.prod(shape),),
    "BatchNormalization": _normalized,
    "LayerNormalization": _normalized,
    "GroupNormalization": _normalized,
    "RMSNormalization": _normalized,
    "UnitNormalization": _normalized,
    "Softmax": _normalized,
    "Dropout": _masked,
    "AlphaDropout": _masked,
    "SpatialDropout1D": lambda shape, kwargs: shape if len(shape) == 2 else None,
    "PReLU": _shared_slopes,
    "Normalization": _scaled,
    "Reshape": _reshaped,
    "Permute": _permuted,
    "RepeatVector": lambda shape, kwargs: (kwargs["n"], *shape) if len(shape) == 1 else None,
    **IMAGE_LAYERS,
}
"""Layers that change the shape or do not take every one; all others pass it on."""


def after_layer(shapes: Sequence[Shape], layer: LayerSpec) -> Shape | None:
    """Return the shape of one sample behind a layer, or None if the layer cannot take it.

    Args:
        shapes: of one sample of each tensor that goes in.
        layer: kind and arguments.
    """
    kind, kwargs = layer
    if kind == "Nested":
        found = None
        if tuple(shapes) == kwargs["inputs"]:
            found = tensor_shapes(kwargs["inputs"], kwargs["network"], kwargs["calls"])
        return None if found is None else found[-1]
    if kind == FORMULA:
        formula, options = formula_of(kwargs)
        return formula.shape(shapes, options) if len(shapes) == formula.sources else None
    if kind in JOINING:
        return _joined(shapes, layer) if len(shapes) > 1 else None
    if len(shapes) != 1:
        return None
    one = ONE_SOURCE.get(kind)
    return shapes[0] if one is None else one(shapes[0], kwargs)


def _joined(shapes: Sequence[Shape], layer: LayerSpec) -> Shape | None:
    kind, kwargs = layer
    if kind == "Dot":
        return _dot(shapes, kwargs["axes"])
    if len({len(shape) for shape in shapes}) > 1 or (kind == "Subtract" and len(shapes) > 2):
        return None
    sizes = list(zip(*shapes, strict=True))
    if kind == "Concatenate":
        place = place_of(kwargs.get("axis", -1), shapes[0])
        if place is None or any(len(set(n)) > 1 for i, n in enumerate(sizes) if i != place):
            return None
        return tuple(sum(n) if i == place else n[0] for i, n in enumerate(sizes))
    if any(len(set(n) - {1}) > 1 for n in sizes):
        return None
    return tuple(max(n) for n in sizes)


def _dot(shapes: Sequence[Shape], axes: Any) -> Shape | None:
    if len(shapes) != 2 or not all(len(shape) in (1, 2) for shape in shapes):
        return None
    places = [place_of(axis, s) for axis, s in zip(pair(axes), shapes, strict=True)]
    if None in places:
        return None
    (i, j), (a, b) = places, shapes
    if a[i or 0] != b[j or 0]:
        return None
    rest = (*a[: i or 0], *a[(i or 0) + 1 :], *b[: j or 0], *b[(j or 0) + 1 :])
    return rest or (1,)


def tensor_shapes(
    inputs: Sequence[Shape], network: Sequence[LayerSpec], calls: Sequence[Call] = ()
) -> list[Shape] | None:
    """Return the shape of one sample of every tensor, or None if some layer cannot be applied.

    Args:
        inputs: of one sample of each input.
        network: the layers.
        calls: of the layers; one behind the other if empty.

    >>> tensor_shapes([(4, 3)], [("Dense", {"units": 6, "activation": "glu"}), ("Flatten", {})])
    [(4, 3), (4, 3), (12,)]
    """
    shapes = list(inputs)
    for call in calls or chain(len(network)):
        shape = after_layer([shapes[i] for i in call.sources], network[call.layer])
        if shape is None or min(shape) < 1:
            return None
        shapes.append(shape)
    return shapes
