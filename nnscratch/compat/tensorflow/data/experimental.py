"""`tf.data.experimental`: the older home of names that are in `tf.data` today."""

from __future__ import annotations

from nnscratch.compat.tensor import Tensor
from nnscratch.utils.dataset import Dataset

AUTOTUNE = -1

__all__ = ["AUTOTUNE", "cardinality"]


def cardinality(dataset: Dataset) -> Tensor:
    """Return the number of elements, -1 where there is no end, -2 where it is not known."""
    count: Tensor = dataset.cardinality()
    return count
