"""Layers: each a function of arrays beside its derivative."""

from nnscratch.errors import missing_attribute
from nnscratch.layers.activations import ELU, Activation, LeakyReLU, ReLU, Softmax
from nnscratch.layers.activity_regularization import ActivityRegularization
from nnscratch.layers.base import Layer
from nnscratch.layers.category_encoding import CategoryEncoding
from nnscratch.layers.convolution import Conv2D
from nnscratch.layers.core import Dense, Flatten
from nnscratch.layers.cropping import Cropping2D
from nnscratch.layers.discretization import Discretization
from nnscratch.layers.extremes import Maximum, Minimum
from nnscratch.layers.functional import (
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from nnscratch.layers.group_normalization import GroupNormalization
from nnscratch.layers.identity import Identity
from nnscratch.layers.image_colors import RandomBrightness, RandomContrast
from nnscratch.layers.image_moves import RandomFlip, RandomRotation, RandomTranslation, RandomZoom
from nnscratch.layers.image_sizes import CenterCrop, RandomCrop, Resizing
from nnscratch.layers.input_layer import Input, InputLayer
from nnscratch.layers.joining import Concatenate, Dot
from nnscratch.layers.lambda_layer import Lambda
from nnscratch.layers.layer_normalization import LayerNormalization
from nnscratch.layers.lookup import deserialize, serialize
from nnscratch.layers.masking import Masking
from nnscratch.layers.merging import Add, Average, Multiply, Subtract
from nnscratch.layers.noise import AlphaDropout, GaussianDropout, GaussianNoise
from nnscratch.layers.normalization import BatchNormalization
from nnscratch.layers.pooling import (
    AveragePooling2D,
    AvgPool2D,
    GlobalAveragePooling2D,
    GlobalAvgPool2D,
    GlobalMaxPool2D,
    GlobalMaxPooling2D,
    MaxPool2D,
    MaxPooling2D,
)
from nnscratch.layers.prelu import PReLU
from nnscratch.layers.preprocessing import Normalization, Rescaling
from nnscratch.layers.regularization import Dropout, SpatialDropout1D
from nnscratch.layers.reshaping import Permute, RepeatVector, Reshape, ZeroPadding2D
from nnscratch.layers.rms_normalization import RMSNormalization
from nnscratch.layers.symbolic import KerasTensor, Node
from nnscratch.layers.unit_normalization import UnitNormalization
from nnscratch.layers.up_sampling import UpSampling2D

Convolution2D = Conv2D

__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AlphaDropout",
    "Average",
    "AveragePooling2D",
    "AvgPool2D",
    "BatchNormalization",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "Conv2D",
    "Convolution2D",
    "Cropping2D",
    "Dense",
    "Discretization",
    "Dot",
    "Dropout",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalAvgPool2D",
    "GlobalMaxPool2D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "KerasTensor",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPool2D",
    "MaxPooling2D",
    "Maximum",
    "Minimum",
    "Multiply",
    "Node",
    "Normalization",
    "PReLU",
    "Permute",
    "RMSNormalization",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "Softmax",
    "SpatialDropout1D",
    "Subtract",
    "UnitNormalization",
    "UpSampling2D",
    "ZeroPadding2D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]

__getattr__ = missing_attribute(__name__, __all__)
