"""Files from strangers: whatever is wrong, one error says so, and nothing else happens."""

from __future__ import annotations

import contextlib
import io
import json
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saved_models import FOLDER, X

from nnscratch import saving
from nnscratch.errors import ModelFileError

h5py = pytest.importorskip("h5py")
GOOD = (FOLDER / "stack.keras").read_bytes()


def members():
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path, contents, extra=()):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in [*contents.items(), *extra]:
            archive.writestr(name, data)
    return path


def refuse(path, words, limits=None):
    with pytest.raises(ModelFileError, match=words) as caught:
        saving.load_model(path, limits=limits)
    assert caught.value.file == str(path)
    assert caught.value.reason


def test_the_untouched_file_loads(tmp_path):
    path = write(tmp_path / "m.keras", members())
    assert saving.load_model(path)(X).shape == (8, 2)


def link():
    info = zipfile.ZipInfo("assets/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "name", ["/etc/x", "../x", "a/../../x", "C:x", "\\\\host\\x", "a\\..\\..\\x", link()]
)
def test_members_that_lead_outside(name, tmp_path):
    refuse(write(tmp_path / "m.keras", members(), [(name, b"x")]), "outside|link")
    assert [p.name for p in tmp_path.iterdir()] == ["m.keras"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name(tmp_path):
    path = write(tmp_path / "m.keras", members(), [("config.json", b"{}")])
    refuse(path, "two members")


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_missing_members(name, tmp_path):
    contents = members()
    del contents[name]
    refuse(write(tmp_path / "m.keras", contents), f"{name}: it is missing")


def test_no_file_and_no_archive(tmp_path):
    refuse(tmp_path / "m.keras", "no such file")
    refuse(tmp_path / "m.h5", "no such file")
    for name in ("m.keras", "m.h5"):
        (tmp_path / name).write_bytes(b"not a model")
        refuse(tmp_path / name, "BadZipFile|OSError")


def test_sizes_are_looked_at_before_unpacking(tmp_path):
    path = write(tmp_path / "m.keras", members())
    refuse(path, "at most 1000 are read", saving.Limits(max_bytes=1000))
    bomb = tmp_path / "bomb.keras"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 20_000_000)
        archive.writestr("model.weights.h5", b"")
    refuse(bomb, "packed more than 200 to 1")


def test_other_ways_of_packing_are_refused(tmp_path):
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("config.json", b"{}")
    refuse(path, "other than deflate")


def with_config(tmp_path, change):
    contents = members()
    config = json.loads(contents["config.json"])
    changed = change(config)
    contents["config.json"] = json.dumps(config if changed is None else changed).encode()
    return write(tmp_path / "m.keras", contents)


def nested(depth):
    thing = {}
    for _ in range(depth):
        thing = {"config": thing}
    return thing


