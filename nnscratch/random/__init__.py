"""Randomness in Keras's bits: what `keras.random` draws on TensorFlow, in plain NumPy.

`set_random_seed` determines every initial weight, mask, noise and order of samples that follows.
Each draw comes from a named stream and can be watched: see `record` and `replay`.

>>> set_random_seed(777)
>>> uniform((2,)).astype(float).round(4).tolist()
[0.2577, 0.1699]
"""

from __future__ import annotations

from nnscratch.random.distributions import normal, randint, truncated_normal, uniform
from nnscratch.random.permutation import batch_permutation, epoch_permutation
from nnscratch.random.sampling import categorical, dropout, dropout_mask, shuffle
from nnscratch.random.seed_generator import (
    SeedGenerator,
    SeedLike,
    clear_global_generator,
    global_seed_generator,
    last_seed,
    make_default_seed,
    present_global_generator,
    set_random_seed,
    set_shuffle_seed,
)
from nnscratch.random.seeded import seeded
from nnscratch.random.stream import Draw, observe, record, replay, xla_bits

__all__ = [
    "Draw",
    "SeedGenerator",
    "SeedLike",
    "batch_permutation",
    "categorical",
    "clear_global_generator",
    "dropout",
    "dropout_mask",
    "epoch_permutation",
    "global_seed_generator",
    "last_seed",
    "make_default_seed",
    "normal",
    "observe",
    "present_global_generator",
    "randint",
    "record",
    "replay",
    "seeded",
    "set_random_seed",
    "set_shuffle_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
    "xla_bits",
]
