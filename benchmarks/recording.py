"""What the recorder costs: the notes' network with everything recorded every 10th step.

python -m benchmarks.recording [--epochs N] [--repeats N]

Both sides run in turns in one process on one thread; the fastest of each is compared, once by the
clock and once by the processor's time, which other programs disturb less.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import nnscratch as nn
from nnscratch.lab import Recorder


@dataclass
class Settings:
    """What is measured."""

    rows: int = 60_000
    batch_size: int = 100
    epochs: int = 3
    every: int = 10
    repeats: int = 6


def build() -> Any:
    """Return the notes' network, 784-64-32-64-10, trained by Adam with averaged weights."""
    nn.utils.set_random_seed(777)
    hidden = [nn.layers.Dense(n, "relu", kernel_initializer="he_normal") for n in (64, 32, 64)]
    model = nn.Sequential([nn.Input((784,)), *hidden, nn.layers.Dense(10, "softmax")])
    adam = nn.optimizers.Adam(use_ema=True, ema_momentum=0.999)
    model.compile(adam, "categorical_crossentropy", metrics=["accuracy"])
    return model


def measure(s: Settings, recorder: Callable[[], list[Any]]) -> tuple[float, float]:
    """Train once and return seconds by the clock and of the processor."""
    rng = np.random.default_rng(0)
    digits = rng.integers(0, 10, s.rows)
    x = 0.5 * rng.random((s.rows, 784), dtype="float32")
    x += 0.5 * rng.random((10, 784), dtype="float32")[digits]  # ten blurred pictures
    y = nn.utils.to_categorical(digits, 10)
    model, callbacks = build(), recorder()
    gc.collect()  # files of recorders before this one are deleted here
    clock, processor = time.perf_counter(), time.process_time()
    model.fit(x, y, s.batch_size, s.epochs, verbose=0, callbacks=callbacks)
    return time.perf_counter() - clock, time.process_time() - processor


def settings() -> Settings:
    """Return the settings of the command line."""
    parser = argparse.ArgumentParser(description="What the recorder costs.")
    default = Settings()
    parser.add_argument("--epochs", type=int, default=default.epochs, help="epochs of a training")
    parser.add_argument("--repeats", type=int, default=default.repeats, help="trainings per side")
    return Settings(**vars(parser.parse_args()))


def main() -> None:
    """Measure both sides in turns and print what recording adds."""
    s = settings()
    sides: dict[str, Callable[[], list[Any]]] = {
        "without recorder": list,
        f"everything every {s.every}th step": lambda: [Recorder(every=s.every)],
        "recorder that records nothing": lambda: [Recorder(epochs=(), keyframes=None)],
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(s.repeats):
        for name, recorder in sides.items():
            found[name].append(measure(s, recorder))
    best = {name: np.min(times, axis=0) for name, times in found.items()}
    plain = best["without recorder"]
    steps = s.epochs * -(-s.rows // s.batch_size)
    print(f"{'':30s} {'clock':>10s} {'processor':>10s}   per step")
    for name, times in best.items():
        clock, processor = 100 * (times / plain - 1)
        print(f"{name:30s} {times[0]:8.3f} s {times[1]:8.3f} s   {times[1] / steps * 1e6:6.0f} µs"
              f"   {clock:+.1f} % {processor:+.1f} %")  # fmt: skip


if __name__ == "__main__":
    main()