CHANGES = {
    "deep": (lambda c: nested(101), "100 levels"),
    "deeper than Python": (lambda c: json.loads("[" * 900 + "]" * 900), "100 levels"),
    "no model": (lambda c: {"a": 1}, "does not describe a model"),
    "a layer": (lambda c: c["config"]["layers"][1], "not a model|hidden|Dense"),
    "a list": (lambda c: [], "does not describe a model"),
    "unknown class": (lambda c: c.update(class_name="Sequentail", module="keras"), "Sequential"),
    "class of Python": (lambda c: c.update(class_name="system", module="os"), "Unknown class"),
    "path as a class": (
        lambda c: c["config"]["layers"][1].update(class_name="os.system", module="builtins"),
        "Unknown class",
    ),
    "no layers": (lambda c: c["config"].pop("layers"), "layers"),
    "too large": (lambda c: c["config"]["layers"][1]["config"].update(units=10**12), "memory"),
    "negative": (lambda c: c["config"]["layers"][1]["config"].update(units=-1), "units"),
    "text for a number": (lambda c: c["config"]["layers"][1]["config"].update(units="9"), "units"),
    "other shape": (
        lambda c: c["config"]["layers"][1]["config"].update(units=4),
        "expects inputs with 3",
    ),
    "fewer variables": (
        lambda c: c["config"]["layers"][1]["config"].update(use_bias=False),
        "1 variables",
    ),
    "a lambda": (
        lambda c: c["config"]["layers"].append(
            {
                "module": "keras.layers",
                "class_name": "Lambda",
                "config": {"function": {"class_name": "__lambda__", "config": {"value": "x"}}},
            }
        ),
        "never restored",
    ),
    "code as a loss": (
        lambda c: c["compile_config"].update(
            loss={"class_name": "__lambda__", "config": {"value": "x"}}
        ),
        "never restored",
    ),
    "a function by its path": (
        lambda c: c["compile_config"].update(
            loss={"module": "os", "class_name": "function", "config": "system"}
        ),
        "Unknown function 'system'",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_configurations(change, tmp_path):
    make, words = CHANGES[change]
    refuse(with_config(tmp_path, make), words)


def with_weights(tmp_path, change):
    contents = members()
    memory = io.BytesIO(contents["model.weights.h5"])
    with h5py.File(memory, "r+") as file:
        change(file)
    contents["model.weights.h5"] = memory.getvalue()
    return write(tmp_path / "m.keras", contents)


KERNEL = "layers/dense/vars/0"


def replaced(make):
    def change(file):
        del file[KERNEL]
        make(file)

    return change


def external(file):
    shape, place = (4, 3), [("/etc/hostname", 0, 96)]
    file.create_dataset(KERNEL, shape, "f8", external=place)


def virtual(file):
    layout = h5py.VirtualLayout((4, 3), "f8")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", (4, 3))
    file.create_virtual_dataset(KERNEL, layout)


def linked(kind):
    def change(file):
        file[KERNEL] = kind

    return change


def group_linked(file):
    del file["layers/dense"]
    file["layers/dense"] = h5py.ExternalLink("/etc/hostname", "/")


ARRAYS = {
    "external numbers": (replaced(external), "outside the file"),
    "virtual numbers": (replaced(virtual), "outside the file"),
    "soft link": (replaced(linked(h5py.SoftLink("/layers/dense/vars/1"))), "links are not"),
    "external link": (replaced(linked(h5py.ExternalLink("/etc/x", "/x"))), "links are not"),
    "external group": (group_linked, "links are not"),
    "missing": (lambda f: f.__delitem__(KERNEL), "1 for it"),
    "a group": (replaced(lambda f: f.create_group(KERNEL)), "no such array"),
    "text": (replaced(lambda f: f.create_dataset(KERNEL, data="x")), "not numbers"),
    "complex": (replaced(lambda f: f.create_dataset(KERNEL, (4, 3), "c16")), "not numbers"),
    "other shape": (replaced(lambda f: f.create_dataset(KERNEL, (3, 4), "f8")), "has shape"),
    "empty": (replaced(lambda f: f.create_dataset(KERNEL, data=h5py.Empty("f8"))), "not numbers"),
    "one too many": (lambda f: f.create_dataset("layers/dense/vars/2", data=1.0), "3 for it"),
}


@pytest.mark.parametrize("change", ARRAYS)
def test_weights(change, tmp_path):
    make, words = ARRAYS[change]
    refuse(with_weights(tmp_path, make), words)


def test_arrays_that_only_claim_to_be_large(tmp_path):
    model = saving.load_model(FOLDER / "stack.keras", compile=False)
    path = tmp_path / "w.safe.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", (10**6, 10**6), "f8", chunks=(10, 10))
        file.create_dataset("layers/dense/vars/1", data=np.zeros(3))
    with pytest.raises(ModelFileError, match="has shape"):
        model.load_weights(path)


def test_a_heap_that_would_keep_the_library_walking_for_ever(tmp_path):
    data = bytearray((FOLDER / "stack.h5").read_bytes())
    first = data.index(b"GCOL") + 16
    data[first : first + 16] = bytes(16)
    path = tmp_path / "m.h5"
    path.write_bytes(data)
    refuse(path, "heap of text is damaged")


MUTANTS = {
    name: (FOLDER / name).read_bytes() for name in ("stack.keras", "stack.h5", "branches.h5")
}


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(MUTANTS)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    st.sampled_from([None, 0.1, 0.5, 0.9, 0.99]),
)
def test_damaged_files_load_or_are_refused(tmp_path_factory, name, changes, cut):
    data = bytearray(MUTANTS[name])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    if cut is not None:
        data = data[: int(len(data) * cut)]
    path = tmp_path_factory.mktemp("mutant") / Path(name).name
    path.write_bytes(data)
    with contextlib.suppress(ModelFileError):
        assert saving.load_model(path).layers
    assert [p.name for p in path.parent.iterdir()] == [path.name]
