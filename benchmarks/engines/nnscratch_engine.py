"""This package, through its public API."""

from __future__ import annotations

from typing import Any

import numpy as np

import nnscratch
from benchmarks.engines import Go, keras_like
from benchmarks.workloads import Array, Workload


def prepare(workload: Workload, x: Array, y: Array, **options: Any) -> Go:
    """Return the measured go."""
    go, _ = keras_like.prepare(nnscratch, workload, x, y, **options)
    return go


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    return {"nnscratch": nnscratch.__version__, "numpy": np.__version__}
