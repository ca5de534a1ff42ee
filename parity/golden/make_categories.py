"""Record CategoryEncoding and Discretization of Keras; writes tests/golden/categories.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "categories.json"

TOKENS: dict[str, Any] = {
    "numbers": [3, 2, 0, 1],
    "column": [[3], [0]],
    "rows": [[0, 1], [0, 0], [1, 2], [3, 1]],
    "deep": [[[0, 1, 3], [2, 2, 0]], [[1, 1, 2], [3, 0, 0]]],
    "deep column": [[[0], [2]], [[1], [3]]],
    "fractions": [[0.7, 1.2], [3.9, 2.0], [-0.5, 0.0]],
    "beyond": [[0, 4], [9, 3]],
    "negative": [[0, -1], [-7, 3]],
}
VALUES: dict[str, Any] = {
    "numbers": [-1.5, 1.0, 3.4, 0.5],
    "column": [[-1.5], [0.0]],
    "rows": [[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.1]],
    "deep": [[[-1.5, 1.0, 0.1], [3.4, 0.5, 0.1]]],
    "whole": [[0, 1, 2], [3, 1, 0]],
    "endless": [[float("nan"), float("inf"), float("-inf")]],
}
MODES = ("one_hot", "multi_hot", "count")
EDGES = [0.1, 1.0, 2.0]


def listed(y: Any) -> dict[str, Any]:
    return {"dtype": y.dtype.name, "values": np.array(y).tolist()}


def encodings() -> list[dict[str, Any]]:
    layer = keras.layers.CategoryEncoding
    return [
        {
            "mode": mode,
            "dtype": dtype,
            "x": x,
            "y": listed(layer(4, mode, dtype=dtype)(np.array(x))),
        }
        for mode in MODES
        for name, x in TOKENS.items()
        for dtype in ("float32", "float64", "int64")
        if name != "negative" or mode == "one_hot"
    ]


def weighted() -> list[dict[str, Any]]:
    rng = np.random.default_rng(3)
    found = []
    for name in ("numbers", "rows", "deep"):
        x = np.array(TOKENS[name])
        w = rng.normal(size=x.shape).astype("float32")
        y = keras.layers.CategoryEncoding(4, output_mode="count")(x, count_weights=w)
        found.append({"x": x.tolist(), "weights": w.tolist(), "y": listed(y)})
    return found


def intervals() -> list[dict[str, Any]]:
    layer = keras.layers.Discretization
    return [
        {
            "mode": mode,
            "dtype": dtype,
            "x": x,
            "y": listed(layer(EDGES, output_mode=mode, dtype=dtype)(np.array(x))),
        }
        for mode in ("int", *MODES)
        for x in VALUES.values()
        for dtype in ("float32", "float64")
    ]


def adapted() -> dict[str, Any]:
    data = np.random.default_rng(0).normal(size=(170, 3)).astype("float32").round(2)
    found = []
    for bins in (1, 2, 4, 7, 20):
        for epsilon in (0.01, 0.1, 0.3):
            for cuts in ((), (3, 100)):
                layer = keras.layers.Discretization(num_bins=bins, epsilon=epsilon)
                layer.adapt(np.split(data, cuts) if cuts else data)
                case = {"num_bins": bins, "epsilon": epsilon, "cuts": cuts}
                found.append({**case, "boundaries": layer.bin_boundaries})
    stopped = keras.layers.Discretization(num_bins=3)
    stopped.adapt(np.split(data, (60, 100)), steps=2)
    few = keras.layers.Discretization(num_bins=6)
    few.adapt(np.array([1.0, 5.0, 2.0]))
    return {
        "data": data.tolist(),
        "cases": found,
        "two of three batches": stopped.bin_boundaries,
        "six bins of 1, 5, 2": few.bin_boundaries,
    }


def main() -> None:
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "edges": EDGES,
        "encodings": encodings(),
        "weighted": weighted(),
        "intervals": intervals(),
        "adapted": adapted(),
    }
    GOLDEN.write_text(json.dumps(about) + "\n")


if __name__ == "__main__":
    main()
