"""Streams of seeds: `SeedGenerator`, the global one, and the seeding of everything at once."""

from __future__ import annotations

import random as python_random
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from nnscratch.naming import auto_name, current_path
from nnscratch.random.ahead import WordsAhead
from nnscratch.random.philox import PhiloxStream, derive
from nnscratch.random.stream import Draw, State, next_draw
from nnscratch.typing import Array

_INT64 = 2**63
_SEED_MODULUS = 2**31 - 2
_NEXT = np.array([0, 1])


class SeedGenerator:
    """A named stream of seeds: each draw from it gets the next pair `(seed, k)`.

    The state starts at `[seed, 0]`. A draw takes the state as it is and then steps it, k by one.

    Args:
        seed: a whole number; None draws one from Python's `random` module.
        name: None makes one: `seed_generator`, `seed_generator_1`, …

    Attributes:
        state: the state of the next draw, int64 (2,).
        draws: how many seeds were taken so far.

    Raises:
        ValueError: `seed` is not a whole number of 64 bits.

    >>> generator = SeedGenerator(42)
    >>> generator.next().tolist(), generator.next().tolist(), generator.draws
    ([42, 0], [42, 1], 2)
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if kwargs:
            raise ValueError(
                f"SeedGenerator takes `seed` and `name`. Received also: {', '.join(kwargs)}"
            )
        self.name = auto_name("SeedGenerator") if name is None else name
        self._initial_seed = seed
        seed = make_default_seed() if seed is None else checked_seed(seed)
        self.state: Array = np.array([seed, 0], np.int64)
        self.draws = 0
        self.ahead = WordsAhead()

    def next(self, ordered: bool = True) -> Array:
        """Return the state and step it.

        Args:
            ordered: True adds one to k; False replaces both numbers v by
                `(v + 1) * 5387 % 933199`, as the global generator does.

        Shapes: (2,), int64.
        """
        current = self.state
        if ordered:
            self.state = current + _NEXT
        else:
            self.state = (current + 1) * 5387 % 933199
        self.draws += 1
        return current

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this generator again, from its start."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """Make a generator from what `get_config` returned."""
        return cls(**config)


SeedLike: TypeAlias = "int | SeedGenerator | Sequence[int] | Array | None"
"""A whole number, a generator, a pair of seeds that was drawn already, or None: the global one."""


class Process:
    """What `set_random_seed` sets; one instance per process."""

    def __init__(self) -> None:
        self.generator: SeedGenerator | None = None
        self.shuffle_seed: int | None = None


process = Process()


def set_random_seed(seed: int) -> None:
    """Seed everything: Python's `random`, NumPy's legacy generator, seeds, and order of samples.

    All weights, noise and orders of samples that follow are determined by it. The global
    generator starts anew.

    Args:
        seed: a whole number in [0, 2**32).

    Raises:
        ValueError: `seed` is something else.

    >>> set_random_seed(777); last_seed()
    777
    """
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(
            "`seed` must be a Python int with 0 <= seed < 2**32. "
            f"Received: seed={seed!r} of type {type(seed).__name__}. Convert it with int(seed)."
        )
    set_shuffle_seed(seed)
    process.generator = None
    python_random.seed(seed)
    np.random.seed(seed)


def set_shuffle_seed(seed: int | None) -> None:
    """Set the seed of the order of samples and nothing else; None gives a new order each epoch.

    This is all that `tf.random.set_seed` does to a Keras model: initial weights stay different
    from run to run. `set_random_seed` fixes them too.

    Args:
        seed: a whole number or None.

    Raises:
        ValueError: `seed` is something else.
    """
    process.shuffle_seed = None if seed is None else checked_seed(seed)


def last_seed() -> int | None:
    """Return the seed of the order of samples that was last set, or None.

    Seeding only Python's `random` does not change it: weights and noise are then fixed and the
    order of samples is not.
    """
    return process.shuffle_seed


def global_seed_generator() -> SeedGenerator:
    """Return the generator used where `seed=None` was given; made on first use."""
    if process.generator is None:
        process.generator = SeedGenerator()
    return process.generator


def clear_global_generator() -> None:
    """Forget the global generator; the next use makes a new one."""
    process.generator = None


def present_global_generator() -> SeedGenerator | None:
    """Return the generator used where `seed=None` was given, None if nothing has used it yet."""
    return process.generator


def make_default_seed() -> int:
    """Draw the seed of an object that was given none, from Python's `random` module.

    Every layer and initializer does so in its constructor, so seeds follow the order in which
    objects are made.

    >>> import random
    >>> random.seed(777); make_default_seed()
    246245601
    """
    return python_random.randint(1, 1_000_000_000)


def checked_seed(seed: Any) -> int:
    """Return a seed that is a Python int of at most 64 bits.

    Raises:
        ValueError: it is something else.

    >>> checked_seed(7)
    7
    """
    if type(seed) is not int or not -_INT64 <= seed < _INT64:
        raise ValueError(
            "`seed` must be a Python int of at most 64 bits, a SeedGenerator or None. "
            f"Received: seed={seed!r} of type {type(seed).__name__}"
        )
    return seed


def cast_seed(state: State) -> State:
    """Reduce both seeds of a pair modulo 2**31 - 2.

    >>> cast_seed((2**31 - 2, -1)) == (0, 2**31 - 3)
    True
    """
    return state[0] % _SEED_MODULUS, state[1] % _SEED_MODULUS


def draw_from(seed: SeedLike, kind: str, shape: tuple[int, ...]) -> Draw:
    """Return one draw, with its pair of seeds; the generator steps if it comes from one.

    Args:
        seed: a whole number stands for the pair `(seed, 0)`; None for the global generator,
            stepped in its unordered way.
        kind: what is drawn, for whoever watches.
        shape: its shape.
    """
    if seed is None:
        shared = global_seed_generator()
        return next_draw(shared.name, kind, shape, lambda: as_state(shared.next(ordered=False)))
    if isinstance(seed, SeedGenerator):
        return next_draw(seed.name, kind, shape, lambda: as_state(seed.next()))
    name = current_path() or "fixed"
    if isinstance(seed, (tuple, list, np.ndarray)):
        return next_draw(name, kind, shape, lambda: as_state(seed))
    return next_draw(name, kind, shape, lambda: (checked_seed(seed), 0))


def as_state(pair: Sequence[int] | Array) -> State:
    """Return a pair of seeds as Python ints.

    Raises:
        ValueError: it is not a pair.

    >>> as_state(np.array([7, 1]))
    (7, 1)
    """
    if len(pair) != 2:
        raise ValueError(f"A state is a pair of seeds. Received: {pair!r}")
    return int(pair[0]), int(pair[1])


def open_stream(seed: SeedLike, kind: str, shape: tuple[int, ...]) -> PhiloxStream:
    """Return the stream of random words for one draw."""
    draw = draw_from(seed, kind, shape)
    return derive(cast_seed(draw.state), draw.xla)
