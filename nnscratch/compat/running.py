"""Runs a script as `python script.py` would, with Keras's names meaning nnscratch."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType

from nnscratch.compat.importing import use_as_keras

_OURS = str(Path(__file__).parent)


def run_script(script: str, arguments: Sequence[str] = ()) -> int:
    """Run a program that was written for Keras.

    The script sees its own `sys.argv`, `__name__ == "__main__"`, `__file__` and module path; what
    it raises ends the process as in Python, with a traceback of its own lines.

    Args:
        script: path of the script.
        arguments: what follows it on the command line.

    Returns:
        0, or 2 if there is no such script. A script's own `sys.exit` passes through.
    """
    if not Path(script).is_file():
        print(f"nnscratch run: there is no script {script!r}.", file=sys.stderr)
        return 2
    use_as_keras()
    sys.argv = [script, *arguments]
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = str(Path(script).resolve().parent)
    sys.excepthook = functools.partial(_report, script)
    import_module("runpy").run_path(script, run_name="__main__")
    return 0


def _report(
    script: str, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a traceback without the lines that started the script or answered its imports."""
    _trim_chain(error, script, set())
    sys.__excepthook__(kind, error, error.__traceback__)


def _trim_chain(error: BaseException | None, script: str, seen: set[int]) -> None:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    error.__traceback__ = _trimmed(error.__traceback__, script)
    _trim_chain(error.__cause__, script, seen)
    _trim_chain(error.__context__, script, seen)


def _trimmed(trace: TracebackType | None, script: str) -> TracebackType | None:
    """Return a traceback from the script's first line on, without frames of this package."""
    while trace is not None and trace.tb_frame.f_code.co_filename != script:
        trace = trace.tb_next
    return _without_ours(trace)


def _without_ours(trace: TracebackType | None) -> TracebackType | None:
    if trace is None:
        return None
    rest = _without_ours(trace.tb_next)
    if trace.tb_frame.f_code.co_filename.startswith((_OURS, "<frozen importlib")):
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)
