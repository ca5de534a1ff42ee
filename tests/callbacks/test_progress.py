from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest

from nnscratch.callbacks import CallbackList, ProgbarLogger

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "progbar.json").read_text("utf-8"))


class Stream(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self._terminal = terminal

    def isatty(self):
        return self._terminal


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.delenv("PYCHARM_HOSTED", raising=False)
    monkeypatch.setenv("COLUMNS", "1000")


@pytest.fixture
def run(monkeypatch):
    """Return a function that feeds hooks to a logger and returns what each of them wrote."""

    def feed(params, hooks, terminal, make=lambda logger: logger):
        stream, clock = Stream(terminal), Clock()
        monkeypatch.setattr(sys, "stdout", stream)
        logger = make(ProgbarLogger(clock=clock))
        logger.set_params(params)
        drawn = []
        for now, hook, arguments in hooks:
            clock.now = 1000.0 + now
            before = len(stream.getvalue())
            getattr(logger, hook)(*arguments)
            drawn.append(stream.getvalue()[before:])
        return drawn

    return feed


CASES = pytest.mark.parametrize("name", GOLDEN["logged"])


@CASES
def test_terminal_as_keras(name, run):
    case = GOLDEN["logged"][name]
    assert run(case["params"], case["hooks"], terminal=True) == case["drawn"]


@CASES
def test_terminal_as_keras_behind_a_callback_list(name, run):
    case = GOLDEN["logged"][name]
    drawn = run(
        case["params"],
        case["hooks"],
        terminal=True,
        make=lambda logger: CallbackList([logger], add_progbar=True),
    )
    assert drawn == case["drawn"]


@CASES
def test_pipe_gets_headers_and_final_lines(name, run):
    case = GOLDEN["logged"][name]

    def plain(text):
        line = re.sub(r"\x1b\[\d+m|\x08|\r", "", text)
        return re.sub(r" +\n", "\n", line) if text.endswith("\n") else ""

    drawn = run(case["params"], case["hooks"], terminal=False)
    assert drawn == [plain(text) for text in case["drawn"]]


def test_verbose_0_is_silent(run):
    hooks = GOLDEN["logged"]["fit_verbose_1_steps_3"]["hooks"]
    drawn = run({"verbose": 0, "epochs": 2, "steps": 3}, hooks, terminal=True)
    assert "".join(drawn) == ""


def test_ten_redraws_a_second_at_most(run):
    steps = [(0.001 * step, "on_train_batch_end", [step, {"loss": 0.5}]) for step in range(2000)]
    hooks = [(0.0, "on_epoch_begin", [0]), *steps, (2.0, "on_epoch_end", [0, {"loss": 0.5}])]
    drawn = run({"verbose": 1, "epochs": 1, "steps": 2000}, hooks, terminal=True)
    assert 15 <= sum(text != "" for text in drawn[:-1]) <= 20
    assert drawn[-1].endswith("loss: 0.5000\n")


def test_evaluation_after_training_has_its_own_line(run):
    fit = GOLDEN["logged"]["fit_one_epoch_verbose_1_steps_3"]
    evaluate = GOLDEN["logged"]["evaluate_verbose_1_steps_2"]["hooks"]
    end = fit["hooks"][-1][0]
    later = [(now + end, hook, arguments) for now, hook, arguments in evaluate]
    drawn = run(fit["params"], [*fit["hooks"], *later], terminal=False)
    assert drawn[-1] == f"3/3 {'━' * 20} 0s 150ms/step - loss: 1.0000 - accuracy: 0.7500\n"


def test_params_that_are_absent(run):
    hooks = [(0.5, "on_predict_batch_end", [0]), (1.0, "on_predict_end", [])]
    drawn = run({}, hooks, terminal=False)
    assert drawn[-1] == f"1/1 {'━' * 20} 0s 500ms/step\n"
