"""Write the logs of every epoch to a table."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import IO, Any

import numpy as np

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.saving import atomic


class CSVLogger(Callback):
    """Append one row per epoch to a CSV file, written out at once.

    The columns are `epoch` and the names in the first epoch's logs, sorted; where these have no
    validation results, a column `val_…` is kept free for each. What an epoch lacks is `NA`.

    Args:
        filename: path of the file.
        separator: what stands between the columns.
        append: go on at the end of an existing file instead of starting it anew.
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        if not isinstance(filename, (str, os.PathLike)):
            raise TypeError(f"`filename` must be a path. Received: filename={filename!r}")
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self._file: IO[str] | None = None
        self._writer: csv.DictWriter[str] | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Open the file."""
        self.abandon()
        exists = os.path.exists(self.filename) and os.path.getsize(self.filename) > 0
        self._header = not (self.append and exists)
        mode = "a" if self.append else "w"
        self._file = open(self.filename, mode, newline="", encoding="utf-8")  # noqa: SIM115

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the epoch's row."""
        logs = logs or {}
        if self._writer is None:
            self._writer = self._new_writer(["epoch", *_columns(logs)])
            if self._header:
                self._writer.writeheader()
        names = list(self._writer.fieldnames)[1:]
        self._writer.writerow(
            {"epoch": epoch, **{name: _cell(logs.get(name, "NA")) for name in names}}
        )
        assert self._file is not None  # opened when training began
        self._file.flush()

    def get_state(self) -> dict[str, Any]:
        """Return what the file holds and which columns it has."""
        columns = None if self._writer is None else list(self._writer.fieldnames)
        with open(self.filename, newline="", encoding="utf-8") as file:
            return {"columns": columns, "text": file.read()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Write the file anew as it was, and go on at its end."""
        self.abandon()
        atomic.write_bytes(self.filename, state["text"].encode("utf-8"))
        self._file = open(self.filename, "a", newline="", encoding="utf-8")  # noqa: SIM115
        if state["columns"] is not None:
            self._writer = self._new_writer(state["columns"])

    def _new_writer(self, columns: list[str]) -> csv.DictWriter[str]:
        assert self._file is not None  # opened when training began
        return csv.DictWriter(self._file, columns, delimiter=self.sep, lineterminator="\r\n")

    def on_train_end(self, logs: Logs = None) -> None:
        """Close the file."""
        self.abandon()

    def abandon(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        self._file = self._writer = None


def _columns(logs: dict[str, Any]) -> list[str]:
    names = sorted(logs)
    if not any(name.startswith("val_") for name in names):
        names += [f"val_{name}" for name in names]
    return names


def _cell(value: Any) -> Any:
    if isinstance(value, str) or np.ndim(value) == 0 or not isinstance(value, Iterable):
        return value
    return f'"[{", ".join(map(str, value))}]"'
