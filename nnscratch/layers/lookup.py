"""From layers to configurations, and back by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnscratch.layers import (
    activations,
    convolution,
    extremes,
    image_colors,
    image_moves,
    image_sizes,
    joining,
    merging,
    noise,
    pooling,
    reshaping,
)
from nnscratch.layers.activity_regularization import ActivityRegularization
from nnscratch.layers.base import Layer
from nnscratch.layers.category_encoding import CategoryEncoding
from nnscratch.layers.core import Dense, Flatten
from nnscratch.layers.cropping import Cropping2D
from nnscratch.layers.discretization import Discretization
from nnscratch.layers.group_normalization import GroupNormalization
from nnscratch.layers.identity import Identity
from nnscratch.layers.input_layer import InputLayer
from nnscratch.layers.lambda_layer import Lambda
from nnscratch.layers.layer_normalization import LayerNormalization
from nnscratch.layers.masking import Masking
from nnscratch.layers.normalization import BatchNormalization
from nnscratch.layers.prelu import PReLU
from nnscratch.layers.preprocessing import Normalization, Rescaling
from nnscratch.layers.regularization import Dropout, SpatialDropout1D
from nnscratch.layers.rms_normalization import RMSNormalization
from nnscratch.layers.unit_normalization import UnitNormalization
from nnscratch.layers.up_sampling import UpSampling2D
from nnscratch.serialization import (
    custom_object_scope,
    deserialize_object,
    publish,
    serialize_object,
)

MODULE = "keras.layers"
CLASSES: tuple[type[Layer], ...] = (
    *(InputLayer, Dense, Flatten, Identity, Lambda, Masking),
    *(activations.Activation, activations.ReLU, activations.LeakyReLU, PReLU),
    *(activations.ELU, activations.Softmax),
    *(reshaping.Reshape, reshaping.Permute, reshaping.RepeatVector, reshaping.ZeroPadding2D),
    *(Cropping2D, UpSampling2D),
    *(merging.Add, merging.Subtract, merging.Multiply, merging.Average, extremes.Maximum),
    *(extremes.Minimum, joining.Concatenate, joining.Dot),
    *(convolution.Conv2D, pooling.MaxPooling2D, pooling.AveragePooling2D),
    *(pooling.GlobalMaxPooling2D, pooling.GlobalAveragePooling2D),
    *(BatchNormalization, LayerNormalization, RMSNormalization, GroupNormalization),
    *(UnitNormalization, Normalization, Rescaling, CategoryEncoding, Discretization),
    *(Dropout, SpatialDropout1D, noise.GaussianNoise, noise.GaussianDropout, noise.AlphaDropout),
    ActivityRegularization,
    *(image_moves.RandomFlip, image_moves.RandomRotation, image_moves.RandomTranslation),
    *(image_moves.RandomZoom, image_colors.RandomBrightness, image_colors.RandomContrast),
    *(image_sizes.CenterCrop, image_sizes.RandomCrop, image_sizes.Resizing),
)
publish(MODULE, {cls.__name__: cls for cls in CLASSES})


def serialize(layer: Layer) -> dict[str, Any]:
    """Return the dictionary that Keras writes for a layer.

    Args:
        layer: the layer; where it is built, the shape it was built for is written too.

    >>> layer = Dense(3, name="d")
    >>> layer.build((None, 4))
    >>> written = serialize(layer)
    >>> written["class_name"], written["config"]["units"], written["build_config"]
    ('Dense', 3, {'input_shape': (None, 4)})
    """
    written = serialize_object(layer)
    build = layer.get_build_config()
    return written if build is None else {**written, "build_config": build}


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Layer:
    """Return the layer that `serialize` described, built if it was.

    Args:
        config: the dictionary, of ours or of Keras's.
        custom_objects: the caller's own classes and functions by name.

    Raises:
        ValueError: the class is unknown.

    >>> deserialize({"class_name": "Dense", "config": {"units": 3, "name": "d"}}).units
    3
    """
    with custom_object_scope(custom_objects or {}):
        layer: Layer = deserialize_object(config, MODULE)
    if config.get("build_config"):
        layer.build_from_config(config["build_config"])
    return layer
