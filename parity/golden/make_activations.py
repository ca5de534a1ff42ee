"""Record Keras's activations and TensorFlow's gradients; writes tests/golden/activations.npz."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import activations as A  # noqa: N812

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "activations.npz"

ELEMENTWISE: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("relu", {}),
    "relu_slope": ("relu", {"negative_slope": 0.1}),
    "relu_max": ("relu", {"max_value": 0.3}),
    "relu_max6": ("relu", {"max_value": 6.0}),
    "relu_threshold": ("relu", {"threshold": 0.3}),
    "relu_threshold_negative": ("relu", {"threshold": -1.0, "max_value": 3.0}),
    "relu_slope_max": ("relu", {"negative_slope": 0.1, "max_value": 3.0}),
    "relu_slope_max6": ("relu", {"negative_slope": 0.1, "max_value": 6.0}),
    "relu_all": ("relu", {"negative_slope": 0.1, "max_value": 3.0, "threshold": 0.3}),
    "leaky_relu": ("leaky_relu", {}),
    "leaky_relu_steep": ("leaky_relu", {"negative_slope": 1.7}),
    "leaky_relu_negative": ("leaky_relu", {"negative_slope": -0.3}),
    "relu6": ("relu6", {}),
    "celu": ("celu", {}),
    "celu_alpha": ("celu", {"alpha": 0.3}),
    "elu": ("elu", {}),
    "elu_alpha": ("elu", {"alpha": 0.3}),
    "selu": ("selu", {}),
    "softplus": ("softplus", {}),
    "softsign": ("softsign", {}),
    "squareplus": ("squareplus", {}),
    "squareplus_b": ("squareplus", {"b": 0.1}),
    "soft_shrink": ("soft_shrink", {}),
    "soft_shrink_threshold": ("soft_shrink", {"threshold": 0.3}),
    "hard_shrink": ("hard_shrink", {}),
    "hard_shrink_threshold": ("hard_shrink", {"threshold": 0.3}),
    "threshold": ("threshold", {"threshold": 0.3, "default_value": 0.1}),
    "sparse_plus": ("sparse_plus", {}),
    "silu": ("silu", {}),
    "gelu": ("gelu", {}),
    "gelu_approximate": ("gelu", {"approximate": True}),
    "tanh": ("tanh", {}),
    "tanh_shrink": ("tanh_shrink", {}),
    "sigmoid": ("sigmoid", {}),
    "sparse_sigmoid": ("sparse_sigmoid", {}),
    "log_sigmoid": ("log_sigmoid", {}),
    "exponential": ("exponential", {}),
    "hard_sigmoid": ("hard_sigmoid", {}),
    "hard_silu": ("hard_silu", {}),
    "hard_tanh": ("hard_tanh", {}),
    "mish": ("mish", {}),
    "linear": ("linear", {}),
}
ALONG_AXIS: dict[str, tuple[str, dict[str, Any]]] = {
    "softmax": ("softmax", {}),
    "softmax_axis0": ("softmax", {"axis": 0}),
    "softmax_axis1": ("softmax", {"axis": 1}),
    "softmax_axes": ("softmax", {"axis": (0, 2)}),
    "softmax_all": ("softmax", {"axis": None}),
    "log_softmax": ("log_softmax", {}),
    "log_softmax_axis0": ("log_softmax", {"axis": 0}),
    "log_softmax_axes": ("log_softmax", {"axis": (0, 2)}),
    "log_softmax_all": ("log_softmax", {"axis": None}),
    "sparsemax": ("sparsemax", {}),
    "sparsemax_axis1": ("sparsemax", {"axis": 1}),
    "glu": ("glu", {}),
    "glu_axis1": ("glu", {"axis": 1}),
}

LAST_AXIS: dict[str, tuple[str, dict[str, Any]]] = {
    f"{name}_rows": (name, {}) for name in ("softmax", "log_softmax", "sparsemax", "glu")
}

KINKS = [0.0, 0.1, 0.3, 0.5, 1.0, 3.0, 6.0, 0.25, 2.0, 2.7]
EXTREMES = [1e-320, 1e-40, 1e-38, 1e-12, 1e-5, 4.5, 9.5, 14.0, 18.0, 30.0, 70.0, 1e2, 7e2, 1e4]


def line(rng: np.random.Generator, dtype: str) -> np.ndarray:
    """Random values, every edge of a piecewise function, and extremes of both signs."""
    edges = np.array([*KINKS, *(float(np.float32(k)) for k in KINKS), *EXTREMES])
    return np.concatenate([3.0 * rng.normal(size=40), edges, -edges]).astype(dtype)


def block(rng: np.random.Generator, dtype: str) -> np.ndarray:
    """Values of ordinary size, spread out and close together, for functions along any axis."""
    z = 2.0 * rng.normal(size=(4, 6, 4))
    z[1] *= 0.2
    z[3] += 2.0
    return z.astype(dtype)


def rows(rng: np.random.Generator, dtype: str) -> np.ndarray:
    """Rows with ties, large shifts and extremes, for functions along the last axis."""
    z = rng.normal(size=(8, 4))
    z[0] = 0.0
    z[1] = [1.0, 1.0, 0.0, -1.0]
    z[2] = [1e4, -1e4, 0.0, 1e4]
    z[3] = [-1e4, -1e4, -1e4, -1.0001e4]
    z[4] = [100.0, 0.0, -100.0, 3.0]
    z[5] += 50.0
    z[6] = [0.0, -0.0, 1e-40, -1e-320]
    return z.astype(dtype)


def sparsemax(z: tf.Tensor, axis: int = -1) -> tf.Tensor:
    """The projection by its definition; Keras 3.15.1 sums over the wrong array (issue 23425)."""
    z -= tf.stop_gradient(tf.reduce_max(z, axis=axis, keepdims=True))
    ordered = tf.sort(z, direction="DESCENDING", axis=axis)
    shape = [1] * len(z.shape)
    shape[axis] = -1
    ranks = tf.reshape(tf.range(1, z.shape[axis] + 1, dtype=z.dtype), shape)
    inside = 1 + ranks * ordered > tf.cumsum(ordered, axis=axis)
    size = tf.reduce_sum(tf.cast(inside, z.dtype), axis=axis, keepdims=True)
    total = tf.reduce_sum(tf.where(inside, ordered, 0.0), axis=axis, keepdims=True)
    return tf.nn.relu(z - (total - 1) / size)


def record(name: str, parameters: dict[str, Any], z: np.ndarray, seed: int) -> dict[str, Any]:
    function = sparsemax if name == "sparsemax" else getattr(A, name)
    tensor = tf.constant(z)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        a = function(tensor, **parameters)
    da = np.random.default_rng(seed).uniform(0.5, 2.0, size=a.shape).astype(z.dtype)
    dz = tape.gradient(a, tensor, output_gradients=tf.constant(da))
    return {"a": a.numpy(), "dz": dz.numpy(), "da": da}


def main() -> None:
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    kinds = {"line": ELEMENTWISE, "block": ALONG_AXIS, "rows": LAST_AXIS}
    arrays: dict[str, Any] = {"versions": json.dumps(versions), "cases": json.dumps(kinds)}
    for dtype in ("float32", "float64"):
        for kind, make in (("line", line), ("block", block), ("rows", rows)):
            z = make(np.random.default_rng(1), dtype)
            arrays[f"{kind}/{dtype}/z"] = z
            for case, (name, parameters) in kinds[kind].items():
                recorded = record(name, parameters, z, seed=3)
                arrays[f"{case}/{dtype}/a"] = recorded["a"]
                arrays[f"{case}/{dtype}/dz"] = recorded["dz"]
                whose = case if name == "glu" else kind
                arrays[f"{whose}/{dtype}/da"] = recorded["da"]
    np.savez_compressed(GOLDEN, **arrays)


if __name__ == "__main__":
    main()
