"""Threads that help with long work: at most as many as there are cores, asleep when idle."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Task = Callable[[], Any]
"""Something to do; what it returns is not looked at."""


class _Job:
    """A task in a helper's hands.

    Attributes:
        error: what the task raised, if anything.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.error: BaseException | None = None
        self._busy = threading.Lock()
        self._busy.acquire()

    def run(self) -> None:
        try:
            self.task()
        except BaseException as error:
            self.error = error
        finally:
            self._busy.release()

    def wait(self) -> None:
        """Return when the task is done."""
        self._busy.acquire()


class Helper:
    """A thread that does what it is given, and sleeps on a lock until there is something.

    A lock wakes a thread three times as fast as `concurrent.futures` does, and a large product
    takes no longer than ten such awakenings.
    """

    def __init__(self) -> None:
        self._jobs: deque[_Job | None] = deque()
        self._asleep = threading.Lock()
        self._asleep.acquire()
        self._thread = threading.Thread(target=self._work, name="nnscratch", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while True:
            self._asleep.acquire()
            while self._jobs:
                try:
                    job = self._jobs.popleft()
                except IndexError:  # it was taken back in this moment
                    break
                if job is None:
                    return
                job.run()

    def give(self, job: _Job | None) -> None:
        """Hand over a job; None ends the thread."""
        self._jobs.append(job)
        if self._asleep.locked():
            self._asleep.release()

    def take_back(self, job: _Job) -> bool:
        """Return whether the job was not begun; it is not begun any more then."""
        try:
            self._jobs.remove(job)
        except ValueError:
            return False
        return True

    def end(self) -> None:
        """End the thread, once it is done with the job in its hands."""
        self.give(None)
        self._thread.join()


class _Crew(threading.local):
    """The threads that help this thread at present."""

    def __init__(self) -> None:
        self.helpers: list[Helper] = []
        self.spare = 0


_crew = _Crew()


def size() -> int:
    """Return how many threads work at present, the asking one included."""
    return 1 + len(_crew.helpers)


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
    if threads < 2 or _crew.helpers:
        yield
        return
    _crew.helpers = [Helper() for _ in range(threads - 1)]
    try:
        yield
    finally:
        helpers, _crew.helpers = _crew.helpers, []
        for helper in helpers:
            helper.end()


def together(tasks: Sequence[Task]) -> None:
    """Run all tasks, at once as far as there are threads, and return when all are done.

    The first task is this thread's own; nobody helps it meanwhile. What no helper has begun when
    it is done with that, it does itself: a machine that is busy with other work costs no time.

    >>> done = []
    >>> together([lambda: done.append(1), lambda: done.append(2)])
    >>> sorted(done)
    [1, 2]
    """
    helpers = _crew.helpers
    if not helpers:
        for task in tasks:
            task()
        return
    given = [(helpers[i % len(helpers)], _Job(task)) for i, task in enumerate(tasks[1:])]
    for helper, job in given:
        helper.give(job)
    _crew.helpers = []
    try:
        for task in tasks[:1]:
            task()
    finally:
        _crew.helpers = helpers
        for helper, job in reversed(given):
            if helper.take_back(job):
                job.run()
            job.wait()
    for _, job in given:
        if job.error is not None:
            raise job.error
