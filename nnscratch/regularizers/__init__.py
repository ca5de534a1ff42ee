"""Penalties on weights and outputs, with their gradients, under Keras's names."""

from nnscratch.regularizers.base import Regularizer
from nnscratch.regularizers.lookup import deserialize, get, serialize
from nnscratch.regularizers.norms import L1, L1L2, L2
from nnscratch.regularizers.orthogonal import OrthogonalRegularizer

l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]
