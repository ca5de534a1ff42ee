"""Record what Keras's to_categorical and normalize return; writes tests/golden/utils.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "utils.json"

LABELS: list[tuple[Any, str, int | None]] = [
    ([0, 1, 2, 3], "int64", None),
    ([0, 1, 2, 3], "uint8", 6),
    ([3.0, 0.0], "float32", None),
    ([True, False], "bool", None),
    ([[1], [2], [0]], "int32", None),
    ([[1, 2], [0, 1]], "int64", None),
    ([[[1], [2]]], "int64", 4),
    ([[1]], "int64", None),
    ([1], "int64", 3),
    (2, "int64", None),
    ([], "int64", 3),
    ([0, 1], "int64", 0),
    ([[2, 0, 1]], "int64", None),
]

ARRAYS: list[tuple[Any, str, dict[str, Any]]] = [
    ([[3, 4], [0, 0]], "float64", {}),
    ([[3, 4], [0, 5]], "int64", {}),
    ([[3, 4], [1, 2]], "float32", {}),
    ([3, 4], "float64", {}),
    ([3, 4], "float64", {"axis": 0}),
    ([[3, -4], [0, 0]], "float64", {"order": 1}),
    ([[3, -4], [1, 7]], "float64", {"order": float("inf")}),
    ([[3, -4], [1, 7]], "float64", {"order": 3}),
    ([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "float32", {"axis": 1}),
    ([[[1, 2], [3, 4]], [[5, 6], [7, 8]]], "float32", {"axis": -2}),
    ([[1, 2], [3, 4]], "float64", {"axis": None}),
]


def answer(array: np.ndarray) -> dict[str, Any]:
    return {"shape": list(array.shape), "dtype": str(array.dtype), "values": array.tolist()}


def main() -> None:
    golden = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "to_categorical": [
            {
                "x": x,
                "dtype": dtype,
                "num_classes": classes,
                "out": answer(keras.utils.to_categorical(np.array(x, dtype), classes)),
            }
            for x, dtype, classes in LABELS
        ],
        "normalize": [
            {
                "x": x,
                "dtype": dtype,
                "options": options,
                "out": answer(keras.utils.normalize(np.array(x, dtype), **options)),
            }
            for x, dtype, options in ARRAYS
        ],
    }
    GOLDEN.write_text(json.dumps(golden), encoding="utf-8")


if __name__ == "__main__":
    main()
