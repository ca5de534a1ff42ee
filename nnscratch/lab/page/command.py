"""The command `nnscratch lab report`: the page of a recorded run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nnscratch.errors import ModelFileError
from nnscratch.lab.page.report import report
from nnscratch.lab.recorder.recording import Recording


def run(arguments: Sequence[str]) -> int:
    """Write the page of a recording's file and return the exit code.

    Args:
        arguments: those behind `nnscratch lab report`.
    """
    parser = argparse.ArgumentParser(
        prog="nnscratch lab report", description="Write the page of a recorded run."
    )
    parser.add_argument("run", help="a file that a Recorder wrote or saved")
    parser.add_argument("--out", metavar="FILE", help="by default the run's name with .html")
    parser.add_argument("--title", help="title of the page")
    options = parser.parse_args(list(arguments))
    target = Path(options.out) if options.out else Path(options.run).with_suffix(".html")
    try:
        report(Recording.load(options.run), target, options.title)
    except (ModelFileError, ImportError) as error:
        print(f"nnscratch lab report: {error}", file=sys.stderr)
        return 2
    print(f"written: {target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0
