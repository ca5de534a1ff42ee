"""The state of every stream of random numbers that training draws from, read and put back."""

from __future__ import annotations

import random as python_random
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnscratch import random


def random_state(model: Any) -> dict[str, Any]:
    """Return the state of every stream of random numbers that training draws from.

    Args:
        model: the model; its layers' streams come first.

    Returns:
        Numbers that JSON can write, for `set_random_state`.
    """
    shared = random.present_global_generator()
    _, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return {
        "layers": [[g.state.tolist(), g.draws] for g in streams(model)],
        "global": None if shared is None else [shared.state.tolist(), shared.draws],
        "python": python_random.getstate(),
        "numpy": [np.asarray(keys).tolist(), position, has_gauss, gauss],
    }


def set_random_state(model: Any, written: dict[str, Any]) -> None:
    """Put every stream back into a state that `random_state` returned.

    Args:
        model: a model with the same layers.
        written: the state, perhaps on its way through JSON.
    """
    generators, states = list(streams(model)), list(written["layers"])
    if written["global"] is None:
        random.clear_global_generator()
    else:
        generators.append(random.global_seed_generator())
        states.append(written["global"])
    for generator, (state, draws) in zip(generators, states, strict=True):
        generator.state = np.array(state, np.int64)
        generator.draws = int(draws)
    version, words, gauss = written["python"]
    python_random.setstate((version, tuple(words), gauss))
    keys, position, has_gauss, cached = written["numpy"]
    np.random.set_state(("MT19937", np.array(keys, np.uint32), position, has_gauss, cached))


def streams(model: Any) -> Iterator[random.SeedGenerator]:
    """Yield the streams of the layers that draw random numbers, in order."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from streams(layer)
        elif getattr(layer, "seed_generator", None) is not None:
            yield layer.seed_generator
