"""Random layers, one behind the other."""

from __future__ import annotations

from typing import Any

from parity.fuzz import draw_kinds
from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_options import activation, constraint, penalty, start
from parity.fuzz.image_shapes import IMAGE_LAYERS
from parity.fuzz.shapes import LayerSpec, Shape, after_layer
from parity.units import Obj

KINDS = {
    "Dense": 5.0,
    "BatchNormalization": 2.2,
    "Activation": 1.6,
    "Dropout": 1.8,
    "Flatten": 0.7,
}


def dense(c: Chooser, units: int, function: Any = None, shape: Shape = ()) -> LayerSpec:
    """Return a `Dense` layer with random options.

    Args:
        c: where the choices come from.
        units: number of outputs.
        function: the activation; drawn if None and `shape` is given.
        shape: of one input, where the activation is to be drawn.
    """
    kwargs: dict[str, Any] = {"units": units}
    if function is None and shape:
        function = activation(c, (*shape[:-1], units))
    if function is not None:
        kwargs["activation"] = function
    if c.chance(0.15):
        kwargs["use_bias"] = False
    if c.chance(0.6):
        kwargs["kernel_initializer"] = start(c)
    if c.chance(0.3):
        kwargs["bias_initializer"] = start(c, matrix=False)
    if c.chance(0.2):
        kwargs["kernel_regularizer"] = penalty(c, matrix=True)
    if c.chance(0.12):
        kwargs["bias_regularizer"] = penalty(c)
    if c.chance(0.1):
        kwargs["kernel_constraint"] = constraint(c, matrix=True)
    if c.chance(0.06):
        kwargs["bias_constraint"] = constraint(c)
    return "Dense", _common(c, kwargs, frozen=0.08)


def batch_normalization(c: Chooser, shape: Shape) -> LayerSpec:
    """Return a `BatchNormalization` layer with random options."""
    kwargs: dict[str, Any] = draw_kinds.centred(c)
    if len(shape) > 1 and c.chance(0.6):
        kwargs["axis"] = draw_kinds.some_axis(c, shape)
    if c.chance(0.4):
        kwargs["momentum"] = c.pick((0.0, 0.5, 0.9, 1.0, c.real(0.1, 0.999)))
    if c.chance(0.15):
        kwargs["moving_mean_initializer"] = start(c, matrix=False)
    if c.chance(0.15):
        bounds = {"minval": 0.4, "maxval": 1.9, "seed": c.whole(0, 999)}
        kwargs["moving_variance_initializer"] = Obj("initializers.RandomUniform", bounds)
    return "BatchNormalization", _common(c, kwargs, frozen=0.15)


def dropout(c: Chooser, shape: Shape) -> LayerSpec:
    """Return a `Dropout` layer with random options."""
    rate = c.pick((0.0, 0.1, 0.25, 0.5, 0.9, 1.0, c.real(0.05, 0.8), c.real(0.05, 0.8)))
    kwargs: dict[str, Any] = {"rate": rate}
    if c.chance(0.3):
        kwargs["noise_shape"] = (None, *(c.pick((None, 1, size)) for size in shape))
    if c.chance(0.3):
        kwargs["seed"] = None
    return "Dropout", _common(c, kwargs)


def _common(c: Chooser, kwargs: dict[str, Any], frozen: float = 0.0) -> dict[str, Any]:
    """Add what every layer may have."""
    if c.chance(0.06):
        kwargs["activity_regularizer"] = penalty(c)
    if c.chance(frozen):
        kwargs["trainable"] = False
    return kwargs


def hidden_layer(c: Chooser, shape: Shape) -> LayerSpec:
    """Return one random layer for samples of this shape."""
    kind = c.weigh({**KINDS, "another": 24.0 if len(shape) == 3 else 4.0})
    if kind == "another":
        found = draw_kinds.another_layer(c, c.weigh(_other_kinds(shape)), shape)
        if found is not None and found[0] not in draw_kinds.BARE:
            found = found[0], _common(c, found[1], frozen=0.08)
        if found is not None:
            return found
        kind = "Dense"
    if kind == "Dense":
        return dense(c, width(c), shape=shape)
    if kind == "BatchNormalization":
        return batch_normalization(c, shape)
    if kind == "Dropout":
        return dropout(c, shape)
    if kind == "Flatten":
        return "Flatten", _common(c, {})
    return "Activation", _common(c, {"activation": activation(c, shape) or "linear"})


def _other_kinds(shape: Shape) -> dict[str, float]:
    """Return the kinds that may fit samples of this shape, by their weights; images first."""
    return {
        kind: 4.0 * weight if kind in IMAGE_LAYERS else weight
        for kind, (weight, _) in draw_kinds.KINDS.items()
        if _may_fit(kind, shape)
    }


def _may_fit(kind: str, shape: Shape) -> bool:
    """Tell whether a layer of this kind works on samples of as many axes."""
    rank = {"SpatialDropout1D": 2, "RepeatVector": 1, **dict.fromkeys(IMAGE_LAYERS, 3)}.get(kind)
    return rank in (None, len(shape))


def width(c: Chooser) -> int:
    """Return a random number of units, sometimes one, sometimes past a vector register."""
    return c.weigh({1: 1.0, 2: 1.0, c.whole(3, 8): 6.0, c.whole(9, 40): 2.0})


def body(c: Chooser, input_shape: Shape) -> tuple[list[LayerSpec], Shape]:
    """Return the layers in front of the head, and the shape behind them."""
    layers: list[LayerSpec] = []
    shape = input_shape
    for _ in range(c.weigh({0: 1, 1: 2, 2: 3, 3: 3, 4: 2, 5: 1})):
        layer = hidden_layer(c, shape)
        behind = after_layer([shape], layer)
        if behind is not None:
            layers.append(layer)
            shape = behind
    if len(shape) > 1 and c.chance(0.75):
        layers.append(("Flatten", {}))
        behind = after_layer([shape], layers[-1])
        assert behind is not None
        shape = behind
    return layers, shape
