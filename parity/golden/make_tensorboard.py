"""Record what Keras's TensorBoard callback writes; makes tests/golden/tensorboard.json."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "tensorboard.json"

CASES: dict[str, dict[str, Any]] = {
    "epoch": {},
    "batch": {"update_freq": "batch"},
    "every second batch": {"update_freq": 2},
    "every fifth batch": {"update_freq": 5},
    "histograms": {"histogram_freq": 2},
    "images": {"histogram_freq": 1, "write_images": True},
    "no graph": {"write_graph": False},
}
ROWS = 10


def model() -> keras.Model:
    net = keras.Sequential(
        [
            keras.Input((3,), name="x"),
            keras.layers.Dense(4, activation="tanh", name="hidden"),
            keras.layers.Dense(1, name="out"),
        ],
        name="net",
    )
    net.set_weights(
        [np.linspace(-1, 2, v.value.numpy().size).reshape(v.shape) for v in net.weights]
    )
    net.compile(keras.optimizers.SGD(0.125), "mse", metrics=["mae"])
    return net


def data() -> tuple[Any, Any]:
    x = np.linspace(-1, 1, ROWS * 3, dtype="float32").reshape(ROWS, 3)
    return x, x.sum(axis=1, keepdims=True)


def read(folder: Path) -> dict[str, Any]:
    """Return tag -> [plugin, steps, values] of each run."""
    runs: dict[str, Any] = {}
    for run in sorted(p for p in folder.rglob("*") if p.is_dir()):
        events = EventAccumulator(str(run), size_guidance={"tensors": 0})
        events.Reload()
        tags = {}
        for tag in sorted(events.Tags()["tensors"]):
            plugin = events.SummaryMetadata(tag).plugin_data.plugin_name
            found = events.Tensors(tag)
            steps = [event.step for event in found]
            arrays = [tf.make_ndarray(event.tensor_proto) for event in found]
            if plugin == "images":
                values = [[part.decode("latin-1") for part in array[:2]] for array in arrays]
                pixels = [tf.io.decode_png(array[2]).numpy().tolist() for array in arrays]
                values = [[*size, grey] for size, grey in zip(values, pixels, strict=True)]
            elif plugin == "graph_keras_model":
                values = []
            else:
                values = [array.tolist() for array in arrays]
            tags[tag] = [plugin, steps, values]
        runs[run.name] = tags
    return runs


def main() -> None:
    cases = {}
    x, y = data()
    for name, options in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            board = keras.callbacks.TensorBoard(folder, **options)
            net = model()
            net.fit(x, y, batch_size=4, epochs=3, verbose=0, shuffle=False, callbacks=[board],
                    validation_data=(x[:5], y[:5]))  # fmt: skip
            cases[name] = {"options": options, "runs": read(Path(folder))}
    with tempfile.TemporaryDirectory() as folder:
        net = model()
        net.evaluate(x, y, verbose=0, callbacks=[keras.callbacks.TensorBoard(folder)])
        evaluated = read(Path(folder))
    made_with = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    golden = {"made_with": made_with, "cases": cases, "evaluated": evaluated}
    GOLDEN.write_text(json.dumps(golden, indent=None) + "\n", encoding="utf-8")
    for name, case in cases.items():
        for run, tags in case["runs"].items():
            print(name, run, {tag: (row[0], row[1]) for tag, row in tags.items()})
    print("evaluated", {run: list(tags) for run, tags in evaluated.items()})


if __name__ == "__main__":
    main()
