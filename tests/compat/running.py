"""Runs scripts in processes of their own: under nnscratch, or under Keras itself."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(
    script: Path, *arguments: str, engine: str = "nnscratch", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a script to its end and return what it printed."""
    start = {
        "nnscratch": ["-m", "nnscratch", "run"],
        "keras": [str(Path(__file__).with_name("on_keras.py"))],
        "python": [],
    }[engine]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    settings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONWARNINGS": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "OPENBLAS_NUM_THREADS": "1",
        **environment,
    }
    return subprocess.run(
        [sys.executable, *start, str(script), *arguments],
        capture_output=True,
        text=True,
        env=settings,
        cwd=script.parent,
        timeout=600,
    )


def written(folder: Path, text: str, name: str = "script.py") -> Path:
    """Write a script and return its path."""
    script = folder / name
    script.write_text(textwrap.dedent(text), encoding="utf-8")
    return script
