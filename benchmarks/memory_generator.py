"""Train on more data than fits into memory, from a generator, and say how much memory it took.

    python benchmarks/memory_generator.py                 # 20 GB, limit 500 MB
    python benchmarks/memory_generator.py --gigabytes 1

The batches are made as they are needed, so that nothing but the present one is ever in memory. The
peak is that of the whole process, the interpreter and NumPy included, as the operating system
counts it. The exit status is 1 where it is above the limit.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator

import numpy as np

import nnscratch as keras
from nnscratch.typing import Array

ROWS, COLUMNS = 4096, 256
BATCH_BYTES = ROWS * COLUMNS * 4


def batches(count: int) -> Iterator[tuple[Array, Array]]:
    """Yield rows x, uniform in [0, 1), and the targets x·w of a fixed w."""
    rng = np.random.default_rng(0)
    w = rng.normal(size=(COLUMNS, 1)).astype("float32")
    for _ in range(count):
        x = rng.random((ROWS, COLUMNS), dtype=np.float32)
        yield x, x @ w


def peak_megabytes() -> float:
    """Return the largest resident size that this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main() -> int:
    """Train, print what it took, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=20.0, help="how much data")
    parser.add_argument("--limit-mb", type=float, default=500.0, help="the peak that is allowed")
    options = parser.parse_args()
    count = max(2, round(options.gigabytes * 1e9 / BATCH_BYTES))

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((COLUMNS,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.003), "mse")
    before = peak_megabytes()
    start = time.perf_counter()
    history = model.fit(batches(count), steps_per_epoch=count // 2, epochs=2, verbose=0)
    seconds = time.perf_counter() - start

    first, last = history.history["loss"]
    peak = peak_megabytes()
    print(f"data          {count * BATCH_BYTES / 1e9:9.2f} GB in {count} batches")
    print(f"time          {seconds:9.1f} s")
    print(f"loss          {first:9.3g} in the first half, {last:.3g} in the second")
    print(f"peak before   {before:9.1f} MB")
    print(f"peak after    {peak:9.1f} MB, limit {options.limit_mb:.0f} MB")
    return 0 if peak <= options.limit_mb and last < first else 1


if __name__ == "__main__":
    sys.exit(main())
