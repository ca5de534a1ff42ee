"""Masks drawn ahead by another process: the same masks, whatever happens to it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnscratch import Sequential, crew, layers, random, utils
from nnscratch.random import workshop

pytestmark = pytest.mark.skipif(not workshop.POSSIBLE, reason="needs POSIX and a Python to start")
SHAPE = (40, 64)


def alone(seed: int, k: int, shape: tuple[int, ...] = SHAPE) -> Any:
    """Return a mask as it is drawn where no core is spare."""
    return random.dropout_mask(shape, 0.3, (seed, k), "float32")


@pytest.fixture
def spare(monkeypatch: Any) -> Iterator[None]:
    """A spare core, and a process from the first mask on; none is left at the end."""
    monkeypatch.setattr(workshop, "WARMING", 0)
    workshop.close()
    with crew.spare_cores(1):
        yield
    workshop.close()


def eventually(happened: Callable[[], bool]) -> None:
    """Wait for something that takes a process some time."""
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def ready_ones(generator: random.SeedGenerator, shape: tuple[int, ...] = SHAPE) -> Any:
    """Return a mask of the generator, once it was the other process that drew it."""
    keep = np.empty(shape, bool)
    seed, k = (int(n) for n in generator.next())
    eventually(lambda: workshop.drawn_ahead((seed, k), THRESHOLD, keep))
    return keep, (seed, k)


THRESHOLD = int(np.ceil(float(np.float32(0.3)) * 2**23))


@pytest.mark.usefixtures("spare")
@pytest.mark.parametrize("shape", [SHAPE, (100, 784)])
def test_the_masks_are_those_drawn_alone(shape: tuple[int, ...]) -> None:
    generator = random.SeedGenerator(5)
    random.dropout_mask(shape, 0.3, generator, "float32")  # the first one is never ready
    for _ in range(40):
        keep, state = ready_ones(generator, shape)
        with crew.spare_cores(0):
            np.testing.assert_array_equal(keep, alone(*state, shape))


@pytest.mark.usefixtures("spare")
def test_the_process_imports_from_where_this_one_does(tmp_path: Path, monkeypatch: Any) -> None:
    """A file in the working folder that is named like a module is not run."""
    for name in ("numpy", "struct", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    random.dropout_mask(SHAPE, 0.3, (5, 0), "float32")
    process = workshop._here.workshop._process
    process.stdin.close()
    assert process.wait(timeout=60) == 0


@pytest.mark.usefixtures("spare")
def test_streams_may_be_mixed_and_jump() -> None:
    rng, ks = np.random.default_rng(0), {1: 0, 2: 50}
    for _ in range(300):
        seed = int(rng.integers(1, 3))
        ks[seed] = int(rng.integers(100)) if rng.random() < 0.05 else ks[seed] + 1
        received = random.dropout_mask(SHAPE, 0.3, (seed, ks[seed]), "float32")
        with crew.spare_cores(0):
            np.testing.assert_array_equal(received, alone(seed, ks[seed]))


@pytest.mark.usefixtures("spare")
def test_masks_go_on_when_the_process_is_killed() -> None:
    generator = random.SeedGenerator(5)
    random.dropout_mask(SHAPE, 0.3, generator, "float32")
    ready_ones(generator)
    first = workshop._here.workshop
    assert first is not None
    os.kill(first._process.pid, signal.SIGKILL)
    first._process.wait()
    for _ in range(100):
        seed, k = (int(n) for n in generator.state)
        received = random.dropout_mask(SHAPE, 0.3, generator, "float32")
        with crew.spare_cores(0):
            np.testing.assert_array_equal(received, alone(seed, k))
    assert workshop._here.workshop is not first


@pytest.mark.usefixtures("spare")
def test_the_process_ends_with_the_one_that_started_it() -> None:
    random.dropout_mask(SHAPE, 0.3, (1, 1), "float32")
    process = workshop._here.workshop._process
    process.stdin.close()  # as when it dies
    assert process.wait(timeout=60) == 0


@pytest.mark.usefixtures("spare")
def test_closing_ends_the_process() -> None:
    random.dropout_mask(SHAPE, 0.3, (1, 1), "float32")
    process = workshop._here.workshop._process
    workshop.close()
    assert process.poll() is not None


@pytest.mark.usefixtures("spare")
def test_a_fork_leaves_it_alone(monkeypatch: Any) -> None:
    random.dropout_mask(SHAPE, 0.3, (1, 1), "float32")
    process = workshop._here.workshop._process
    mine = os.getpid()
    monkeypatch.setattr(workshop.os, "getpid", lambda: mine + 1)
    monkeypatch.setattr(workshop, "WARMING", 10**12)
    random.dropout_mask(SHAPE, 0.3, (1, 2), "float32")
    assert workshop._here.workshop is None
    assert process.poll() is None
    process.kill()
    process.communicate()


@pytest.mark.usefixtures("spare")
def test_nobody_is_started_for_little(monkeypatch: Any) -> None:
    random.dropout_mask((10, 10), 0.3, (1, 1), "float32")
    random.dropout_mask(SHAPE, 0.3, (1, 1), "float64")
    with random.xla_bits():
        random.dropout_mask(SHAPE, 0.3, (1, 1), "float32")
    with crew.spare_cores(0):
        random.dropout_mask(SHAPE, 0.3, (1, 1), "float32")
    monkeypatch.setattr(workshop, "WARMING", SHAPE[0] * SHAPE[1] + 1)
    random.dropout_mask(SHAPE, 0.3, (1, 1), "float32")
    assert workshop._here.workshop is None


@pytest.mark.usefixtures("spare")
def test_where_no_process_can_be_started_that_is_told_once(monkeypatch: Any) -> None:
    monkeypatch.setattr(workshop.sys, "executable", "/nowhere/python")
    with pytest.warns(UserWarning, match="without a helping process"):
        received = random.dropout_mask(SHAPE, 0.3, (1, 1), "float32")
    with crew.spare_cores(0):
        np.testing.assert_array_equal(received, alone(1, 1))


def trained(cores: int, monkeypatch: Any) -> list[Any]:
    monkeypatch.setattr(crew, "cores", lambda: cores)
    monkeypatch.setattr("nnscratch.blas._threads_of_blas", lambda: cores)
    utils.set_random_seed(4)
    x = np.random.default_rng(0).normal(size=(512, 80)).astype("float32")
    hidden = [layers.Dropout(0.2), layers.Dense(70, "relu"), layers.Dropout(0.5)]
    model = Sequential([layers.Input((80,)), *hidden, layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(x, x[:, :1], epochs=8, batch_size=64, verbose=0).history["loss"]
    return [history, *model.get_weights()]


@pytest.mark.usefixtures("spare")
def test_training_has_the_same_bits(monkeypatch: Any) -> None:
    for expected, received in zip(trained(1, monkeypatch), trained(2, monkeypatch), strict=True):
        np.testing.assert_array_equal(received, expected)
    assert workshop._here.workshop is not None
