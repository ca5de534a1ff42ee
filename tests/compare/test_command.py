from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnscratch.cli import main
from nnscratch.compare.command import APART, EQUAL, FAILED, add_arguments, run
from nnscratch.compare.runs import Engine

HERE = str(Path(__file__).parent)

SCRIPT = """
import sys
from fake_engine import Model
model = Model()
model.fit([0.5, 0.5], epochs=3, steps=5)
model.fit([3.0, 3.0], epochs=1, callbacks=[], verbose=0)
print("scores", model.evaluate([0.5, 0.5]), *sys.argv[1:])
model.predict(4)
model.train_on_batch([0.5, 0.5])
"""

Command = Callable[..., int]


def fake(name: str, **environment: str) -> Engine:
    return Engine(
        name, name.title(), "fake_engine", environment={"PYTHONPATH": HERE, **environment}
    )


@pytest.fixture
def command(tmp_path: Path) -> Command:
    script = tmp_path / "script.py"

    def execute(*line: str, text: str = SCRIPT, second: Engine | None = None) -> int:
        script.write_text(text)
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        engines = [fake("first"), second or fake("second")]
        return run(parser.parse_args([str(script), *line]), engines)

    return execute


def test_equal_runs_exit_with_0(command: Command, tmp_path: Path) -> None:
    report, data = tmp_path / "deep" / "out.html", tmp_path / "out.json"
    assert command("--report", str(report), "--json", str(data)) == EQUAL
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["comparison"]["identical"] is True
    assert len(found["comparison"]["fits"]) == 2
    assert len(found["comparison"]["results"]) == 4  # two scores, a table, one more loss
    assert found["runs"]["first"]["memory"] is None or found["runs"]["first"]["memory"] > 1e6


def test_every_step_and_epoch_is_looked_at(command: Command, tmp_path: Path) -> None:
    data = tmp_path / "out.json"
    command("--json", str(data), "--steps", "2")
    growth = json.loads(data.read_text(encoding="utf-8"))["comparison"]["fits"][0]["growth"]
    assert [(p["moment"], p["step"]) for p in growth] == [
        ("start", 0),
        ("step", 1),
        ("step", 2),
        ("epoch", 5),
        ("epoch", 10),
        ("epoch", 15),
    ]


def test_runs_apart_exit_with_1_and_the_step_is_named(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(second=fake("second", RATE="0.11", RATE_FROM_STEP="3")) == APART
    out = " ".join(capsys.readouterr().out.split())
    assert "They part in fit 1, at step 3 (epoch 1): dense/kernel" in out
    assert "another formula" in out


def test_another_start_is_told_from_another_step(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(second=fake("second", OFFSET="0.01")) == APART
    assert "before the first step" in capsys.readouterr().out


@pytest.mark.parametrize(("rtol", "code"), [("1e-7", APART), ("1e-4", EQUAL)])
def test_the_tolerance_decides(command: Command, rtol: str, code: int) -> None:
    assert command("--rtol", rtol, second=fake("second", OFFSET="1e-5")) == code


def test_float64_has_its_own_tolerance(command: Command) -> None:
    second = fake("second", OFFSET="1e-8")
    assert command(second=second) == EQUAL
    assert command("--floatx", "float64", second=second) == APART


def test_the_script_gets_its_own_arguments(command: Command, tmp_path: Path) -> None:
    data = tmp_path / "out.json"
    command("data.csv", "--json", str(data), "--fast", "--", "--steps", "7")
    printed = json.loads(data.read_text(encoding="utf-8"))["runs"]["first"]["stdout"]
    assert printed.rstrip().endswith("data.csv --fast --steps 7")


def test_a_script_that_fails_exits_with_2_and_shows_its_own_frames(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "import os\nif 'OFFSET' in os.environ:\n    raise KeyError('here')\n"
    assert command(text=text, second=fake("second", OFFSET="0")) == FAILED
    err = capsys.readouterr().err
    assert "The run under Second failed with exit code 1" in err
    assert "KeyError: 'here'" in err
    assert "driver.py" not in err


def test_leaving_with_another_code_is_failing(command: Command) -> None:
    assert command(text=f"{SCRIPT}\nsys.exit(3)") == FAILED
    assert command(text=f"{SCRIPT}\nsys.exit(0)") == EQUAL


def test_nothing_to_compare_is_not_success(command: Command) -> None:
    assert command(text="print('hello')") == FAILED


def test_a_missing_engine_says_what_to_install(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    absent = Engine("keras", "Keras", "no_such_engine")
    assert command(second=absent) == FAILED
    assert 'pip install "nnscratch[parity]"' in capsys.readouterr().err


def test_a_missing_script_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "nowhere.py"]) == FAILED
    assert "nowhere.py" in capsys.readouterr().err


@pytest.mark.parametrize("line", [["--rtol", "0"], ["--steps", "-1"], ["--floatx", "float16"]])
def test_bad_options_are_refused(line: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["compare", *line, "script.py"])
    assert caught.value.code == 2


def test_comparing_imports_neither_keras_nor_rich(command: Command) -> None:
    import subprocess

    code = (
        "import sys, nnscratch.compare.command; "
        "print(sorted({'keras', 'tensorflow', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
