"""Record how Keras writes layers down; writes tests/golden/layer_configs.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "layer_configs.json"
IMAGE = (7, 6, 4)
ARRAY = {"class_name": "__numpy__", "config": {"value": [1.0, 2.0], "dtype": "float64"}}

CASES: list[tuple[str, dict[str, Any], list[tuple[int, ...]]]] = [
    ("Dense", {"units": 3}, [(4,)]),
    (
        "Dense",
        {
            "units": 3,
            "activation": "relu",
            "use_bias": False,
            "kernel_initializer": "he_normal",
            "bias_initializer": "ones",
            "kernel_regularizer": "l2",
            "bias_regularizer": "l1",
            "activity_regularizer": "L1L2",
            "kernel_constraint": "max_norm",
            "bias_constraint": "non_neg",
            "trainable": False,
            "dtype": "float64",
            "name": "mine",
        },
        [(2, 4)],
    ),
    ("Activation", {"activation": "softmax"}, [(4,)]),
    ("Activation", {"activation": "swish", "activity_regularizer": "l2"}, [(4,)]),
    ("Flatten", {}, [(2, 3)]),
    ("BatchNormalization", {}, [(4,)]),
    (
        "BatchNormalization",
        {"axis": 1, "momentum": 0.9, "epsilon": 1e-5, "center": False, "gamma_regularizer": "l2"},
        [(4, 3)],
    ),
    ("Dropout", {"rate": 0.5}, [(4,)]),
    ("Dropout", {"rate": 0.25, "seed": 7, "noise_shape": [None, 1]}, [(4,)]),
    ("GaussianNoise", {"stddev": 0.5, "seed": 3}, [(4,)]),
    ("GaussianDropout", {"rate": 0.5}, [(4,)]),
    ("AlphaDropout", {"rate": 0.5, "noise_shape": [None, 1]}, [(4,)]),
    ("SpatialDropout1D", {"rate": 0.5, "seed": 3}, [(4, 3)]),
    ("InputLayer", {"shape": [4]}, []),
    ("InputLayer", {"batch_shape": [None, 4, 2], "dtype": "float64", "name": "here"}, []),
    ("Reshape", {"target_shape": [2, -1]}, [(4,)]),
    ("Permute", {"dims": [2, 1]}, [(4, 3)]),
    ("RepeatVector", {"n": 3}, [(4,)]),
    ("ZeroPadding2D", {}, [IMAGE]),
    ("ZeroPadding2D", {"padding": [[1, 0], [2, 3]]}, [IMAGE]),
    ("Cropping2D", {}, [IMAGE]),
    ("Cropping2D", {"cropping": [[1, 0], [2, 3]]}, [IMAGE]),
    ("UpSampling2D", {}, [IMAGE]),
    ("UpSampling2D", {"size": [1, 3], "interpolation": "BILINEAR"}, [IMAGE]),
    ("ReLU", {}, [(4,)]),
    ("ReLU", {"max_value": 6.0, "negative_slope": 0.1, "threshold": 0.5}, [(4,)]),
    ("LeakyReLU", {}, [(4,)]),
    ("LeakyReLU", {"negative_slope": 0.1, "dtype": "float64"}, [(4,)]),
    ("PReLU", {}, [(4,)]),
    (
        "PReLU",
        {
            "alpha_initializer": "ones",
            "alpha_regularizer": "l2",
            "alpha_constraint": "non_neg",
            "shared_axes": [1, 2],
        },
        [IMAGE],
    ),
    ("ELU", {}, [(4,)]),
    ("ELU", {"alpha": 0.5, "name": "curve"}, [(4,)]),
    ("Softmax", {"axis": 1}, [(4, 3)]),
    *((name, {}, [(4,), (4,)]) for name in ("Add", "Subtract", "Multiply", "Average")),
    *((name, {"name": "m"}, [(4,), (2, 4)]) for name in ("Maximum", "Minimum")),
    ("Concatenate", {}, [(4,), (3,)]),
    ("Concatenate", {"axis": 1, "dtype": "float64"}, [(4, 2), (3, 2)]),
    ("Dot", {"axes": 1}, [(4,), (4,)]),
    ("Dot", {"axes": [1, 2], "normalize": True}, [(4,), (3, 4)]),
    ("LayerNormalization", {}, [(4,)]),
    (
        "LayerNormalization",
        {"axis": [2, 1], "epsilon": 1e-5, "scale": False, "beta_regularizer": "l1"},
        [(4, 3)],
    ),
    ("LayerNormalization", {"rms_scaling": True}, [(4,)]),
    ("RMSNormalization", {"epsilon": 1e-3}, [(4,)]),
    ("GroupNormalization", {"groups": 2, "gamma_constraint": "non_neg"}, [(4,)]),
    ("GroupNormalization", {"groups": -1}, [(3, 4)]),
    ("UnitNormalization", {"axis": [1, 2]}, [(4, 3)]),
    ("Rescaling", {"scale": 0.5, "offset": -1}, [(4,)]),
    ("Rescaling", {"scale": ARRAY, "offset": [1.0, 2.0]}, [(2,)]),
    ("Normalization", {}, [(4,)]),
    ("Normalization", {"mean": [1.0, 2.0], "variance": ARRAY, "invert": True}, [(2,)]),
    ("Normalization", {"axis": None}, [(4,)]),
    ("CategoryEncoding", {"num_tokens": 3}, [(4,)]),
    ("CategoryEncoding", {"num_tokens": 3, "output_mode": "one_hot"}, [(1,)]),
    ("Discretization", {"bin_boundaries": [0.0, 1.5]}, [(4,)]),
    ("Discretization", {"num_bins": 3, "output_mode": "count", "epsilon": 0.1}, [(4,)]),
    ("Identity", {}, [(4, 3)]),
    ("Masking", {}, [(4, 3)]),
    ("Masking", {"mask_value": -1.0}, [(4,)]),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, [(4,)]),
    ("Conv2D", {"filters": 2, "kernel_size": 3}, [IMAGE]),
    (
        "Conv2D",
        {
            "filters": 4,
            "kernel_size": [2, 3],
            "strides": 2,
            "padding": "SAME",
            "groups": 2,
            "activation": "relu",
            "use_bias": False,
            "kernel_initializer": "he_uniform",
            "kernel_regularizer": "l2",
            "activity_regularizer": "l2",
            "kernel_constraint": "unit_norm",
        },
        [IMAGE],
    ),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "dilation_rate": [2, 1]}, [IMAGE]),
    ("MaxPooling2D", {}, [IMAGE]),
    ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, [IMAGE]),
    ("AveragePooling2D", {"pool_size": [2, 3]}, [IMAGE]),
    ("GlobalAveragePooling2D", {}, [IMAGE]),
    ("GlobalMaxPooling2D", {"keepdims": True}, [IMAGE]),
    ("RandomFlip", {}, [IMAGE]),
    ("RandomFlip", {"mode": "vertical", "seed": 3}, [IMAGE]),
    ("RandomRotation", {"factor": 0.25}, [IMAGE]),
    ("RandomRotation", {"factor": [0.3, -0.1], "fill_mode": "wrap", "seed": 3}, [IMAGE]),
    ("RandomTranslation", {"height_factor": 0.5, "width_factor": [0.0, 0.5]}, [IMAGE]),
    ("RandomZoom", {"height_factor": 0.5, "fill_mode": "constant", "fill_value": 1.0}, [IMAGE]),
    ("RandomZoom", {"height_factor": [0.0, 0.5], "width_factor": 0.25, "seed": 3}, [IMAGE]),
    ("RandomBrightness", {"factor": 0.5, "value_range": [1, 0], "seed": 3}, [IMAGE]),
    ("RandomContrast", {"factor": 0.5}, [IMAGE]),
    ("RandomContrast", {"factor": [0.5, 0.25], "value_range": [0, 1], "seed": 3}, [IMAGE]),
    ("RandomCrop", {"height": 3, "width": 2, "seed": 3}, [IMAGE]),
    ("CenterCrop", {"height": 3, "width": 2}, [IMAGE]),
    ("Resizing", {"height": 3, "width": 2}, [IMAGE]),
    (
        "Resizing",
        {"height": 3, "width": 2, "interpolation": "nearest", "pad_to_aspect_ratio": True},
        [IMAGE],
    ),
]


def read(value: Any) -> Any:
    if isinstance(value, dict):
        return np.array(value["config"]["value"], value["config"]["dtype"])
    return value


def record(name: str, options: dict[str, Any], shapes: list[tuple[int, ...]]) -> dict[str, Any]:
    keras.utils.clear_session()
    layer = getattr(keras.layers, name)(**{key: read(value) for key, value in options.items()})
    found = {"class": name, "options": options, "shapes": shapes}
    found["unbuilt"] = keras.layers.serialize(layer)
    if shapes:
        tensors = [keras.Input(shape, dtype=layer.compute_dtype) for shape in shapes]
        layer(tensors if len(tensors) > 1 else tensors[0])
        found["built"] = keras.layers.serialize(layer)
        found["weights"] = [[w.name, list(w.shape)] for w in layer.weights]
    return found


class Plain(keras.layers.Layer):
    """A layer of one's own without `get_config`."""

    def __init__(self, a, b=(1, 2), **kwargs):
        super().__init__(**kwargs)

    def call(self, x):  # noqa: D102
        return x


def automatic() -> list[dict[str, Any]]:
    keras.utils.clear_session()
    made = [Plain(3), Plain("x", b=None, name="q", dtype="float64"), Plain(a={"k": [1, 2.5]})]
    return [layer.get_config() for layer in made]


def main() -> None:
    about = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "cases": [record(*case) for case in CASES],
        "automatic": automatic(),
    }
    GOLDEN.write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main()
