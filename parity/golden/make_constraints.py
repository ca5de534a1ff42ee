"""Record Keras's weight constraints; writes tests/golden/constraints.npz."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import constraints

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "constraints.npz"

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "constraint": ("Constraint", {}),
    "max_norm": ("MaxNorm", {}),
    "max_norm_small": ("MaxNorm", {"max_value": 0.3, "axis": 1}),
    "max_norm_axes": ("MaxNorm", {"max_value": 0.7, "axis": [0, 1]}),
    "non_neg": ("NonNeg", {}),
    "unit_norm": ("UnitNorm", {}),
    "unit_norm_axis": ("UnitNorm", {"axis": -1}),
    "min_max_norm": ("MinMaxNorm", {}),
    "min_max_norm_rate": (
        "MinMaxNorm",
        {"min_value": 0.9, "max_value": 1.3, "rate": 0.7, "axis": 1},
    ),
}


def main() -> None:
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    w = np.random.default_rng(6).normal(size=(5, 4))
    w[:, 2] = 0.0
    w[:, 3] *= 1e-6
    w[2] = 0.0
    arrays: dict[str, Any] = {"versions": json.dumps(versions), "cases": json.dumps(CASES)}
    configs = {}
    for case, (name, parameters) in CASES.items():
        constraint = getattr(constraints, name)(**parameters)
        configs[case] = constraints.serialize(constraint)
        for dtype in ("float32", "float64"):
            arrays[f"{dtype}/w"] = w.astype(dtype)
            projected = constraint(tf.constant(w.astype(dtype)))
            arrays[f"{case}/{dtype}"] = np.asarray(projected)
    arrays["configs"] = json.dumps(configs)
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
