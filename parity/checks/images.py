"""Layers on images in training: the same images from the same seeds, call after call."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity import registry

LAYERS: dict[str, dict[str, Any]] = {
    "RandomFlip": {"seed": 4},
    "RandomRotation": {"factor": 0.2, "seed": 4},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": (0.1, 0.4), "seed": 4},
    "RandomZoom": {"height_factor": 0.4, "width_factor": 0.2, "fill_mode": "wrap", "seed": 4},
    "RandomBrightness": {"factor": 0.4, "seed": 4},
    "RandomContrast": {"factor": (0.4, 0.6), "seed": 4},
    "RandomCrop": {"height": 4, "width": 5, "seed": 4},
    "CenterCrop": {"height": 4, "width": 5},
    "Resizing": {"height": 5, "width": 11},
}
BANDS = {"float32": 3e-5, "float64": 3e-5}
REASON = (
    "TensorFlow moves and resizes images in float32 whatever their type, and a last bit of an "
    "angle's cosine moves an edge of the picture by a part in 10⁷ of its height"
)
# RandomRotation has no float64 run: Keras multiplies a float64 angle by a float32 number and fails.


def _register(name: str, data_format: str) -> None:
    order = "" if data_format == "channels_last" else f"-{data_format}"

    @registry.check(
        f"image/{name}{order}",
        "layers",
        bands=BANDS,
        reason=REASON,
        quick=name == "RandomRotation" and not order,
        dtypes=("float32",) if name == "RandomRotation" else ("float32", "float64"),
    )
    def images(lib: Any) -> dict[str, Any]:
        x = np.random.default_rng(6).uniform(0.0, 255.0, (4, 8, 9, 3)).astype(lib.dtype)
        if data_format == "channels_first":
            x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
        options = {"data_format": data_format, **LAYERS[name]}
        layer = getattr(lib.layers, name)(dtype=lib.dtype, **options)
        found = {f"call {n}": np.array(lib.numpy(layer(x, training=True))) for n in (1, 2)}
        if name != "RandomCrop":  # Keras does not cut in inference
            found["inference"] = np.array(lib.numpy(layer(x, training=False)))
        return found


for _name in LAYERS:
    for _format in ("channels_last", "channels_first"):
        _register(_name, _format)


@registry.check(
    "augmented-training",
    "training",
    bands={"float32": 2e-5},
    reason=REASON,
    dtypes=("float32",),
    quick=True,
)
def augmented(lib: Any) -> dict[str, Any]:
    """Training behind layers that draw: every step sees the images that Keras's step sees."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.0, 255.0, (24, 8, 8, 3)).astype(lib.dtype)
    named = lib.layers
    model = lib.Sequential(
        [
            named.Input(shape=(8, 8, 3)),
            named.RandomFlip(seed=2),
            named.RandomRotation(0.1, seed=3),
            named.RandomZoom(0.2, seed=4),
            named.RandomTranslation(0.1, 0.1, seed=5),
            named.RandomBrightness(0.2, seed=6),
            named.RandomContrast(0.2, seed=7),
            named.Rescaling(1 / 255),
            named.Flatten(),
            named.Dense(3, "softmax", kernel_initializer=lib.initializers.Constant(0.01)),
        ]
    )
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy")
    trained = model.fit(x, np.arange(24) % 3, epochs=3, batch_size=7, shuffle=False, verbose=0)
    return {
        "loss": np.asarray(trained.history["loss"], lib.dtype),
        "prediction": model.predict(x, verbose=0),
    }
