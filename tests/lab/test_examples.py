"""Every example about an experiment runs, with tiny settings, and answers its question."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

import pytest

pytest.importorskip("matplotlib")
FOLDER = Path(__file__).parents[2] / "examples"
TINY = {
    "batchnorm_starts": ("--scales 0.1 --epochs 1 --seeds 1 --units 10", "with"),
    "dialects": ("--rule momentum --steps 2", "w ← w − ηv"),
    "diagnose_run": ("--epochs 2 --rows 100", "validation"),
    "dropout_sweep": ("--rates 0.0,0.5 --epochs 2 --seeds 1 --rows 60 --hidden 16", "rate 0.5"),
    "early_stopping": ("--epochs 4 --patience 1 --rows 60", "epochs saved"),
    "few_rows": ("--rows 30,60 --updates 8 --seeds 1 --hidden 16", "60 rows"),
    "init_histograms": ("--activations relu --rows 40 --width 10 --depth 2", "relu"),
    "init_symmetry": ("--epochs 1", "all units equal"),
    "optimizer_landscape": ("--rules sgd,adam --epochs 1 --grid 4 --hidden 6", "adam"),
    "optimizer_paths": ("--rules sgd,adam --steps 6", "ripple"),
    "optimizer_race": ("--rules sgd,adam --epochs 1 --seeds 2 --hidden 8", "95 % intervals"),
    "why_do_they_differ": ("", "another loss: half the squared error"),
    "weight_decay_sweep": ("--strengths 0.0,0.1 --epochs 2 --seeds 1 --rows 60", "kurtosis"),
}
"""What each script is run with, and words of its answer."""


@pytest.mark.parametrize("name", TINY)
def test_example(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line, words = TINY[name]
    out = [] if name in ("dialects", "why_do_they_differ") else ["--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", [f"{name}.py", *line.split(), *out])
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    assert words in capsys.readouterr().out
    if out:
        assert list(tmp_path.glob("*.png"))
        assert (tmp_path / "result.json").exists()


@pytest.mark.parametrize("name", TINY)
def test_an_example_is_short_with_its_settings_at_the_top(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 80
    tree = ast.parse(text)
    assert (ast.get_docstring(tree) or "").split("\n")[0].endswith("?")
    definitions = [n for n in tree.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))]
    assert definitions[0].name == "Settings"
