"""`tf.data.Dataset` in its basic forms."""

from __future__ import annotations

from nnscratch.compat import seeds
from nnscratch.compat.tensor import tensor
from nnscratch.utils import dataset


class Dataset(dataset.Dataset):
    """A sequence of elements: tensors, or tuples or dicts of tensors.

    >>> numbers = Dataset.range(5).map(lambda x: x * 2).batch(2)
    >>> [batch.numpy().tolist() for batch in numbers], len(numbers)
    ([[0, 2], [4, 6], [8]], 3)
    """

    _array = staticmethod(tensor)
    _pair = staticmethod(seeds.pair_for)
