"""Schedules to dictionaries and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnscratch.optimizers.schedules.base import LearningRateSchedule
from nnscratch.serialization import deserialize_object, publish, serialize_object

MODULE = "keras.optimizers.schedules"

publish(MODULE, {"LearningRateSchedule": LearningRateSchedule})


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
