"""`tf.compat.v1.logging`: how much TensorFlow says; nnscratch says nothing there."""

from __future__ import annotations

import logging

DEBUG = logging.DEBUG
INFO = logging.INFO
WARN = logging.WARNING
ERROR = logging.ERROR
FATAL = logging.CRITICAL

__all__ = ["DEBUG", "ERROR", "FATAL", "INFO", "WARN", "set_verbosity"]


def set_verbosity(level: int) -> None:
    """Set the level of TensorFlow's logger."""
    logging.getLogger("tensorflow").setLevel(level)
