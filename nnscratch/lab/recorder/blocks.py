"""Summaries and histograms of arrays at many steps, the costly part done for all at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nnscratch.lab.recorder.reductions import SUMMARY
from nnscratch.typing import Array

CANCELS = 0.05
"""Below this share of the mean square, the difference of two float32 sums is no variance."""
SMALLEST = 1e-36
"""A range narrower than this is one value: its inverse would be infinite in float32."""
TOGETHER = 1 << 16
"""Elements that are counted in one go: they stay in the processor's cache."""


class Block:
    """Samples of one array at some steps, waiting to be counted.

    Of an array with more than `sample` elements every n-th is kept, a fixed choice. Where the block
    is exact, mean, standard deviation, extremes and norm are those of all elements all the same,
    and only the histogram is that of the sample.

    Args:
        size: elements of the array.
        capacity: steps that there is room for.
        sample: elements that are kept of each step, at most.
        exact: whether to look at all elements.

    >>> block = Block(4, 2, 100)
    >>> block.add(1, np.array([0.0, 0.0, 0.0, 2.0]))
    >>> [taken] = take([block], 2)
    >>> taken.steps, taken.summary[0, 0].round(3).tolist()  # mean, std, min, max, norm
    ((1,), [0.5, 0.8659999966621399, 0.0, 2.0, 2.0])
    >>> taken.histogram[0, 0].tolist()  # low, high, counts
    [0.0, 2.0, 3.0, 1.0]
    """

    def __init__(self, size: int, capacity: int, sample: int, exact: bool = False) -> None:
        self.size = size
        self.stride = stride_for(size, sample)
        self.width = len(range(0, size, self.stride))
        self.exact = exact and self.stride > 1
        self.steps: list[int] = []
        self._samples = np.empty((capacity, self.width), np.float32)
        self._summaries: list[tuple[float, ...]] = []
        self._array: Array | None = None
        self._kept = np.empty(0)

    def add(self, step: int, array: Array) -> None:
        """Take in the array as it is at a step."""
        if array is not self._array:  # otherwise it is the same memory as the last time
            self._kept = array.reshape(-1)[:: self.stride]
            self._array = array if array.flags.c_contiguous else None
        self._samples[len(self.steps)] = self._kept
        self.steps.append(step)
        if self.exact:
            self._summaries.append(_all_of(array.reshape(-1)))

    def samples(self) -> Array:
        """Return what was kept, (steps, width)."""
        return self._samples[: len(self.steps)]

    def correct(self, summary: Array) -> None:
        """Put what is known of all elements in the place of what the sample says, (steps, 5)."""
        if self.exact:
            summary[...] = self._summaries

    def clear(self) -> None:
        """Start anew."""
        self.steps, self._summaries = [], []


