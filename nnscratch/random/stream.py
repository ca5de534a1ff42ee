"""Draws as events: every draw has a name, a kind and a state, and can be recorded and replayed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

State: TypeAlias = tuple[int, int]
"""The pair of seeds that one draw is made from."""


class Draw(NamedTuple):
    """One call of a random function.

    Attributes:
        name: the name of the generator, which is that of the layer where a layer draws; the path
            of a weight whose first value is drawn, such as `"model/dense/kernel"`; `"fit"` for the
            order of samples; `"fixed"` where a whole number was given as seed.
        kind: what was drawn, such as `"normal"` or `"dropout"`.
        shape: the shape of what was drawn.
        state: the pair of seeds that it was drawn from. Given as `seed=`, it repeats the draw.
        xla: whether it was drawn inside `xla_bits`.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    state: State
    xla: bool = False


Observer: TypeAlias = Callable[[Draw], None]

_observers: list[Observer] = []
_scripts: list[deque[Draw]] = []


class _Mode:
    """How random words are read; one instance per process."""

    def __init__(self) -> None:
        self.xla = False


_mode = _Mode()


@contextmanager
def xla_bits() -> Iterator[None]:
    """Read random words inside the block as programs compiled by XLA do.

    The words are the same, but XLA takes other bits of them for uniform numbers, masks and
    shuffling, and pairs them differently for normal numbers. Training does this in models with
    `compile(jit_compile=True)`. Functions that layers do not use in training (`randint`,
    `truncated_normal`, `categorical`) are not offered in XLA's bits.

    >>> from nnscratch import random
    >>> with xla_bits():
    ...     inside = random.uniform((3,), seed=1)
    >>> bool((inside == random.uniform((3,), seed=1)).any())
    False
    """
    before, _mode.xla = _mode.xla, True
    try:
        yield
    finally:
        _mode.xla = before


def next_draw(name: str, kind: str, shape: tuple[int, ...], take: Callable[[], State]) -> Draw:
    """Return the next draw and tell whoever watches. Every random function comes here.

    Args:
        name: the name of the stream.
        kind: what is drawn.
        shape: its shape.
        take: takes the next state from the stream. Not called during a replay.
    """
    if _scripts:
        scripted = _scripted(_scripts[-1], kind, shape)
        draw = Draw(name, kind, shape, scripted.state, scripted.xla)
    else:
        draw = Draw(name, kind, shape, take(), _mode.xla)
    for observer in _observers:
        observer(draw)
    return draw


class Observation:
    """A block in which someone is told of each draw; it may be entered time after time."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def __enter__(self) -> None:
        _observers.append(self._observer)

    def __exit__(self, *error: object) -> None:
        _observers.remove(self._observer)


def observe(observer: Observer) -> Observation:
    """Call `observer` with each `Draw` made inside the block."""
    return Observation(observer)


@contextmanager
def record() -> Iterator[list[Draw]]:
    """Collect the draws made inside the block.

    >>> from nnscratch import random
    >>> with random.record() as draws:
    ...     _ = random.normal((2,), seed=7)
    >>> draws
    [Draw(name='fixed', kind='normal', shape=(2,), state=(7, 0), xla=False)]
    """
    draws: list[Draw] = []
    with observe(draws.append):
        yield draws


@contextmanager
def replay(draws: Iterable[Draw]) -> Iterator[None]:
    """Repeat recorded draws: each random function gets its recorded state, whatever its seed.

    Only the order of the draws counts, not their names: the masks of one model can be played to
    another. Generators do not step meanwhile, so a replay leaves no trace. It can, for example,
    hold the masks of dropout fixed while a gradient is checked by differences.

    Args:
        draws: what `record` returned.

    Raises:
        ValueError: something else is drawn than was recorded, or less, or more.

    >>> from nnscratch import random
    >>> with random.record() as draws:
    ...     first = random.uniform((3,))
    >>> with random.replay(draws):
    ...     again = random.uniform((3,))
    >>> bool((first == again).all())
    True
    """
    script = deque(draws)
    _scripts.append(script)
    try:
        yield
    finally:
        _scripts.remove(script)
    if script:
        raise ValueError(f"The replay ended with {len(script)} draws left, the next {script[0]}.")


def _scripted(script: deque[Draw], kind: str, shape: tuple[int, ...]) -> Draw:
    if not script:
        raise ValueError(f"The replay has no draw left for {kind!r} of shape {shape}.")
    draw = script.popleft()
    if (draw.kind, draw.shape) != (kind, shape):
        raise ValueError(
            f"The replay expected {draw.kind!r} of shape {draw.shape}. "
            f"Received: {kind!r} of shape {shape}."
        )
    return draw
