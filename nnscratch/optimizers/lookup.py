"""Optimizers by name, to dictionaries and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.optimizers.adadelta import Adadelta
from nnscratch.optimizers.adafactor import Adafactor
from nnscratch.optimizers.adagrad import Adagrad
from nnscratch.optimizers.adam import Adam
from nnscratch.optimizers.adamax import Adamax
from nnscratch.optimizers.adamw import AdamW
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.ftrl import Ftrl
from nnscratch.optimizers.lamb import Lamb
from nnscratch.optimizers.lion import Lion
from nnscratch.optimizers.loss_scale_optimizer import LossScaleOptimizer
from nnscratch.optimizers.muon import Muon
from nnscratch.optimizers.nadam import Nadam
from nnscratch.optimizers.rmsprop import RMSprop
from nnscratch.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from nnscratch.optimizers.sgd import SGD
from nnscratch.serialization import (
    custom_object_scope,
    deserialize_object,
    publish,
    serialize_object,
)

MODULE = "keras.optimizers"
CLASSES: dict[str, type[Optimizer]] = {
    cls.__name__: cls
    for cls in (
        Adadelta,
        Adafactor,
        Adagrad,
        Adam,
        AdamW,
        Adamax,
        Ftrl,
        Lamb,
        Lion,
        LossScaleOptimizer,
        Muon,
        Nadam,
        Optimizer,
        RMSprop,
        SGD,
        ScheduleFreeAdamW,
    )
}
"""The built-in optimizers by name."""

publish(MODULE, CLASSES)


def get(identifier: Any) -> Optimizer | None:
    """Return the optimizer that `identifier` stands for.

    Args:
        identifier: a name in any case (`"adam"`, `"Adam"`), a dictionary with `class_name` and
            `config`, an optimizer, or None, which gives None.

    Raises:
        ValueError: an unknown name, with the nearest one that exists, or another kind of object.

    >>> type(get("rmsprop")).__name__, round(float(get("SGD").learning_rate), 6)
    ('RMSprop', 0.01)
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, (str, Mapping)):
        return deserialize(identifier)
    hint = (
        f" Write {identifier.__name__}(…), an object of the class."
        if isinstance(identifier, type)
        else ""
    )
    raise ValueError(
        "An optimizer is a name, a dictionary with 'class_name' and 'config', or an Optimizer "
        f"object. Received: {identifier!r}.{hint}"
    )


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """Return the dictionary that describes an optimizer, as Keras writes it into a file.

    Args:
        optimizer: the optimizer; its state is not part of the description.

    >>> serialize(SGD(0.5))["class_name"]
    'SGD'
    """
    return serialize_object(optimizer)


def deserialize(
    config: str | Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Optimizer:
    """Make the optimizer that a dictionary (or a name) describes.

    Args:
        config: what `serialize` returned.
        custom_objects: your own classes by name.

    Raises:
        ValueError: nothing has this name.

    >>> float(deserialize({"class_name": "sgd", "config": {"learning_rate": 0.5}}).learning_rate)
    0.5
    """
    if isinstance(config, str):
        config = {"class_name": config, "config": {}}
    if "class_name" not in config:
        raise ValueError(f"An optimizer's dictionary has a 'class_name'. Received: {dict(config)}")
    in_any_case = {name.lower(): name for name in CLASSES}
    name = in_any_case.get(str(config["class_name"]).lower(), config["class_name"])
    with custom_object_scope(custom_objects or {}):  # a schedule within may be custom too
        made = deserialize_object({**config, "class_name": name}, MODULE)
    if not isinstance(made, Optimizer):
        raise unknown_name("optimizer", config["class_name"], CLASSES)
    return made
