"""The examples about recording, explaining and going back run and answer their question."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples"
TINY = {
    "record_a_run": ("--epochs 1 --depth 1 --units 8 --out=", "hidden_1"),
    "explain_a_step": ("--rows 4 --steps_before 1 --out {}/step.md", "Update by Adam"),
    "time_travel": ("--step 3 --epochs 1 --rates 0.01", "to the last bit: True"),
}


@pytest.mark.parametrize("name", TINY)
def test_example(name, tmp_path, monkeypatch, capsys):
    line, words = TINY[name]
    arguments = line.format(tmp_path).replace("steps_before", "steps-before").split()
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *arguments])
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    assert words in capsys.readouterr().out
    if name == "explain_a_step":
        assert r"\frac" in (tmp_path / "step.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TINY)
def test_an_example_is_short_with_its_settings_at_the_top(name):
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    tree = ast.parse(text)
    assert ast.get_docstring(tree).split("\n")[0].endswith("?")
    definitions = [n for n in tree.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))]
    assert definitions[0].name == "Settings"
