"""One row per exported loss: data it is defined on, for the contract and the gradient check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

N, C = 5, 3


def _probabilities(rng: np.random.Generator) -> np.ndarray:
    p = rng.uniform(0.1, 1.0, size=(N, C))
    return p / p.sum(axis=1, keepdims=True)


def _near(rng: np.random.Generator) -> np.ndarray:
    return rng.choice([-1.0, 1.0], size=(N, C)) * rng.uniform(0.2, 2.0, size=(N, C))


def _one_hot(rng: np.random.Generator) -> np.ndarray:
    return np.eye(C)[rng.integers(0, C, N)]


def _labels(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, C, N)


def _embeddings(rng: np.random.Generator) -> np.ndarray:
    x = rng.normal(size=(N, C))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def _pairs(rng: np.random.Generator) -> np.ndarray:
    return rng.permutation([0, 0, 1, 1, 1])


@dataclass(frozen=True)
class Row:
    """A class of losses with data on which it is smooth.

    `couples` marks losses whose values depend on more samples than their own.
    """

    name: str
    function: str
    targets: Callable[[np.random.Generator], np.ndarray]
    predictions: Callable[[np.random.Generator], np.ndarray]
    options: dict[str, Any] = field(default_factory=dict)
    couples: bool = False

    def data(self, seed: int = 0, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        return self.targets(rng), self.predictions(rng).astype(dtype)


ROWS = (
    Row("CategoricalCrossentropy", "categorical_crossentropy", _one_hot, _probabilities),
    Row(
        "CategoricalCrossentropy",
        "categorical_crossentropy",
        _probabilities,
        _near,
        {"from_logits": True, "label_smoothing": 0.1},
    ),
    Row(
        "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", _labels, _probabilities
    ),
    Row(
        "SparseCategoricalCrossentropy",
        "sparse_categorical_crossentropy",
        _labels,
        _near,
        {"from_logits": True},
    ),
    Row(
        "SparseCategoricalCrossentropy",
        "sparse_categorical_crossentropy",
        _labels,
        _near,
        {"from_logits": True, "ignore_class": 1},
    ),
    Row("BinaryCrossentropy", "binary_crossentropy", _one_hot, _probabilities),
    Row(
        "BinaryCrossentropy",
        "binary_crossentropy",
        _probabilities,
        _near,
        {"from_logits": True, "label_smoothing": 0.2},
    ),
    Row("MeanSquaredError", "mean_squared_error", _near, _near),
    Row("MeanAbsoluteError", "mean_absolute_error", _near, _near),
    Row("MeanAbsolutePercentageError", "mean_absolute_percentage_error", _near, _near),
    Row(
        "MeanSquaredLogarithmicError",
        "mean_squared_logarithmic_error",
        _probabilities,
        _probabilities,
    ),
    Row("Huber", "huber", _near, _near, {"delta": 0.8}),
    Row("LogCosh", "log_cosh", _near, _near),
    Row("CosineSimilarity", "cosine_similarity", _near, _near),
    Row("KLDivergence", "kl_divergence", _probabilities, _probabilities),
    Row("Poisson", "poisson", _probabilities, _probabilities),
    Row("Hinge", "hinge", _one_hot, _near),
    Row("SquaredHinge", "squared_hinge", _one_hot, _near),
    Row("CategoricalHinge", "categorical_hinge", _one_hot, _near),
    Row("BinaryFocalCrossentropy", "binary_focal_crossentropy", _one_hot, _probabilities),
    Row(
        "BinaryFocalCrossentropy",
        "binary_focal_crossentropy",
        _probabilities,
        _near,
        {"from_logits": True, "label_smoothing": 0.2, "apply_class_balancing": True, "gamma": 1.5},
    ),
    Row("CategoricalFocalCrossentropy", "categorical_focal_crossentropy", _one_hot, _probabilities),
    Row(
        "CategoricalFocalCrossentropy",
        "categorical_focal_crossentropy",
        _probabilities,
        _near,
        {"from_logits": True, "alpha": [0.5, 1.0, 2.0], "label_smoothing": 0.1},
    ),
    Row("Dice", "dice", _one_hot, _probabilities, couples=True),
    Row("Dice", "dice", _one_hot, _probabilities, {"axis": -1}),
    Row("Tversky", "tversky", _one_hot, _probabilities, {"alpha": 0.3}, couples=True),
    Row("Tversky", "tversky", _one_hot, _probabilities, {"beta": 0.9, "axis": (1,)}),
    Row("Circle", "circle", _pairs, _embeddings, {"gamma": 2.0}, couples=True),
    Row(
        "CategoricalGeneralizedCrossEntropy",
        "categorical_generalized_cross_entropy",
        _labels,
        _probabilities,
        {"q": 0.3},
    ),
)


def row_name(row: Row) -> str:
    return "-".join([row.name, *(f"{key}={value}" for key, value in row.options.items())])
