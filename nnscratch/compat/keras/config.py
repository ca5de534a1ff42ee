"""Settings of `keras.config` that have one value only in nnscratch."""

from __future__ import annotations

from nnscratch.utils import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)

__all__ = [
    "backend",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
]


def backend() -> str:
    """Return what computes.

    >>> backend()
    'numpy'
    """
    return "numpy"


def enable_traceback_filtering() -> None:
    """Do nothing: tracebacks hold no lines that are worth hiding."""


def disable_traceback_filtering() -> None:
    """Do nothing: tracebacks are never filtered."""


def is_traceback_filtering_enabled() -> bool:
    """Return False: tracebacks are never filtered.

    >>> is_traceback_filtering_enabled()
    False
    """
    return False
