"""A process that draws dropout's masks ahead, on a core that has nothing else to do.

The words behind a mask follow from its pair of seeds alone, (seed, k), (seed, k+1), …, so anybody
can draw them at any time. In NumPy that takes some eighty short calls, which two threads of one
interpreter would hinder each other in; so it is another process that draws them, into memory that
both see. Whatever is not ready when it is wanted is drawn by the one who wants it: the masks are
the same, and a machine that is busy loses nothing.

Orders and answers go through pipes. The process ends with the one that started it, and by itself
when nothing was ordered for a while.
"""

from __future__ import annotations

import mmap
import os
import select
import struct
import subprocess
import sys
import tempfile
import threading
import warnings
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch import crew
from nnscratch.random.ahead import WordsAhead
from nnscratch.random.bits import mantissas
from nnscratch.random.stream import State
from nnscratch.typing import Array

LEAST = 2048
"""Elements of the smallest mask that is worth an order."""

WARMING = 4_000_000
"""Elements that are drawn here before a process is started: a thirtieth of a second."""

ROOM = 1 << 26
"""Bytes of the memory that both see; only what is written to is taken."""

BATCH = 1 << 20
"""Elements of the masks that are ordered at a time, about."""

IDLE = 20.0
"""Seconds without an order after which the process ends."""

POSSIBLE = os.name == "posix" and Path(sys.executable or "").name.startswith(("python", "pypy"))
"""Whether a process can be given memory, and is a Python when it is started."""

_ORDER = struct.Struct("<6q")
"""Place, seed, first k, how many masks, elements of a mask, threshold."""

_SERVE = (
    "import sys; sys.path[:] = sys.argv[2:]; from nnscratch.random.workshop import serve; serve()"
)


@dataclass
class Batch:
    """Some masks of one stream that follow each other and are ordered together.

    Attributes:
        place: where in the memory they lie.
        seed: the first of their pairs of seeds' numbers.
        first: the second one of the first mask.
        last: that of the last mask.
        ready: whether they have been drawn.
    """

    place: int
    seed: int = -1
    first: int = 0
    last: int = -1
    ready: bool = True

    def holds(self, seed: int, k: int) -> bool:
        """Tell whether a mask is among them."""
        return self.seed == seed and self.first <= k <= self.last


class Shelf:
    """The masks of one stream: while one batch is used, the other is drawn.

    Args:
        place: where its room in the memory begins.
        count: elements of a mask.

    Attributes:
        at_hand: the batch that the latest mask was of.
    """

    def __init__(self, place: int, count: int) -> None:
        self.count = count
        self.masks = masks_of_a_batch(count)
        self.batches = [Batch(place), Batch(place + self.masks * count)]
        self.at_hand = self.batches[0]

    def place_of(self, seed: int, k: int) -> int | None:
        """Return where a mask lies; None if it is not ready."""
        for batch in self.batches:
            if batch.ready and batch.holds(seed, k):
                self.at_hand = batch
                return batch.place + (k - batch.first) * self.count
        return None

    def to_order(self, seed: int, k: int) -> list[Batch]:
        """Return the batches that are free once mask k is used, told what to hold next."""
        coming = [b for b in self.batches if b.seed == seed and b.last > k]
        free = [b for b in self.batches if b.ready and b not in coming]
        first = max([k, *(b.last for b in coming)]) + 1
        for batch in free:
            batch.seed, batch.first, batch.last = seed, first, first + self.masks - 1
            batch.ready = False
            first += self.masks
        return free


