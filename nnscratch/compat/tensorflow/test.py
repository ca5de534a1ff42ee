"""`tf.test`: questions about graphics cards."""

from __future__ import annotations

from typing import Any

__all__ = ["gpu_device_name", "is_built_with_cuda", "is_gpu_available"]


def is_gpu_available(*args: Any, **kwargs: Any) -> bool:
    """Tell that there is none that is used."""
    return False


def is_built_with_cuda() -> bool:
    """Tell that there is no code for graphics cards."""
    return False


def gpu_device_name() -> str:
    """Return the name of no device."""
    return ""
