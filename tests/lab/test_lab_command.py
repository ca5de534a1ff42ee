"""The command `nnscratch lab` and what results write."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from nnscratch import lab
from nnscratch.cli import main
from nnscratch.lab.experiments import EXPERIMENTS

pytest.importorskip("matplotlib")


def test_list_names_every_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "--list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in EXPERIMENTS)


def test_unknown_experiment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "weigth-init"]) == 2
    assert "Did you mean 'weight-init'" in capsys.readouterr().err


def test_every_experiment_is_a_function_of_the_lab() -> None:
    for experiment in EXPERIMENTS.values():
        assert getattr(lab, experiment.function.__name__) is experiment.function
    assert set(lab.__all__) <= set(dir(lab))
    with pytest.raises(AttributeError, match="Did you mean 'weight_init'"):
        lab.weight_inti  # noqa: B018


def test_a_run_writes_figures_numbers_and_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["lab", "weight-init", "--fast", "--out", str(tmp_path), "--no-training"]
    line += ["--initializers", "std 0.5,He", "--activations", "relu", "--depth", "3"]
    assert main([*line, "--rows", "50", "--batch-normalization", "--seed", "5"]) == 0
    shown = capsys.readouterr().out
    assert "What" not in shown.splitlines()[0]
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result["settings"]["initializers"] == ["std 0.5", "He"]
    assert result["settings"]["batch_normalization"] is True
    assert result["settings"]["seed"] == 5
    with (tmp_path / "signals.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 1 * 2 * 3
    assert {row["init"] for row in rows} == {"std 0.5", "He"}
    text = (tmp_path / "what_to_see.txt").read_text(encoding="utf-8")
    assert text.strip() in shown
    for name in ("activations-relu", "gradients-relu", "spread", "normality"):
        assert (tmp_path / f"{name}.svg").read_text(encoding="utf-8").count("<path") > 3
        for suffix in (".png", ".dark.png"):
            assert (tmp_path / f"{name}{suffix}").read_bytes().startswith(b"\x89PNG")


def test_a_result_shows_itself() -> None:
    result = lab.weight_histograms(shape=(20, 10), rows=10)
    assert "figures weights" in repr(result)
    assert str(result).split() == [*result.title.split(), *result.text().split()]
    assert max(map(len, str(result).splitlines())) <= 96
    html = result._repr_html_()
    assert html.startswith("<h3>")
    assert 'src="data:image/svg+xml;base64,' in html
    assert result.plot("weights", theme="dark").get_facecolor()[0] < 0.2
    with pytest.raises(ValueError, match="Did you mean 'weights'"):
        result.plot("wieghts")
