"""Files appear whole or not at all, whichever step of writing fails."""

from __future__ import annotations

import os

import pytest
from saved_models import state_of

from nnscratch import saving
from nnscratch.saving import atomic

pytest.importorskip("h5py", reason="model files need the extra `files`")


def test_the_old_file_survives_an_error_while_writing(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail():
        with atomic.replacing(path) as temporary:
            temporary.write_bytes(b"half")
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        fail()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("ending", ["keras", "h5", "weights.h5"])
@pytest.mark.filterwarnings("ignore:.*older format:UserWarning")
def test_the_old_model_survives_a_full_disk(net, step, ending, tmp_path, monkeypatch):
    path = tmp_path / f"m.{ending}"
    save = net.save_weights if ending == "weights.h5" else net.save
    save(path)
    before, kept = path.read_bytes(), state_of(net)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match=str(path)):
        save(path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert all((a == b).all() for a, b in zip(kept, state_of(net), strict=True))


def test_the_file_and_then_its_folder_are_flushed(tmp_path, monkeypatch):
    steps = []
    flush, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (steps.append("flush"), flush(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (steps.append("rename"), rename(a, b)))
    atomic.write_bytes(tmp_path / "a", b"x")
    assert steps == ["flush", "rename", "flush"]


def test_permissions_and_links_are_kept(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    atomic.write_bytes(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_folder_and_a_missing_folder(net, tmp_path):
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(IsADirectoryError, match=r"m\.keras"):
        net.save(tmp_path / "m.keras")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        net.save(tmp_path / "nowhere" / "m.keras")


def test_reading_while_another_saves(net, tmp_path):
    path = tmp_path / "m.keras"
    net.save(path)
    with open(path, "rb") as old:
        net.save(path)
        assert saving.load_model(path).built
        assert old.read(2) == b"PK"
