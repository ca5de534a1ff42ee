"""Schedules to dictionaries and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnscratch.optimizers.schedules.base import LearningRateSchedule
from nnscratch.optimizers.schedules.cosine import CosineDecay
from nnscratch.optimizers.schedules.cosine_restarts import CosineDecayRestarts
from nnscratch.optimizers.schedules.exponential import ExponentialDecay
from nnscratch.optimizers.schedules.inverse_time import InverseTimeDecay
from nnscratch.optimizers.schedules.piecewise import PiecewiseConstantDecay
from nnscratch.optimizers.schedules.polynomial import PolynomialDecay
from nnscratch.serialization import deserialize_object, publish, serialize_object

MODULE = "keras.optimizers.schedules"

CLASSES: dict[str, type[LearningRateSchedule]] = {
    cls.__name__: cls
    for cls in (
        LearningRateSchedule,
        CosineDecay,
        CosineDecayRestarts,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}
"""The built-in schedules by name."""

publish(MODULE, CLASSES)


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """Return the dictionary that describes a schedule, as Keras writes it into a file.

    Args:
        learning_rate_schedule: the schedule; it needs `get_config()`.
    """
    return serialize_object(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Make the schedule that a dictionary describes.

    Args:
        config: what `serialize` returned; the entry of a plain function gives that function.
        custom_objects: your own classes and functions by name.

    Raises:
        ValueError: nothing has this name.
    """
    return deserialize_object(config, MODULE, custom_objects)
