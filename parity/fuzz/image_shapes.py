"""The shape of one image behind each kind of layer that takes images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from parity.fuzz.activated import after_activation
from parity.fuzz.formula_shapes import Shape

RANDOM_IMAGES = ("RandomFlip", "RandomBrightness", "RandomContrast")
IMAGES = (*RANDOM_IMAGES, "Resizing", "CenterCrop")
"""Layers that prepare pictures."""

POOLS = ("MaxPooling2D", "AveragePooling2D")
GLOBAL_POOLS = ("GlobalAveragePooling2D", "GlobalMaxPooling2D")


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


def _cut(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    if len(shape) != 3:
        return None
    height, width = (sum(pair(edge)) for edge in pair(kwargs.get("cropping", 0)))
    fits = height < shape[0] and width < shape[1]
    return (shape[0] - height, shape[1] - width, shape[2]) if fits else None


def _enlarged(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    if len(shape) != 3:
        return None
    down, across = pair(kwargs.get("size", 2))
    return shape[0] * down, shape[1] * across, shape[2]


def _resized(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    return (kwargs["height"], kwargs["width"], shape[2]) if len(shape) == 3 else None


def _cropped(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    fits = len(shape) == 3 and kwargs["height"] <= shape[0] and kwargs["width"] <= shape[1]
    return _resized(shape, kwargs) if fits else None


def _image(shape: Shape, kwargs: Mapping[str, Any]) -> Shape | None:
    return shape if len(shape) == 3 else None


IMAGE_LAYERS: dict[str, Rule] = {
    kind: _in_its_order(rule)
    for kind, rule in (
        ("Conv2D", _convolved),
        ("ZeroPadding2D", _padded),
        ("Cropping2D", _cut),
        ("UpSampling2D", _enlarged),
        ("Resizing", _resized),
        ("CenterCrop", _cropped),
        *((kind, _image) for kind in RANDOM_IMAGES),
        *((kind, _pooled) for kind in POOLS),
        *((kind, _globally_pooled) for kind in GLOBAL_POOLS),
    )
}
"""Layers that take images."""
