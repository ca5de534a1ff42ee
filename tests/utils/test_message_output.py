from __future__ import annotations

import io
import logging
import sys

import pytest

from nnscratch import utils
from nnscratch.utils.io import carries, print_msg


@pytest.fixture
def quiet():
    utils.disable_interactive_logging()
    yield
    utils.enable_interactive_logging()


def stream(encoding, errors="strict"):
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=errors, newline="\n")


def test_standard_output(capsys):
    print_msg("one")
    print_msg("two", line_break=False)
    print_msg(3)
    assert capsys.readouterr().out == "one\ntwo3\n"
    assert utils.is_interactive_logging_enabled()


@pytest.mark.usefixtures("quiet")
def test_logger(capsys, caplog):
    assert not utils.is_interactive_logging_enabled()
    with caplog.at_level(logging.INFO, logger="nnscratch"):
        print_msg("100% done\n", line_break=False)
    assert capsys.readouterr().out == ""
    assert [(r.name, r.levelname, r.getMessage()) for r in caplog.records] == [
        ("nnscratch", "INFO", "100% done")
    ]


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "cp1252", "latin-1"])
def test_what_a_stream_cannot_carry_is_replaced(monkeypatch, encoding):
    out = stream(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    print_msg("━━ ✓ 0.5")
    assert out.buffer.getvalue() == b"== ? 0.5\n"


def test_what_a_stream_can_carry_is_kept(monkeypatch):
    out = stream("cp949")
    monkeypatch.setattr(sys, "stdout", out)
    print_msg("정확도")
    assert out.buffer.getvalue() == "정확도\n".encode("cp949")


def test_no_standard_output_at_all(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    print_msg("nobody hears this")


def test_carries():
    assert carries("━", None)
    assert carries("a", "ascii")
    assert not carries("━", "ascii")
