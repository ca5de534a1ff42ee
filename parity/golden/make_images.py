"""Record what Keras does to images: tests/golden/images.npz.

Resizing, affine maps, and the layers in training, with the random numbers of their seeds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "images.npz"
SIZES = [(4, 9), (11, 3), (7, 5), (14, 10), (3, 2)]
METHODS = (
    *("bilinear", "nearest", "bicubic", "area"),
    *("lanczos3", "lanczos5", "gaussian", "mitchellcubic"),
)
MAPS = np.array(
    [
        [0.9, 0.3, -1.2, -0.2, 1.1, 0.7, 0, 0],
        [0.5, 1.3, -6.2, -1.2, 0.8, 5.7, 0, 0],
        [-1, 0, 14.5, 0, -1, -9.5, 0, 0],
    ],
    "float32",
)
LAYERS: list[tuple[str, dict[str, Any]]] = [
    ("RandomFlip", {}),
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomFlip", {"mode": "vertical"}),
    ("RandomRotation", {"factor": 0.3}),
    ("RandomRotation", {"factor": [0.1, 0.2], "fill_mode": "constant", "fill_value": 7.0}),
    ("RandomRotation", {"factor": 1.0, "interpolation": "nearest", "fill_mode": "wrap"}),
    ("RandomTranslation", {"height_factor": 0.4, "width_factor": [-0.5, 0.1]}),
    (
        "RandomTranslation",
        {"height_factor": 1.0, "width_factor": 1.0, "fill_mode": "nearest"},
    ),
    ("RandomZoom", {"height_factor": 0.5}),
    ("RandomZoom", {"height_factor": [-0.4, 0.9], "width_factor": 0.3, "fill_mode": "constant"}),
    ("RandomBrightness", {"factor": 0.5}),
    ("RandomBrightness", {"factor": [-0.9, 0.1], "value_range": [0, 200]}),
    ("RandomContrast", {"factor": 0.8}),
    ("RandomContrast", {"factor": [0.3, 0.6], "value_range": [50, 180]}),
    ("RandomCrop", {"height": 3, "width": 4}),
    ("RandomCrop", {"height": 9, "width": 4}),
    ("RandomCrop", {"height": 7, "width": 2}),
    ("CenterCrop", {"height": 3, "width": 4}),
    ("CenterCrop", {"height": 4, "width": 8}),
    ("Resizing", {"height": 9, "width": 3}),
    ("Resizing", {"height": 4, "width": 4, "crop_to_aspect_ratio": True}),
    ("Resizing", {"height": 4, "width": 9, "pad_to_aspect_ratio": True, "fill_value": 3.0}),
    ("Resizing", {"height": 3, "width": 2, "interpolation": "lanczos3", "antialias": True}),
    ("Resizing", {"height": 5, "width": 9, "interpolation": "nearest"}),
]
EXACT = ("RandomFlip", "RandomBrightness", "RandomContrast", "RandomCrop", "CenterCrop")
"""Layers whose derivative TensorFlow computes exactly, as it does that of bilinear resizing."""


def layers(images: np.ndarray) -> dict[str, np.ndarray]:
    found = {}
    for number, (name, options) in enumerate(LAYERS):
        seed = {"seed": 11 + number} if name.startswith("Random") else {}
        layer = getattr(keras.layers, name)(**options, **seed)
        for call in range(2):
            x = tf.constant(images)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = layer(x, training=True)
                dy = tf.constant(np.random.default_rng(9).normal(size=y.shape).astype("float32"))
                total = tf.reduce_sum(y * dy)
            found[f"layer/{number}/y{call}"] = y.numpy()
            bilinear = name == "Resizing" and "interpolation" not in options
            if call == 0 and (name in EXACT or bilinear):
                found[f"layer/{number}/dx"] = tape.gradient(total, x).numpy()
    return found


def main() -> None:
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 255, (3, 7, 5, 2)).astype("float32")
    arrays = {"images": images, "maps": MAPS}
    for method in METHODS:
        for height, width in SIZES:
            for smooth in (0, 1):
                y = tf.image.resize(images[:1], (height, width), method, antialias=bool(smooth))
                arrays[f"resize/{method}/{height}x{width}/{smooth}"] = y.numpy()
        whole = tf.image.resize(images[:1].astype("uint8"), (4, 9), method)
        arrays[f"whole/{method}"] = whole.numpy()
    for size in ((9, 4), (6, 12)):
        arrays[f"pad/{size[0]}x{size[1]}"] = tf.image.resize_with_pad(images[0], *size).numpy()
        smart = keras.preprocessing.image.smart_resize(images, size)
        arrays[f"smart/{size[0]}x{size[1]}"] = np.array(smart)
    for fill in ("reflect", "wrap", "constant", "nearest"):
        for how in ("nearest", "bilinear"):
            y = keras.ops.image.affine_transform(
                images, MAPS, interpolation=how, fill_mode=fill, fill_value=3.0
            )
            arrays[f"affine/{fill}/{how}"] = y.numpy()
    arrays |= layers(images)
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "layers": LAYERS,
    }
    np.savez_compressed(GOLDEN, about=np.array(json.dumps(about)), **arrays)


if __name__ == "__main__":
    main()
