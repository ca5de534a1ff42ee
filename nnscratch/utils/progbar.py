"""The progress line: how far an epoch is, how long it takes, and its metrics so far."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nnscratch.utils import io

_BOLD, _GREEN, _WHITE = "1", "32", "37"


class Progbar:
    """Draw Keras's progress line wherever standard output leads.

    A terminal, a notebook and a PyCharm console get a line that is redrawn in place. Until the
    last time, metrics that do not fit into the terminal's width are left out, since a line that
    wraps cannot be redrawn. A pipe, a file and the logger get the final line only, without
    colours or control characters. Where the stream cannot carry `━`, the bar is drawn with `=`
    and `-`.

    Args:
        target: number of units in all; None if not known.
        width: number of characters of the bar.
        verbose: 0 draws nothing, 1 draws the line, 2 prints one line at the end.
        interval: seconds that must pass before the line is redrawn.
        stateful_metrics: names of metrics shown as they are; others are averaged over the units.
        stateless_metrics: names of metrics averaged over the units; others are shown as they are.
        unit_name: what is counted, such as `"step"`.
        clock: returns the time in seconds.

    Raises:
        ValueError: both `stateful_metrics` and `stateless_metrics` are given.

    >>> times = iter([0.0, 0.5, 1.0])
    >>> bar = Progbar(2, width=10, clock=lambda: next(times))
    >>> bar.update(1, [("loss", 0.5)])
    >>> bar.add(1, [("loss", 0.25)])
    2/2 ━━━━━━━━━━ 1s 500ms/step - loss: 0.2500
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Only one of `stateful_metrics` and `stateless_metrics` may be given: the one "
                "lists the metrics that are not averaged, the other those that are."
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.stateful_metrics = (
            set(stateful_metrics or ()) if self.stateless_metrics is None else None
        )
        self._display = _display()
        unicode = io.carries("━", getattr(sys.stdout, "encoding", None))
        self._done_mark, self._rest_mark = ("━", "━") if unicode else ("=", "-")
        self._seen_so_far = 0
        self._values: dict[str, tuple[Any, int]] = {}
        self._clock = clock
        self._start = clock()
        self._last_draw = -float("inf")
        self._time_after_first_step: float | None = None
        self._drawn_width = 0

    def update(
        self,
        current: int,
        values: Iterable[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """Set how far things are and redraw the line if it is time to.

        Args:
            current: number of units done.
            values: names and values of metrics, as they were over the units since the last call.
            finalize: whether this is the last call; None means `current >= target`.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._take(values or (), current, finalize)
        self._seen_so_far = current
        now = self._clock()
        seconds = self._seconds_per_unit(current, now)
        if self.verbose == 1:
            due = self._display != "plain" and now - self._last_draw >= self.interval
            if due or finalize:
                self._draw(current, now, seconds, finalize)
                self._last_draw = now
        elif self.verbose == 2 and finalize and self.target:
            took = f"{now - self._start:.0f}s"
            line = f"{self._count(current)} - {took} - {self._speed(seconds)}"
            metrics = self._metrics(lambda value: value > 1e-3)
            io.print_msg(f"{line}{''.join(metrics)}\n", line_break=False)

    def add(self, n: int, values: Iterable[tuple[str, Any]] | None = None) -> None:
        """Count `n` more units; see `update`."""
        self.update(self._seen_so_far + n, values)

    def _take(self, values: Iterable[tuple[str, Any]], current: int, finalize: bool) -> None:
        """Record the metrics, those to be averaged as a sum and its count."""
        for name, value in values:
            if finalize or not self._averaged(name):
                self._values[name] = (value, 1)
            else:
                units = max(current - self._seen_so_far, 1)
                total, count = self._values.get(name, (0, 0))
                self._values[name] = (total + value * units, count + units)

    def _averaged(self, name: str) -> bool:
        if self.stateful_metrics is not None:
            return name not in self.stateful_metrics
        return self.stateless_metrics is not None and name in self.stateless_metrics

    def _seconds_per_unit(self, current: int, now: float) -> float:
        """Return the mean duration of a unit, leaving out the first, which also warms up."""
        if not current:
            return 0.0
        if self._time_after_first_step is not None and current > 1:
            seconds = (now - self._time_after_first_step) / (current - 1)
        else:
            seconds = (now - self._start) / current
        if current == 1:
            self._time_after_first_step = now
        return seconds

    def _draw(self, current: int, now: float, seconds: float, finalize: bool) -> None:
        """Write the line over the one that stands there."""
        pieces = self._bar(current)
        if self.target and not finalize:
            pieces += [(" ", ""), (_duration(seconds * (self.target - current)), _BOLD)]
        else:
            pieces += [(" ", ""), (f"{now - self._start:.0f}s", _BOLD)]
        pieces.append((f" {self._speed(seconds)}", ""))
        metrics = self._metrics(lambda value: abs(value) > 1e-3)
        if self._display == "terminal" and not finalize:
            room = shutil.get_terminal_size().columns - 1 - sum(len(text) for text, _ in pieces)
            while metrics and sum(map(len, metrics)) > room:
                metrics.pop()
        pieces.append(("".join(metrics), ""))

        width = sum(len(text) for text, _ in pieces)
        if self._display == "plain":
            line = "".join(text for text, _ in pieces)
        else:
            back = "\b" * self._drawn_width if self._display == "terminal" else ""
            line = "".join(
                f"\x1b[{style}m{text}\x1b[0m" if style else text for text, style in pieces
            )
            line = f"{back}\r{line}{' ' * (self._drawn_width - width)}"
        self._drawn_width = width
        io.print_msg(line, line_break=finalize)

    def _bar(self, current: int) -> list[tuple[str, str]]:
        """Return the count and the bar as pieces of text, each with its style."""
        if not self.target:
            return [(f"{int(current):7d}/Unknown", "")]
        done = int(self.width * (float(current) / self.target))
        pieces = [(self._count(current), _BOLD), (" ", "")]
        if done > 0:
            pieces.append((self._done_mark * done, _GREEN))
        return [*pieces, (self._rest_mark * (self.width - done), _WHITE)]

    def _count(self, current: int) -> str:
        target = str(int(self.target or 0))
        return f"{int(current):{len(target)}d}/{target}"

    def _speed(self, seconds: float) -> str:
        """Return the duration of a unit, such as `3ms/step`."""
        if seconds >= 1 or seconds == 0:
            return f"{seconds:.0f}s/{self.unit_name}"
        if seconds >= 1e-3:
            return f"{seconds * 1e3:.0f}ms/{self.unit_name}"
        return f"{seconds * 1e6:.0f}us/{self.unit_name}"

    def _metrics(self, fixed_point: Callable[[float], bool]) -> list[str]:
        """Return the metrics, four decimals where `fixed_point` holds, else scientific."""
        texts = []
        for name, (total, count) in self._values.items():
            value = (total if isinstance(total, float) else np.mean(total)) / max(count, 1)
            number = f"{value:.4f}" if fixed_point(value) else f"{value:.4e}"
            texts.append(f" - {name}: {number}")
        return texts


def _display() -> str:
    """Return what kind of place progress lines go to: a terminal, a notebook, or plain text."""
    if not io.is_interactive_logging_enabled() or sys.stdout is None:
        return "plain"
    if sys.stdout.isatty():
        return "terminal"
    if "ipykernel" in sys.modules or "PYCHARM_HOSTED" in os.environ:
        return "notebook"
    return "plain"


def _duration(seconds: float) -> str:
    """Return a time to go as `h:mm:ss`, `m:ss` or seconds.

    >>> _duration(3725.9), _duration(65.2), _duration(7.9)
    ('1:02:05', '1:05', '7s')
    """
    whole = int(seconds)
    if seconds > 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    if seconds > 60:
        return f"{whole // 60}:{whole % 60:02d}"
    return f"{whole}s"
