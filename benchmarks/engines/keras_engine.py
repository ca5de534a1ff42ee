"""Keras on TensorFlow, as it comes."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.engines import Go, keras_like
from benchmarks.workloads import Array, Workload

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def prepare(workload: Workload, x: Array, y: Array, **options: Any) -> Go:
    """Return the measured go."""
    import keras

    go, _ = keras_like.prepare(keras, workload, x, y, **options)
    return go


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    import keras
    import tensorflow

    return {"keras": keras.__version__, "tensorflow": tensorflow.__version__}
