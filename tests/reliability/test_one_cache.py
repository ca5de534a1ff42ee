"""Processes that fill one dataset cache at once: each has the data, none reads half a file."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

ROUNDS = 12
FILLS = """
import hashlib, os, pathlib, sys, time, urllib.request
import numpy as np
from nnscratch.datasets import mnist
from nnscratch.datasets.archive import Fingerprint

root = pathlib.Path(sys.argv[1])
me, rounds, milliseconds = map(int, sys.argv[2:])
source = root / "server" / "mnist.npz"
arrays = dict(np.load(source))
mnist.URL = source.as_uri()
mnist.EXPECTED = {
    name: Fingerprint(array.shape, hashlib.sha256(array.tobytes()).hexdigest())
    for name, array in arrays.items()
}
opened = urllib.request.urlopen

class Slow:
    def __init__(self, response):
        self.response = response
    def __enter__(self):
        return self
    def __exit__(self, *error):
        self.response.close()
    def read(self, size=-1):
        time.sleep(milliseconds / 1000)
        return self.response.read(4096)

urllib.request.urlopen = lambda url, timeout: Slow(opened(url, timeout=timeout))
for i in range(rounds):
    os.environ["KERAS_HOME"] = str(root / f"home{i}")
    (root / f"ready{i}.{me}").touch()
    while not (root / f"ready{i}.{1 - me}").exists():
        time.sleep(0.0005)
    time.sleep(0.005 * i * me)
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    for name, found in zip(arrays, (x_train, y_train, x_test, y_test)):
        assert (found == arrays[name]).all(), name
    print("whole", flush=True)
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Return a function that starts a process; it reads the server's 160 kB in blocks of 4."""
    monkeypatch.delenv("NNSCRATCH_DATASETS", raising=False)
    (tmp_path / "server").mkdir()
    grey = (np.arange(200 * 28 * 28) * 7919 % 251).astype(np.uint8).reshape(200, 28, 28)
    labels = np.arange(200, dtype=np.uint8) % 10
    np.savez(
        tmp_path / "server" / "mnist.npz",
        x_train=grey,
        y_train=labels,
        x_test=grey[:9, ::-1],
        y_test=labels[:9],
    )
    started = []

    def process(number, rounds=ROUNDS, milliseconds=1):
        arguments = [str(part) for part in (tmp_path, number, rounds, milliseconds)]
        child = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", FILLS, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(child)
        return child

    yield process
    for child in started:
        child.kill()
        child.communicate()


def test_two_processes_fill_one_cache(start, tmp_path):
    """The second one comes later from round to round: before, during and after the download."""
    whole = (tmp_path / "server" / "mnist.npz").read_bytes()
    children = [start(0), start(1)]
    targets = [tmp_path / f"home{i}" / "datasets" / "mnist.npz" for i in range(ROUNDS)]
    while any(child.poll() is None for child in children):
        for target in targets:
            if target.exists():
                assert target.read_bytes() == whole
        assert [child.communicate() for child in children if child.poll()] == []
    for child in children:
        assert child.communicate()[0].split() == ["whole"] * ROUNDS
    for target in targets:
        assert [file.name for file in target.parent.iterdir()] == ["mnist.npz"]
        assert target.read_bytes() == whole


def test_a_process_killed_while_it_downloads_leaves_no_half_file(start, tmp_path):
    (tmp_path / "ready0.1").touch()
    folder = tmp_path / "home0" / "datasets"
    killed = start(0, 1, milliseconds=1000)
    while not any(folder.glob("*")):
        assert killed.poll() is None
    killed.kill()
    assert killed.communicate()[0] == ""
    assert not (folder / "mnist.npz").exists()
    output, error = start(0, 1).communicate()
    assert (output.split(), error) == (["whole"], "")
    assert (folder / "mnist.npz").stat().st_size > 150_000
