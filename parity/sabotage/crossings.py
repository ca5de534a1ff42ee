"""Sabotages of what crosses over in files and in memory: arguments, weights, slots, streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from parity.sabotage.table import Change, around, module, sabotage

STATE, BRIDGE = module("saving.state"), module("saving.bridge")
LAYERS = module("layers")


def _without(layer: Any, argument: str) -> Change:
    names = tuple(name for name in layer.config_names if name != argument)
    return Change(layer, "config_names", names)


def _leaving(ending: str) -> Callable[[Any], Any]:
    """Return what keeps variables with this ending from being read."""

    def wrapper(original: Any) -> Any:
        def assign(found: Any) -> None:
            original([(v, array) for v, array in found if not v.name.endswith(ending)])

        return assign

    return wrapper


@sabotage(
    "biases-left-in-the-file",
    *("saved-noise-shapes-weights.h5", "saved-noise-h5", "saved-shapes-h5"),
    *("saved-image-*-weights.h5", "saved-own-model-keras"),
    dtypes=("float32",),
)
def biases_left() -> Sequence[Change]:
    """Biases stay as they are when weights are read."""
    return [around(STATE, "assign", _leaving("bias"))]


@sabotage(
    "streams-left-behind",
    *("saved-noise-shapes-memory", "saved-image-*-memory"),
    dtypes=("float32",),
)
def streams_left() -> Sequence[Change]:
    """Streams of noise begin anew in a model that is carried over in memory."""
    return [Change(BRIDGE, "_streams", lambda model: iter(()))]


@sabotage("streams-inside-left-behind", "saved-own-noise-memory", dtypes=("float32",))
def streams_inside_left() -> Sequence[Change]:
    """Only the streams of a model's own layers go along, not those of layers inside of layers."""

    def streams(model: Any) -> Any:
        found = (getattr(layer, "seed_generator", None) for layer in model.layers)
        return iter([stream for stream in found if stream is not None])

    return [Change(BRIDGE, "_streams", streams)]


@sabotage(
    "noise-shape-unsaved",
    *("saved-noise-shapes-keras", "saved-noise-shapes-h5"),
    dtypes=("float32",),
)
def noise_shape_unsaved() -> Sequence[Change]:
    """The configuration of Dropout and AlphaDropout is without `noise_shape`."""
    return [_without(LAYERS.Dropout, "noise_shape"), _without(LAYERS.AlphaDropout, "noise_shape")]


@sabotage(
    "flip-mode-unsaved",
    *("saved-image-moves-keras", "saved-image-moves-h5"),
    *("saved-image-colors-keras", "saved-image-colors-h5"),
    dtypes=("float32",),
)
def flip_mode_unsaved() -> Sequence[Change]:
    """The configuration of RandomFlip is without `mode`."""
    return [_without(LAYERS.RandomFlip, "mode")]


@sabotage("crop-seed-unsaved", "saved-image-crop-keras", "saved-image-crop-h5", dtypes=("float32",))
def crop_seed_unsaved() -> Sequence[Change]:
    """The configuration of RandomCrop is without `seed`."""
    return [_without(LAYERS.RandomCrop, "seed")]


@sabotage(
    "product-not-made-up",
    *("saved-optimizer-loss-scale-nadam", "saved-optimizer-loss-scale-everything"),
    dtypes=("float32",),
)
def product_not_made_up() -> Sequence[Change]:
    """A Nadam loaded within another optimizer begins its product of momenta anew."""
    return [Change(module("optimizers.nadam").Nadam, "_make_up_product", lambda self: None)]


@sabotage("accumulators-left-in-the-file", "saved-optimizer-*-everything", dtypes=("float32",))
def accumulators_left() -> Sequence[Change]:
    """The gradients gathered so far stay as they are when a file is read."""
    return [around(STATE, "assign", _leaving("gradient_accumulator"))]


@sabotage("own-arguments-lost", "saved-own-parts-*", dtypes=("float32",))
def own_arguments_lost() -> Sequence[Change]:
    """Regularizers and constraints of one's own come back with their defaults."""

    def wrapper(original: Any) -> Any:
        def deserialize(config: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(config, dict) and config.get("registered_name"):
                config = {**config, "config": {}}
            return original(config, *args, **kwargs)

        return deserialize

    places = (module("regularizers.lookup"), module("constraints"))
    return [around(place, "deserialize_object", wrapper) for place in places]
