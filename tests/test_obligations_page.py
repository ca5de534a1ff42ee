"""docs/obligations.md: every row is there, and every linked test exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "obligations.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([AT]\d+) \| (.*) \| ([^|]*) \|$", PAGE, re.M)
LINK = re.compile(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")


def functions_of(path: Path) -> set[str]:
    """Return the names of a file's tests, those in classes included."""
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.name for node in tree if isinstance(node, ast.FunctionDef)}


def test_all_rows_are_there_once_and_in_order():
    expected = [f"A{i:03d}" for i in range(1, 108)] + [f"T{i}" for i in range(1, 16)]
    assert [row[0] for row in ROWS] == expected


def test_every_row_links_a_test_that_exists():
    known: dict[str, set[str]] = {}
    for number, _, cell in ROWS:
        links = LINK.findall(cell)
        assert links, f"{number} links no test"
        assert LINK.sub("", cell).replace("<br>", "") == "", f"{number} holds more than links"
        for name, file in links:
            if file not in known:
                known[file] = functions_of(ROOT / file)
            assert name in known[file], f"{number}: {file} has no {name}"


def test_a_test_named_after_a_row_is_linked_there():
    """So that no obligation is tested and forgotten on the page."""
    cells = {number: cell for number, _, cell in ROWS}
    for path in sorted((ROOT / "tests" / "obligations").glob("test_*.py")):
        for name in functions_of(path):
            for letter, digits in re.findall(r"_([at])(\d+)(?=_)", name):
                number = f"A{digits}" if letter == "a" else f"T{int(digits)}"
                assert name in cells[number], f"{number} does not link {name}"
