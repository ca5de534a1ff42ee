"""Where messages go: to standard output, or to the logger named `nnscratch`."""

from __future__ import annotations

import sys


class _Interactive:
    """Whether messages go to standard output; one instance per process."""

    def __init__(self) -> None:
        self.enabled = True


_interactive = _Interactive()


def enable_interactive_logging() -> None:
    """Send progress lines, summaries and messages to standard output, which is the default.

    >>> enable_interactive_logging(); is_interactive_logging_enabled()
    True
    """
    _interactive.enabled = True


def disable_interactive_logging() -> None:
    """Send progress lines, summaries and messages to the logger `nnscratch`, at level INFO.

    Keras uses the logger of `absl` here; this is the one of the same purpose in the standard
    library, `logging.getLogger("nnscratch")`.

    >>> disable_interactive_logging(); is_interactive_logging_enabled()
    False
    >>> enable_interactive_logging()
    """
    _interactive.enabled = False


def is_interactive_logging_enabled() -> bool:
    """Return True if messages go to standard output, False if they go to the logger.

    >>> is_interactive_logging_enabled()
    True
    """
    return _interactive.enabled


def print_msg(message: object, line_break: bool = True) -> None:
    """Write a message where messages go at present.

    Characters that standard output cannot carry become `?`, so that a message never stops a
    training run; the bars of a progress line become `=`.

    Args:
        message: what to write.
        line_break: whether to end the line.

    >>> print_msg("Epoch 1/2")
    Epoch 1/2
    """
    text = str(message)
    if not is_interactive_logging_enabled():
        import logging

        logging.getLogger("nnscratch").info("%s", text.rstrip("\n"))
        return
    if sys.stdout is None:
        return
    text = f"{text}\n" if line_break else text
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if not carries(text, encoding):
        text = text.replace("━", "=").encode(encoding, errors="replace").decode(encoding)
    sys.stdout.write(text)
    sys.stdout.flush()


def carries(text: str, encoding: str | None) -> bool:
    """Return whether a stream of this encoding can carry the text; None stands for UTF-8.

    >>> carries("━", "utf-8"), carries("━", "cp1252")
    (True, False)
    """
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
