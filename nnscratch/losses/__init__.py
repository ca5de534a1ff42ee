"""Losses: what training makes small, each beside its gradient."""

from nnscratch.losses.base import Loss
from nnscratch.losses.binary import BinaryCrossentropy, binary_crossentropy
from nnscratch.losses.categorical import CategoricalCrossentropy, categorical_crossentropy
from nnscratch.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from nnscratch.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from nnscratch.losses.lookup import deserialize, get, serialize
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
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
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
    "binary_crossentropy",
    "categorical_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "deserialize",
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
]
