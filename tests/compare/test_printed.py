from __future__ import annotations

import pytest

from nnscratch.compare.printed import cleaned, compare_printed


def test_colours_durations_and_earlier_states_of_a_line_go() -> None:
    coloured = (
        "Epoch 1/2\n"
        "\n\x1b[1m1/8\x1b[0m \x1b[37m━━\x1b[0m \x1b[1m2s\x1b[0m 300ms/step - loss: 0.9"
        "\n\x1b[1m8/8\x1b[0m \x1b[32m━━\x1b[0m \x1b[1m0s\x1b[0m 3ms/step - loss: 0.5000   "
        "\n\x1b[1m8/8\x1b[0m \x1b[32m━━\x1b[0m \x1b[1m1s\x1b[0m 3ms/step - loss: 0.5000\n"
    )
    plain = "Epoch 1/2\n8/8 ━━ 0s 41us/step - loss: 0.5000\n"
    assert cleaned(coloured) == cleaned(plain)
    assert compare_printed(coloured, plain) == (2, [])


def test_two_evaluations_in_a_row_stay_two_lines() -> None:
    state = "\n\x1b[1m4/4\x1b[0m ━━ \x1b[1m0s\x1b[0m 3ms/step - loss: 0.5"
    coloured = f"{state}{state}\n{state}{state}\n"
    assert len(cleaned(coloured)) == 2
    assert cleaned("4/4 ━━ 0s 3ms/step - loss: 0.5\n" * 2) == cleaned(coloured)


def test_a_redrawn_line_counts_in_its_last_state() -> None:
    assert cleaned("downloading 10%\rdownloading 100%\n") == ["downloading 100%"]


def test_lines_that_differ_in_numbers_only_tell_how_far() -> None:
    count, apart = compare_printed("a\nloss 0.50 at 3\nb\n", "a\nloss 0.40 at 3\nb\n")
    assert count == 3
    [line] = apart
    assert (line.line, line.reference, line.candidate) == (2, "loss 0.50 at 3", "loss 0.40 at 3")
    assert line.relative == pytest.approx(0.2)


def test_other_words_and_missing_lines_have_no_distance() -> None:
    _, apart = compare_printed("one\ntwo\n", "one\nthree\nfour\n")
    assert [(d.reference, d.candidate, d.relative) for d in apart] == [
        ("two", "three", None),
        (None, "four", None),
    ]
    _, apart = compare_printed("one\ntwo\n", "two\n")
    assert [(d.line, d.reference, d.candidate) for d in apart] == [(1, "one", None)]


def test_numbers_inside_of_names_are_no_numbers() -> None:
    _, apart = compare_printed("dense_1 ok", "dense_2 ok")
    assert apart[0].relative is None


def test_durations_elsewhere_count() -> None:
    _, apart = compare_printed("took 3s", "took 4s")
    assert len(apart) == 1
