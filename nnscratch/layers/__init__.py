"""Layers: each a function of arrays beside its derivative."""

from nnscratch.errors import missing_attribute
from nnscratch.layers.base import Layer
from nnscratch.layers.core import Activation, Dense, Flatten, Input, InputLayer
from nnscratch.layers.noise import AlphaDropout, GaussianDropout, GaussianNoise
from nnscratch.layers.normalization import BatchNormalization
from nnscratch.layers.regularization import Dropout, SpatialDropout1D
from nnscratch.layers.symbolic import KerasTensor, Node

__all__ = [
    "Activation",
    "AlphaDropout",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "Input",
    "InputLayer",
    "KerasTensor",
    "Layer",
    "Node",
    "SpatialDropout1D",
]

__getattr__ = missing_attribute(__name__, __all__)
