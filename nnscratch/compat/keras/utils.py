"""What `keras.utils` does to the process: seeds and names."""

from __future__ import annotations

from nnscratch import naming, random
from nnscratch.compat import seeds

__all__ = ["clear_session", "set_random_seed"]


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
