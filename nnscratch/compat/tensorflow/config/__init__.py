"""`tf.config`: one processor, no graphics card, nothing to set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "PhysicalDevice",
    "list_logical_devices",
    "list_physical_devices",
    "run_functions_eagerly",
    "set_visible_devices",
]


@dataclass(frozen=True)
class PhysicalDevice:
    """A device that can compute."""

    name: str
    device_type: str


_CPU = PhysicalDevice("/physical_device:CPU:0", "CPU")


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """Return the devices of a type: the processor, and never a graphics card.

    >>> list_physical_devices("GPU")
    []
    """
    return [_CPU] if device_type in (None, "CPU") else []


list_logical_devices = list_physical_devices


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Do nothing: there is one device."""


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Do nothing: functions always run eagerly."""
