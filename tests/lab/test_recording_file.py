"""The file of a recording: saved, opened, streamed, and damaged in every way."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from runs import trained

from nnscratch.errors import ModelFileError
from nnscratch.lab import Recorder, Recording


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    path = tmp_path_factory.mktemp("recording") / "run.nnrec"
    rec = Recorder(every=2, file=path)
    trained(rec)
    return rec, path


def read_everything(path):
    recording = Recording.load(path)
    for series in recording.find():
        repr(series)
        list(series.numbers())
    recording["loss"], recording["rows"], recording["draws"]
    return recording.at(7)


def test_what_is_loaded_is_what_was_recorded(recorded):
    rec, path = recorded
    loaded = Recording.load(path)
    assert loaded.keys() == rec.keys()
    assert loaded.epochs == rec.epochs
    assert loaded["draws"] == rec["draws"]
    for first, second in zip(rec.find(), loaded.find(), strict=True):
        assert first.steps.tolist() == second.steps.tolist()
        assert str(list(first.numbers())) == str(list(second.numbers()))


def test_a_copy_is_the_same_file(recorded, tmp_path):
    rec, path = recorded
    rec.save(tmp_path / "copy.nnrec")
    assert (tmp_path / "copy.nnrec").read_bytes() == path.read_bytes()


def test_anything_can_open_it(recorded):
    _, path = recorded
    with np.load(path) as arrays, zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        pieces = [json.loads(archive.read(n)) for n in archive.namelist() if "pieces" in n
                  and n.endswith(".json")]  # fmt: skip
        entry = pieces[0]["arrays"][0]
        table = arrays[entry["member"].removesuffix(".npy")]
        assert table.shape[:2] == (len(entry["series"]), len(entry["steps"]))


def test_it_can_be_read_while_the_run_goes_on(tmp_path):
    path = tmp_path / "run.nnrec"
    seen = []

    def look(step, epoch, loss):
        if step == 40:
            seen.append(Recording.load(path)["loss"].size)
        return True

    trained(Recorder("loss", every=1, file=path, when=look), epochs=8)
    assert seen == [32]


def test_a_recording_can_be_asked_in_the_middle_of_a_run():
    sizes = []
    rec = Recorder("loss", every=1)
    rec.when = lambda step, *_: sizes.append(len(rec["loss"]) if step > 1 else 0) or True
    trained(rec, epochs=1)
    assert sizes == [0, 1, 2, 3, 4, 5, 6]


def test_a_cut_file_is_refused(recorded, tmp_path):
    contents = recorded[1].read_bytes()
    broken = tmp_path / "cut.nnrec"
    for size in range(0, len(contents), len(contents) // 40):
        broken.write_bytes(contents[:size])
        with pytest.raises(ModelFileError):
            read_everything(broken)


def test_flipped_bytes_are_refused_or_change_nothing(recorded, tmp_path):
    contents = recorded[1].read_bytes()
    broken = tmp_path / "flipped.nnrec"
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, len(contents), 60):
        changed = bytearray(contents)
        changed[place] ^= 1 << int(rng.integers(8))
        broken.write_bytes(changed)
        try:
            read_everything(broken)
        except ModelFileError:
            refused += 1
    assert refused > 50


def rewritten(path, target, change):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            contents = change(name, old.read(name))
            if contents is not None:
                new.writestr(name, contents)


def changed_json(wanted, change):
    def at(name, contents):
        if wanted not in name or not name.endswith(".json"):
            return contents
        value = json.loads(contents)
        return json.dumps(change(value) or value).encode()

    return at


HOSTILE = {
    "no header": lambda n, c: None if n == "recording.json" else c,
    "other format": changed_json("recording.json", lambda v: {"format": "x", "version": 1}),
    "header is a list": changed_json("recording.json", lambda v: [1]),
    "array is missing": lambda n, c: None if n == "pieces/000000/0.npy" else c,
    "array is text": lambda n, c: b"abc" if n == "pieces/000000/0.npy" else c,
    "array claims more": lambda n, c: (
        c.replace(b"'shape': (", b"'shape': (9") if n == "pieces/000000/0.npy" else c
    ),
    "piece is a list": changed_json("pieces", lambda v: [v]),
    "series are numbers": changed_json("pieces", lambda v: v["arrays"][0].update(series=[1, 2])),
    "steps are words": changed_json("pieces", lambda v: v["arrays"][0].update(steps=["a"])),
    "steps are too many": changed_json("pieces", lambda v: v["arrays"][0]["steps"].append(9)),
    "runs are numbers": changed_json("pieces", lambda v: v.update(runs=[1])),
    "epochs are words": changed_json("pieces", lambda v: v.update(epochs=["a"])),
    "deeply nested": lambda n, c: b"[" * 100_000 if n == "pieces/000000.json" else c,
    "state is short": changed_json("states", lambda v: v["arrays"][0].__setitem__(1, [900, 900])),
    "pickled array": lambda n, c: (
        c.replace(b"'<f4'", b"'|O'  "[:5]) if n == "pieces/000000/0.npy" else c
    ),
    "state is of another model": changed_json("states", lambda v: v["arrays"].pop()),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_harm_is_refused(recorded, tmp_path, name):
    target = tmp_path / "hostile.nnrec"
    rewritten(recorded[1], target, HOSTILE[name])
    with pytest.raises(ModelFileError):
        read_everything(target)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ModelFileError, match="no such file"):
        Recording.load(tmp_path / "nothing.nnrec")
