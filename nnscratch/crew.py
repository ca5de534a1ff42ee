"""Threads that help with long work: at most as many as there are cores, asleep when idle."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


class _Crew(threading.local):
    """The threads that help this thread at present."""

    def __init__(self) -> None:
        self.pool: ThreadPoolExecutor | None = None
        self.size = 1
        self.spare = 0


_crew = _Crew()


def size() -> int:
    """Return how many threads work at present, the asking one included."""
    return _crew.size


def spare() -> int:
    """Return how many cores this run may use beyond those of its threads, for other processes."""
    return _crew.spare


def cores() -> int:
    """Return how many cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


@contextmanager
def spare_cores(count: int) -> Iterator[None]:
    """Say how many further cores may be used inside the block."""
    before, _crew.spare = _crew.spare, count
    try:
        yield
    finally:
        _crew.spare = before


@contextmanager
def crew_of(threads: int) -> Iterator[None]:
    """Let so many threads work inside the block; a crew that is there already stays."""
    if threads < 2 or _crew.pool is not None:
        yield
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads - 1, "nnscratch") as _crew.pool:
        _crew.size = threads
        try:
            yield
        finally:
            _crew.pool, _crew.size = None, 1


def together(tasks: Sequence[Callable[[], Any]]) -> None:
    """Run all tasks, at once as far as there are threads, and return when all are done.

    What no helper has begun when this thread is done with its own, it does itself: a machine that
    is busy with other work costs no time.

    >>> done = []
    >>> together([lambda: done.append(1), lambda: done.append(2)])
    >>> sorted(done)
    [1, 2]
    """
    pool = _crew.pool
    if pool is None:
        for task in tasks:
            task()
        return
    others = [(pool.submit(task), task) for task in tasks[1:]]
    for task in tasks[:1]:
        task()
    for future, task in reversed(others):
        if future.cancel():
            task()
        else:
            future.result()
