"""Layers, models and steps of one's own: the same programs gave these numbers in Keras."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from parity.golden.custom_programs import PROGRAMS, run

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "custom.json").read_text("utf-8"))


def same(found: Any, expected: Any, where: str) -> None:
    if isinstance(expected, dict):
        assert sorted(found) == sorted(expected), where
        for key, part in expected.items():
            same(found[key], part, f"{where}[{key!r}]")
    elif isinstance(expected, str) or expected is None or isinstance(expected, bool):
        assert found == expected, where
    elif isinstance(expected, list) and any(
        isinstance(p, (str, list, type(None))) for p in expected
    ):
        assert len(found) == len(expected), (where, found, expected)
        for i, part in enumerate(expected):
            same(found[i], part, f"{where}[{i}]")
    else:
        np.testing.assert_allclose(found, expected, rtol=3e-5, atol=3e-6, err_msg=where)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_as_in_keras(program, as_keras, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    keras, tf = as_keras
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = run(program, keras, tf)
    same(found, GOLDEN["programs"][program.__name__], program.__name__)
