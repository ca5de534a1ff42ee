"""What `explain_diff` found: the causes, ranked, as a table, as Markdown, as HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import Any

from nnscratch.lab.differences.cause import Cause, Variation
from nnscratch.lab.differences.numbers import Gap

SHOWN = 10
"""Causes that a table holds."""

WORTH = 0.01
"""Share of the gap below which a cause is not worth a line."""


@dataclass(frozen=True)
class Verdict:
    """One cause, or several together, and what they leave of the gap.

    Attributes:
        causes: the causes.
        variations: how each was at work.
        gap: the gap that remains.
        base: the gap without them.
    """

    causes: tuple[Cause, ...]
    variations: tuple[Variation, ...]
    gap: Gap
    base: Gap

    @property
    def labels(self) -> list[str]:
        """The names of the causes, each with the number that belongs to it."""
        return [one.label.strip() for one in self.variations]

    @property
    def label(self) -> str:
        """The names in one."""
        return " + ".join(self.labels)

    @property
    def sentence(self) -> str:
        """What the other engine would do."""
        return " ".join(cause.sentence for cause in self.causes)

    @property
    def changes(self) -> str:
        """The numbers that the causes show in."""
        return "; ".join(cause.changes for cause in self.causes)

    @property
    def remaining(self) -> float:
        """The gap that remains."""
        return self.gap.total

    @property
    def closes(self) -> float:
        """The share of the gap that is closed; negative where it grows."""
        if not math.isfinite(self.base.total):
            return 1.0 if math.isfinite(self.remaining) else 0.0
        return 1.0 - self.remaining / self.base.total


def equally_good(verdicts: Sequence[Verdict], rounding: float) -> float:
    """Return the remaining gap up to which causes are as good as the best one.

    Where the best leaves no more than rounding, that is twice what it leaves, and at any rate a
    twentieth of rounding; where it leaves more, nothing else is as good.

    Args:
        verdicts: what was found.
        rounding: gap up to which two runs count as equal.
    """
    least = min((verdict.remaining for verdict in verdicts), default=0.0)
    return max(2.0 * least, 0.05 * rounding) if least <= rounding else 1.001 * least


@dataclass(frozen=True, repr=False)
class Difference:
    """Why two runs differ, as far as known causes tell.

    Attributes:
        base: the gap between the two runs.
        verdicts: every cause that could be tried, the one that closes most first.
        tried: number of causes that were considered.
        runs: number of trainings.
        seconds: time that they took.
        rounding: gap up to which two runs count as equal.
    """

    base: Gap
    verdicts: list[Verdict]
    tried: int
    runs: int
    seconds: float
    rounding: float

    @property
    def best(self) -> Verdict | None:
        """The cause that closes most of the gap; None if none closes any."""
        return self.verdicts[0] if self.verdicts and self.verdicts[0].closes > 0 else None

    @property
    def equals(self) -> list[Verdict]:
        """The causes that these numbers cannot tell apart from the best one, it included."""
        best = self.best
        if best is None:
            return []
        limit = equally_good(self.verdicts, self.rounding)
        many = len(best.causes)
        return [v for v in self.verdicts if v.remaining <= limit and len(v.causes) == many]

    def text(self) -> str:
        """Return the answer in a few sentences."""
        if self.base.total <= self.rounding:
            return (
                f"The runs do not differ beyond rounding: the gap is {self.base.total:.1e}. "
                + self._smaller()
            ).strip()
        best = self.best
        if best is None:
            return (
                f"The runs are {_size(self.base.total)} apart, and none of {self.tried} known "
                "causes brings them closer. Are the starting weights, the rows and the number of "
                "epochs those of the other run?"
            )
        others = self.equals[1:]
        answer = f"Closes {_share(best.closes)} of the gap: {best.label}. {best.sentence}"
        if best.remaining <= self.rounding:
            answer += " What remains is rounding."
        elif best.closes < 0.9:
            answer += (
                " That is no explanation: most of the gap remains, and its cause is none of those "
                "known, or several at once."
            )
        if others:
            names = ", ".join(v.label for v in others[:5])
            answer += f" These numbers cannot tell it from: {names}."
        return answer

    def _smaller(self) -> str:
        best = self.best
        if best is None or best.closes < 0.9:
            return ""
        return f"What there is, {best.label} closes by {_share(best.closes)}: {best.sentence}"

    def rows(self, most: int = SHOWN) -> list[tuple[str, str, str, str]]:
        """Return the lines of the table: share closed, cause, what remains, what it shows in."""
        worth = [v for v in self.verdicts if v.closes >= WORTH][:most]
        return [(_share(v.closes), v.label, _number(v.remaining), v.changes) for v in worth]

    def parts(self, most: int = 8) -> list[tuple[str, str, str]]:
        """Return what is farthest apart: name, gap, and gap under the best cause."""
        best = self.best
        after = {} if best is None else best.gap.parts
        largest = sorted(self.base.parts.items(), key=lambda item: -item[1])[:most]
        return [
            (name, _number(part), _number(after[name]) if name in after else "")
            for name, part in largest
        ]

    def _footer(self) -> str:
        return (
            f"{self.tried} causes, {self.runs} runs, {self.seconds:.1f} s. A gap is the root mean "
            "square of the difference over that of the numbers."
        )

    def print(self, console: Any = None) -> None:
        """Print the answer and both tables.

        Args:
            console: a rich `Console`; one on standard output by default.
        """
        from rich.console import Console
        from rich.table import Table

        console = console or Console()
        console.print(self.text(), highlight=False, style="bold")
        console.print()
        table = Table(box=None, header_style="dim")
        table.add_column("closes", justify="right", no_wrap=True)
        table.add_column("cause", ratio=3)
        table.add_column("remains", justify="right", no_wrap=True)
        table.add_column("shows in", ratio=2, style="dim")
        for row in self.rows():
            table.add_row(*row)
        if table.row_count:
            console.print(table)
            console.print()
        table = Table(box=None, header_style="dim")
        table.add_column("farthest apart")
        table.add_column("gap", justify="right")
        table.add_column("with the cause", justify="right")
        for part in self.parts():
            table.add_row(*part)
        console.print(table)
        console.print(self._footer(), style="dim", highlight=False)

    def as_text(self, width: int = 100) -> str:
        """Return what `print` prints.

        Args:
            width: characters of a line.
        """
        from rich.console import Console

        stream = StringIO()
        self.print(Console(file=stream, width=width))
        return stream.getvalue()

    def __str__(self) -> str:
        return self.as_text()

    def __repr__(self) -> str:
        best = "no known cause" if self.best is None else self.best.label
        share = "" if self.best is None else f" closes {_share(self.best.closes)} of"
        return f"<Difference: {best}{share} a gap of {self.base.total:.1e}>"

    def to_markdown(self) -> str:
        """Return answer and tables in Markdown."""
        head = ["closes", "cause", "remains", "shows in"]
        lines = [self.text(), "", *_markdown(head, self.rows()), ""]
        lines += _markdown(["farthest apart", "gap", "with the cause"], self.parts())
        return "\n".join([*lines, "", self._footer(), ""])

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain numbers and words, for other programs."""
        return {
            "text": self.text(),
            "gap": self.base.total,
            "parts": dict(self.base.parts),
            "causes": [
                {"cause": v.label, "closes": v.closes, "remaining": v.remaining}
                for v in self.verdicts
            ],
            "tried": self.tried,
            "runs": self.runs,
            "seconds": self.seconds,
        }

    def _repr_html_(self) -> str:
        head = ["closes", "cause", "remains", "shows in"]
        parts = ["farthest apart", "gap", "with the cause"]
        return (
            f"<div><p><strong>{escape(self.text())}</strong></p>"
            f"{_html(head, self.rows(), (0, 2))}{_html(parts, self.parts(), (1, 2))}"
            f"<p><small>{escape(self._footer())}</small></p></div>"
        )


def _share(closes: float) -> str:
    """Return a share as a percentage, 100.0 % only where it rounds to that from below.

    >>> _share(0.99999999), _share(0.9994), _share(-12.0)
    ('100.0 %', '99.9 %', '-1200.0 %')
    """
    return f"{100 * closes:.1f} %" if math.isfinite(closes) else "-∞ %"


def _number(gap: float) -> str:
    return "0" if gap == 0 else f"{gap:.1e}"


def _size(gap: float) -> str:
    return "infinitely far" if not math.isfinite(gap) else f"{gap:.1e}"


def _markdown(head: list[str], rows: Any) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    ]


def _html(head: list[str], rows: Any, right: tuple[int, ...]) -> str:
    def line(cells: Any, tag: str) -> str:
        made = []
        for i, cell in enumerate(cells):
            side = "right" if i in right else "left"
            made.append(f'<{tag} style="text-align:{side}">{escape(str(cell))}</{tag}>')
        return f"<tr>{''.join(made)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    if not body:
        return ""
    heads = f"<thead>{line(head, 'th')}</thead>"
    return f"<table style='margin-bottom:1em'>{heads}<tbody>{body}</tbody></table>"
