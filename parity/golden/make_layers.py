"""Record layers' outputs and gradients from Keras on TensorFlow: tests/golden/layers.npz."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parent))
from layer_cases import all_cases

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "layers.npz"
DTYPES = ("float32", "float64")


def inputs(case: dict[str, Any], rng: np.random.Generator) -> list[np.ndarray]:
    arrays = []
    for shape in case["shapes"]:
        x = 2.0 * rng.normal(size=shape)
        if case["values"] == "ties":
            x = np.round(x)
        elif case["values"] == "offset":
            x += 30.0
        elif case["values"] == "zero_row":
            x[1] = 0.0
        arrays.append(x.astype("float32"))
    return arrays


def run(case: dict[str, Any], number: int, dtype: str) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(number)
    layer = getattr(keras.layers, case["class"])(dtype=dtype, **case["options"])
    x = [tf.constant(a, dtype=dtype) for a in inputs(case, rng)]
    given = x if len(x) > 1 else x[0]
    shape = layer(given).shape
    for weight in layer.trainable_weights:
        weight.assign(rng.normal(size=weight.shape).astype("float32"))
    dy = rng.normal(size=shape).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(given)
        total = tf.reduce_sum(y * tf.constant(dy, dtype=dtype))
    trained = [w.value for w in layer.trainable_weights]
    dx, dw = tape.gradient(total, [x, trained])
    found = {"y": y.numpy()}
    found |= {f"dx{i}": d.numpy() for i, d in enumerate(dx)}
    found |= {f"dw{i}": d.numpy() for i, d in enumerate(dw)}
    if dtype == DTYPES[0]:
        found |= {f"x{i}": a.numpy() for i, a in enumerate(x)}
        found |= {f"w{i}": w.numpy() for i, w in enumerate(layer.trainable_weights)}
        found["dy"] = dy
    return found


def adapted() -> dict[str, np.ndarray]:
    """Return statistics that `Normalization.adapt` learns from an array and from batches."""
    data = np.random.default_rng(5).normal(3.0, 2.0, size=(7, 2, 3)).astype("float32")
    found = {"adapt/data": data}
    for name, axis in (("last", -1), ("none", None), ("both", (1, 2))):
        for how, given in (("array", data), ("batches", [data[:4], data[4:]])):
            layer = keras.layers.Normalization(axis=axis)
            layer.adapt(given)
            found[f"adapt/{name}/{how}/mean"] = layer.adapt_mean.numpy()
            found[f"adapt/{name}/{how}/variance"] = layer.adapt_variance.numpy()
    return found


def main() -> None:
    cases = all_cases()
    arrays = adapted()
    for number, case in enumerate(cases):
        for dtype in DTYPES:
            for name, array in run(case, number, dtype).items():
                shared = name in ("dy",) or name[0] in "xw"
                arrays[f"{number}/{name}" if shared else f"{number}/{dtype}/{name}"] = array
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "cases": cases,
    }
    np.savez_compressed(GOLDEN, about=np.array(json.dumps(about)), **arrays)


if __name__ == "__main__":
    main()
