"""Compares what two runs printed, line by line, as far as it says something about the numbers."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from nnscratch.compare.arithmetic import difference

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_PROGRESS = re.compile(r"^\s*\d+/(?:\d+|Unknown)\s")
_DURATION = re.compile(r"\b(?:\d+:)*\d+(?:s|ms|us)(?:/(?:step|epoch))?(?=\s|$)")
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])|\bnan\b|\binf\b")
_GAP = re.compile(r"\s+")


@dataclass(frozen=True)
class LineDifference:
    """Lines that one run printed and the other did not, or printed otherwise.

    Attributes:
        line: number of the line in the first run's cleaned output, counted from 1.
        reference: the first run's line, None where it has none.
        candidate: the second run's line, None where it has none.
        relative: largest difference of the numbers in them, None where more than numbers differ.
    """

    line: int
    reference: str | None
    candidate: str | None
    relative: float | None


def cleaned(text: str) -> list[str]:
    r"""Return printed lines without what differs from run to run of one engine.

    Colours, durations, blank lines and the earlier states of a progress line are left out, and a
    row of blanks counts as one.

    >>> cleaned("Epoch 1/2\n\n\x1b[1m1/3\x1b[0m \x1b[37m━━\x1b[0m \x1b[1m0s\x1b[0m 20ms/step"
    ...         "\n\x1b[1m3/3\x1b[0m \x1b[37m━━\x1b[0m \x1b[1m0s\x1b[0m 2ms/step - loss: 0.5\n")
    ['Epoch 1/2', '3/3 ━━ … … - loss: 0.5']
    """
    lines: list[str] = []
    redrawn = False
    for raw in text.split("\n"):
        line = _ESCAPE.sub("", raw.rstrip("\r").rpartition("\r")[2].replace("\b", ""))
        if not line.strip():
            redrawn = False
            continue
        progress = bool(_PROGRESS.match(line))
        if progress:
            line = _DURATION.sub("…", line)
        line = _GAP.sub(" ", line).strip()
        coloured = progress and "\x1b" in raw
        if redrawn and coloured:
            lines[-1] = line
        else:
            lines.append(line)
        redrawn = coloured
    return lines


def compare_printed(reference: str, candidate: str) -> tuple[int, list[LineDifference]]:
    """Return how many lines the first run printed, and those that the second has otherwise.

    Args:
        reference: what the first run printed.
        candidate: what the second run printed.
    """
    first, second = cleaned(reference), cleaned(candidate)
    found: list[LineDifference] = []
    a_words, b_words = ([_NUMBER.sub("#", line) for line in text] for text in (first, second))
    matcher = difflib.SequenceMatcher(None, a_words, b_words, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        for k in range(max(i2 - i1, j2 - j1)):
            a = first[i1 + k] if i1 + k < i2 else None
            b = second[j1 + k] if j1 + k < j2 else None
            if a == b:
                continue
            alike = tag == "equal" and a is not None and b is not None
            relative = _numbers_apart(a, b) if alike and a and b else None
            found.append(LineDifference(min(i1 + k, i2) + 1, a, b, relative))
    return len(first), found


def _numbers_apart(a: str, b: str) -> float:
    """Return the largest difference of the numbers in two lines that differ in nothing else.

    >>> round(_numbers_apart("loss: 0.5 after 3", "loss: 0.4 after 3"), 9)
    0.2
    """
    pairs = zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True)
    return max((difference(float(x), float(y)) for x, y in pairs), default=0.0)
