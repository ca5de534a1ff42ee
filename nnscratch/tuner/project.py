"""The folder of a search: one folder a trial, every file written whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nnscratch.errors import ModelFileError
from nnscratch.saving import atomic

BEST = "checkpoint.weights.h5"
LAST = "last.weights.h5"
RECORD = "trial.json"


class Project:
    """The folder `directory/project_name`.

    Args:
        directory: where the folder is, the working folder by default.
        project_name: its name.

    >>> Project("searches", "digits").trial_folder("0007").as_posix()
    'searches/digits/trial_0007'
    """

    def __init__(self, directory: Any = None, project_name: str | None = None) -> None:
        self.folder = Path(directory or ".") / (project_name or "untitled_project")

    def make(self) -> Path:
        """Make the folder and return its path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder

    def clear(self) -> None:
        """Remove what a search left: its trials and records, and nothing else."""
        for path in [*self.folder.glob("trial_*"), *self.folder.glob("owners")]:
            shutil.rmtree(path)
        for name in ("oracle.json", "tuner0.json", "journal.log", "report.html"):
            (self.folder / name).unlink(missing_ok=True)

    def trial_folder(self, trial_id: str) -> Path:
        """Return the path of a trial's folder."""
        return self.folder / f"trial_{trial_id}"

    def trial_ids(self) -> list[str]:
        """Return the trials that have a folder, in order."""
        names = (path.name.removeprefix("trial_") for path in self.folder.glob("trial_*"))
        return sorted((name for name in names if name.isdigit()), key=int)

    def checkpoint(self, trial_id: str, which: str = BEST) -> Path:
        """Return the path of a trial's weights.

        Args:
            trial_id: the trial.
            which: `BEST`, those of the best epoch, or `LAST`, with the state of the optimizer.
        """
        return self.trial_folder(trial_id) / which


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write plain data, whole or not at all; numbers that are not finite are kept."""
    atomic.write_bytes(path, json.dumps(data, indent=1).encode())


def read_json(path: Path) -> Any:
    """Read plain data.

    Raises:
        ModelFileError: it is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelFileError(path, "", f"it is not a record of a search: {error}") from error
