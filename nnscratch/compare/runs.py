"""Starts a script under an engine in a process of its own and reads what it left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.compare.driver import NO_ENGINE
from nnscratch.typing import Array

DRIVER = Path(__file__).with_name("driver.py")

SHARED_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "MPLBACKEND": "agg",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
"""Set for both engines alike, unless the caller's environment has a value already."""


@dataclass(frozen=True)
class Engine:
    """A library that can run a script, and the interpreter that has it.

    Args:
        name: short name, which is also the name in the JSON report.
        title: what tables call it.
        library: name of its module.
        python: the interpreter.
        adapter: `module:function` that runs a script on the library; plain Python if empty.
        environment: variables set for this engine only.
    """

    name: str
    title: str
    library: str
    python: str = sys.executable
    adapter: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def keras_engine(python: str = sys.executable) -> Engine:
    """Return Keras as an interpreter has it."""
    return Engine("keras", "Keras", "keras", python)


def keras_noise_engine(python: str = sys.executable) -> Engine:
    """Return Keras with TensorFlow's other matrix kernels."""
    off = {"TF_ENABLE_ONEDNN_OPTS": "0"}
    return Engine("keras_noise", "Keras, oneDNN off", "keras", python, environment=off)


def nnscratch_engine() -> Engine:
    """Return nnscratch as this interpreter has it."""
    return Engine("nnscratch", "nnscratch", "nnscratch", adapter="nnscratch.compat:run_script")


@dataclass(frozen=True)
class Request:
    """What is to be run.

    Args:
        script: path of the script.
        arguments: its command line.
        floatx: float type of both engines.
        steps: number of steps of each `fit` that are looked at one by one.
        explain: the `fit` to be explained (from 0) and the folder of the reference run, if any.
    """

    script: str
    arguments: Sequence[str] = ()
    floatx: str = "float32"
    steps: int = 50
    explain: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Run:
    """What one engine made of the script.

    Attributes:
        engine: the engine.
        code: exit code of the process.
        stdout: what it printed.
        stderr: what it printed to standard error.
        record: what the driver wrote down; empty if it did not get that far.
        folder: where its arrays are.
    """

    engine: Engine
    code: int
    stdout: str
    stderr: str
    record: dict[str, Any]
    folder: Path

    @property
    def failed(self) -> bool:
        """Whether the script did not reach its end."""
        return self.code != 0 or not self.record

    @property
    def engine_missing(self) -> bool:
        """Whether the interpreter lacks the engine."""
        return self.code == NO_ENGINE and not self.record

    @property
    def fits(self) -> list[dict[str, Any]]:
        """What was written down of each `fit`."""
        found: list[dict[str, Any]] = self.record["fits"]
        return found

    @property
    def results(self) -> list[dict[str, Any]]:
        """What was written down of each `evaluate`, `predict` and their kin."""
        found: list[dict[str, Any]] = self.record["results"]
        return found

    @property
    def fit_seconds(self) -> float:
        """Seconds inside `fit`, the recorder's own time taken off."""
        return float(sum(fit["seconds"] for fit in self.fits))

    def arrays(self, name: str) -> dict[str, Array]:
        """Return the arrays of `fit0`, `result0` and so on."""
        with np.load(self.folder / f"{name}.npz") as found:
            return dict(found)


def run_engine(engine: Engine, request: Request, folder: Path) -> Run:
    """Run the script under an engine, from start to end.

    Args:
        engine: the engine.
        request: what to run.
        folder: an empty folder for what it leaves behind.
    """
    settings = {
        "engine": engine.name,
        "library": engine.library,
        "adapter": engine.adapter,
        "script": request.script,
        "arguments": list(request.arguments),
        "floatx": request.floatx,
        "steps": request.steps,
        "folder": str(folder),
        "path": str(DRIVER.parents[2]),
        "explain": None if request.explain is None else dict(request.explain),
    }
    settings_file = folder / "settings.json"
    settings_file.write_text(json.dumps(settings), encoding="utf-8")
    environment = {**SHARED_ENVIRONMENT, **os.environ, **engine.environment}
    environment["NNSCRATCH_FLOATX"] = request.floatx
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        done = subprocess.run(
            [engine.python, str(DRIVER), str(settings_file)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment,
            check=False,
        )
    record_file = folder / "record.json"
    record = json.loads(record_file.read_text(encoding="utf-8")) if record_file.exists() else {}
    out_text, err_text = (
        (folder / name).read_text("utf-8", errors="replace") for name in ("stdout", "stderr")
    )
    return Run(engine, done.returncode, out_text, err_text, record, folder)


def traceback_of(run: Run, script: str) -> str:
    """Return the last traceback that a run printed, or the last lines it printed to stderr.

    Args:
        run: a run that failed.
        script: the script; the frames before its first are the driver's and left out.
    """
    start = run.stderr.rfind("Traceback (most recent call last)")
    if start >= 0:
        head, _, frames = run.stderr[start:].rstrip().partition("\n")
        own = frames.find(f'  File "{script}"')
        return f"{head}\n{frames[max(own, 0) :]}"
    return "\n".join(run.stderr.rstrip().splitlines()[-15:])
