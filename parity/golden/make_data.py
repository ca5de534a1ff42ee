"""Record what Keras's helpers for data give: tests/golden/data.npz.

Pictures in folders, windows of series, datasets cut in two, and `ImageDataGenerator`.
"""

from __future__ import annotations

import io
import json
import random
import tempfile
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.legacy.preprocessing import image as legacy
from PIL import Image

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "data.npz"
PICTURES = [
    *(("cats", f"{i}.png", "RGB") for i in range(6)),
    *(("dogs", f"d{i}.png", "RGB") for i in range(4)),
    ("dogs", "deeper/x.PNG", "RGB"),
    ("dogs", "y.bmp", "RGB"),
    ("eels", "gray.png", "L"),
    ("eels", "clear.png", "RGBA"),
    ("eels", "notes.txt", ""),
    (".hidden", "h.png", "RGB"),
]
FOLDERS: list[dict[str, Any]] = [
    {"shuffle": False},
    {"shuffle": False, "label_mode": "categorical", "color_mode": "rgba"},
    {"shuffle": False, "label_mode": "binary", "class_names": ["eels", "cats"]},
    {"shuffle": False, "labels": None, "interpolation": "nearest"},
    {"shuffle": False, "labels": [3, 1, 3] * 5, "crop_to_aspect_ratio": True},
    {"shuffle": False, "label_mode": None, "data_format": "channels_first"},
    {"shuffle": False, "pad_to_aspect_ratio": True, "interpolation": "bicubic"},
    {"shuffle": False, "batch_size": None},
    {"seed": 5},
    {"seed": 5, "batch_size": 1},
    {"seed": 7, "validation_split": 0.3, "subset": "training"},
    {"seed": 7, "validation_split": 0.3, "subset": "validation"},
    {"seed": 7, "validation_split": 0.25, "subset": "both", "label_mode": "categorical"},
    {"shuffle": False, "validation_split": 0.3, "subset": "validation", "image_size": 3},
    {"seed": 9, "global seed": 3},
]
SERIES: list[dict[str, Any]] = [
    {"sequence_length": 4},
    {"sequence_length": 3, "sequence_stride": 2, "sampling_rate": 3, "batch_size": 4},
    {"sequence_length": 3, "start_index": 5, "end_index": 25, "batch_size": 5},
    {"sequence_length": 3, "batch_size": None, "sequence_stride": 9},
    {"sequence_length": 3, "batch_size": 2, "shuffle": True, "seed": 4},
    {"sequence_length": 5, "batch_size": None, "shuffle": True, "seed": 4, "sequence_stride": 4},
]
SPLITS: list[dict[str, Any]] = [
    {"left_size": 0.7},
    {"right_size": 3},
    {"left_size": 2, "right_size": 0.3},
    {"left_size": 0.55, "shuffle": True, "seed": 8},
]
CHANGES: list[dict[str, Any]] = [
    {"rotation_range": 40},
    {"width_shift_range": 0.3, "height_shift_range": 0.2, "fill_mode": "reflect"},
    {"width_shift_range": 3, "height_shift_range": [0, 2, 1], "fill_mode": "constant", "cval": 9.0},
    {"width_shift_range": 2.0, "height_shift_range": 1.5, "fill_mode": "wrap"},
    {"shear_range": 30.0, "zoom_range": 0.4},
    {"zoom_range": [0.5, 0.8], "interpolation_order": 3},
    {"horizontal_flip": True, "vertical_flip": True},
    {"channel_shift_range": 60.0},
    {"brightness_range": [0.4, 1.6]},
    {"rescale": 1 / 255, "samplewise_center": True, "samplewise_std_normalization": True},
    {
        "rotation_range": 20,
        "width_shift_range": 0.2,
        "height_shift_range": 0.2,
        "shear_range": 10.0,
        "zoom_range": 0.2,
        "channel_shift_range": 20.0,
        "horizontal_flip": True,
        "interpolation_order": 0,
    },
    {"data_format": "channels_first", "rotation_range": 40, "horizontal_flip": True},
]
FITS: list[dict[str, Any]] = [
    {"featurewise_center": True},
    {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 0.1},
    {"zca_whitening": True, "featurewise_center": True},
]


def write_pictures() -> dict[str, np.ndarray]:
    """Return the files' content by name."""
    rng = np.random.default_rng(2)
    files = {}
    for folder, name, mode in PICTURES:
        height, width = rng.integers(3, 9, 2)
        channels = {"RGB": (3,), "RGBA": (4,), "L": (), "": ()}[mode]
        pixels = rng.integers(0, 256, (height, width, *channels), dtype=np.uint8)
        content = io.BytesIO(b"no picture")
        if mode:
            kind = "BMP" if name.endswith("bmp") else "PNG"
            Image.fromarray(pixels).save(content, format=kind)
        files[f"{folder}/{name}"] = np.frombuffer(content.getvalue(), np.uint8)
    return files


