"""Summaries and histograms of an array at many steps, the costly part done for all at once."""

from __future__ import annotations

import math

import numpy as np

from nnscratch.lab.recorder.reductions import SUMMARY
from nnscratch.typing import Array


class Block:
    """Samples of one array at up to `capacity` steps, waiting to be counted.

    Mean, standard deviation, extremes and norm are those of all elements. Where there are more than
    `sample` of them, the histogram counts every n-th, a fixed choice that costs the run little.

    Args:
        size: elements of the array.
        capacity: steps that there is room for.
        sample: elements that are kept of each step, at most.
        bins: bins of the histogram.

    >>> block = Block(4, 2, 100, 2)
    >>> block.add(1, np.array([0.0, 0.0, 0.0, 2.0]))
    >>> steps, summary, histogram = block.take()
    >>> summary[0].round(3).tolist()  # mean, std, min, max, norm
    [0.5, 0.8659999966621399, 0.0, 2.0, 2.0]
    >>> histogram[0].tolist()  # low, high, counts
    [0.0, 2.0, 3.0, 1.0]
    """

    def __init__(self, size: int, capacity: int, sample: int, bins: int) -> None:
        self.size = size
        self.bins = bins
        self.stride = max(1, -(-size // sample))
        self.whole = self.stride == 1
        kept = len(range(0, size, self.stride))
        self.steps: list[int] = []
        self._samples = np.empty((capacity, kept), np.float32)
        self._summary = np.empty((capacity, len(SUMMARY)), np.float32)
        self._scratch = np.empty(0 if self.whole else size, np.float32)

    def add(self, step: int, array: Array) -> None:
        """Take in the array as it is at a step."""
        flat = array.reshape(-1)
        k = len(self.steps)
        self._samples[k] = flat if self.whole else flat[:: self.stride]
        self.steps.append(step)
        if not self.whole:
            n = self.size
            row = self._summary[k]
            mean = float(np.add.reduce(flat)) / n
            centred = np.subtract(flat, mean, out=self._scratch, casting="unsafe")
            variance = float(np.dot(centred, centred)) / n
            row[0], row[1] = mean, math.sqrt(variance)
            row[2], row[3] = np.minimum.reduce(flat), np.maximum.reduce(flat)
            row[4] = math.sqrt(n * (variance + mean * mean))

    def take(self) -> tuple[list[int], Array, Array]:
        """Return steps, summaries (steps, 5) and histograms (steps, 2 + bins), and start anew."""
        steps, self.steps = self.steps, []
        samples = self._samples[: len(steps)]
        summary = self._summary[: len(steps)].copy()
        if self.whole:
            _summarise(samples, summary)
        return steps, summary, _histograms(samples, summary[:, 2], summary[:, 3], self.bins)


def _summarise(samples: Array, summary: Array) -> None:
    if samples.shape[1] == 0:
        summary[...] = math.nan
        return
    summary[:, 0] = samples.mean(axis=1)
    summary[:, 1] = samples.std(axis=1)
    summary[:, 2] = samples.min(axis=1)
    summary[:, 3] = samples.max(axis=1)
    summary[:, 4] = np.sqrt(np.einsum("ij,ij->i", samples, samples))


def _histograms(samples: Array, low: Array, high: Array, bins: int) -> Array:
    """Count every row in bins of equal width from its lowest to its highest finite value."""
    rows = len(samples)
    found = np.zeros((rows, 2 + bins), np.float32)
    if not samples.size:
        return found
    finite = np.isfinite(low) & np.isfinite(high)
    if not finite.all():
        for i in np.flatnonzero(~finite):
            values = samples[i][np.isfinite(samples[i])]
            if values.size:
                found[i, :2] = values.min(), values.max()
                found[i, 2:] = np.histogram(values, bins, (found[i, 0], found[i, 1] + 1e-30))[0]
        samples, low, high = samples[finite], low[finite], high[finite]
    width = (high - low).astype(np.float32)
    scale = np.divide(bins, width, out=np.zeros_like(width), where=width > 0)
    index = samples - low[:, None]
    index *= scale[:, None]
    np.minimum(index, bins - 1, out=index)
    numbers = index.astype(np.intp)
    numbers += np.arange(len(samples))[:, None] * bins
    counts = np.bincount(numbers.reshape(-1), minlength=len(samples) * bins)
    found[finite, 0], found[finite, 1] = low, high
    found[finite, 2:] = counts.reshape(-1, bins)
    return found
