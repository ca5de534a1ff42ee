"""What an experiment hands back: numbers, figures, and a text that says what to see."""

from __future__ import annotations

import base64
import csv
import json
import math
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from nnscratch.errors import unknown_name
from nnscratch.lab import pictures, style

Row = dict[str, Any]
"""One line of a table: the column's name and the number or word in it."""


@dataclass(eq=False, repr=False)
class Result(ABC):
    """The outcome of an experiment.

    Attributes:
        settings: what the experiment was run with.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    settings: dict[str, Any] = field(kw_only=True)

    @abstractmethod
    def tables(self) -> dict[str, list[Row]]:
        """Return the numbers: tables by name, each a list of rows."""

    @abstractmethod
    def findings(self) -> dict[str, Any]:
        """Return the numbers that the text speaks of."""

    @abstractmethod
    def text(self) -> str:
        """Return what there is to see, in a few sentences."""

    @abstractmethod
    def drawings(self) -> dict[str, Callable[[], Any]]:
        """Return the figures: by name a function that draws it in the current theme."""

    def pages(self) -> dict[str, str]:
        """Return files of text that belong to the result, such as an animation in HTML."""
        return {}

    def plot(self, which: str | None = None, *, theme: str = "light") -> Any:
        """Return one of the figures, as a matplotlib `Figure`.

        Args:
            which: its name; the first by default.
            theme: `"light"` or `"dark"`.

        Raises:
            ValueError: there is no such figure or theme.
        """
        drawings = self.drawings()
        which = next(iter(drawings)) if which is None else which
        if which not in drawings:
            raise unknown_name("figure", which, drawings)
        with style.theme(theme):
            return drawings[which]()

    def save(self, folder: str | Path) -> list[Path]:
        """Write everything into a folder and return the files.

        Each figure is written as `NAME.png`, as `NAME.dark.png` for dark backgrounds and as
        `NAME.svg`, which follows the reader's preference; each table as `NAME.csv`; settings and
        findings as `result.json`; the text as `what_to_see.txt`.

        Args:
            folder: made if it is not there; files of the same name are replaced.
        """
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        written = [_write(place / "what_to_see.txt", f"{self}\n")]
        content = {
            "experiment": self.name,
            "settings": plain(self.settings),
            "findings": plain(self.findings()),
        }
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        written.append(_write(place / "result.json", text + "\n"))
        written += [_write_csv(place / f"{name}.csv", t) for name, t in self.tables().items()]
        written += [_write(place / name, page) for name, page in self.pages().items()]
        for name, draw in self.drawings().items():
            with style.theme("light"):
                figure = draw()
                written.append(pictures.write(figure, place / f"{name}.png"))
                written.append(pictures.write(figure, place / f"{name}.svg"))
            with style.theme("dark"):
                written.append(pictures.write(draw(), place / f"{name}.dark.png"))
        return written

    def __repr__(self) -> str:
        figures = ", ".join(self.drawings())
        return f"<{type(self).__name__}: {self.title}; figures {figures}>"

    def __str__(self) -> str:
        return f"{self.title}\n\n{wrapped(self.text())}"

    def _repr_html_(self) -> str:
        paragraphs = "".join(f"<p>{_escaped(part)}</p>" for part in self.text().split("\n\n"))
        images = []
        for name, draw in self.drawings().items():
            with style.theme("light"):
                svg = base64.b64encode(pictures.as_svg(draw()).encode()).decode()
            images.append(f'<img alt="{name}" src="data:image/svg+xml;base64,{svg}">')
        return f"<h3>{_escaped(self.title)}</h3>{paragraphs}{''.join(images)}"


def wrapped(text: str, width: int = 96) -> str:
    """Break long lines, what follows being indented by two more than the line began.

    >>> print(wrapped("  one: " + "word " * 6, 24))
      one: word word word
        word word word
    """
    lines = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        deeper = f"{indent}  " if indent else ""
        lines += textwrap.wrap(line, width, subsequent_indent=deeper) or [""]
    return "\n".join(lines)


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: arrays as lists, NaN and infinities as words.

    >>> plain({"loss": np.float32(0.5), "path": np.array([1.0, np.inf])})
    {'loss': 0.5, 'path': [1.0, 'inf']}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _write_csv(path: Path, rows: list[Row]) -> Path:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(plain(row) for row in rows)
    return path


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
