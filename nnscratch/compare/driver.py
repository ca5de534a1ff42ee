"""Run one script under one engine and write down all it computed; a process of its own.

This file is started by path, with an interpreter that need not have nnscratch: it uses the standard
library and NumPy, and imports the engine by the name it is given. It puts a recorder around `fit`,
`evaluate`, `predict` and their kin, runs the script as `python script.py` would, and leaves
`record.json` and arrays in a folder for `nnscratch.compare.runs` to read.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import platform
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NO_ENGINE = 97
"""Exit code where the interpreter does not have the engine."""


def peak_memory() -> int | None:
    """Return the largest resident memory of this process so far in bytes, if it can be told."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says on Linux may be the parent's from before the start
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)


def make_recorder(settings: dict[str, Any]) -> Any:
    """Return the recorder, from the file beside this one: the package may not be importable."""
    path = Path(__file__).with_name("recorder.py")
    spec = importlib.util.spec_from_file_location("nnscratch_compare_recorder", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Recorder(settings)


def load_engine(settings: dict[str, Any]) -> tuple[Any, Callable[[str, list[str]], Any]]:
    """Import the engine; return it with the function that runs a script on it."""
    execute: Callable[[str, list[str]], Any] = execute_plainly
    try:
        library = importlib.import_module(settings["library"])
        if settings["adapter"]:
            module, _, function = settings["adapter"].partition(":")
            execute = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
        sys.exit(NO_ENGINE)
    if library.config.floatx() != settings["floatx"]:
        library.config.set_floatx(settings["floatx"])
        if hasattr(library.config, "set_dtype_policy"):
            library.config.set_dtype_policy(settings["floatx"])
    return library, execute


def share_datasets(library: Any) -> None:
    """Let Keras read MNIST from the folder that `NNSCRATCH_DATASETS` names, as nnscratch does.

    Keras looks in its own cache only, accepts one packing of the archive and deletes any other.
    """
    folder = os.environ.get("NNSCRATCH_DATASETS")
    archive = Path(folder or ".") / "mnist.npz"
    if library.__name__ != "keras" or folder is None or not archive.exists():
        return
    module = importlib.import_module("keras.src.datasets.mnist")
    module.get_file = lambda *args, **kwargs: str(archive)  # type: ignore[attr-defined]


def versions(library: Any) -> dict[str, str]:
    """Return the versions of the engine and of what it runs on."""
    found = {library.__name__: library.__version__}
    for name in ("tensorflow", "numpy"):
        module = sys.modules.get(name)
        if module is not None and hasattr(module, "__version__"):
            found.setdefault(name, module.__version__)
    return {**found, "python": platform.python_version()}


def run(settings: dict[str, Any]) -> None:
    """Run the script and write the record, also where the script fails."""
    start = time.perf_counter()
    library, execute = load_engine(settings)
    share_datasets(library)
    recorder = make_recorder(settings)
    record: dict[str, Any] = recorder.record
    recorder.attach(library)
    record["import_seconds"] = time.perf_counter() - start
    record["versions"], record["memory_before"] = versions(library), peak_memory()
    start = time.perf_counter()
    try:
        execute(settings["script"], settings["arguments"])
    finally:
        record["seconds"] = time.perf_counter() - start - recorder.overhead
        record["recording_seconds"] = recorder.overhead
        record["memory"] = peak_memory()
        record["floatx"] = library.config.floatx()
        text = json.dumps(record)
        (recorder.folder / "record.json").write_text(text, encoding="utf-8")


def execute_plainly(script: str, arguments: list[str]) -> None:
    """Run a script as `python script.py arguments` would."""
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


def main() -> None:
    """Read the settings file named on the command line and run."""
    settings = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path[0] = os.path.dirname(os.path.abspath(settings["script"]))
    if settings["path"] not in sys.path:
        sys.path.append(settings["path"])
    run(settings)


if __name__ == "__main__":
    main()
