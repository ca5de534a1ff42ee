"""The floor: the matrix products of a step alone, on NumPy's BLAS, with outputs made before.

They are run on one thread and on as many as BLAS likes; the faster of the two is the floor.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from benchmarks.engines import Go
from benchmarks.workloads import Array, BatchNorm, Conv, Dense, Flatten, Workload

Product = tuple[Array, Array, Array]


def products(workload: Workload) -> list[Product]:
    """Return both operands and the output of each product of one step, in order.

    Forward x·W; backward, where the work trains, xᵀ·dz and, where a layer before has weights,
    dz·Wᵀ. A convolution is the product of its unrolled windows.
    """
    N = workload.batch_size
    forward: list[Product] = []
    backward: list[Product] = []
    shape: tuple[int, ...] = workload.shape
    trainable_before = False
    for layer in workload.layers:
        if isinstance(layer, Flatten):
            shape = (int(np.prod(shape)),)
        elif isinstance(layer, BatchNorm):
            trainable_before = True
        elif isinstance(layer, (Dense, Conv)):
            if isinstance(layer, Conv):
                height, width, channels = shape
                rows, D, M = N * (height - 2) * (width - 2), 9 * channels, layer.filters
                shape = ((height - 2) // 2, (width - 2) // 2, M)
            else:
                rows, D, M = N, shape[0], layer.units
                shape = (M,)
            x, w, z = _full(rows, D), _full(D, M), _full(rows, M)
            forward.append((x, w, z))
            if trainable_before:
                backward.insert(0, (z, w.T, np.empty_like(x)))
            backward.insert(0, (x.T, z, np.empty_like(w)))
            trainable_before = True
    return forward + backward if workload.trains else forward


def _full(rows: int, columns: int) -> Array:
    return np.full((rows, columns), 0.5, np.float32)


def prepare(workload: Workload, x: Array, y: Array, **options: Any) -> Go:
    """Return the measured go."""
    work = products(workload)
    controller = ThreadpoolController()

    def alone() -> None:
        with controller.limit(limits=1, user_api="blas"):
            _run(work, workload.steps)

    def shared() -> None:
        _run(work, workload.steps)

    return min((alone, shared), key=_shortest)


def _run(work: Sequence[Product], steps: int) -> None:
    for _ in range(steps):
        for left, right, out in work:
            np.matmul(left, right, out=out)


def _shortest(go: Go) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        go()
        times.append(time.perf_counter() - start)
    return min(times)


def versions() -> dict[str, str]:
    """Return the version of BLAS."""
    library = next(lib for lib in ThreadpoolController().info() if lib["user_api"] == "blas")
    return {library["internal_api"]: library["version"]}
