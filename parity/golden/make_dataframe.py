"""Record what Keras's `flow_from_dataframe` gives: tests/golden/dataframe.npz.

The pictures are those of tests/golden/data.npz.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras.src.legacy.preprocessing import image as legacy

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden"
FILES = [
    *("dogs/y.bmp", "cats/3.png", "cats/none.png", "dogs/d2.png", "eels/gray.png", "cats/0.png"),
    *("eels/notes.txt", "dogs/deeper/x.PNG", "cats/5.png", "eels/clear.png", "dogs/d0.png"),
]
KINDS = [name.partition("/")[0] for name in FILES]
TABLE: dict[str, list[Any]] = {
    "filename": FILES,
    "class": KINDS,
    "pet": ["yes" if kind != "eels" else "no" for kind in KINDS],
    "tags": [[kind, "dark"] if i % 3 else kind for i, kind in enumerate(KINDS)],
    "weight": [i / 4 for i in range(len(FILES))],
    "height": [10 * i for i in range(len(FILES))],
    "width": [i / 3 for i in range(len(FILES))],
}
CASES: list[dict[str, Any]] = [
    {},
    {"shuffle": False, "weight_col": "weight"},
    {"class_mode": "sparse", "classes": ["eels", "dogs", "eels"]},
    {"class_mode": "binary", "y_col": "pet"},
    {"class_mode": "binary", "classes": ["dogs", "cats"], "shuffle": False},
    {"y_col": "tags"},
    {"y_col": "tags", "classes": ["dark", "eels"], "shuffle": False},
    {"class_mode": "raw", "y_col": "height", "weight_col": "weight"},
    {"class_mode": "raw", "y_col": ["height", "width"], "shuffle": False},
    {"class_mode": "multi_output", "y_col": ["height", "width", "class"]},
    {"class_mode": "input", "color_mode": "grayscale"},
    {"class_mode": None},
    {"subset": "training", "weight_col": "weight"},
    {"subset": "validation", "class_mode": "raw", "y_col": "width"},
    {"subset": "validation", "class_mode": "sparse", "shuffle": False},
    {"color_mode": "rgba", "interpolation": "bilinear"},
]


def parts_of(batch: Any) -> list[np.ndarray]:
    """Return images, targets (several of them one after the other) and weights."""
    found = []
    for part in batch if isinstance(batch, tuple) else (batch,):
        found += [np.asarray(p) for p in (part if isinstance(part, list) else [part])]
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    pictures = np.load(GOLDEN / "data.npz")
    found: dict[str, np.ndarray] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in pictures.files:
            if name.startswith("file/"):
                path = Path(folder, name.removeprefix("file/"))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(pictures[name].tobytes())
        generator = legacy.ImageDataGenerator(
            validation_split=0.3, rescale=1 / 255, horizontal_flip=True
        )
        for number, options in enumerate(CASES):
            flow = generator.flow_from_dataframe(
                pd.DataFrame(TABLE), folder, target_size=(4, 5), batch_size=4, seed=3, **options
            )
            found[f"{number}/files"] = np.array(flow.filenames)
            for i in range(4):
                for part, array in enumerate(parts_of(next(flow))):
                    found[f"{number}/{i}/{part}"] = (
                        array.astype("U") if array.dtype == "O" else array
                    )
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
            "pandas": pd.__version__,
        },
        "table": TABLE,
        "cases": CASES,
    }
    np.savez_compressed(GOLDEN / "dataframe.npz", about=np.array(json.dumps(about)), **found)


if __name__ == "__main__":
    main()
