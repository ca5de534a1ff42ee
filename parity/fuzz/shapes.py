"""The shape of one sample behind each kind of layer, or None where the layer cannot be applied."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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

POOLS = ("MaxPooling2D", "AveragePooling2D")
GLOBAL_POOLS = ("GlobalAveragePooling2D", "GlobalMaxPooling2D")


def activation_name(activation: Any) -> str:
    """Return the name behind a name, an `Activated`, or None."""
    if activation is None:
        return "linear"
    return activation.name if isinstance(activation, Activated) else str(activation)


def place_of(axis: int, shape: Shape) -> int | None:
    """Return which number of a sample's shape an axis of the batch is, or None if there is none.

    >>> place_of(1, (4, 6)), place_of(-1, (4, 6)), place_of(0, (4, 6)), place_of(-3, (4, 6))
    (0, 1, None, None)
    """
    place = axis - 1 if axis > 0 else len(shape) + axis
    return place if axis != 0 and 0 <= place < len(shape) else None


def after_activation(shape: Shape, activation: Any) -> Shape | None:
    """Return the shape behind an activation, or None if it cannot be applied.

    Args:
        shape: of one sample.
        activation: a name, an `Activated`, or None.
    """
    options = activation.options if isinstance(activation, Activated) else {}
    place = place_of(int(options.get("axis", -1)), shape)
    if place is None:
        return None
    if activation_name(activation) != "glu":
        return shape
    if shape[place] % 2:
        return None
    return (*shape[:place], shape[place] // 2, *shape[place + 1 :])


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


def pair(value: Any) -> tuple[Any, Any]:
    """Return a number twice, or the pair that is given."""
    return value if isinstance(value, tuple) else (value, value)


def _windows(shape: Shape, size: Any, kwargs: Mapping[str, Any]) -> Shape | None:
    """Return height and width behind windows that slide over an image."""
    strides, dilation = kwargs.get("strides"), pair(kwargs.get("dilation_rate", 1))
    found = []
    for n, k, s, d in zip(shape, pair(size), pair(strides or size), dilation, strict=False):
        same = kwargs.get("padding", "valid") == "same"
        found.append(-(-n // s) if same else (n - d * (k - 1) - 1) // s + 1)
    return tuple(found) if min(found) > 0 else None


Rule = Callable[[Shape, Mapping[str, Any]], Shape | None]


def _in_its_order(rule: Rule) -> Rule:
    """Make a rule for images with channels last follow `data_format`."""

    def turned(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
        if kwargs.get("data_format") != "channels_first" or len(shape) != 3:
            return rule(shape, kwargs)
        found = rule((*shape[1:], shape[0]), kwargs)
        return found if found is None or len(found) != 3 else (found[2], *found[:2])

    return turned


def _convolved(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    groups = kwargs.get("groups", 1)
    if len(shape) != 3 or shape[2] % groups or kwargs["filters"] % groups:
        return None
    edges = _windows(shape, kwargs["kernel_size"], {"strides": 1, **kwargs})
    if edges is None:
        return None
    return after_activation((*edges, kwargs["filters"]), kwargs.get("activation"))


def _pooled(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    edges = _windows(shape, kwargs.get("pool_size", 2), kwargs) if len(shape) == 3 else None
    return None if edges is None else (*edges, shape[2])


def _globally_pooled(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    if len(shape) != 3:
        return None
    return (1, 1, shape[2]) if kwargs.get("keepdims") else shape[2:]


def _padded(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    if len(shape) != 3:
        return None
    height, width = (sum(pair(edge)) for edge in pair(kwargs.get("padding", 1)))
    return shape[0] + height, shape[1] + width, shape[2]


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
    "Conv2D": _in_its_order(_convolved),
    "ZeroPadding2D": _in_its_order(_padded),
    **dict.fromkeys(POOLS, _in_its_order(_pooled)),
    **dict.fromkeys(GLOBAL_POOLS, _in_its_order(_globally_pooled)),
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
