"""Notes about code written for older versions of Keras, each at the line that wants changing."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

_PACKAGE = str(Path(__file__).parent)


class OutdatedWarning(DeprecationWarning):
    """Something that Keras no longer takes, and that works here with a note."""


def note(message: str, category: type[Warning] = OutdatedWarning) -> None:
    """Warn at the line that called into nnscratch, however deep the call went.

    Like every warning it is shown once for each such line.

    Args:
        message: what is outdated and what to write instead.
        category: class of the warning.

    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     note("`lr` is called `learning_rate`.")
    >>> caught[0].category.__name__
    'OutdatedWarning'
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and is_inside(frame.f_code.co_filename):
        frame = frame.f_back
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def is_inside(filename: str) -> bool:
    """Tell whether code of this file belongs to nnscratch or to Python's import machinery.

    >>> is_inside(__file__), is_inside("script.py")
    (True, False)
    """
    return filename.startswith((_PACKAGE, "<frozen importlib"))
