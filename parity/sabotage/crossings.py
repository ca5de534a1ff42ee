"""Sabotages of what crosses over in files and in memory: arguments, weights, slots, streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from parity.sabotage.table import Change, around, module, sabotage

STATE, LEGACY, BRIDGE = module("saving.state"), module("saving.legacy"), module("saving.bridge")
LAYERS = module("layers")


def _without(layer: Any, argument: str) -> Change:
    names = tuple(name for name in layer.config_names if name != argument)
    return Change(layer, "config_names", names)


@sabotage(
    "biases-left-in-the-file",
    *("saved-noise-shapes-weights.h5", "saved-noise-h5", "saved-shapes-h5"),
    *("saved-image-*-weights.h5", "saved-own-model-keras"),
    dtypes=("float32",),
)
def biases_left() -> Sequence[Change]:
    """Whatever is named `bias` stays as it is when weights are read."""

    def wrapper(original: Any) -> Any:
        def assign(found: Any) -> None:
            original([(variable, array) for variable, array in found if variable.name != "bias"])

        return assign

    return [around(STATE, "assign", wrapper)]


@sabotage(
    "streams-left-behind",
    *("saved-noise-shapes-memory", "saved-image-*-memory"),
    dtypes=("float32",),
)
def streams_left() -> Sequence[Change]:
    """Streams of noise begin anew in a model that is carried over in memory."""
    return [Change(BRIDGE, "_streams", lambda model: iter(()))]


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


@sabotage("accumulators-emptied", "saved-optimizer-*-everything", dtypes=("float32",))
def accumulators_emptied() -> Sequence[Change]:
    """The old format has zeros for the gradients gathered so far."""

    def wrapper(original: Any) -> Any:
        def write(group: Any, variables: Any) -> None:
            original(group, variables)
            for variable in variables:
                if variable.name.endswith("gradient_accumulator"):
                    group[variable.path][...] = 0

        return write

    return [around(LEGACY, "_write_arrays", wrapper)]


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
