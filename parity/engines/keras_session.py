"""Keras and TensorFlow as the suite wants them: quiet, on the CPU, with fixed settings."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any


def load_keras() -> tuple[Any, Any]:
    """Import Keras and TensorFlow quietly and with fixed settings.

    Raises:
        ModuleNotFoundError: the parity extra is not installed.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # TensorFlow's default on x86, said aloud
    with quiet_stderr():
        import tensorflow as tf

        tf.get_logger().setLevel("ERROR")
        import keras

        tf.constant(0.0)  # the CPU device announces itself on first use
    return keras, tf


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Hold back what native code writes to stderr; show it if the block raises."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def set_float_type(keras: Any, dtype: str) -> None:
    """Make a float type the default of everything built from now on."""
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    keras.utils.clear_session(free_memory=False)
