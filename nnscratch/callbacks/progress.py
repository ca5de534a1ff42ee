"""The callback that draws the progress line."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.utils import io
from nnscratch.utils.progbar import Progbar

REDRAW_SECONDS = 0.1


class ProgbarLogger(Callback):
    """Draw a progress line for each epoch, for each evaluation and for each prediction.

    The validation inside of `fit` draws none: its metrics join the line of the epoch. A line is
    redrawn ten times a second at most. How it looks depends on where it goes; see `Progbar`.

    Args:
        clock: returns the time in seconds.
    """

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter) -> None:
        super().__init__()
        self.seen = 0
        self.progbar: Progbar | None = None
        self.target: int | None = None
        self.verbose = 1
        self.epochs = 1
        self._clock = clock
        self._in_fit = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Take over `verbose`, `epochs` and `steps`."""
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self.verbose = 1 if verbose == "auto" else verbose
        self.epochs = params.get("epochs", 1)
        self.target = params.get("steps")

    def on_train_begin(self, logs: Logs = None) -> None:
        """Keep evaluations silent from here on: they are validations."""
        self._in_fit = True

    def on_train_end(self, logs: Logs = None) -> None:
        """Let evaluations draw their own lines again."""
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Begin a line, under a header if there are several epochs."""
        self._begin()
        if self.verbose and self.epochs > 1:
            io.print_msg(f"Epoch {epoch + 1}/{self.epochs}")

    def on_test_begin(self, logs: Logs = None) -> None:
        """Begin a line."""
        if not self._in_fit:
            self._begin()

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Begin a line."""
        self._begin()

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Move the line on."""
        self._step(batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Move the line on."""
        if not self._in_fit:
            self._step(batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Move the line on; the outputs are not shown."""
        self._step(batch, None)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Draw the line for the last time."""
        self._end(logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Draw the line for the last time."""
        if not self._in_fit:
            self._end(logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Draw the line for the last time."""
        self._end(None)

    def _begin(self) -> Progbar:
        self.seen = 0
        self.progbar = Progbar(
            self.target,
            verbose=self.verbose,
            interval=REDRAW_SECONDS,
            stateless_metrics=(),
            clock=self._clock,
        )
        return self.progbar

    def _step(self, batch: int, logs: Logs) -> None:
        bar = self.progbar or self._begin()
        self.seen = batch + 1
        if self.verbose == 1:
            bar.update(self.seen, (logs or {}).items(), finalize=False)

    def _end(self, logs: Logs) -> None:
        bar = self.progbar or self._begin()
        if self.target is None:
            self.target = bar.target = self.seen
        bar.update(self.target, (logs or {}).items(), finalize=True)
