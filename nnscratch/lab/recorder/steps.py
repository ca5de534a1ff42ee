"""What is recorded of steps themselves: loss, learning rate, random draws, rows of the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.lab.recorder.log import Log
from nnscratch.variable import Variable


class Steps:
    """The course of one `fit`: which rows each step took, with which learning rate and draws.

    Orders of rows and learning rates are written down when they change, recorded step or not: time
    travel needs them.

    Args:
        kinds: which kinds are recorded.
        log: where to write them down.
        run: number of the `fit`.
        stepper: the training step.
        before: the `Steps` of the `fit` before, if any.
    """

    def __init__(
        self, kinds: frozenset[str], log: Log, run: int, stepper: Any, before: Steps | None
    ) -> None:
        self._log = log
        self._run = run
        self._source = stepper.source
        self._in_passes = hasattr(self._source, "passes")
        self._pass: int | None = None
        self._order: Any = None if before is None else before._order
        self._order_begin: int = 0 if before is None else before._order_begin
        self._pass_begin = self._skipped = 0
        self._optimizer = stepper.optimizer
        rate = stepper.optimizer.learning_rate
        self._rate_array = rate.value if isinstance(rate, Variable) else None  # changed in place
        self._last_rate: float | None = None
        self._losses, self._rates, self._draws, self._rows = (
            kind in kinds for kind in ("loss", "learning_rate", "draws", "rows")
        )
        self._drawn: list[random.Draw] = []
        self._watch = random.observe(self._drawn.append)
        self._watching = False
        self.rate = float("nan")

    def look(self, done: int) -> None:
        """Write down what has changed since the step before, after so many steps."""
        if self._in_passes and self._source.passes != self._pass:
            self._begin_pass(done)
        if self._rate_array is not None:
            rate = self._rate_array.item()
            if rate != self._last_rate:
                self._last_rate = rate
                self._log.note("rates", [done + 1, rate])

    def _begin_pass(self, done: int) -> None:
        """Take note of the order of the rows; one that is repeated is written once."""
        source, before = self._source, self._order
        self._pass, self._pass_begin = source.passes, done
        self._order, self._skipped = source.order, source.index
        if self._order is not None and self._order is not before:
            self._order_begin = done
            self._log.row("order", "full", done, self._order)
        begin = None if self._order is None else self._order_begin
        entry = {"run": self._run, "step": done, "order": begin, "skipped": self._skipped}
        self._log.note("passes", entry)

    def begin(self) -> None:
        """Begin to record a step."""
        self.rate = float(self._optimizer.learning_rate)
        if self._draws:
            self._drawn.clear()
            self._watch.__enter__()
            self._watching = True

    def end(self) -> None:
        """Watch no more draws."""
        if self._watching:
            self._watch.__exit__(None, None, None)
            self._watching = False

    def record(self, step: int, total: Any, rows: int) -> None:
        """Record a step that was taken.

        Args:
            step: number of the step.
            total: its loss.
            rows: rows of its batch.
        """
        self.end()
        if self._losses:
            self._log.number("loss", step, float(total if np.ndim(total) == 0 else np.mean(total)))
        if self._rates:
            self._log.number("learning_rate", step, self.rate)
        if self._draws:
            drawn = [[d.name, d.kind, d.shape, d.state, d.xla] for d in self._drawn]
            self._log.note("draws", [step, drawn])
        if self._rows and self._pass is not None:
            start = (step - 1 - self._pass_begin + self._skipped) * self._source.batch_size
            order, stop = self._order, start + rows
            taken = np.arange(start, stop) if order is None else order[start:stop]
            self._log.row("rows", "full", step, taken)
