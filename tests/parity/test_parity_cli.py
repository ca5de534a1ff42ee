"""The command line: exit codes, files, and the reports in them."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from parity_fakes import LINE, FakeEngine

from nnscratch import cli as nnscratch_cli
from parity import cli, versions
from parity.engines.protocol import Engine
from parity.results import Outcome
from parity.runner import Task, run_unit
from parity.units import Check, Rule

VERSIONS = {"nnscratch": "0", "keras": "3.15.1", "tensorflow": "2.21.0", "numpy": "2"}


@pytest.fixture(autouse=True)
def _fake_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the table by fakes and pretend that Keras is installed."""
    units = [
        LINE,
        Rule("plain", "rules", ("SGD", {}), steps=20, behaviours=("D5",), quick=True),
        Check("answer", "checks", lambda lib: {"x": lib.answer}, behaviours=("D1",), quick=True),
        Check("waits", "later", later="waits for <more>", behaviours=("D25",)),
    ]
    monkeypatch.setattr(cli.registry, "all_units", lambda: units)
    monkeypatch.setattr(versions, "missing", list)
    monkeypatch.setattr(versions, "versions", lambda: dict(VERSIONS))


def options(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return parser.parse_args(argv)


def runner(candidate: Engine):
    def run(tasks: Sequence[Task], jobs: int) -> Iterator[Outcome]:
        for name, dtype, steps in reversed(tasks):
            [unit] = cli.registry.select(names=[name], steps=steps)
            yield run_unit(unit, dtype, FakeEngine(), candidate)

    return run


GOOD, BAD = FakeEngine(), FakeEngine({"gradient/0_Dense/bias": 1e-3}, from_step=3, off=0.5)


def test_agreement_exits_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(options("--full"), runner(GOOD)) == 0
    printed = capsys.readouterr().out
    assert "keras 3.15.1" in printed
    assert "all equal" in printed
    assert "belongs to a later issue: waits for <more>" in printed


def test_anything_out_of_band_exits_with_one_and_says_where(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(options("--full", "--dtype", "float64"), runner(BAD)) == 1
    printed = capsys.readouterr().out
    assert "first: gradient/0_Dense/bias[0] at step 3: Keras" in printed
    assert "3 of 3 runs failed" in printed


def test_the_default_is_the_quick_choice(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(options("--dtype", "float32"), runner(GOOD)) == 0
    assert "2 runs, 1 for a later issue" in capsys.readouterr().out


def test_a_missing_reference_exits_with_two_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(versions, "missing", lambda: ["tensorflow"])
    assert cli.run(options(), runner(GOOD)) == 2
    assert 'pip install "nnscratch[parity]"' in capsys.readouterr().err


def test_another_version_than_the_pinned_one_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(versions, "versions", lambda: {**VERSIONS, "keras": "3.14.0"})
    cli.run(options(), runner(GOOD))
    assert "keras is 3.14.0; the reference is 3.15.1" in capsys.readouterr().out


def test_an_unknown_case_exits_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(options("--case", "lime"), runner(GOOD)) == 2
    assert "Did you mean 'line'?" in capsys.readouterr().err


def test_list_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(options("--list", "--full"), runner(BAD)) == 0
    printed = capsys.readouterr().out
    assert "line" in printed
    assert "waits for <more>" in printed


@pytest.mark.parametrize("argv", [("--steps", "0"), ("--jobs", "-1"), ("--dtype", "float16")])
def test_nonsense_is_refused(argv: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as error:
        options(*argv)
    assert error.value.code == 2


def test_json_holds_every_outcome(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.json"
    cli.run(options("--full", "--json", str(path)), runner(BAD))
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["passed"] is False
    assert found["versions"] == VERSIONS
    assert [(o["unit"], o["dtype"]) for o in found["outcomes"]] == [
        ("line", "float32"),
        ("line", "float64"),
        ("plain", "float32"),
        ("plain", "float64"),
        ("answer", "float32"),
        ("answer", "float64"),
        ("waits", "float32"),
    ]
    line = found["outcomes"][1]
    assert line["first"]["step"] == 3
    assert len(line["growth"]["gradient"]) == 12


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    cli.run(options("--full", "--html", str(path)), runner(BAD))
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|src=|href=|url\(|@import", text)
    assert 'name="viewport"' in text
    assert "prefers-color-scheme: dark" in text
    assert text.count("<svg") == 4, "one picture for each run that has steps"
    assert "waits for &lt;more&gt;" in text
    assert "gradient/0_Dense/bias[0] at step 3" in text
    assert "nan" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S).lower()


def test_nnscratch_parity_is_the_same_command(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(cli, "run", lambda options: seen.append(options.case) or 5)
    assert nnscratch_cli.main(["parity", "--case", "line"]) == 5
    assert seen == [["line"]]


def test_without_the_parity_package_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nnscratch_cli, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as error:
        nnscratch_cli.main(["parity"])
    assert error.value.code == 2
    assert 'pip install "nnscratch[parity]"' in capsys.readouterr().err
