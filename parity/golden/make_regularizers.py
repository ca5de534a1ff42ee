"""Record Keras's penalties and their gradients; writes tests/golden/regularizers.npz."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import regularizers

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "regularizers.npz"

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "l1": ("L1", {}),
    "l1_factor": ("L1", {"l1": 0.3}),
    "l2": ("L2", {}),
    "l2_factor": ("L2", {"l2": 0.3}),
    "l1l2": ("L1L2", {"l1": 0.1, "l2": 0.2}),
    "l1l2_none": ("L1L2", {}),
    "l1l2_only_l2": ("L1L2", {"l2": 0.2}),
    "orthogonal": ("OrthogonalRegularizer", {}),
    "orthogonal_columns": ("OrthogonalRegularizer", {"factor": 0.7, "mode": "columns"}),
}


def main() -> None:
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    rng = np.random.default_rng(5)
    w = rng.normal(size=(5, 4))
    w[1, 2], w[3, 0], w[4, 3] = 0.0, -0.0, 1e4
    arrays: dict[str, Any] = {"versions": json.dumps(versions), "cases": json.dumps(CASES)}
    configs = {}
    for case, (name, parameters) in CASES.items():
        regularizer = getattr(regularizers, name)(**parameters)
        configs[case] = regularizers.serialize(regularizer)
        for dtype in ("float32", "float64"):
            arrays[f"{dtype}/w"] = w.astype(dtype)
            if name == "OrthogonalRegularizer":  # its factor is a float32 tensor that cannot meet
                regularizer.factor = tf.cast(regularizer.factor, dtype)  # float64 otherwise
            tensor = tf.constant(w.astype(dtype))
            with tf.GradientTape() as tape:
                tape.watch(tensor)
                penalty = 3.0 * regularizer(tensor)
            gradient = tape.gradient(penalty, tensor)
            arrays[f"{case}/{dtype}/penalty"] = penalty.numpy()
            arrays[f"{case}/{dtype}/gradient"] = (
                np.zeros_like(w, dtype) if gradient is None else gradient.numpy()
            )
    arrays["configs"] = json.dumps(configs)
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