def stride_for(size: int, sample: int) -> int:
    """Return n such that every n-th of `size` elements are at most `sample`."""
    return max(1, -(-size // sample))


def _all_of(flat: Array) -> tuple[float, ...]:
    """Return mean, std, min, max and norm of an array."""
    n = flat.size
    if flat.dtype.kind != "f":
        flat = flat.astype(np.float32)
    mean, square = float(np.add.reduce(flat)) / n, float(np.dot(flat, flat)) / n
    variance = square - mean * mean
    if variance < CANCELS * square:
        centred = flat - flat.dtype.type(mean)
        variance = float(np.dot(centred, centred)) / n
    low, high = np.minimum.reduce(flat), np.maximum.reduce(flat)
    return mean, math.sqrt(variance), low, high, math.sqrt(n * square)


class Sampled(Protocol):
    """Something with samples of an array at some steps."""

    size: int
    width: int
    steps: list[int]

    def samples(self) -> Array:
        """Return what was kept, (steps, width)."""

    def correct(self, summary: Array) -> None:
        """Put what is known of all elements in the place of what the sample says, (steps, 5)."""

    def clear(self) -> None:
        """Start anew."""


@dataclass(frozen=True)
class Taken:
    """Summaries and histograms of some blocks that hold the same steps.

    Attributes:
        members: numbers of the blocks.
        steps: the steps.
        summary: (members, steps, 5) mean, std, min, max, norm.
        histogram: (members, steps, 2 + bins) low, high, counts.
    """

    members: list[int]
    steps: tuple[int, ...]
    summary: Array
    histogram: Array


def take(blocks: Sequence[Sampled], bins: int) -> list[Taken]:
    """Return summaries and histograms of what blocks hold, and clear them.

    Args:
        blocks: the blocks; those that kept equally many elements of each step are counted together.
        bins: bins of a histogram.
    """
    groups: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for i, block in enumerate(blocks):
        groups.setdefault((block.width, tuple(block.steps)), []).append(i)
    found: list[Taken] = []
    for (width, steps), members in groups.items():
        at_once = max(1, TOGETHER // max(1, len(steps) * width))
        for first in range(0, len(members), at_once):
            part = members[first : first + at_once]
            found.append(_taken(blocks, part, steps, bins))
    return found


def _taken(
    blocks: Sequence[Sampled], members: list[int], steps: tuple[int, ...], bins: int
) -> Taken:
    samples = np.concatenate([blocks[i].samples() for i in members])
    sizes = np.repeat([blocks[i].size for i in members], len(steps))
    summary = _summaries(samples, sizes)
    by_member = summary.reshape(len(members), len(steps), len(SUMMARY))
    for i, one in zip(members, by_member, strict=True):
        blocks[i].correct(one)
    histogram = _histograms(samples, summary[:, 2], summary[:, 3], bins)
    for i in members:
        blocks[i].clear()
    return Taken(members, steps, by_member, histogram.reshape(len(members), len(steps), 2 + bins))


def _summaries(samples: Array, sizes: Array) -> Array:
    """Return mean, std, min, max and norm of each row, a sample of an array of so many elements."""
    found = np.full((len(samples), len(SUMMARY)), math.nan, np.float32)
    width = samples.shape[1]
    if width:
        mean = np.add.reduce(samples, axis=1, dtype=np.float32) / np.float32(width)
        square = np.einsum("ij,ij->i", samples, samples)
        variance = square / np.float32(width) - mean * mean
        close = np.flatnonzero(variance * np.float32(width) < CANCELS * square)
        if close.size:
            centred = samples[close] - mean[close, None]
            variance[close] = np.einsum("ij,ij->i", centred, centred) / np.float32(width)
        found[:, 0] = mean
        found[:, 1] = np.sqrt(variance)
        found[:, 2] = np.minimum.reduce(samples, axis=1)
        found[:, 3] = np.maximum.reduce(samples, axis=1)
        found[:, 4] = np.sqrt(square * (sizes / width))
    return found


def _histograms(samples: Array, low: Array, high: Array, bins: int) -> Array:
    """Count every row in bins of equal width from its lowest to its highest finite value."""
    found = np.zeros((len(samples), 2 + bins), np.float32)
    if not samples.size:
        return found
    finite = np.isfinite(low) & np.isfinite(high)
    if finite.all():
        found[:, 0], found[:, 1] = low, high
        found[:, 2:] = _counts(samples, low, high, bins)
        return found
    for i in np.flatnonzero(~finite):
        values = samples[i][np.isfinite(samples[i])]
        if values.size:
            found[i, :2] = values.min(), values.max()
            found[i, 2:] = np.histogram(values, bins, (found[i, 0], found[i, 1] + 1e-30))[0]
    found[finite] = _histograms(samples[finite], low[finite], high[finite], bins)
    return found


def _counts(samples: Array, low: Array, high: Array, bins: int) -> Array:
    """Return how many elements of each row lie in each bin, (rows, bins)."""
    width = (high - low).astype(np.float32)
    wide = width > SMALLEST
    scale = np.divide(np.float32(bins), width, out=np.zeros_like(width), where=wide)
    index = samples - low[:, None]
    index *= scale[:, None]
    np.minimum(index, bins - 1, out=index)
    numbers = index.astype(np.intp)
    numbers += np.arange(len(samples))[:, None] * bins
    return np.bincount(numbers.reshape(-1), minlength=len(samples) * bins).reshape(-1, bins)