def masks_of_a_batch(count: int) -> int:
    """Return how many masks of so many elements are ordered at a time."""
    return min(32, max(2, BATCH // count))


class Workshop:
    """The process, the memory, and the shelves in it.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        with tempfile.TemporaryFile() as file:  # without a name: nothing can be left behind
            file.truncate(ROOM)
            self._masks = np.frombuffer(mmap.mmap(file.fileno(), ROOM), np.bool_)
            places = [place or os.getcwd() for place in sys.path]  # and no others, hence -I
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _SERVE, str(file.fileno()), *places],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                pass_fds=[file.fileno()],
                start_new_session=True,  # Ctrl-C is for the one who trains
            )
        self._shelves: dict[tuple[int, int, int], Shelf] = {}
        self._taken = 0
        self._sent: list[Batch] = []
        self.close = weakref.finalize(self, _end, self._process, self.pid)

    def fill(self, seed: int, k: int, threshold: int, keep: Array) -> bool:
        """Copy a mask that is ready to `keep` and tell whether there was one; order the next ones.

        Args:
            seed: first number of the mask's pair of seeds.
            k: second number.
            threshold: the least mantissa that is kept.
            keep: where the mask goes, bool.

        Raises:
            OSError: the process has ended.
        """
        shelf = self._shelf(seed, keep.size, threshold)
        if shelf is None:
            return False
        batch = shelf.at_hand
        if batch.ready and batch.holds(seed, k):
            self._copy(batch.place + (k - batch.first) * shelf.count, keep)
            return True
        place = shelf.place_of(seed, k)
        if place is None and self._sent:
            self._collect()
            place = shelf.place_of(seed, k)
        if place is not None:
            self._copy(place, keep)
        for batch in shelf.to_order(seed, k):
            order = (batch.place, batch.seed, batch.first, shelf.masks, shelf.count, threshold)
            os.write(_number(self._process.stdin), _ORDER.pack(*order))
            self._sent.append(batch)
        return place is not None

    def _copy(self, place: int, keep: Array) -> None:
        keep.reshape(-1)[...] = self._masks[place : place + keep.size]

    def _shelf(self, seed: int, count: int, threshold: int) -> Shelf | None:
        shelf = self._shelves.get((seed, count, threshold))
        if shelf is not None:
            return shelf
        size = 2 * masks_of_a_batch(count) * count
        if self._taken + size <= ROOM:
            shelf = self._shelves[seed, count, threshold] = Shelf(self._taken, count)
            self._taken += size
        return shelf

    def _collect(self) -> None:
        """Take note of the orders that have been answered; they are, one after the other."""
        answers = _number(self._process.stdout)
        if select.select([answers], [], [], 0)[0]:
            done = len(os.read(answers, len(self._sent)))
            if not done:
                raise BrokenPipeError("The process that draws masks has ended.")
            for batch in self._sent[:done]:
                batch.ready = True
            del self._sent[:done]


def _end(process: subprocess.Popen[bytes], pid: int) -> None:
    if os.getpid() == pid:  # a fork of the process that trains leaves it alone
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _number(pipe: Any) -> int:
    return int(pipe.fileno())


def serve() -> None:
    """Draw what is ordered on standard input until it ends, or nothing is ordered for a while."""
    memory = np.frombuffer(mmap.mmap(int(sys.argv[1]), ROOM), np.uint8)
    streams: dict[tuple[int, int], WordsAhead] = {}
    while select.select([0], [], [], IDLE)[0]:
        order = os.read(0, _ORDER.size)
        if len(order) < _ORDER.size:
            return
        place, seed, first, masks, count, threshold = _ORDER.unpack(order)
        ahead = streams.setdefault((seed, count), WordsAhead())
        for k in range(first, first + masks):
            words = mantissas(ahead.words((seed, k), count), "float32")
            keep = memory[place : place + count].view(np.bool_)
            np.greater_equal(words, np.uint32(threshold), out=keep)
            place += count
        os.write(1, b"x")


class _Here(threading.local):
    """The workshop of one thread."""

    def __init__(self) -> None:
        self.drawn = 0
        self.workshop: Workshop | None = None


_here = _Here()


def drawn_ahead(state: State, threshold: int, keep: Array) -> bool:
    """Fill a mask from the workshop if it is there, and tell whether it was.

    A process is started once much has been drawn in this thread, where there is a second core to
    use (see `crew.spare`).

    Args:
        state: the mask's pair of seeds, cast.
        threshold: the least mantissa that is kept.
        keep: where the mask goes.
    """
    if keep.size < LEAST or not crew.spare() or not keep.flags.c_contiguous or not POSSIBLE:
        return False
    if _here.workshop is not None and _here.workshop.pid != os.getpid():
        _here.workshop, _here.drawn = None, 0  # it belongs to the process that this one comes from
    _here.drawn += keep.size
    if _here.drawn < WARMING:
        return False
    try:
        if _here.workshop is None:
            _here.workshop = Workshop()
        return _here.workshop.fill(*state, threshold, keep)
    except OSError as error:
        close()
        if not isinstance(error, BrokenPipeError):
            warnings.warn(f"Masks are drawn without a helping process: {error}", stacklevel=2)
        return False


def close() -> None:
    """End this thread's helping process, if there is one; a new one is started when it pays."""
    if _here.workshop is not None:
        _here.workshop.close()
    _here.workshop, _here.drawn = None, 0
