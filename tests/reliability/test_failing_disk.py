"""A disk that fails at any one moment: the error names the file, and what was saved survives."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
import program

from nnscratch import models, naming

pytest.importorskip("h5py", reason="backups need the extra `files`")
CALLS = ("open", "fsync", "replace")
RUN = """
import os, signal, sys
sys.path.insert(0, {folder!r})
import program
real, calls = os.{call}, 0
def dies(*args, **kwargs):
    global calls
    calls += 1
    if calls == {number} and {before}:
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*args, **kwargs)
    if calls == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
os.{call} = dies
program.main(program.Path(sys.argv[1]))
"""


def numbers(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "result.npz") as file:
        return dict(file)


def run(folder: Path) -> None:
    naming.clear_names()
    program.main(folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    run(folder)
    return numbers(folder)


def assert_same(folder, expected):
    found = numbers(folder)
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, err_msg=name)
    for name in ("best.keras", "latest.keras"):
        assert models.load_model(folder / name).built


def outcome(folder: Path) -> OSError | None:
    try:
        run(folder)
    except OSError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("call", "fault"),
    [("open", errno.EROFS), ("fsync", errno.ENOSPC), ("replace", errno.EIO)],
)
def test_each_call_fails_in_turn(call, fault, undisturbed, tmp_path, monkeypatch, capsys):
    """Every seventh of the calls; `test_killed_at_each_call` has them all."""
    real, number = getattr(os, call), 1
    while True:
        folder = tmp_path / str(number)
        folder.mkdir()
        calls = [0]

        def fails(path, *args, calls=calls, number=number, folder=folder, **kwargs):
            ours = not isinstance(path, (str, Path)) or str(path).startswith(str(folder))
            calls[0] += ours
            if ours and calls[0] == number:
                raise OSError(fault, os.strerror(fault), path if call == "open" else None)
            return real(path, *args, **kwargs)

        monkeypatch.setattr(os, call, fails)
        error = outcome(folder)
        monkeypatch.setattr(os, call, real)
        if error is None:
            assert calls[0] < number
            break
        assert error.errno == fault
        assert str(folder) in str(error)
        run(folder)
        assert_same(folder, undisturbed)
        number += 7
    assert number > 7


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("call", CALLS)
def test_killed_at_each_call(call, before, undisturbed, tmp_path):
    number = 1
    while True:
        folder = tmp_path / str(number)
        folder.mkdir()
        text = RUN.format(
            folder=str(Path(__file__).parent), call=call, number=number, before=before
        )
        code = subprocess.run(
            [sys.executable, "-c", text, str(folder)], stdout=subprocess.DEVNULL, check=False
        ).returncode
        if code == 0:
            break
        assert code == -signal.SIGKILL
        run(folder)
        assert_same(folder, undisturbed)
        number += 1
    print(f"{number - 1} calls of {call}")
    assert number > 10


def test_a_disk_that_is_full(tmp_path):
    """The kernel's own refusal to let a file grow, met inside the libraries that write."""
    text = f"""
import resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from nnscratch import Input, Sequential, layers
small = Sequential([Input((4,)), layers.Dense(2)])
large = Sequential([Input((400,)), layers.Dense(400)])
small.save("m.keras"); small.save("m.h5"); small.save_weights("m.weights.h5")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for name, save in [("m.keras", large.save), ("m.h5", large.save),
                   ("m.weights.h5", large.save_weights)]:
    try:
        save(name)
    except OSError as error:
        assert name in str(error) and "untouched" in str(error), error
    else:
        raise AssertionError(name)
"""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 100_000
    subprocess.run([sys.executable, "-W", "ignore", "-c", text], cwd=tmp_path, check=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.h5", "m.keras", "m.weights.h5"]
    assert models.load_model(tmp_path / "m.keras").count_params() == 10
    assert models.load_model(tmp_path / "m.h5").count_params() == 10