def flat(element: Any) -> list[np.ndarray]:
    parts = element if isinstance(element, (tuple, list)) else (element,)
    return [np.asarray(part) for part in parts]


def loops(dataset: Any, count: int = 2) -> dict[str, np.ndarray]:
    found = {}
    for loop in range(count):
        for number, element in enumerate(dataset):
            for part, array in enumerate(flat(element)):
                found[f"{loop}/{number}/{part}"] = array
    return found


def folders(root: Path) -> dict[str, np.ndarray]:
    found = {}
    for number, options in enumerate(FOLDERS):
        given = {"batch_size": 4, "image_size": (4, 5), **options}
        if "global seed" in given:
            keras.utils.set_random_seed(given.pop("global seed"))
        made = keras.utils.image_dataset_from_directory(root, verbose=False, **given)
        for part, dataset in enumerate(made if isinstance(made, list) else [made]):
            paths = [str(Path(path).relative_to(root)) for path in dataset.file_paths]
            names = dataset.class_names
            found[f"folder/{number}/{part}/about"] = np.array(json.dumps([paths, names]))
            for name, array in loops(dataset).items():
                found[f"folder/{number}/{part}/{name}"] = array
    return found


def series() -> dict[str, np.ndarray]:
    data = np.arange(60, dtype="float32").reshape(30, 2)
    found = {}
    for number, options in enumerate(SERIES):
        for targets in (None, data[4:, 0] * 10):
            dataset = keras.utils.timeseries_dataset_from_array(data, targets, **options)
            key = f"series/{number}/{int(targets is not None)}"
            found |= {f"{key}/{name}": array for name, array in loops(dataset).items()}
    return found


def splits() -> dict[str, np.ndarray]:
    x = np.arange(22, dtype="float32").reshape(11, 2)
    found = {}
    for number, options in enumerate(SPLITS):
        for kind, data in (("one", x), ("pair", (x, np.arange(11)))):
            parts = keras.utils.split_dataset(data, **options)
            for side, part in zip(("left", "right"), parts, strict=True):
                key = f"split/{number}/{kind}/{side}"
                found |= {f"{key}/{name}": array for name, array in loops(part, 1).items()}
        found[f"split/{number}/next"] = np.array(random.random() if "seed" in options else 0.0)
    return found


def generators(root: Path) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    images = rng.integers(0, 256, (10, 7, 6, 3)).astype("float32")
    found = {"generator/images": images}
    for number, options in enumerate(CHANGES):
        x = np.moveaxis(images, -1, 1) if "data_format" in options else images
        generator = legacy.ImageDataGenerator(**options)
        key = f"generator/{number}"
        found[f"{key}/random"] = np.stack([generator.random_transform(x[0], s) for s in range(6)])
        labels = np.arange(10)
        for how in ("next", "index"):
            batches = generator.flow(x, labels, batch_size=4, seed=21)
            for i in range(4):
                batch = next(batches) if how == "next" else batches[i % 3]
                for part, array in enumerate(batch):
                    found[f"{key}/{how}/{i}/{part}"] = array
                if how == "index" and i == 2:
                    batches.on_epoch_end()
    for number, options in enumerate(FITS):
        small = rng.normal(size=(40, 3, 2, 1)).astype("float32")
        generator = legacy.ImageDataGenerator(**options)
        generator.fit(small)
        found[f"fit/{number}/x"] = small
        found[f"fit/{number}/y"] = generator.flow(small, batch_size=9, shuffle=False)[1]
    augmented = legacy.ImageDataGenerator(featurewise_center=True, horizontal_flip=True)
    augmented.fit(images[:, :, :3], augment=True, rounds=2, seed=6)
    found["fit/augmented/mean"] = augmented.mean
    generator = legacy.ImageDataGenerator(validation_split=0.3, rescale=1 / 255, vertical_flip=True)
    for mode in ("categorical", "sparse", "input", None):
        for subset in (None, "training", "validation"):
            flow = generator.flow_from_directory(
                root, target_size=(4, 5), class_mode=mode, subset=subset, batch_size=5, seed=2
            )
            for i in range(2):
                for part, array in enumerate(flat(next(flow))):
                    found[f"flow/{mode}/{subset}/{i}/{part}"] = array
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    files = write_pictures()
    arrays = {f"file/{name}": content for name, content in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content.tobytes())
        arrays |= series() | splits() | generators(root) | folders(root)
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "folders": FOLDERS,
        "series": SERIES,
        "splits": SPLITS,
        "changes": CHANGES,
        "fits": FITS,
    }
    np.savez_compressed(GOLDEN, about=np.array(json.dumps(about)), **arrays)


if __name__ == "__main__":
    main()
