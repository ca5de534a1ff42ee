"""Losses: what training makes small, each beside its gradient.

All of Keras 3.15.1's are here but CTC, which aligns sequences and waits for recurrent layers.
"""

from nnscratch.errors import missing_attribute
from nnscratch.losses.base import Loss
from nnscratch.losses.binary import BinaryCrossentropy, binary_crossentropy
from nnscratch.losses.binary_focal import BinaryFocalCrossentropy, binary_focal_crossentropy
from nnscratch.losses.categorical import CategoricalCrossentropy, categorical_crossentropy
from nnscratch.losses.circle import Circle, circle
from nnscratch.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from nnscratch.losses.focal import CategoricalFocalCrossentropy, categorical_focal_crossentropy
from nnscratch.losses.generalized import (
    CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy,
)
from nnscratch.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from nnscratch.losses.lookup import deserialize, get, serialize
from nnscratch.losses.overlap import Dice, Tversky, dice, tversky
from nnscratch.losses.regression import (
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanSquaredError,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
)
from nnscratch.losses.relative import (
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
)
from nnscratch.losses.similarity import CosineSimilarity, cosine_similarity
from nnscratch.losses.sparse import (
    SparseCategoricalCrossentropy,
    sparse_categorical_crossentropy,
)
from nnscratch.losses.wrapper import LossFunctionWrapper

__all__ = [
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "LossFunctionWrapper",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]

__getattr__ = missing_attribute(__name__, __all__)
