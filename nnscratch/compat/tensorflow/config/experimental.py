"""`tf.config.experimental`: the older home of names of `tf.config`."""

from typing import Any

from nnscratch.compat.tensorflow.config import (
    list_logical_devices,
    list_physical_devices,
    set_visible_devices,
)

__all__ = [
    "list_logical_devices",
    "list_physical_devices",
    "set_memory_growth",
    "set_visible_devices",
]


def set_memory_growth(device: Any, enable: bool) -> None:
    """Do nothing: memory is taken as it is needed."""
