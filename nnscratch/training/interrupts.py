"""Ctrl-C that waits for the end of the step under way, so that no step is done by half."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Takes Ctrl-C in while a step is under way.

    Attributes:
        busy: whether a step is under way.
    """

    def __init__(self) -> None:
        self.busy = False
        self._pending = False

    def step_done(self) -> None:
        """Note that the step is done, and raise `KeyboardInterrupt` if Ctrl-C was pressed in it."""
        self.busy = False
        if self._pending:
            self._pending = False
            raise KeyboardInterrupt

    def take_in(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal: at once between steps, and where it comes again."""
        if not self.busy or self._pending:
            signal.default_int_handler(number, frame)
        self._pending = True


@contextmanager
def whole_steps() -> Iterator[Interrupt]:
    """Yield an `Interrupt` that handles Ctrl-C until the block is left.

    Where another part of the program handles the signal itself, or this is not the main thread,
    everything stays as it is.
    """
    interrupt = Interrupt()
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not ours:
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt.take_in)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
