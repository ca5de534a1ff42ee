"""Which random numbers a training gets, and a training taken up where another stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.saving import get_limits, hdf5, keras_format
from nnscratch.utils.random_state import random_state, set_random_state

_KEY = "tuner_random_state"
_NO_LAYERS = SimpleNamespace(layers=[])


def training_seed(seed: int, *which: int) -> int:
    """Return the seed of one training, unrelated to those of all others.

    Args:
        seed: the seed of the search.
        which: numbers of the trial, the execution, the fold and the attempt.

    >>> training_seed(1, 0, 0) != training_seed(1, 0, 1) == training_seed(1, 0, 1)
    True
    """
    return int(np.random.SeedSequence([seed, *which]).generate_state(1)[0]) >> 1


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed everything inside; outside, all random numbers go on as if nothing had been.

    Args:
        seed: the seed.

    >>> random.set_random_seed(5)
    >>> with seeded(777):
    ...     inside = random.last_seed()
    >>> inside, random.last_seed()
    (777, 5)
    """
    before, order = random_state(_NO_LAYERS), random.last_seed()
    random.set_random_seed(seed)
    try:
        yield
    finally:
        set_random_state(_NO_LAYERS, before)
        random.set_shuffle_seed(order)


def save_whole_state(model: Any, path: Path) -> None:
    """Write weights, the optimizer's state and that of all random streams.

    Args:
        model: the model, trained.
        path: a file whose name ends in `.weights.h5`.
    """
    state = {**random_state(model), "order": random.last_seed()}
    keras_format.save_weights(model, path, {_KEY: json.dumps(state)})


def load_whole_state(model: Any, path: Path) -> None:
    """Bring a model to where `save_whole_state` found one; training goes on from there.

    Args:
        model: a model of the same layers, built and compiled.
        path: the file.
    """
    limits = get_limits()
    with hdf5.opened(path, str(path), "", limits) as reader:
        state = keras_format.parsed(reader.text(reader.root, _KEY) or "null", limits)
    keras_format.load_weights(model, path, False, limits, restores=True)
    set_random_state(model, state)
    random.set_shuffle_seed(state["order"])
