"""Short draws of a generator that draws on and on, made several at a time."""

from __future__ import annotations

import numpy as np

from nnscratch.random.philox import IN_PLACE, PIECE, derive, streams_of, words_of_streams
from nnscratch.random.stream import State
from nnscratch.typing import Array

KEYS = 64
"""Draws whose keys are derived at a time."""

MOST, FEWEST = 16, 4
"""Draws made at a time; where there is room for fewer than that, it gains nothing."""


class WordsAhead:
    """The random words of one generator's draws, of which the coming ones are known.

    A generator steps through (seed, k), (seed, k+1), …, and the words of a draw follow from its
    state alone. From the second of two draws on that follow each other and are of one size, the
    words of some coming draws are made with it. If another state comes than was expected, its
    words are made alone: they never depend on what was made before.

    >>> ahead = WordsAhead()
    >>> drawn = [ahead.words((7, k), 5).tolist() for k in (0, 1, 2, 9)]
    >>> drawn == [derive((7, k)).words(5).tolist() for k in (0, 1, 2, 9)]
    True
    """

    def __init__(self) -> None:
        self._expected: tuple[int, int, int] | None = None
        self._coming: list[Array] = []
        self._memory = np.empty((0, 0, 4), np.uint32)
        self._origin = (0, 0)
        self._streams: tuple[Array, ...] = ()

    def words(self, state: State, count: int, out: Array | None = None) -> Array:
        """Return the words of the draw from this state; the caller may overwrite them.

        Args:
            state: the pair of seeds, cast.
            count: how many words.
            out: room for the words of a draw that is made alone, see `PhiloxStream.words`.
        """
        seed, k = state
        follows = self._expected == (seed, k, count)
        self._expected = (seed, k + 1, count)
        if not follows:
            self._coming = []
        elif not self._coming:
            self._coming = self._draw(seed, k, count)
        return self._coming.pop() if self._coming else derive(state).words(count, out=out)

    def _draw(self, seed: int, k: int, count: int) -> list[Array]:
        """Return the words of the draws from here on, the first one last; none if they are long."""
        blocks = -(-count // 4)
        draws = min(MOST, PIECE // max(1, blocks))
        if draws < FEWEST or not IN_PLACE:
            return []
        if self._memory.shape[:2] != (draws, blocks):
            self._memory = np.empty((draws, blocks, 4), np.uint32)
        streams = self._streams_from(seed, k, draws)
        return list(words_of_streams(streams, count, self._memory))[::-1]

    def _streams_from(self, seed: int, k: int, draws: int) -> list[Array]:
        known_seed, known_k = self._origin
        first = k - known_k
        if not self._streams or known_seed != seed or not 0 <= first <= KEYS - draws:
            self._origin, first = (seed, k), 0
            states = np.array([(seed, k + i) for i in range(KEYS)], np.uint64)
            self._streams = streams_of(states)
        return [word[first : first + draws] for word in self._streams]
