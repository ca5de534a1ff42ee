"""What scripts use of `keras.utils` beyond nnscratch's own: seeds, names, downloads, types."""

from __future__ import annotations

from typing import Any

from nnscratch import naming, random
from nnscratch.casting import standardize_dtype
from nnscratch.compat import seeds
from nnscratch.compat.keras.downloads import get_file
from nnscratch.layers import KerasTensor

__all__ = ["clear_session", "get_file", "is_keras_tensor", "set_random_seed", "standardize_dtype"]


def is_keras_tensor(x: Any) -> bool:
    """Return whether this is a symbolic tensor, without numbers.

    Args:
        x: anything.

    >>> is_keras_tensor(KerasTensor((None, 3))), is_keras_tensor([1.0])
    (True, False)
    """
    return isinstance(x, KerasTensor)


def set_random_seed(seed: int) -> None:
    """Seed everything, TensorFlow's own random functions included.

    Args:
        seed: a whole number in [0, 2**32).
    """
    random.set_random_seed(seed)
    seeds.set_seed(seed)


def clear_session(free_memory: bool = True) -> None:
    """Start automatic names anew and forget the global generator of seeds.

    Seeds set before stay as they are, as in Keras.

    Args:
        free_memory: accepted for compatibility.
    """
    naming.clear_names()
    random.clear_global_generator()
