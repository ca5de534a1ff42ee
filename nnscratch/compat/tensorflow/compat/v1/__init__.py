"""`tf.compat.v1`: the seed under its old name; graphs and sessions are not here."""

from __future__ import annotations

from nnscratch.compat.tensorflow.random import set_seed
from nnscratch.outdated import note

__all__ = ["set_random_seed"]


def set_random_seed(seed: int) -> None:
    """Set the seed as `tf.random.set_seed` does."""
    note("tf.compat.v1.set_random_seed is now tf.random.set_seed.")
    set_seed(seed)
