"""Files changed at random: each loads or is refused by one error, in bounded time and memory."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import random
import resource
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from saved_models import FOLDER, X, Y

from nnscratch import callbacks, lab, saving
from nnscratch.errors import ModelFileError, NonFiniteError, NotReadyError

h5py = pytest.importorskip("h5py")
LIMITS = saving.Limits(max_bytes=8 * 2**20)
PATIENCE_SECONDS = 60
"""One file must not take longer; most take some milliseconds."""

MORE_MEMORY = 600 * 2**20
"""How much the process may grow while it reads thousands of damaged files."""


def flipped(data: bytes, chance: random.Random) -> bytes:
    """Change up to eight bytes or bits."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(changed))
        how = chance.randrange(3)
        if how == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif how == 1:
            changed[place] = chance.choice((0, 1, 127, 128, 255))
        else:
            changed[place] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """End the file early."""
    return data[: chance.randrange(len(data))]


def moved(data: bytes, chance: random.Random) -> bytes:
    """Copy a piece over another, take it out, or put it in twice."""
    size = chance.randint(1, 64)
    start, end = chance.randrange(len(data)), chance.randrange(len(data))
    piece = data[start : start + size]
    return data[:end] + piece + data[end + chance.choice((0, size, 2 * size)) :]


def number_swapped(data: bytes, chance: random.Random) -> bytes:
    """Write another number over eight aligned bytes, as sizes and addresses are."""
    place = chance.randrange(max(1, len(data) // 8)) * 8
    number = chance.choice((0, 1, 2**16, 2**31, 2**32 - 1, 2**63, 2**64 - 1, len(data)))
    return data[:place] + number.to_bytes(8, "little") + data[place + 8 :]


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (flipped, cut, moved, number_swapped)


def within(member: str | None = None) -> Callable[[bytes, random.Random], bytes]:
    """Damage one member of an archive, any by default; its checksums are then right again."""

    def damage(data: bytes, chance: random.Random) -> bytes:
        memory = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(memory, "w") as new:
            chosen = member or chance.choice(old.namelist())
            for name in old.namelist():
                contents = old.read(name)
                if name == chosen:
                    contents = chance.choice(WAYS)(contents, chance)
                new.writestr(name, contents)
        return memory.getvalue()

    return damage


def loads_model(path: Path) -> None:
    assert saving.load_model(path, limits=LIMITS).layers


def loads_weights(path: Path) -> None:
    model = saving.load_model(FOLDER / "stack.keras", compile=False)
    before = model.get_weights()
    try:
        model.load_weights(path)
    except ModelFileError:
        assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))
        raise


def takes_up(path: Path) -> None:
    model = saving.load_model(FOLDER / "stack.keras")
    backup = callbacks.BackupAndRestore(path.parent)
    backup.set_model(model)
    model.running_callbacks = callbacks.CallbackList([backup], model=model)
    backup.on_train_begin()


def plays_back(path: Path) -> None:
    recording = lab.Recording.load(path)
    for key in recording:
        assert len(recording[key].steps) > 0
    if recording.steps:  # a whole recording may hold no state to begin with, or NaN in it
        with contextlib.suppress(NotReadyError, NonFiniteError):
            recording.at(recording.steps[-1], X, Y).model()


def originals(folder: Path) -> dict[str, tuple[bytes, str, Callable[[Path], None], Any]]:
    """Return for each kind of file its bytes, its name, how it is read and ways to damage it."""
    model = saving.load_model(FOLDER / "stack.keras")
    model.save_weights(folder / "w.weights.h5")
    keep = callbacks.BackupAndRestore(folder / "run", delete_checkpoint=False)
    model.fit(X, Y, verbose=0, callbacks=[keep])
    stack = (FOLDER / "stack.keras").read_bytes()
    weights = (folder / "w.weights.h5").read_bytes()
    backup = (folder / "run" / "latest.weights.h5").read_bytes()
    recorder = lab.Recorder(every=1, file=folder / "r.rec")
    model.fit(X, Y, verbose=0, callbacks=[recorder])
    record = (folder / "r.rec").read_bytes()
    inside = [within("config.json"), within("model.weights.h5")]
    return {
        "archive": (stack, "m.keras", loads_model, WAYS),
        "inside the archive": (stack, "m.keras", loads_model, inside),
        "older format": ((FOLDER / "stack.h5").read_bytes(), "m.h5", loads_model, WAYS),
        "several ends": ((FOLDER / "branches.h5").read_bytes(), "m.h5", loads_model, WAYS),
        "weights": (weights, "w.weights.h5", loads_weights, WAYS),
        "backup": (backup, "latest.weights.h5", takes_up, WAYS),
        "recording": (record, "r.rec", plays_back, WAYS),
        "inside the recording": (record, "r.rec", plays_back, [within()]),
    }


def refusal(read: Callable[[Path], None], path: Path) -> ModelFileError | None:
    """Read a file; return the error that refuses it, None if it was read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(path)
    except ModelFileError as error:
        return error
    return None


def run(count: int, seed: int, folder: Path) -> Counter[str]:
    """Read so many damaged files; return how many loaded and how many were refused."""
    chance, outcomes = random.Random(seed), Counter[str]()
    kinds = list(originals(folder).values())
    place = folder / "mutant"
    place.mkdir()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(count):
        data, name, read, ways = kinds[number % len(kinds)]
        path = place / name
        path.write_bytes(chance.choice(ways)(data, chance))
        faulthandler.dump_traceback_later(PATIENCE_SECONDS, exit=True)
        error = refusal(read, path)
        faulthandler.cancel_dump_traceback_later()
        outcomes["loaded" if error is None else "refused"] += 1
        if error is not None:
            assert error.file == str(path), number
            assert error.reason, number
        assert [p.name for p in place.iterdir()] == [name]
        path.unlink()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * 1024
    assert grown < MORE_MEMORY, f"{grown / 2**20:.0f} MiB more"
    return outcomes


def test_a_few_hundred_mutants(tmp_path):
    outcomes = run(600, seed=1, folder=tmp_path)
    assert outcomes["refused"] > 200
    assert outcomes["loaded"] > 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_twenty_thousand_mutants(seed, tmp_path):
    outcomes = run(5_000, seed, tmp_path)
    print(dict(outcomes))
    assert outcomes.total() == 5_000


def test_four_bytes_that_ask_for_four_gigabytes(tmp_path):
    """The length of a text in the older format, which HDF5 trusts before it looks for the text."""
    data = bytearray((FOLDER / "stack.h5").read_bytes())
    heap = data.rindex(b"GCOL")
    place = data.index(heap.to_bytes(8, "little")) - 4
    data[place : place + 4] = b"\xff\xff\xff\xff"
    path = tmp_path / "m.h5"
    path.write_bytes(data)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(loads_model, path) is not None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MORE_MEMORY // 1024
