"""Same seed, same machine: the same bits, whatever else differs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("digest.py")


def digest(*words: str, **environment: str) -> str:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.fixture(scope="module")
def reference() -> str:
    return digest(PYTHONHASHSEED="0")


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        ((), {"PYTHONHASHSEED": "0"}),
        ((), {"PYTHONHASHSEED": "1"}),
        ((), {"PYTHONHASHSEED": "random"}),
        (("imports backwards",), {}),
        (("watched",), {}),
        ((), {"OPENBLAS_NUM_THREADS": "1"}),
        ((), {"OPENBLAS_NUM_THREADS": "2"}),
        ((), {"OMP_NUM_THREADS": "2"}),
    ],
    ids=str,
)
def test_the_same_bits(words, environment, reference):
    assert len(reference) == 64
    assert digest(*words, **environment) == reference


@pytest.mark.parametrize("threads", ["1", "2"])
def test_wide_layers_with_the_same_number_of_threads(threads):
    """Large products are shared among BLAS threads, whose number then decides on the last bits."""
    first = digest("wide", OPENBLAS_NUM_THREADS=threads)
    assert first == digest("wide", OPENBLAS_NUM_THREADS=threads)


def test_another_seed_gives_other_bits(reference, tmp_path):
    other = tmp_path / "digest.py"
    other.write_text(PROGRAM.read_text().replace("set_random_seed(11)", "set_random_seed(12)"))
    found = subprocess.run([sys.executable, str(other)], capture_output=True, text=True, check=True)
    assert found.stdout.strip() != reference
