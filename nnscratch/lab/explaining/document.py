"""An explanation as a document: sections of sentences, formulas and tables, in several forms."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nnscratch.lab.explaining.plain_math import plain_math


@dataclass(frozen=True)
class Text:
    """A sentence."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A formula, and the same with numbers.

    Attributes:
        latex: the formula in LaTeX.
        plain: the formula in plain text.
        numbers: lines of arithmetic with its numbers, in plain text.
        words: what it is.
    """

    latex: str
    plain: str
    numbers: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Table:
    """A table; all columns but the first are numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Item = Text | Formula | Table


def formula(latex: str, *numbers: str, words: str = "") -> Formula:
    """Return a formula of which the plain text is made from the LaTeX."""
    return Formula(latex, plain_math(latex), numbers, words)


@dataclass
class Section:
    """A part of an explanation under a heading."""

    title: str
    items: list[Item] = field(default_factory=list)


WIDTH = 96
"""Characters of a line of plain text."""

STYLE = """
.nn-explain { color-scheme: light dark; --ink: #1c2024; --quiet: #60666e; --rule: #d9dde2;
  --panel: #f6f7f9; --accent: #1d5fc2; color: var(--ink); max-width: 60rem;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
@media (prefers-color-scheme: dark) { .nn-explain { --ink: #e6e8eb; --quiet: #9aa2ab;
  --rule: #343a42; --panel: #1d2126; --accent: #79aef7; } }
.nn-explain h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; padding-bottom: .2rem;
  border-bottom: 1px solid var(--rule); }
.nn-explain p { margin: .4rem 0; }
.nn-explain .math { background: var(--panel); border-left: 3px solid var(--accent);
  padding: .35rem .8rem; margin: .5rem 0; border-radius: 3px; overflow-x: auto; }
.nn-explain .math b { font: 500 1.02em "STIX Two Math", "Cambria Math", Georgia, serif; }
.nn-explain .math code { display: block; font-size: .88em; color: var(--quiet);
  white-space: pre-wrap; overflow-wrap: anywhere; background: none; }
.nn-explain .math i { color: var(--quiet); font-style: normal; font-size: .85em; float: right;
  margin-left: 1rem; }
.nn-explain .wide { overflow-x: auto; }
.nn-explain table { border-collapse: collapse; font-size: .9em;
  font-variant-numeric: tabular-nums; }
.nn-explain th, .nn-explain td { padding: .2rem .9rem .2rem 0; text-align: right;
  border-bottom: 1px solid var(--rule); font-weight: 400; }
.nn-explain th { color: var(--quiet); }
.nn-explain td:first-child, .nn-explain th:first-child { text-align: left; }
"""


class Explanation:
    """One training step, explained.

    `print(explanation)` writes it as text, a notebook shows it as HTML, `show()` writes it in
    colour. The model it explains is as it was.

    Attributes:
        title: what is explained.
        sections: the parts.
        element: path and index of the weight that is followed, such as `dense/kernel[3, 7]`.
        before: its value before the step.
        gradient: dL/dw of it, as backward left it.
        after: its value after the step.
        worked: the same by the formulas of the text; None where there are none for the optimizer.
    """

    def __init__(
        self,
        title: str,
        sections: Sequence[Section],
        element: str,
        before: float,
        gradient: float,
        after: float,
        worked: float | None = None,
    ) -> None:
        self.title = title
        self.sections = list(sections)
        self.element = element
        self.before = before
        self.gradient = gradient
        self.after = after
        self.worked = worked

    def to_text(self) -> str:
        """Return it as plain text."""
        parts = [self.title, "=" * len(self.title)]
        for section in self.sections:
            parts += ["", section.title, "-" * len(section.title)]
            parts += [line for item in section.items for line in _text(item)]
        return "\n".join(parts) + "\n"

    def to_markdown(self) -> str:
        """Return it as Markdown, formulas in LaTeX between dollar signs."""
        parts = [f"# {self.title}"]
        for section in self.sections:
            parts.append(f"## {section.title}")
            parts += [_markdown(item) for item in section.items]
        return "\n\n".join(parts) + "\n"

    def to_html(self) -> str:
        """Return it as a whole HTML page that needs nothing else."""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width, initial-scale=1"><title>{escape(self.title)}</title>'
            "<style>body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: Canvas; }"
            ":root { color-scheme: light dark; }</style></head>"
            f"<body>{self._repr_html_()}</body></html>\n"
        )

    def _repr_html_(self) -> str:
        parts = [f"<h1 style='font-size:1.25rem'>{escape(self.title)}</h1>"]
        for section in self.sections:
            items = "".join(_html(item) for item in section.items)
            parts.append(f"<section><h2>{escape(section.title)}</h2>{items}</section>")
        return f"<style>{STYLE}</style><div class='nn-explain'>{''.join(parts)}</div>"

    def show(self) -> None:
        """Write it to the terminal, in colour where that has colours."""
        from rich.console import Console
        from rich.text import Text as Rich

        console = Console(highlight=False, soft_wrap=True)
        console.print(Rich(self.title, style="bold"))
        for section in self.sections:
            console.print()
            console.print(Rich(section.title, style="bold cyan"))
            for item in section.items:
                styles = _styles(item)
                for line, style in zip(_text(item), styles, strict=True):
                    console.print(Rich(line, style=style))

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"<Explanation of {self.element}: {self.before:.6g} to {self.after:.6g}>"


def _text(item: Item) -> list[str]:
    if isinstance(item, Text):
        return textwrap.wrap(item.text, WIDTH) or [""]
    if isinstance(item, Formula):
        words = f"    ({item.words})" if item.words else ""
        return [f"  {item.plain}{words}", *[f"    {line}" for line in item.numbers]]
    widths = [max(map(len, column)) for column in zip(item.heads, *item.rows, strict=True)]
    return [
        "  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                         for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in (item.heads, *item.rows)
    ]  # fmt: skip


def _styles(item: Item) -> Iterator[str]:
    if isinstance(item, Formula):
        return iter(["", *["green"] * len(item.numbers)])
    head = "dim" if isinstance(item, Table) else ""
    return iter([head, *[""] * (len(_text(item)) - 1)])


def _markdown(item: Item) -> str:
    if isinstance(item, Text):
        return item.text
    if isinstance(item, Formula):
        words = f"*{item.words}*\n\n" if item.words else ""
        numbers = "\n".join(f"    {line}" for line in item.numbers)
        return f"{words}$${item.latex}$$" + (f"\n\n{numbers}" if numbers else "")
    head = " | ".join(item.heads)
    rule = " | ".join(["---", *["---:"] * (len(item.heads) - 1)])
    rows = "\n".join(f"| {' | '.join(row)} |" for row in item.rows)
    return f"| {head} |\n| {rule} |\n{rows}"


def _html(item: Any) -> str:
    if isinstance(item, Text):
        return f"<p>{escape(item.text)}</p>"
    if isinstance(item, Formula):
        words = f"<i>{escape(item.words)}</i>" if item.words else ""
        numbers = "".join(f"<code>{escape(line)}</code>" for line in item.numbers)
        return f"<div class='math'>{words}<b>{escape(item.plain)}</b>{numbers}</div>"
    heads = "".join(f"<th>{escape(head)}</th>" for head in item.heads)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in item.rows
    )
    return f"<div class='wide'><table><tr>{heads}</tr>{rows}</table></div>"
