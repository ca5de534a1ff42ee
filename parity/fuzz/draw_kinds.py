"""Random layers of the kinds beyond Dense, BatchNormalization, Dropout and Activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_options import activation, constraint, penalty, start
from parity.fuzz.image_shapes import IMAGES
from parity.fuzz.shapes import Shape, after_layer

Options = dict[str, Any]


def some_axis(c: Chooser, shape: Shape) -> int:
    """Return an axis of the batch that is one of a sample, counted from either end."""
    return c.pick([*range(1, len(shape) + 1), *range(-len(shape), 0)])


def _axis(c: Chooser, shape: Shape) -> Options:
    return {"axis": some_axis(c, shape)} if len(shape) > 1 and c.chance(0.5) else {}


def _axes(c: Chooser, shape: Shape) -> Options:
    """Return an axis, or for larger samples also several of them."""
    if len(shape) > 1 and c.chance(0.25):
        taken = c.some(range(1, len(shape) + 1), len(shape))
        return {"axis": tuple(sorted(taken))} if taken else {}
    return _axis(c, shape)


def centred(c: Chooser) -> Options:
    """Return options of what normalizes and then scales and shifts."""
    options: Options = {}
    if c.chance(0.4):
        options["epsilon"] = c.size(1e-5, 0.3)
    for flag in ("center", "scale"):
        if c.chance(0.2):
            options[flag] = False
    for name in ("beta", "gamma"):
        if c.chance(0.3):
            options[f"{name}_initializer"] = start(c, matrix=False)
        if c.chance(0.15):
            options[f"{name}_regularizer"] = penalty(c)
        if c.chance(0.06):
            options[f"{name}_constraint"] = constraint(c)
    return options


def _group_normalization(c: Chooser, shape: Shape) -> Options:
    axis = some_axis(c, shape) if len(shape) > 1 and c.chance(0.4) else -1
    size = shape[axis - 1 if axis > 0 else axis]
    groups = c.pick([n for n in range(1, size + 1) if size % n == 0])
    return {"groups": groups, "axis": axis, **centred(c)}


def _prelu(c: Chooser, shape: Shape) -> Options:
    options: Options = {}
    if c.chance(0.7):
        options["alpha_initializer"] = start(c, matrix=False)
    if c.chance(0.2):
        options["alpha_regularizer"] = penalty(c)
    if c.chance(0.1):
        options["alpha_constraint"] = constraint(c)
    if len(shape) > 1 and c.chance(0.5):
        options["shared_axes"] = sorted(c.some(range(1, len(shape) + 1), len(shape))) or None
    return options


def _relu(c: Chooser, shape: Shape) -> Options:
    bounds = {"max_value": (0.5, 3.0), "negative_slope": (0.0, 0.4), "threshold": (0.0, 0.6)}
    return {name: c.real(*bound) for name, bound in bounds.items() if c.chance(0.5)}


def _noise_shape(c: Chooser, shape: Shape) -> Options:
    if not c.chance(0.3):
        return {}
    return {"noise_shape": (None, *(c.pick((None, 1, size)) for size in shape))}


def _reshape(c: Chooser, shape: Shape) -> Options:
    size = 1
    for n in shape:
        size *= n
    factors = [n for n in range(1, size + 1) if size % n == 0]
    first = c.pick(factors)
    target = c.pick(((size,), (first, size // first), (first, -1), (1, first, size // first)))
    return {"target_shape": target}


def _permute(c: Chooser, shape: Shape) -> Options:
    left, dims = list(range(1, len(shape) + 1)), []
    while left:
        dims.append(left.pop(c.whole(0, len(left) - 1)))
    return {"dims": tuple(dims)}


def _normalization(c: Chooser, shape: Shape) -> Options:
    numbers = range(shape[-1])
    return {
        "mean": tuple(c.real(-1.0, 1.0) for _ in numbers),
        "variance": tuple(c.real(0.1, 2.0) for _ in numbers),
        **({"invert": True} if c.chance(0.3) else {}),
    }


def _both(c: Chooser, low: int, high: int) -> Any:
    """Return one number for height and width, or one for each."""
    return c.whole(low, high) if c.chance(0.6) else (c.whole(low, high), c.whole(low, high))


def _padding(c: Chooser) -> Options:
    return {"padding": c.pick(("same", "valid"))} if c.chance(0.6) else {}


def _order(c: Chooser) -> Options:
    return {"data_format": "channels_first"} if c.chance(0.15) else {}


def _conv2d(c: Chooser, shape: Shape) -> Options:
    options: Options = {"filters": c.whole(1, 6), "kernel_size": _both(c, 1, 3), **_padding(c)}
    options |= _order(c)
    function = activation(c, shape)
    if function is not None:
        options["activation"] = function
    if c.chance(0.4):
        options["strides"] = _both(c, 1, 2)
    elif c.chance(0.2):
        options["dilation_rate"] = 2
    if c.chance(0.15):
        options["use_bias"] = False
    if c.chance(0.5):
        options["kernel_initializer"] = start(c, matrix=False)
    if c.chance(0.2):
        options["kernel_regularizer"] = penalty(c)
    if c.chance(0.2):
        options["bias_initializer"] = start(c, matrix=False)
    return options


def _pool(c: Chooser, shape: Shape) -> Options:
    options: Options = {"pool_size": _both(c, 1, 3), **_padding(c), **_order(c)}
    if c.chance(0.4):
        options["strides"] = _both(c, 1, 2)
    return options


def _globally(c: Chooser, shape: Shape) -> Options:
    return {**({"keepdims": True} if c.chance(0.3) else {}), **_order(c)}


def _size(c: Chooser, shape: Shape, most: Shape) -> Options:
    return {"height": c.whole(1, most[0]), "width": c.whole(1, most[1]), **_order(c)}


def _resizing(c: Chooser, shape: Shape) -> Options:
    options = {**_size(c, shape, (7, 7)), "interpolation": "nearest"}
    if c.chance(0.5):
        options[c.pick(("crop_to_aspect_ratio", "pad_to_aspect_ratio"))] = True
    return options


def _colors(c: Chooser, shape: Shape) -> Options:
    return {"factor": c.real(0.05, 0.6), "value_range": c.pick(((-2, 2), (-1, 3), (0, 255)))}


def _penalized(c: Chooser, shape: Shape) -> Options:
    factors = {name: c.size(1e-4, 0.1) for name in ("l1", "l2") if c.chance(0.6)}
    return factors or {"l2": c.size(1e-4, 0.1)}


KINDS: dict[str, tuple[float, Callable[[Chooser, Shape], Options]]] = {
    "LayerNormalization": (1.0, lambda c, shape: _axes(c, shape) | centred(c)),
    "GroupNormalization": (0.6, _group_normalization),
    "RMSNormalization": (
        0.7,
        lambda c, shape: {"epsilon": c.size(1e-6, 0.1)} if c.chance(0.4) else {},
    ),
    "UnitNormalization": (0.5, _axes),
    "Normalization": (0.5, _normalization),
    "Rescaling": (0.4, lambda c, shape: {"scale": c.real(0.3, 2.0), "offset": c.real(-1.0, 1.0)}),
    "Identity": (0.2, lambda c, shape: {}),
    "ReLU": (0.5, _relu),
    "LeakyReLU": (
        0.5,
        lambda c, shape: {"negative_slope": c.real(0.01, 0.5)} if c.chance(0.6) else {},
    ),
    "PReLU": (0.8, _prelu),
    "ELU": (0.4, lambda c, shape: {"alpha": c.real(0.3, 1.7)} if c.chance(0.6) else {}),
    "Softmax": (0.4, _axis),
    "GaussianNoise": (0.5, lambda c, shape: {"stddev": c.size(0.01, 0.5)}),
    "GaussianDropout": (0.5, lambda c, shape: {"rate": c.real(0.05, 0.7)}),
    "AlphaDropout": (0.4, lambda c, shape: {"rate": c.real(0.05, 0.7), **_noise_shape(c, shape)}),
    "SpatialDropout1D": (0.4, lambda c, shape: {"rate": c.real(0.05, 0.7)}),
    "ActivityRegularization": (0.4, _penalized),
    "Reshape": (0.6, _reshape),
    "Permute": (0.5, _permute),
    "RepeatVector": (0.4, lambda c, shape: {"n": c.whole(1, 3)}),
    "Conv2D": (6.0, _conv2d),
    "MaxPooling2D": (2.0, lambda c, shape: _pool(c, shape) if c.chance(0.8) else {}),
    "AveragePooling2D": (2.0, _pool),
    "GlobalAveragePooling2D": (1.0, _globally),
    "GlobalMaxPooling2D": (1.0, _globally),
    "ZeroPadding2D": (1.0, lambda c, shape: {"padding": _both(c, 0, 2), **_order(c)}),
    "Cropping2D": (0.6, lambda c, shape: {"cropping": _both(c, 0, 1), **_order(c)}),
    "UpSampling2D": (0.6, lambda c, shape: {"size": _both(c, 1, 2), **_order(c)}),
    "Resizing": (0.8, _resizing),
    "CenterCrop": (0.8, lambda c, shape: _size(c, shape, shape)),
    "RandomFlip": (
        0.8,
        lambda c, shape: {"mode": c.pick(("horizontal", "vertical", "horizontal_and_vertical"))},
    ),
    "RandomBrightness": (0.8, _colors),
    "RandomContrast": (0.8, _colors),
}
"""Kinds of layers with their weights and what draws their options."""

BARE = (
    "Identity",
    "SpatialDropout1D",
    "MaxPooling2D",
    "AveragePooling2D",
    "ActivityRegularization",
    *IMAGES,
)
"""Layers that take no options beyond their own."""


def another_layer(c: Chooser, kind: str, shape: Shape) -> tuple[str, Options] | None:
    """Return a random layer of a kind, or None where it does not fit samples of this shape."""
    layer = kind, KINDS[kind][1](c, shape)
    return layer if after_layer([shape], layer) is not None else None
