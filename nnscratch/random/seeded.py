"""Seeds for a stretch of a program, which leave everything outside as it was."""

from __future__ import annotations

import random as python_random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nnscratch.random.seed_generator import process, set_random_seed


@contextmanager
def seeded(seed: int | None) -> Iterator[None]:
    """Seed everything as `set_random_seed` does until the block ends, then carry on as before.

    Args:
        seed: a whole number in [0, 2**32), or None to leave everything as it is.

    >>> import nnscratch as nn
    >>> with seeded(1):
    ...     first = nn.random.make_default_seed()
    >>> with seeded(1):
    ...     second = nn.random.make_default_seed()
    >>> first == second
    True
    """
    if seed is None:
        yield
        return
    python_state, numpy_state = python_random.getstate(), np.random.get_state()
    generator, shuffle_seed = process.generator, process.shuffle_seed
    set_random_seed(seed)
    try:
        yield
    finally:
        python_random.setstate(python_state)
        np.random.set_state(numpy_state)
        process.generator, process.shuffle_seed = generator, shuffle_seed
