from __future__ import annotations

import io
import json
import re
import sys
import types
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch import utils
from nnscratch.utils import Progbar

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "progbar.json").read_text("utf-8"))
LAST_DRAW = re.compile(r"(?:\x08*\r)?(.*)", re.DOTALL)


class Stream(io.StringIO):
    def __init__(self, terminal, encoding="utf-8"):
        super().__init__()
        self._terminal, self._encoding = terminal, encoding

    encoding = property(lambda self: self._encoding)

    def isatty(self):
        return self._terminal

    def write(self, text):
        text.encode(self._encoding)
        return super().write(text)


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
def output(monkeypatch):
    def install(**options):
        stream = Stream(**options)
        monkeypatch.setattr(sys, "stdout", stream)
        return stream

    return install


def draw(case, stream):
    """Run a recorded case and return what each update wrote."""
    clock = Clock()
    bar = Progbar(**case["options"], clock=clock)
    drawn = []
    for now, current, values, finalize in case["updates"]:
        clock.now = 1000.0 + now
        before = len(stream.getvalue())
        bar.update(current, values, finalize)
        drawn.append(stream.getvalue()[before:])
    return drawn


def plain(text):
    """Return a recorded line without its way back, its colours and its padding."""
    line = re.sub(r"\x1b\[\d+m", "", text.replace("\x08", "").replace("\r", ""))
    return re.sub(r" +\n", "\n", line)


CASES = pytest.mark.parametrize("name", GOLDEN["bars"])


@CASES
def test_terminal_as_keras(name, output):
    case = GOLDEN["bars"][name]
    assert draw(case, output(terminal=True)) == case["drawn"]


@CASES
def test_notebook_goes_back_by_carriage_return_alone(name, output, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    case = GOLDEN["bars"][name]
    expected = [text.replace("\x08", "") for text in case["drawn"]]
    assert draw(case, output(terminal=False)) == expected


@CASES
def test_pipe_gets_the_final_lines_only_and_nothing_but_text(name, output):
    case = GOLDEN["bars"][name]
    expected = [plain(text) if text.endswith("\n") else "" for text in case["drawn"]]
    assert draw(case, output(terminal=False)) == expected


def test_logger_gets_the_final_line(output, caplog):
    stream = output(terminal=True)
    utils.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", logger="nnscratch"):
            draw(GOLDEN["bars"]["as_is"], stream)
    finally:
        utils.enable_interactive_logging()
    assert stream.getvalue() == ""
    assert caplog.messages == [f"3/3 {'━' * 20} 3s 1s/step - loss: 2.0000"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
@pytest.mark.parametrize("terminal", [True, False])
def test_bar_of_ascii_where_the_stream_has_no_other(output, encoding, terminal):
    stream = output(terminal=terminal, encoding=encoding)
    case = GOLDEN["bars"]["as_is"]
    drawn = [plain(text) for text in draw(case, stream)]
    if terminal:
        assert drawn[0] == "1/3 ======-------------- 2s 1s/step - loss: 4.0000"
    assert drawn[2] == "3/3 ==================== 3s 1s/step - loss: 2.0000\n"


def test_line_that_is_wider_than_the_terminal(output, monkeypatch):
    case = GOLDEN["bars"]["epoch"]
    whole = plain(case["drawn"][-2])
    short = whole.removesuffix(" - loss: 0.2929")
    for columns, expected in [
        (len(whole) + 1, whole),
        (len(whole), short),
        (len(short) + 1, short),
        (len(short), short.removesuffix(" - accuracy: 0.5500")),
    ]:
        monkeypatch.setenv("COLUMNS", str(columns))
        drawn = draw(case, output(terminal=True))
        assert plain(drawn[-2]).rstrip() == expected
        assert plain(drawn[-1]) == plain(case["drawn"][-1])
        assert drawn[-1].count("\x08") < columns


def test_line_that_is_wider_than_the_terminal_without_its_metrics(output, monkeypatch):
    monkeypatch.setenv("COLUMNS", "10")
    drawn = draw(GOLDEN["bars"]["as_is"], output(terminal=True))
    assert plain(drawn[0]) == f"1/3 {'━' * 20} 2s 1s/step"


def test_add(output):
    stream = output(terminal=False)
    clock = Clock()
    bar = Progbar(3, clock=clock)
    clock.now += 1
    bar.add(1, [("loss", 1.0)])
    bar.add(2, [("loss", 4.0)])
    assert stream.getvalue() == f"3/3 {'━' * 20} 1s 0s/step - loss: 4.0000\n"


def test_both_kinds_of_metrics():
    with pytest.raises(ValueError, match=r"stateful_metrics.*stateless_metrics"):
        Progbar(3, stateful_metrics=["a"], stateless_metrics=["b"])


@given(
    times=st.lists(st.floats(0, 1), min_size=1, max_size=60),
    interval=st.floats(0.01, 1),
)
def test_redraws_keep_their_distance(times, interval):
    stream, clock, drawn_at = Stream(terminal=True), Clock(), []
    standard_output, sys.stdout = sys.stdout, stream
    try:
        bar = Progbar(len(times) + 1, interval=interval, clock=clock)
        for number, pause in enumerate(times, start=1):
            clock.now += pause
            before = len(stream.getvalue())
            bar.update(number)
            if len(stream.getvalue()) > before:
                drawn_at.append(clock.now)
    finally:
        sys.stdout = standard_output
    assert drawn_at[0] == 1000.0 + times[0]
    assert all(later - earlier >= interval for earlier, later in pairwise(drawn_at))
